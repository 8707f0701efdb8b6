"""Stories that a reader keeps, and those they have read if they asked us to remember.

`readers` knows no newsroom: whoever does registers a resolver, and only what that finds public is shown or stored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from .models import ReadStory, SavedStory, User

MOST_SAVED = 500
MOST_READ = 200


@dataclass(frozen=True, slots=True)
class Line:
    """A public story as a list shows it; `url` is a path."""

    url: str
    headline: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A line of a reader's list. Without `url` the story is no longer public: its headline of then is all there is."""

    story: int
    url: str
    headline: str
    at: datetime


Resolver = Callable[[Iterable[int]], Mapping[int, Line]]
_resolvers: list[Resolver] = []


def register_resolver(resolver: Resolver) -> None:
    """Let an app say which of some stories are public now."""
    _resolvers.append(resolver)


def public(ids: Iterable[int]) -> dict[int, Line]:
    """Those of `ids` that anybody may know of."""
    wanted = list(ids)
    found: dict[int, Line] = {}
    for resolver in _resolvers:
        found |= resolver(wanted)
    return found


def save(user: User, story: int) -> bool:
    """Keep `story`; the oldest of more than 500 goes. False when there is no such public story."""
    line = public([story]).get(story)
    if line is None:
        return False
    with transaction.atomic():
        SavedStory.objects.get_or_create(
            user=user, story=story, defaults={"url": line.url[:500], "headline": line.headline[:300]}
        )
        _trim(SavedStory, user, "-saved_at", MOST_SAVED)
    return True


def unsave(user: User, story: int) -> None:
    """Keep it no longer."""
    SavedStory.objects.filter(user=user, story=story).delete()


def remember(user: User, story: int) -> bool:
    """Note that `user` read `story`, if they want that; the newest 200 are kept."""
    line = public([story]).get(story) if user.keeps_history else None
    if line is None:
        return False
    with transaction.atomic():
        ReadStory.objects.update_or_create(
            user=user,
            story=story,
            defaults={"url": line.url[:500], "headline": line.headline[:300], "read_at": timezone.now()},
        )
        _trim(ReadStory, user, "-read_at", MOST_READ)
    return True


@transaction.atomic
def keep_history(user: User, *, wanted: bool) -> None:
    """Begin to remember, or stop and forget everything."""
    user.keeps_history = wanted
    user.save(update_fields=["keeps_history"])
    if not wanted:
        ReadStory.objects.filter(user=user).delete()


def forget_history(user: User) -> None:
    """Forget what was read until now."""
    ReadStory.objects.filter(user=user).delete()


def saved(user: User) -> list[Kept]:
    """What `user` keeps, newest first."""
    return _shown(
        [(row.story, row.headline, row.saved_at) for row in user.saved_stories.order_by("-saved_at")]
    )


def history(user: User) -> list[Kept]:
    """What `user` read, newest first."""
    return _shown([(row.story, row.headline, row.read_at) for row in user.read_stories.order_by("-read_at")])


def _shown(rows: Sequence[tuple[int, str, datetime]]) -> list[Kept]:
    found = public([story for story, _, _ in rows]) if rows else {}
    return [
        Kept(story, found[story].url, found[story].headline, at)
        if story in found
        else Kept(story, "", headline, at)
        for story, headline, at in rows
    ]


def _trim(model: type[SavedStory | ReadStory], user: User, order: str, most: int) -> None:
    rows = model._default_manager.filter(user=user)
    over = list(rows.order_by(order).values_list("pk", flat=True)[most : most + 50])
    if over:
        rows.filter(pk__in=over).delete()
