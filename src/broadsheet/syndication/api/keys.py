"""Keys: made once, shown once, found again by their digest."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils import timezone

from ..tokens import digest
from .models import ApiKey
from .problems import UNKNOWN_KEY, Problem

# Secret scanners know a leaked key by how it begins.
PREFIX = "bsk_"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: an address, or a partner by their key."""

    name: str
    per_minute: int
    key: ApiKey | None = None

    @property
    def may_read_whole(self) -> bool:
        return self.key is not None and self.key.may_read_whole


# Whoever reads without a key, by address.
PER_MINUTE = 120


def give(key: ApiKey) -> str:
    """Put a new secret into an unsaved or known key; returns it, for the only time."""
    secret = PREFIX + secrets.token_urlsafe(32)
    key.digest, key.start = digest(secret), secret[:10]
    return secret


def caller_of(request: HttpRequest) -> Caller:
    """Who sent a request. Raises `Problem` for a key that is unknown, taken back or not shown as a Bearer token."""
    shown = request.headers.get("Authorization")
    if shown is None:
        return Caller(request.META.get("REMOTE_ADDR", ""), PER_MINUTE)
    scheme, _, secret = shown.partition(" ")
    key = None
    if scheme.lower() == "bearer" and secret.strip().startswith(PREFIX):
        key = ApiKey.objects.filter(digest=digest(secret.strip()), is_active=True).first()
    if key is None:
        raise Problem(
            UNKNOWN_KEY,
            "A key is shown as `Authorization: Bearer bsk_…`.",
            headers={"WWW-Authenticate": 'Bearer realm="api"'},
        )
    today = timezone.now().date()
    if key.used_on != today:
        ApiKey.objects.filter(pk=key.pk).update(used_on=today)
    return Caller(f"key/{key.pk}", key.per_minute, key)
