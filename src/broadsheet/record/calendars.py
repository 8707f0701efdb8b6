"""Calendars: the days of a month for the page, and iCalendar (RFC 5545) for other programs.

A day is a day everywhere: events known to the day are dates, never midnight in some zone. What is known only to the month or year is in no
calendar's day.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db.models import Exists, OuterRef, QuerySet
from icalendar import Calendar
from icalendar import Event as Entry

from .models import DyadEvent, Event, Life, Participation
from .timelines import EventLine, event_lines

Events = QuerySet[Event]
MOST = 500
KEPT_CANCELLED = timedelta(days=90)
# A plan is no promise until somebody else says so too.
_STATUS = {Life.CANCELLED: "CANCELLED", Life.POSTPONED: "CANCELLED"}


@dataclass(frozen=True, slots=True)
class Day:
    day: date
    lines: Sequence[EventLine]


def month(year: int, number: int) -> list[Day]:
    """The days of a month that have events, in order; what takes longer stands on each of its days. Five queries."""
    first = date(year, number, 1)
    last = (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    rows = _exact(Event.objects.filter(sort_start__lte=last, sort_end__gte=first))
    lines, _ = event_lines(rows.order_by("sort_start", "pk").values_list("pk", flat=True)[:MOST])
    days: list[Day] = []
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        here = [line for line in lines.values() if line.start and line.end and line.start <= day <= line.end]
        if here:
            days.append(Day(day, sorted(here, key=lambda line: (line.start or day, line.id))))
    return days


def _exact(events: QuerySet[Event]) -> QuerySet[Event]:
    return events.filter(is_public=True, precision__in=("day", "minute"))


def of_pair(dyad: int) -> QuerySet[Event]:
    return Event.objects.filter(Exists(DyadEvent.objects.filter(dyad=dyad, event=OuterRef("pk"))))


def of_entity(entity: int) -> QuerySet[Event]:
    took_part = Participation.objects.filter(entity=entity, is_public=True, event=OuterRef("pk"))
    return Event.objects.filter(Exists(took_part))


def feed(name: str, events: QuerySet[Event], base_url: str, today: date) -> bytes:
    """An iCalendar file of the latest and coming events, five hundred at most. Six queries."""
    rows = list(_exact(events).order_by("-sort_start", "-pk")[:MOST])
    shown = [event for event in rows if not _is_over(event, today)]
    lines, _ = event_lines(event.pk for event in shown)
    calendar = Calendar()
    calendar.add("prodid", "-//Broadsheet//Record//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    for entry in _entries(shown, lines, base_url):
        calendar.add_component(entry)
    return calendar.to_ical()


def _is_over(event: Event, today: date) -> bool:
    """What was called off stays ninety days, so that whoever subscribed learns of it."""
    return event.life in _STATUS and event.sort_end is not None and today - event.sort_end > KEPT_CANCELLED


def _entries(events: Iterable[Event], lines: dict[int, EventLine], base_url: str) -> Iterable[Entry]:
    for event in events:
        line = lines.get(event.pk)
        if line is None or event.sort_start is None or event.sort_end is None:
            continue
        entry = Entry()
        entry.add("uid", f"{event.uid}@{base_url.split('//', 1)[-1].strip('/')}")
        entry.add("dtstamp", event.changed_at.astimezone(UTC))
        _add_when(entry, event)
        entry.add("summary", line.title)
        entry.add("sequence", event.version)
        status = _STATUS.get(Life(event.life))
        if status is None:
            status = "TENTATIVE" if event.life == Life.PLANNED and event.source_count < 2 else "CONFIRMED"
        entry.add("status", status)
        if line.place:
            entry.add("location", line.place.name)
        if line.outcome:
            entry.add("description", line.outcome)
        if line.stories:
            entry.add("url", base_url + line.stories[0].path)
        yield entry


def _add_when(entry: Entry, event: Event) -> None:
    when = event.when
    moment: datetime | None = when.begin.moment if when and when.begin else None
    if moment is not None and moment.tzinfo is not None:
        entry.add("dtstart", moment.astimezone(UTC))
        return
    assert event.sort_start is not None, "only dated events are entries"
    assert event.sort_end is not None, "only dated events are entries"
    entry.add("dtstart", event.sort_start)
    # The end of a date is exclusive (RFC 5545 §3.6.1).
    entry.add("dtend", event.sort_end + timedelta(days=1))
