"""Keys of other servers and of our own actors: readable with the paper's secret key only, never in a dump or a backup."""

from __future__ import annotations

from typing import Any

from cryptography.fernet import InvalidToken
from django.db import models

from broadsheet.readers.sealing import box

PURPOSE = "syndication.sealed"


def seal(text: str) -> str:
    """The text, encrypted; empty stays empty."""
    return box(PURPOSE).encrypt(text.encode()).decode() if text else ""


def unseal(sealed: str) -> str:
    """The text again; empty when it was sealed with a key that the paper no longer has."""
    try:
        return box(PURPOSE).decrypt(sealed.encode()).decode() if sealed else ""
    except InvalidToken:
        return ""


class SealedField(models.TextField[str, str]):
    """A text that the database holds encrypted. It can't be searched for."""

    def from_db_value(self, value: str | None, *_: object) -> str | None:
        return value and unseal(value)

    def get_prep_value(self, value: Any) -> Any:
        prepared = super().get_prep_value(value)
        return prepared and seal(str(prepared))
