"""A subscriber's own feed: a secret address that opens what its reader may open, asked again at each request.

Of the secret a digest is kept. Whoever has the address reads as its reader does, so that it can be taken back, ends with
"sign out everywhere" and with the account, and is asked for a bounded number of times an hour.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from broadsheet.newsroom.models import Story
from broadsheet.paywall import Access, Meter, Variant, decide
from broadsheet.paywall.passes import STORIES
from broadsheet.press.variants import limits
from broadsheet.readers.models import Erasure, User
from broadsheet.readers.passes import pass_for

from ..markup import line
from ..stories import Rule
from ..tokens import digest
from .models import PrivateFeed

MOST_FEEDS = 5
LONGEST_NAME = 60
# Feed readers ask every few minutes; somebody who passes the address on has many.
WINDOW, MOST_ASKED = timedelta(hours=1), 120


class NoSubscription(Exception):
    """The reader may open no more than anybody."""


class TooMany(Exception):
    """The reader has as many addresses as one may have."""


@dataclass(frozen=True, slots=True)
class Rights:
    """What a reader's feed may hold now; `has_ended` when it is no more than anybody's."""

    is_whole: Rule
    has_ended: bool


def is_subscriber(reader: User) -> bool:
    """Whether the reader may open every story."""
    return STORIES in pass_for(reader).scopes


@transaction.atomic
def make(reader: User, name: str) -> str:
    """A new address for `reader`; returns its token, which nobody can be told again.

    Raises `NoSubscription` or `TooMany`.
    """
    person = User.objects.select_for_update().get(pk=reader.pk)
    if not is_subscriber(person):
        raise NoSubscription
    if person.private_feeds.filter(epoch=person.session_epoch).count() >= MOST_FEEDS:
        raise TooMany
    token = secrets.token_urlsafe(32)
    PrivateFeed.objects.create(
        reader=person,
        digest=digest(token),
        name=line(name)[:LONGEST_NAME],
        epoch=person.session_epoch,
    )
    return token


def of(reader: User) -> list[PrivateFeed]:
    """The addresses of `reader` that still work, oldest first."""
    return list(PrivateFeed.objects.filter(reader=reader, epoch=reader.session_epoch))


def revoke(reader: User, number: int) -> bool:
    """End one address; False when it is none of the reader's."""
    return bool(PrivateFeed.objects.filter(reader=reader, pk=number).delete()[0])


def behind(token: str) -> PrivateFeed | None:
    """The feed that a token opens, with its reader; None for one that was never made or is over. One query."""
    feed = PrivateFeed.objects.select_related("reader").filter(digest=digest(token)).first()
    if feed is None or not feed.reader.is_active or feed.epoch != feed.reader.session_epoch:
        return None
    return feed


def note_use(feed: PrivateFeed, now: datetime) -> int:
    """Count a request. Returns the seconds to wait when there were too many, else 0."""
    mine = PrivateFeed.objects.filter(pk=feed.pk)
    if now - feed.window_at >= WINDOW or feed.window_at > now:
        mine.update(window_at=now, window_count=1, used_at=now)
        return 0
    if feed.window_count >= MOST_ASKED:
        return max(1, int((feed.window_at + WINDOW - now).total_seconds()))
    mine.update(window_count=F("window_count") + 1, used_at=now)
    return 0


def rights_of(reader: User) -> Rights:
    """By the one rule of the paywall, without a meter: a feed is not a read."""
    now, held = timezone.now(), pass_for(reader)

    def is_whole(story: Story) -> bool:
        grant = decide(Access(story.access), story.pk, held, Meter.spent(), limits(), now)
        return grant.variant is Variant.FULL

    return Rights(is_whole, STORIES not in held.scopes)


def forget(reader: User) -> None:
    """All of it goes with the reader."""
    PrivateFeed.objects.filter(reader=reader).delete()


def gathered(reader: User) -> Any:
    """What is held of the reader."""
    return list(PrivateFeed.objects.filter(reader=reader).values("name", "made_at", "used_at"))


def is_leaving(reader: User) -> bool:
    """Whether the reader has asked to be forgotten."""
    return Erasure.objects.filter(user=reader, done_at=None).exists()
