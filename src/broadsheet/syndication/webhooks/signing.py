"""Signatures after Standard Webhooks (https://www.standardwebhooks.com, specification 1.0): HMAC-SHA256 over id, time and
body, in base64, one for each secret that counts."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable

PREFIX = "whsec_"
BYTES = 32


def new_secret() -> str:
    """A secret as a receiver's library takes it."""
    return PREFIX + base64.b64encode(secrets.token_bytes(BYTES)).decode()


def headers(keys: Iterable[str], number: str, at: int, body: bytes) -> dict[str, str]:
    """The three fields that go with a message. `at` is in unix seconds; a receiver refuses what is minutes old."""
    signed = f"{number}.{at}.".encode() + body
    return {
        "webhook-id": number,
        "webhook-timestamp": str(at),
        "webhook-signature": " ".join(_signature(key, signed) for key in keys),
    }


def _signature(key: str, signed: bytes) -> str:
    secret = base64.b64decode(key.removeprefix(PREFIX))
    return f"v1,{base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()}"
