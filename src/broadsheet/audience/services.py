"""Writes of the audience: one statement for a whole batch of counts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from broadsheet.newsroom.models import Story

from .models import Batch, ReadCount

MOST_IN_BATCH = 2_000
_ADD = (
    "INSERT INTO audience_readcount (day, story_id, referrer, access, reads) VALUES (%s, %s, %s, %s, %s) "
    "ON CONFLICT (day, story_id, referrer, access) DO UPDATE SET reads = audience_readcount.reads + excluded.reads"
)


class BadBatch(ValueError):
    """A batch that can't be read; `str()` says where."""


@transaction.atomic
def add_reads(edge: str, number: int, entries: Iterable[Any]) -> int:
    """Add one edge's batch of `{"story", "referrer", "access", "count"}`; returns how many reads were added.

    Batches of one edge are numbered upward: one that was added already adds nothing. Reads of stories that are gone
    are dropped. Raises `BadBatch`, adding nothing.
    """
    rows = [_row(entry) for entry in entries]
    if len(rows) > MOST_IN_BATCH:
        raise BadBatch(f"a batch holds at most {MOST_IN_BATCH} entries")
    batch, is_new = Batch.objects.select_for_update().get_or_create(
        edge=edge[:64], defaults={"number": number}
    )
    if not is_new:
        if batch.number >= number:
            return 0
        Batch.objects.filter(pk=batch.pk).update(number=number)
    known = set(Story.objects.filter(pk__in={row[0] for row in rows}).values_list("pk", flat=True))
    today = timezone.localtime(timezone.now(), settings.PAPER.zone).date()
    kept = [(today.isoformat(), *row) for row in rows if row[0] in known]
    with connection.cursor() as cursor:
        cursor.executemany(_ADD, kept)
    return sum(row[-1] for row in kept)


def _row(entry: Any) -> tuple[int, str, str, int]:
    try:
        story, count = int(entry["story"]), int(entry["count"])
        referrer, access = str(entry["referrer"])[:100], str(entry["access"])[:12]
    except (TypeError, KeyError, ValueError):
        raise BadBatch(f"not an entry: {str(entry)[:80]}") from None
    if not 0 < count < 10**9 or "\x00" in referrer + access:
        raise BadBatch(f"not a count: {str(entry)[:80]}")
    return story, referrer, access, count


def reads_of(story: int) -> int:
    """All reads of one story."""
    return sum(ReadCount.objects.filter(story=story).values_list("reads", flat=True))
