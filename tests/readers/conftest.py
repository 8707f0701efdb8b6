from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.core import mail
from django.test import Client

from broadsheet.readers.models import User
from tests.factories import Paper, make_paper


@pytest.fixture
def last_code() -> Callable[[], str]:
    """The code in the newest mail."""

    def find() -> str:
        found = re.search(
            r"^([A-Z0-9]{3,4}-[A-Z0-9]{3,4}|[A-Z0-9]{6,9})$", str(mail.outbox[-1].body), re.MULTILINE
        )
        assert found, mail.outbox[-1].body
        return found[1]

    return find


@pytest.fixture
def enter(last_code: Callable[[], str]) -> Callable[..., Client]:
    """Logs a reader in by e-mail code, as a reader does."""

    def go(email: str = "reader@paper.example", client: Client | None = None) -> Client:
        client = client or Client()
        client.post("/account/login/code/", {"email": email})
        client.post("/account/login/code/confirm/", {"code": last_code()})
        assert client.session.get("_auth_user_id"), mail.outbox[-1].body
        return client

    return go


@pytest.fixture
def reader(db: None) -> User:
    return User.objects.create_user("reader@paper.example", first_name="Ruth")


@pytest.fixture
def make_paper_in_four(db: None) -> Paper:
    """A paper in all languages that we speak."""
    return make_paper(("en", "az", "ru", "ar"))
