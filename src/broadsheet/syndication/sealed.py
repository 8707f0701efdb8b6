"""Keys of other servers and of our own actors: readable with the paper's secret key only, never in a dump or a backup."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models


def _box() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet(
        [
            Fernet(urlsafe_b64encode(sha256(b"syndication.sealed:" + str(key).encode()).digest()))
            for key in keys
        ]
    )


def seal(text: str) -> str:
    """The text, encrypted; empty stays empty."""
    return _box().encrypt(text.encode()).decode() if text else ""


def unseal(sealed: str) -> str:
    """The text again; empty when it was sealed with a key that the paper no longer has."""
    try:
        return _box().decrypt(sealed.encode()).decode() if sealed else ""
    except InvalidToken:
        return ""


class SealedField(models.TextField[str, str]):
    """A text that the database holds encrypted. It can't be searched for."""

    def from_db_value(self, value: str | None, *_: object) -> str | None:
        return value and unseal(value)

    def get_prep_value(self, value: Any) -> Any:
        prepared = super().get_prep_value(value)
        return prepared and seal(str(prepared))
