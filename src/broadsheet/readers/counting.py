"""The cache that every process of the origin shares: what is counted against a limit, and what may be used once.

A table of the paper's own database, so that limits hold over workers, restarts and machines without another server.
"""

from __future__ import annotations

import base64
import pickle
from typing import Any

from django.core.cache.backends.db import DatabaseCache
from django.db import transaction
from django.utils import timezone

from .models import CacheEntry


class SharedCache(DatabaseCache):
    """Django's, with an `incr` that loses no count between two processes and leaves the window as it was."""

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        """Count. Raises `ValueError` for a key that is not there, or not any more."""
        name = self.make_and_validate_key(key, version=version)
        with transaction.atomic():
            entry = (
                CacheEntry.objects.select_for_update().filter(pk=name, expires__gte=timezone.now()).first()
            )
            if entry is None:
                raise ValueError(f"Key {key!r} not found")
            count: int = _read(entry.value) + delta
            CacheEntry.objects.filter(pk=name).update(value=_written(count))
        return count


def _read(value: str) -> Any:
    # Written by this table's own backend, with the same rights as every other row of the paper.
    return pickle.loads(base64.b64decode(value))  # noqa: S301


def _written(value: Any) -> str:
    return base64.b64encode(pickle.dumps(value, pickle.HIGHEST_PROTOCOL)).decode("latin-1")


def forget_expired() -> int:
    """Drop what has run out, addresses of readers among it. Returns how much that was."""
    gone = CacheEntry.objects.filter(expires__lt=timezone.now())
    return gone.delete()[0] if gone.exists() else 0
