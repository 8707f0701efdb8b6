"""Looks at sources when they are due: one bad source keeps no other from being looked at, and none from the next time."""

from __future__ import annotations

import logging
import random
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLate
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from django.utils import timezone

from broadsheet.outward.errors import BadAnswer, OutsideError, UnreadableSource
from broadsheet.outward.fetch import TOTAL_SECONDS

from . import subscribing
from .arriving import Taken, take_in
from .gathering import Gathered, gather
from .models import WireSource
from .reading import read

log = logging.getLogger("broadsheet.wires")
MOST_AT_ONCE = 8
LONGEST_DELAY = timedelta(days=1)
# A hub tells of news by itself; looking goes on for what it forgets.
WITH_HUB = timedelta(hours=1)
# As long as a look may take by far: a worker that dies in it leaves the source due again after this.
CLAIM = timedelta(minutes=5)


def look_at_due(*, allow_private: bool = False) -> int:
    """Look at the sources that are due, the longest due first, at most `MOST_AT_ONCE`; for the worker. Returns how many."""
    now = timezone.now()
    due = WireSource.objects.filter(is_enabled=True, next_look_at__lte=now).order_by("next_look_at", "pk")
    claimed = [source for source in due[:MOST_AT_ONCE] if _claim(source, now)]
    if not claimed:
        return 0
    pool = ThreadPoolExecutor(MOST_AT_ONCE, thread_name_prefix="wire")
    try:
        looks = [(source, pool.submit(gather, source, allow_private=allow_private)) for source in claimed]
        _settle_all(looks)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    return len(claimed)


def look(source: WireSource, *, allow_private: bool = False) -> Taken:
    """Look at one source now. What goes wrong is written beside it, never raised."""
    try:
        return _settled(source, gather(source, allow_private=allow_private))
    except OutsideError as error:
        _failed(source, error)
        return Taken()


def _claim(source: WireSource, now: datetime) -> bool:
    """Whether this worker looks at it: of two that find it due, one."""
    mine = WireSource.objects.filter(pk=source.pk, next_look_at=source.next_look_at)
    return bool(mine.update(next_look_at=now + CLAIM))


def _settle_all(looks: Sequence[tuple[WireSource, Future[Gathered]]]) -> None:
    for source, future in looks:
        try:
            _settled(source, future.result(TOTAL_SECONDS + 5))
        except TooLate:
            _failed(source, UnreadableSource("it took too long", source.address, "it is tried again"))
        except OutsideError as error:
            _failed(source, error)
        except (
            Exception
        ) as error:  # a document that breaks a reader in a new way must not stop the other sources
            log.exception("source %s failed", source)
            _failed(
                source, UnreadableSource(f"it can't be read ({type(error).__name__})", source.name, "tell us")
            )


def _settled(source: WireSource, got: Gathered) -> Taken:
    """Take in what was gathered; a document that can't be read is told of, and the others are read."""
    taken, troubles, failed = Taken(), list(got.troubles), None
    for document in got.documents:
        try:
            found = read(source.kind, document)
            troubles += found.broken
            part = take_in(source, found.stories, found.marks, is_whole=got.is_whole)
        except OutsideError as error:
            failed = error
            troubles.append(f"{document.name}: {error.what}")
            continue
        taken.new, taken.versions = taken.new + part.new, taken.versions + part.versions
        taken.killed, taken.items = taken.killed + part.killed, taken.items + part.items
    if failed and not source.is_folder:
        _failed(source, failed)
        return taken
    facts = {"files": got.files} if got.files is not None else {}
    now = timezone.now()
    WireSource.objects.filter(pk=source.pk).update(
        etag=got.etag,
        last_modified=got.last_modified,
        failures=0,
        last_ok_at=now,
        last_error="; ".join(troubles)[:500],
        next_look_at=now + (timedelta(seconds=5) if got.has_more else _interval(source)),
        **facts,
    )
    if not source.is_folder and got.documents:
        subscribing.note_offer(source, got.headers, got.documents[0])
    return taken


def _interval(source: WireSource) -> timedelta:
    wanted = timedelta(minutes=source.interval)
    if subscribing.is_told(source):
        wanted = max(wanted, WITH_HUB)
    return wanted * random.uniform(0.95, 1.05)  # noqa: S311  (spreads looks, guards nothing)


def _failed(source: WireSource, error: OutsideError) -> None:
    """The next look after twice the time each, up to a day; later where the server says so."""
    source.failures += 1
    delay = timedelta(minutes=source.interval) * 2 ** min(source.failures, 11)
    delay = min(delay, LONGEST_DELAY) * random.uniform(0.8, 1.0)  # noqa: S311  (spreads looks, guards nothing)
    now = timezone.now()
    if isinstance(error, BadAnswer) and error.status in (429, 503):
        delay = max(delay, min(_asked_for(error.retry_after, now), LONGEST_DELAY))
    WireSource.objects.filter(pk=source.pk).update(
        failures=source.failures, last_error=str(error)[:500], next_look_at=now + delay
    )


def _asked_for(retry_after: str, now: datetime) -> timedelta:
    """`Retry-After`: seconds or a date."""
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return timedelta(seconds=min(int(text[:9]), 10**8))
    try:
        moment = parsedate_to_datetime(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now
    except (TypeError, ValueError, OverflowError):
        return timedelta()
