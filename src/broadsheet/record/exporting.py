"""The record as open data: one line an object, written while it is read. Nothing inferred or derived, no sentence of any story."""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import Prefetch
from django.utils import translation

from broadsheet.newsroom.selectors import page_path

from .models import Claim, Entity, EntityStatus, Event, Participation, TenureSeen
from .timelines import paths_of

SLICE = 500
COLUMNS = ("id", "type", "date", "life", "title", "place", "participants", "sources", "stories")


def objects(base_url: str) -> Iterator[dict[str, Any]]:
    """People, organisations and places with a page, then public events by day."""
    rows = Entity.objects.filter(status=EntityStatus.CONFIRMED, page_policy="full", needs_care=False)
    last = 0
    while found := list(rows.filter(pk__gt=last).order_by("pk").prefetch_related("aliases")[:SLICE]):
        last = found[-1].pk
        paths, seen = paths_of(found), _titles(found)
        yield from (_entity(entity, base_url + paths.get(entity.pk, ""), seen[entity.pk]) for entity in found)
    last = 0
    events = Event.objects.filter(is_public=True, is_derived=False).select_related("place")
    public = Participation.objects.filter(is_public=True, is_inferred=False).select_related("entity")
    with_people = events.prefetch_related(Prefetch("participations", queryset=public))
    while page := list(with_people.filter(pk__gt=last).order_by("pk")[:SLICE]):
        last = page[-1].pk
        stories = _stories(page)
        yield from (_event(event, [base_url + path for path in stories[event.pk]]) for event in page)


def _titles(entities: Sequence[Entity]) -> dict[int, list[TenureSeen]]:
    found: dict[int, list[TenureSeen]] = defaultdict(list)
    rows = TenureSeen.objects.filter(tenure__person__in=entities, is_public=True).select_related(
        "tenure__post"
    )
    for seen in rows.order_by("day"):
        found[seen.tenure.person_id].append(seen)
    return found


def _stories(events: Sequence[Event]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    rows = Claim.objects.filter(event__in=events, is_public=True, story__isnull=False).order_by("pk")
    for event, path, language in rows.values_list("event_id", "story__url_path", "story__language"):
        if event and path and language:
            found[event].append(page_path(path, language))
    return {pk: list(dict.fromkeys(found[pk])) for pk in (event.pk for event in events)}


def _entity(entity: Entity, url: str, seen: Sequence[TenureSeen]) -> dict[str, Any]:
    return {
        "object": entity.kind,
        "id": str(entity.uid),
        "url": url,
        "name": entity.label,
        "names": entity.labels,
        "other_names": sorted({alias.text for alias in entity.aliases.all()} - {entity.label}),
        "iso3166": entity.iso3166 or None,
        "wikidata": entity.wikidata_qid if entity.qid_is_confirmed else None,
        "roles": [
            {
                "title": one.tenure.post.title,
                "seen_on": one.seen_on,
                "start": one.tenure.start or None,
                "end": one.tenure.end or None,
            }
            for one in seen
        ],
    }


def _event(event: Event, stories: Sequence[str]) -> dict[str, Any]:
    return {
        "object": "event",
        "id": str(event.uid),
        "type": event.type,
        "date": event.date or None,
        "life": event.life,
        "certainty": event.certainty or None,
        "title": event.title or None,
        "place": event.place.label if event.place else None,
        "participants": [
            {"id": str(row.entity.uid), "name": row.entity.label, "capacity": row.capacity}
            for row in event.participations.all()
        ],
        "sources": event.source_count,
        "stories": list(stories),
    }


def lines(base_url: str) -> Iterator[str]:
    """JSON, one object a line."""
    with translation.override("en"):
        for one in objects(base_url):
            yield json.dumps(one, ensure_ascii=False) + "\n"


def rows(base_url: str) -> Iterator[str]:
    """Events alone as CSV (RFC 4180). A cell that a spreadsheet would run as a formula is quoted out of it."""
    yield _csv(COLUMNS)
    for one in objects(base_url):
        if one["object"] == "event":
            flat = {
                **one,
                "participants": "; ".join(p["name"] for p in one["participants"]),
                "stories": " ".join(one["stories"]),
            }
            yield _csv([_safe(flat[name]) for name in COLUMNS])


def _safe(value: Any) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _csv(cells: Sequence[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()
