"""Channels read the story events each at its own pace, and none misses one.

A channel's handler runs in the transaction that moves its position: it writes down what is to be done (`Delivery` rows)
and does nothing outside the database.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import Min
from django.utils import timezone
from django.utils.module_loading import import_string

from broadsheet.newsroom.models import Story
from broadsheet.newsroom.selectors import page_path, public

from .channels import FOLLOWERS
from .models import Follower, StoryEvent, Unfolding

log = logging.getLogger("broadsheet.events")
Handler = Callable[[Sequence[StoryEvent]], None]
MOST_EVENTS = 200
# The replayable log of what happened.
KEPT = timedelta(days=30)
# Any number that nothing else in the database locks on.
LOCK = 0x73746F72


def write(events: Sequence[StoryEvent]) -> None:
    """Write events in the caller's transaction; on PostgreSQL a lock makes the order of ids that of commits."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        for event in events:
            event.save(force_insert=True)


def hand_on() -> int:
    """Let every channel read on, at most `MOST_EVENTS` each; for the worker. Returns how many events were read."""
    unfold()
    count = 0
    for name, handler in FOLLOWERS.items():
        try:
            count += read_on(name, import_string(handler))
        except Exception:  # one channel's fault must not keep the others from reading; the log has the trace
            log.exception("channel %s can't read on", name)
    return count


def read_on(name: str, handler: Handler) -> int:
    """Let one channel read on; a new one begins with what happens from now on."""
    newest = StoryEvent.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    Follower.objects.get_or_create(name=name, defaults={"position": newest})
    with transaction.atomic():
        mine = Follower.objects.select_for_update().get(name=name)
        events = list(StoryEvent.objects.filter(pk__gt=mine.position).order_by("pk")[:MOST_EVENTS])
        # SQLite locks no row: of two workers the one whose update finds the old position goes on.
        moved = events and Follower.objects.filter(name=name, position=mine.position).update(
            position=events[-1].pk
        )
        if moved:
            handler(events)
    return len(events) if moved else 0


def unfold(most: int = MOST_EVENTS) -> None:
    """Write the events of stories below a place that opened or closed, some at a time."""
    for place in Unfolding.objects.order_by("pk")[:1]:
        below = Story.objects.filter(
            live=True, path__startswith=place.tree, path__gt=place.done or place.tree
        )
        if place.kind != StoryEvent.Kind.UNPUBLISHED:
            below = public(below)
        rows = list(below.order_by("path").values_list("pk", "path", "url_path", "language", "desk")[:most])
        with transaction.atomic():
            write(
                [
                    StoryEvent(
                        story=pk,
                        kind=place.kind,
                        path=page_path(url_path, language),
                        language=language,
                        section=desk,
                    )
                    for pk, _, url_path, language, desk in rows
                ]
            )
            if len(rows) < most:
                place.delete()
            else:
                Unfolding.objects.filter(pk=place.pk).update(done=rows[-1][1])


def forget_old() -> int:
    """Drop events older than `KEPT` that every channel has read, the newest excepted; for the worker."""
    read = Follower.objects.filter(name__in=FOLLOWERS).aggregate(Min("position"))["position__min"]
    newest = StoryEvent.objects.order_by("-pk").values_list("pk", flat=True).first()
    if read is None or newest is None:
        return 0
    old = StoryEvent.objects.filter(at__lt=timezone.now() - KEPT, pk__lte=read).exclude(pk=newest)
    return old._raw_delete(old.db)
