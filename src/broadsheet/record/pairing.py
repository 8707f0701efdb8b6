"""Lays facts out for reading: which stories an entity stands in, which events and stories a pair shares.

All of it is derived; rows are compared and only differences written.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import combinations
from typing import TypeVar

from django.db.models import Count, Max, Q

from broadsheet.newsroom.models import Story

from .models import (
    Address,
    Claim,
    ClaimKind,
    Dyad,
    DyadEvent,
    DyadStory,
    Entity,
    EntityKind,
    EntityStatus,
    EntityStory,
    Event,
    Participation,
)
from .naming import free_slug
from .scope import canonical

# A conference of fifty has 1,225 pairs, none of which met in any sense worth a page.
MOST_PARTIES, MOST_COUNTRIES = 12, 8
_COLLECTIVE = frozenset({EntityKind.COUNTRY, EntityKind.ORGANISATION})
Pair = tuple[int, int]
# A story's language and when it was published.
Place = tuple[str, datetime]
# A story, and an entity or a pair that it is about.
Link = tuple[int, int]
Row = TypeVar("Row", EntityStory, DyadStory)


def project_pairs(events: Sequence[Event]) -> tuple[set[str], set[int]]:
    """The pairs of these events: those who met, country with country, person with person.

    Returns the keys of pages that show them, and the stories of the events whose pairs changed.
    """
    public = [event for event in events if event.is_public]
    who: dict[int, list[tuple[int, str]]] = defaultdict(list)
    rows = Participation.objects.filter(event__in=public, is_public=True).order_by("entity_id")
    for event_id, entity_id, kind in rows.values_list("event_id", "entity_id", "entity__kind"):
        who[event_id].append((entity_id, kind))
    wanted = {(event.pk, pair) for event in public for pair in _pairs(who[event.pk])}
    dyads = _dyads({pair for _, pair in wanted})
    days = {event.pk: event.sort_start for event in events}
    have = {
        (row.event_id, row.dyad_id): row
        for row in DyadEvent.objects.filter(event__in=events).select_related("dyad")
    }
    need = {(event, dyads[pair]) for event, pair in wanted}
    stale = [k for k, row in have.items() if k not in need or row.sort_start != days[row.event_id]]
    if stale:
        DyadEvent.objects.filter(pk__in=[have[k].pk for k in stale]).delete()
    DyadEvent.objects.bulk_create(
        DyadEvent(event_id=event, dyad_id=dyad, sort_start=days[event])
        for event, dyad in sorted(need - (have.keys() - set(stale)))
    )
    touched = {dyad for _, dyad in have} | {dyad for _, dyad in need}
    _count(touched)
    changed = {event for event, _ in need ^ have.keys()}
    stories = Claim.objects.filter(event__in=changed, story__isnull=False).values_list("story_id", flat=True)
    entities = {pk for pairs in who.values() for pk, _ in pairs}
    return (
        {f"dyad/{pk}" for pk in touched} | {f"entity/{pk}" for pk in entities},
        {pk for pk in stories if pk} if changed else set(),
    )


def _pairs(who: Sequence[tuple[int, str]]) -> list[Pair]:
    groups = (
        [pk for pk, kind in who if kind in _COLLECTIVE],
        [pk for pk, kind in who if kind == EntityKind.PERSON],
    )
    return [pair for group in groups if len(group) <= MOST_PARTIES for pair in combinations(sorted(group), 2)]


def _dyads(pairs: set[Pair]) -> dict[Pair, int]:
    """The ids of these pairs, made where they are new."""
    if not pairs:
        return {}
    first = {a for a, _ in pairs}
    rows = Dyad.objects.filter(a__in=first, b__in={b for _, b in pairs}).values_list("a_id", "b_id", "pk")
    have = {(a, b): pk for a, b, pk in rows}
    made = Dyad.objects.bulk_create(Dyad(a_id=a, b_id=b) for a, b in sorted(pairs - have.keys()))
    return have | {(dyad.a_id, dyad.b_id): dyad.pk for dyad in made}


def _count(ids: set[int]) -> None:
    """Counters and addresses of pairs; a pair that shares nothing and was never public goes."""
    if not ids:
        return
    rows = DyadEvent.objects.filter(dyad__in=ids).order_by().values("dyad")
    counted = rows.annotate(n=Count("pk"), last=Max("sort_start")).values_list("dyad", "n", "last")
    found: dict[int, tuple[int, date | None]] = {pk: (n, last) for pk, n, last in counted}
    changed = []
    for dyad in Dyad.objects.filter(pk__in=ids).select_related("a", "b"):
        events, last = found.get(dyad.pk, (0, None))
        if (dyad.event_count, dyad.last_start) != (events, last):
            dyad.event_count, dyad.last_start = events, last
            changed.append(dyad)
            if events and dyad.a.kind in _COLLECTIVE and dyad.b.kind in _COLLECTIVE:
                _give_address(dyad)
    Dyad.objects.bulk_update(changed, ["event_count", "last_start"])
    _forget_empty(ids)


def _forget_empty(ids: set[int]) -> None:
    Dyad.objects.filter(pk__in=ids, event_count=0, addresses=None, background={}).exclude(
        pk__in=DyadStory.objects.filter(dyad__in=ids).values("dyad")
    ).delete()


def _give_address(dyad: Dyad) -> None:
    if not Address.objects.filter(dyad=dyad).exists():
        names = sorted((dyad.a.label, dyad.b.label))
        Address.objects.create(slug=free_slug(f"{names[0]} {names[1]}"), dyad=dyad)


# -- stories ----------------------------------------------------------------------------------------------------------


def project_stories(ids: Iterable[int]) -> set[str]:
    """Which entities and pairs these stories stand under, as their public claims have it now."""
    rows = Story.objects.filter(pk__in=set(ids), published_at__isnull=False)
    places = {pk: (language, at) for pk, language, at in rows.values_list("pk", "language", "published_at")}
    wanted_ids = set(ids)
    if not wanted_ids:
        return set()
    claims = list(
        Claim.objects.filter(
            story__in=places, is_public=True, entity__isnull=False, entity__status__in=_SHOWN
        )
        .exclude(kind=ClaimKind.ROLE)
        .annotate(times=Count("mentions"))
        .values_list("story_id", "entity_id", "times")
    )
    now = canonical({entity for _, entity, _ in claims})
    kinds = dict(Entity.objects.filter(pk__in=now.values()).values_list("pk", "kind"))
    times: dict[int, Counter[int]] = defaultdict(Counter)
    for story, entity, count in claims:
        times[story or 0][now[entity or 0]] += count
    need = {(story, entity) for story, found in times.items() for entity in found}
    changed, _ = _link(EntityStory, "entity_id", need, wanted_ids, places)
    keys = {f"entity/{entity}" for _, entity in changed}
    return keys | _project_story_pairs(wanted_ids, places, times, kinds)


_SHOWN = (EntityStatus.CONFIRMED, EntityStatus.MERGED)


def _project_story_pairs(
    ids: set[int], places: dict[int, Place], times: dict[int, Counter[int]], kinds: dict[int, str]
) -> set[str]:
    pairs: set[tuple[int, Pair]] = set()
    for story, found in times.items():
        countries = [pk for pk, _ in found.most_common() if kinds.get(pk) == EntityKind.COUNTRY]
        pairs |= {(story, pair) for pair in combinations(sorted(countries[:MOST_COUNTRIES]), 2)}
    dyads = _dyads({pair for _, pair in pairs})
    need = {(story, dyads[pair]) for story, pair in pairs}
    in_events = Claim.objects.filter(story__in=places, is_public=True, event__isnull=False).values_list(
        "story_id", "event_id"
    )
    by_event: dict[int, set[int]] = defaultdict(set)
    for story, event in in_events:
        by_event[event or 0].add(story or 0)
    for event, dyad in DyadEvent.objects.filter(event__in=by_event).values_list("event_id", "dyad_id"):
        need |= {(story, dyad) for story in by_event[event]}
    changed, gone = _link(DyadStory, "dyad_id", need, ids, places)
    _forget_empty({dyad for _, dyad in gone})
    return {f"dyad/{dyad}" for _, dyad in changed}


def _link(
    model: type[Row],
    name: str,
    need: set[Link],
    ids: set[int],
    places: dict[int, Place],
) -> tuple[set[Link], set[Link]]:
    """Make the rows of these stories the needed ones, each with its story's place in lists; `name` is the column beside
    the story. Returns the links that came or went, and those whose rows were dropped."""
    have: dict[Link, Row] = {
        (row.story_id, getattr(row, name)): row for row in model._default_manager.filter(story__in=ids)
    }
    stale = {
        k for k, row in have.items() if k not in need or (row.language, row.published_at) != places[k[0]]
    }
    if stale:
        model._default_manager.filter(pk__in=[have[k].pk for k in stale]).delete()
    model._default_manager.bulk_create(
        model(story_id=story, language=places[story][0], published_at=places[story][1], **{name: other})
        for story, other in sorted(need - (have.keys() - stale))
    )
    return need ^ have.keys(), stale


def project_entities(group: set[int]) -> set[str]:
    """The stories of entities that were merged, split, renamed or redacted: all of the group's, in slices."""
    stories = set(
        Claim.objects.filter(entity__in=group, story__isnull=False).values_list("story_id", flat=True)
    ) | set(EntityStory.objects.filter(entity__in=group).values_list("story_id", flat=True))
    ordered = sorted(pk for pk in stories if pk)
    keys: set[str] = set()
    for start in range(0, len(ordered), 500):
        keys |= project_stories(ordered[start : start + 500])
    dyads = Dyad.objects.filter(Q(a__in=group) | Q(b__in=group)).values_list("pk", flat=True)
    return keys | {f"entity/{pk}" for pk in group} | {f"dyad/{pk}" for pk in dyads}
