"""What every test may use: a small paper, its people, and a network that ends at this machine."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import setup_databases, teardown_databases

from broadsheet.conf.founding import template_database
from tests.factories import Paper, make_paper

DATABASE = frozenset(("db", "transactional_db", "django_db_setup"))
URL = "BROADSHEET_TEST_DATABASE_URL"
LOOPBACK = ("127.", "::1", "localhost", "0.0.0.0")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL only what asks a database runs: the rest is the same on SQLite, where all of it runs."""
    if not os.environ.get(URL):
        return
    served = {path for path in {item.path for item in items} if URL in path.read_text()}
    asking, rest = [], []
    for item in items:
        names = set(getattr(item, "fixturenames", ()))
        asks = item.path in served or item.get_closest_marker("django_db") or DATABASE & names
        (asking if asks else rest).append(item)
    config.hook.pytest_deselected(items=rest)
    items[:] = asking


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """SQLite: a copy of the migrated template that every new paper starts from. PostgreSQL: migrations, run once."""
    if connection.vendor == "sqlite":
        copy = tmp_path_factory.mktemp("database") / "test.sqlite3"
        shutil.copyfile(template_database(), copy)
        connection.close()
        connection.settings_dict["NAME"] = str(copy)
        yield
        connection.close()
        return
    # Each worker has a database of its own.
    worker = os.environ.get("PYTEST_XDIST_WORKER", "alone")
    connection.settings_dict["TEST"]["NAME"] = f"broadsheet_test_{worker}"
    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False, parallel=0)
        yield
        teardown_databases(made, verbosity=0)


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection that leaves this machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and not str(address[0]).startswith(LOOPBACK):
            raise OSError(f"tests don't leave this machine: {address[0]}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def _own_media(tmp_path: Path, settings: Any) -> None:
    """Files that a test makes go with it."""
    settings.MEDIA_ROOT = str(tmp_path / "media")


@pytest.fixture
def paper(db: None) -> Paper:
    """A paper in English and Azerbaijani with two sections."""
    return make_paper()


@pytest.fixture
def corpora() -> Path:
    """The folder of real third-party input; tests that read it are skipped where it is absent."""
    folder = Path(os.environ.get("BROADSHEET_CORPORA", Path(__file__).resolve().parents[2] / "shared"))
    if not (folder / "corpora").is_dir():
        pytest.skip("the corpora of real input are not on this machine")
    return folder
