"""Limits are counted for the paper, not for a process: workers count together and a restart forgives nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.utils import timezone

from broadsheet.readers.counting import forget_expired
from broadsheet.readers.models import CacheEntry

# What one worker does: asks for log-in codes to many mailboxes from one address (10 a minute), and 60 counted tries of 40.
WORKER = """
from django.conf import settings
from django.core import mail
from django.test import Client, override_settings
from broadsheet.subscriptions.limits import may
plain = {**settings.STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
override_settings(STORAGES=plain, EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend").enable()
mail.outbox = []
for n in range(8):
    Client(HTTP_HOST="127.0.0.1").post("/account/login/code/", {"email": f"NAME{n}@reader.example"})
tries = [may("try", "192.0.2.1", most=40, seconds=600) for _ in range(60)]
print("allowed", len(mail.outbox), sum(tries))
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A paper on a database like the one that the tests run on."""
    for name in [n for n in os.environ if n.startswith(("BROADSHEET_D", "DJANGO"))]:
        monkeypatch.delenv(name)
    if url := os.environ.get("BROADSHEET_TEST_DATABASE_URL"):
        import psycopg

        name = f"broadsheet_limits_{uuid4().hex}"
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        monkeypatch.setenv("BROADSHEET_DATABASE_URL", f"{url.rpartition('/')[0]}/{name}")
    broadsheet("init", str(tmp_path / "paper"), "--url", "http://127.0.0.1").wait(300)
    return tmp_path / "paper"


def broadsheet(*words: str) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-m", "broadsheet", *words], stdout=subprocess.PIPE, text=True)


def worker(folder: Path, name: str) -> subprocess.Popen[str]:
    return broadsheet("manage", "--dir", str(folder), "shell", "-v", "0", "-c", WORKER.replace("NAME", name))


def allowed(process: subprocess.Popen[str]) -> tuple[int, int]:
    said, _ = process.communicate(timeout=120)
    codes, tries = said.rpartition("allowed ")[2].split()
    return int(codes), int(tries)


def test_two_workers_and_one_started_later_count_together(folder: Path) -> None:
    first, second = worker(folder, "a"), worker(folder, "b")
    together = [allowed(first), allowed(second)]
    after_a_restart = allowed(worker(folder, "c"))

    assert [sum(counts) for counts in zip(*together, strict=True)] == [10, 40]
    assert after_a_restart == (0, 0)


@pytest.mark.django_db
def test_counting_leaves_the_window_as_it_was() -> None:
    cache.add("limit:x", 0, 60)
    CacheEntry.objects.update(expires=timezone.now() + timedelta(seconds=30))
    before = CacheEntry.objects.get().expires

    assert [cache.incr("limit:x"), cache.incr("limit:x", 2), cache.get("limit:x")] == [1, 3, 3]
    assert CacheEntry.objects.get().expires == before


@pytest.mark.django_db
def test_what_has_run_out_counts_for_nothing_and_is_dropped() -> None:
    cache.add("limit:gone", 7, 60)
    cache.add("limit:here", 7, 60)
    CacheEntry.objects.filter(pk__contains="gone").update(expires=timezone.now() - timedelta(seconds=1))

    with pytest.raises(ValueError, match="not found"):
        cache.incr("limit:gone")
    assert forget_expired() == 1
    assert cache.get("limit:here") == 7
