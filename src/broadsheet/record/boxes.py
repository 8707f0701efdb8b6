"""The box in a story: what went before, what comes next, and, for whoever reads it later, what happened since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet
from django.utils import timezone

from .models import DyadEvent, Life
from .timelines import EventLine, event_lines

MOST = 5


@dataclass(frozen=True, slots=True)
class StoryBox:
    """`own` are the events that the story itself tells of; `before` and `after` share two of its parties, newest first."""

    story: int
    own: Sequence[EventLine]
    before: Sequence[EventLine]
    next: Sequence[EventLine]
    after: Sequence[EventLine]

    def __bool__(self) -> bool:
        return bool(self.before or self.next or self.after)

    @property
    def keys(self) -> tuple[str, ...]:
        return (f"story/{self.story}",)


def story_box(story_id: int, day: date) -> tuple[StoryBox | None, set[int]]:
    """The box of a story that speaks from `day`, and the pairs that it follows. One query for a story without events, else seven."""
    links = DyadEvent.objects.filter(event__claims__story=story_id, event__claims__is_public=True)
    rows = set(links.values_list("event_id", "dyad_id"))
    if not rows:
        return None, set()
    own, dyads = {event for event, _ in rows}, {dyad for _, dyad in rows}
    others = DyadEvent.objects.filter(dyad__in=dyads).exclude(event__in=own)
    earlier = _ids(others.filter(sort_start__lte=day).order_by("-sort_start", "-event"))
    later = _ids(others.filter(sort_start__gt=day).order_by("sort_start", "event"))
    lines, _ = event_lines([*own, *earlier, *later])
    today = timezone.localdate()

    def shown(ids: Sequence[int]) -> list[EventLine]:
        return [lines[pk] for pk in ids if pk in lines and lines[pk].life != Life.SUPERSEDED]

    plans = [
        line for line in shown(sorted(own)) if line.life == Life.PLANNED and line.start and line.start > day
    ]
    after = [*plans, *shown(later)]
    coming = [line for line in after if line.life == Life.PLANNED and line.start and line.start >= today]
    happened = [line for line in after if line not in coming]
    box = StoryBox(
        story_id,
        shown(sorted(own)),
        shown(earlier),
        coming,
        sorted(happened, key=_start, reverse=True),
    )
    return box, dyads


def _ids(links: QuerySet[DyadEvent]) -> list[int]:
    """The first five events; a pair of many parties links one event several times."""
    found = links.values_list("event_id", flat=True)[: MOST * 6]
    return list(dict.fromkeys(found))[:MOST]


def _start(line: EventLine) -> date:
    return line.start or date.min
