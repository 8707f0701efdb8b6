"""A paper with one provider. Runs in a process of its own (`tests/readers/test_social.py`): other papers lack the app."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from django.core.management import call_command
from django.test import Client

from tests.readers.social.provider import Club, serve

ISSUER = os.environ.get("BROADSHEET_TEST_ISSUER", "")
if not ISSUER:
    collect_ignore_glob = ["test_*.py"]


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """The paper's owner names a provider and migrates."""
    with django_db_blocker.unblock():
        call_command("migrate", "socialaccount", verbosity=0)


@pytest.fixture(scope="session")
def _running() -> Iterator[Club]:
    server, club = serve(urlsplit(ISSUER).port or 0)
    yield club
    server.shutdown()
    server.server_close()


@pytest.fixture
def club(_running: Club) -> Club:
    _running.calm()
    return _running


@pytest.fixture
def go(club: Club) -> Callable[..., Any]:
    """Presses the button, lets the provider answer, and comes back; `change` may tamper with the way back."""

    def journey(client: Client, *, change: Callable[[str], str] = str, **posted: str) -> Any:
        page = client.post("/account/oidc/club/login/", posted)
        assert page.status_code == 200, page.headers
        back = requests.get(page.context["url"], allow_redirects=False, timeout=5).headers["Location"]
        url = urlsplit(change(back))
        return client.get(f"{url.path}?{url.query}")

    return journey
