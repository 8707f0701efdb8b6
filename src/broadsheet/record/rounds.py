"""Rounds of a series: an open promise ("will continue") is kept by the next round, whichever way that became known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from .edtf import Precision
from .models import Event, Life


def close_open(series: Iterable[str]) -> set[str]:
    """Supersede each open round by the first dated one after it, and reopen those that have none any more.

    Returns the keys of the events that changed.
    """
    rounds: dict[str, list[Event]] = defaultdict(list)
    for event in Event.objects.filter(series__in=set(series)).order_by("sort_start", "pk"):
        rounds[event.series].append(event)
    keys: set[str] = set()
    for events in rounds.values():
        dated = [event for event in events if event.is_public and _is_dated(event)]
        for event in events:
            if event.precision != Precision.OPEN or event.life not in (Life.PLANNED, Life.SUPERSEDED):
                continue
            later = next((d for d in dated if _follows(d, event)), None)
            life = Life.SUPERSEDED if later else Life.PLANNED
            if (event.life, event.superseded_by_id) != (life, later and later.pk):
                event.life, event.superseded_by = life, later
                event.version += 1
                event.save()
                keys.add(f"event/{event.pk}")
    return keys


def _is_dated(event: Event) -> bool:
    return event.precision not in (Precision.OPEN, Precision.NONE) and event.life in (
        Life.PLANNED,
        Life.OCCURRED,
    )


def _follows(later: Event, first: Event) -> bool:
    return (
        later.sort_start is not None and first.sort_start is not None and later.sort_start > first.sort_start
    )
