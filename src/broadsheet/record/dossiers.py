"""A dossier: what the record knows of an entity, of a pair, or along a storyline. Bounded, keyset-paged reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import combinations
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone, translation

from broadsheet.newsroom.document import Card
from broadsheet.newsroom.selectors import Cursor, card, language_prefix, restricted

from .edtf import parse_or_none
from .models import (
    Address,
    Dyad,
    DyadEvent,
    DyadStory,
    Entity,
    EntityKind,
    EntityStory,
    Participation,
    Storyline,
    TenureSeen,
)
from .models.entities import Dossier as Row
from .timelines import (
    NO_FILTERS,
    EventLine,
    Filters,
    Place,
    Timeline,
    Who,
    event_lines,
    next_ids,
    page_ids,
    timeline_of,
)
from .wording import when_words

STORIES, MET, RECENT = 20, 12, 200
STALE = timedelta(days=365)
FRESH_TITLE = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Background:
    """The desk's own words, and when somebody last checked them."""

    text: str
    checked_on: date | None


@dataclass(frozen=True, slots=True)
class Met:
    """Two who met: how often, and when last."""

    one: Who
    other: Who
    count: int
    last: date | None


@dataclass(frozen=True, slots=True)
class Role:
    """A title: `words` say when it was held or seen, `is_now` only where somebody checked it within ninety days."""

    title: str
    words: str
    of: str = ""
    is_now: bool = False


@dataclass(frozen=True, slots=True)
class Head:
    """Which page this is, without what is on it."""

    kind: str
    id: int
    name: str
    slug: str
    is_person: bool = False

    @property
    def surrogate_key(self) -> str:
        return f"{self.kind}/{self.id}"

    def path_in(self, language: str) -> str:
        return f"{language_prefix(language)}/topic/{self.slug}/"


@dataclass(frozen=True, slots=True)
class Dossier:
    """Everything on the page. Empty parts are left out by the template."""

    head: Head
    description: str = ""
    background: Background | None = None
    roles: Sequence[Role] = ()
    aliases: Sequence[str] = ()
    next: Sequence[EventLine] = ()
    timeline: Timeline = field(default_factory=Timeline)
    met: Sequence[Met] = ()
    stories: Sequence[Card] = ()
    older_stories: Cursor | None = None
    same_as: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What an address leads to: a row with its head, or another address."""

    head: Head | None = None
    row: Entity | Dyad | Storyline | None = None
    moved_to: str = ""


def find(slug: str) -> Found | None:
    """Who or what is at `/topic/<slug>/`; None for nothing public. One query, two or three for what was merged."""
    joins = ("entity__merged_into", "dyad__a", "dyad__b", "storyline")
    address = Address.objects.select_related(*joins).filter(pk=slug).first()
    if address is None:
        return None
    language = translation.get_language() or ""
    if address.entity is not None:
        entity = address.entity.merged_into or address.entity
        if not entity.has_page:
            return None
        if entity.pk != address.entity_id or not address.is_current:
            return _moved(Address.objects.filter(entity=entity))
        return Found(
            Head("entity", entity.pk, entity.name_in(language), slug, entity.kind == EntityKind.PERSON),
            entity,
        )
    if address.storyline is not None:
        if not address.storyline.is_public:
            return None
        line = address.storyline
        return Found(Head("storyline", line.pk, line.name_in(language), slug), line)
    assert address.dyad is not None, "an address leads somewhere"
    return _pair(address.dyad, slug, language)


def _pair(dyad: Dyad, slug: str, language: str) -> Found | None:
    a, b = sorted((dyad.a.canonical_id, dyad.b.canonical_id))
    if (a, b) != (dyad.a_id, dyad.b_id):
        return _moved(Address.objects.filter(dyad__a=a, dyad__b=b))
    if not dyad.event_count:
        return None
    names = sorted((dyad.a.name_in(language), dyad.b.name_in(language)))
    return Found(Head("dyad", dyad.pk, " – ".join(names), slug), dyad)


def _moved(addresses: QuerySet[Address]) -> Found | None:
    slug = addresses.filter(is_current=True).values_list("slug", flat=True).first()
    return Found(moved_to=slug) if slug else None


def dossier(
    found: Found,
    *,
    before: Cursor | None = None,
    until: Place | None = None,
    filters: Filters = NO_FILTERS,
) -> Dossier:
    """The page of what `find` found: eight queries, nine for a person, whatever the archive's size."""
    row, head = found.row, found.head
    assert head is not None
    assert row is not None
    language = translation.get_language() or ""
    if isinstance(row, Storyline):
        return Dossier(head, background=_background(row, language), timeline=_told(row))
    links: QuerySet[DyadEvent] | QuerySet[Participation]
    if isinstance(row, Dyad):
        links = DyadEvent.objects.filter(dyad=row)
        stories, older = _stories(DyadStory.objects.filter(dyad=row, language=language), before)
    else:
        links = Participation.objects.filter(entity=row, is_public=True)
        stories, older = _stories(EntityStory.objects.filter(entity=row, language=language), before)
    is_first = before is None and until is None and not filters
    soon = next_ids(links, timezone.localdate()) if is_first else []
    page = page_ids(links, until, filters)
    met = (_met_by(row) if isinstance(row, Entity) else _met_between(row)) if is_first else []
    lines, paths = event_lines([*soon, *page], {entity for one, other, *_ in met for entity in (one, other)})
    return Dossier(
        head=head,
        description=str(row.description.get(language, "")) if isinstance(row, Entity) else "",
        background=_background(row, language),
        roles=_roles(row, language) if isinstance(row, Entity) and head.is_person and is_first else (),
        next=[lines[pk] for pk in soon if pk in lines],
        timeline=timeline_of(page, lines),
        met=[Met(_plain(a, paths), _plain(b, paths), count, last) for a, b, count, last in met],
        stories=stories,
        older_stories=older,
        same_as=row.wikidata_qid if isinstance(row, Entity) and row.qid_is_confirmed else "",
    )


def _background(row: Row, language: str) -> Background | None:
    """Not shown when nobody has looked at it for a year."""
    text = str(row.background.get(language, ""))
    is_stale = row.checked_on is None or timezone.localdate() - row.checked_on > STALE
    return Background(text, row.checked_on) if text and not is_stale else None


def _stories(
    links: QuerySet[EntityStory] | QuerySet[DyadStory], before: Cursor | None
) -> tuple[list[Card], Cursor | None]:
    """A page of cards without pictures: one query, an index walk that looks at no more stories than it shows."""
    if before:
        links = links.filter(published_at__lte=before.published).filter(
            Q(published_at__lt=before.published) | Q(story__lt=before.id)
        )
    rows: list[Any] = list(
        links.filter(story__live=True, story__desk__live=True)
        .annotate(is_closed=restricted("story__path"))
        .select_related("story__desk", "story__locale")
        .defer("story__body", "story__search_description")
        .order_by("-published_at", "-story")[: STORIES + 1]
    )
    page = rows[:STORIES]
    made = [card(row.story, {}) for row in page if not row.is_closed]
    return made, Cursor(page[-1].published_at, page[-1].story_id) if len(rows) > STORIES else None


_Pair = tuple[Entity, Entity, int, date | None]


def _met_by(entity: Entity) -> list[_Pair]:
    """Whom an entity met most: one query."""
    rows = Dyad.objects.filter(Q(a=entity) | Q(b=entity), event_count__gt=0).select_related("a", "b")
    found = []
    for dyad in rows.order_by("-event_count", "-last_start")[:MET]:
        other = dyad.b if dyad.a_id == entity.pk else dyad.a
        found.append((entity, other, dyad.event_count, dyad.last_start))
    return found


def _met_between(dyad: Dyad) -> list[_Pair]:
    """Which persons met at a pair's last two hundred events: one query."""
    recent = DyadEvent.objects.filter(dyad=dyad).order_by("-sort_start", "-event").values("event")[:RECENT]
    rows = Participation.objects.filter(event__in=recent, is_public=True, entity__kind=EntityKind.PERSON)
    by_event: dict[int, list[Participation]] = {}
    for row in rows.select_related("entity").order_by("entity_id"):
        by_event.setdefault(row.event_id, []).append(row)
    counts: Counter[tuple[Entity, Entity]] = Counter()
    last: dict[tuple[Entity, Entity], date] = {}
    for people in by_event.values():
        for one, other in combinations(people, 2):
            pair = one.entity, other.entity
            counts[pair] += 1
            last[pair] = max(last.get(pair, date.min), one.sort_start or date.min)
    top = sorted(counts, key=lambda pair: (-counts[pair], pair[0].pk, pair[1].pk))[:MET]
    return [(a, b, counts[a, b], last[a, b]) for a, b in top]


def _plain(entity: Entity, paths: dict[int, str]) -> Who:
    language = translation.get_language() or ""
    return Who(entity.pk, entity.name_in(language), paths.get(entity.pk, ""), entity.kind)


def _roles(entity: Entity, language: str) -> list[Role]:
    """Titles with the days on which they were seen, latest first; gaps stay gaps. One query."""
    rows = (
        TenureSeen.objects.filter(
            Q(tenure__person=entity) | Q(tenure__person__merged_into=entity), is_public=True
        )
        .select_related("tenure__post__jurisdiction", "tenure__post__organisation")
        .order_by("day", "pk")
    )
    by_post: dict[int, list[TenureSeen]] = {}
    for seen in rows[:500]:
        by_post.setdefault(seen.tenure.post_id, []).append(seen)
    latest = sorted(by_post.values(), key=lambda found: found[-1].day, reverse=True)
    return [_role(found, language) for found in latest]


def _role(seen: Sequence[TenureSeen], language: str) -> Role:
    tenure = seen[-1].tenure
    post = tenure.post
    checked = tenure.checked_on
    is_now = bool(
        tenure.start and not tenure.end and checked and timezone.localdate() - checked <= FRESH_TITLE
    )
    if tenure.start or tenure.end:
        words = when_words(parse_or_none(f"{tenure.start or '..'}/{tenure.end or '..'}"))
    else:
        first, last = (when_words(parse_or_none(one.seen_on)) for one in (seen[0], seen[-1]))
        words = first if first == last else f"{first} – {last}"
    of = post.organisation or post.jurisdiction
    return Role(post.title_in(language), words, of.name_in(language) if of else "", is_now)


def _told(line: Storyline) -> Timeline:
    """A storyline's events in the editor's order."""
    ids = [pk for pk in line.slots.filter(event__isnull=False).values_list("event_id", flat=True)[:200] if pk]
    lines, _ = event_lines(ids)
    return Timeline([lines[pk] for pk in ids if pk in lines])
