"""Writes and reads the invalidation log.

A row is written in the transaction that publishes, so that neither is without the other. On PostgreSQL an advisory
lock makes the order of ids the order of commits; SQLite has one writer at a time anyway.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Subquery
from django.utils import timezone

from .models import LogRow, LogState

# Any number that nothing else in the database locks on.
LOCK = 0x62726F61
CHANNEL = "broadsheet_log"
MOST_ROWS = 5_000
KEPT = timedelta(days=7)
POLL_SECONDS = 0.025
# Each waiting edge holds one of the origin's threads; beyond these it is answered at once.
MOST_WAITING = 3
_waiting = threading.BoundedSemaphore(MOST_WAITING)


@dataclass(frozen=True, slots=True)
class Told:
    """What an edge is told: rows after its cursor, or that it must forget everything."""

    epoch: str
    position: int
    rows: tuple[dict[str, Any], ...] = ()
    flush: bool = False


def write(keys: Iterable[str], *, is_hard: bool = False, event: dict[str, Any] | None = None) -> None:
    """Log one purge, in the caller's transaction where there is one."""
    wanted = sorted(set(keys))
    if wanted:
        _append(LogRow(keys=wanted, is_hard=is_hard, event=event))


def write_rights(rights: dict[str, Any]) -> None:
    """Log what edges must know of people and networks, in the caller's transaction where there is one."""
    _append(LogRow(keys=[], rights=rights))


def _append(row: LogRow) -> None:
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        row.save(force_insert=True)
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(f"NOTIFY {CHANNEL}")


def head() -> tuple[str, int]:
    """Epoch and position: one query."""
    newest = Subquery(LogRow.objects.order_by("-pk").values("pk")[:1])
    found = LogState.objects.filter(pk=1).annotate(position=newest).values_list("epoch", "position").first()
    if found is None:
        state, _ = LogState.objects.get_or_create(pk=1, defaults={"epoch": secrets.token_hex(8)})
        return state.epoch, LogRow.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    return found[0], found[1] or 0


def new_epoch() -> None:
    """Make every edge forget what it keeps: the database was put back to another time."""
    LogState.objects.update_or_create(pk=1, defaults={"epoch": secrets.token_hex(8)})


def read(after: int, epoch: str) -> Told:
    """The rows after `after`. An edge of another epoch, or one that was away longer than rows are kept, must flush."""
    now, position = head()
    if now != epoch or after > position:
        return Told(now, position, flush=True)
    oldest = LogRow.objects.order_by("pk").values_list("pk", flat=True).first()
    if oldest is not None and after < oldest - 1:
        return Told(now, position, flush=True)
    rows = tuple(
        {"id": row.pk, "keys": row.keys, "hard": row.is_hard, "event": row.event, "rights": row.rights}
        for row in LogRow.objects.filter(pk__gt=after).order_by("pk")[:MOST_ROWS]
    )
    return Told(now, rows[-1]["id"] if rows else after, rows)


def wait(after: int, epoch: str, seconds: float) -> Told:
    """The same, but with nothing to tell it waits up to `seconds` for something."""
    told = read(after, epoch)
    if told.rows or told.flush or seconds <= 0 or not _waiting.acquire(blocking=False):
        return told
    try:
        end = time.monotonic() + seconds
        with _listening() as pause:
            while not (told.rows or told.flush) and time.monotonic() < end:
                pause(end - time.monotonic())
                told = read(after, epoch)
    finally:
        _waiting.release()
    return told


class _listening:
    """Gives a pause that ends when a row may have come."""

    def __enter__(self) -> Any:
        if connection.vendor != "postgresql":
            return lambda left: time.sleep(min(POLL_SECONDS, max(left, 0)))
        with connection.cursor() as cursor:
            cursor.execute(f"LISTEN {CHANNEL}")
        return self._for_notification

    def _for_notification(self, left: float) -> None:
        for _ in connection.connection.notifies(timeout=max(left, 0), stop_after=1):
            return

    def __exit__(self, *_: object) -> None:
        if connection.vendor == "postgresql":
            with suppress(Exception), connection.cursor() as cursor:  # a broken connection listens no more
                cursor.execute(f"UNLISTEN {CHANNEL}")


def prune() -> int:
    """Forget rows that every edge has long read; the newest stays, it holds the position. For the worker."""
    newest = LogRow.objects.order_by("-pk").values_list("pk", flat=True).first()
    old = LogRow.objects.filter(made_at__lt=timezone.now() - KEPT)
    return old.exclude(pk=newest)._raw_delete(old.db) if newest else 0
