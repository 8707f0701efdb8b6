"""Events as readers see them: one line each, newest first, by year, keyset-paged. No counts, no offsets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import TypeVar

from django.db.models import Case, Exists, F, Model, OuterRef, Q, QuerySet, Value, When
from django.utils import timezone, translation

from broadsheet.newsroom.selectors import language_prefix, page_path

from .edtf import LATEST
from .models import Address, Capacity, Claim, Entity, EntityKind, Event, EventType, Life, Participation
from .titles import event_title, is_lapsed, state_words
from .wording import when_words

PAGE = 50
STORIES_OF_EVENT = 3
AnyModel = TypeVar("AnyModel", bound=Model)


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody in an event: `title` is the one held then, `path` empty without an own page."""

    id: int
    name: str
    path: str
    kind: str
    capacity: str = ""
    title: str = ""
    is_inferred: bool = False

    @property
    def surrogate_key(self) -> str:
        return f"entity/{self.id}"


@dataclass(frozen=True, slots=True)
class StoryLine:
    id: int
    headline: str
    path: str
    language: str

    @property
    def surrogate_key(self) -> str:
        return f"card/{self.id}"


@dataclass(frozen=True, slots=True)
class EventLine:
    """One event. `words` is its date as precisely as it is known; `iso` only for days."""

    id: int
    uid: str
    type: str
    type_name: str
    title: str
    words: str
    edtf: str
    iso: str
    start: date | None
    end: date | None
    state: str
    life: str
    outcome: str
    source_count: int
    is_derived: bool
    place: Who | None = None
    people: tuple[Who, ...] = ()
    parties: tuple[Who, ...] = ()
    stories: tuple[StoryLine, ...] = ()

    @property
    def surrogate_key(self) -> str:
        return f"event/{self.id}"

    @property
    def year(self) -> int:
        return self.start.year if self.start else 0


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a timeline: what follows is older than this day and id."""

    day: date
    id: int

    def __str__(self) -> str:
        return f"{self.day.isoformat()}.{self.id}"

    @classmethod
    def parse(cls, text: str) -> Place | None:
        day, point, number = text.partition(".")
        try:
            return cls(date.fromisoformat(day), int(number)) if point and len(day) == 10 else None
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class Filters:
    """What a reader chose: a year, a kind of event, somebody who took part. Zero and empty: all."""

    year: int = 0
    type: str = ""
    person: int = 0

    def __bool__(self) -> bool:
        return bool(self.year or self.type or self.person)


@dataclass(frozen=True, slots=True)
class Timeline:
    """One page of events; `older` leads on."""

    lines: Sequence[EventLine] = field(default_factory=tuple)
    older: Place | None = None

    @property
    def years(self) -> list[tuple[int, list[EventLine]]]:
        """By year, newest first; within one, what is known only to the year stands in it like the rest."""
        return [(year, list(lines)) for year, lines in groupby(self.lines, key=lambda line: line.year)]


NO_FILTERS = Filters()


def page_ids(
    rows: QuerySet[AnyModel], before: Place | None = None, filters: Filters = NO_FILTERS, limit: int = PAGE
) -> list[int]:
    """The events of one page and, if there is more, one beyond: ids from `rows`, links that carry `event` and `sort_start` (of a pair,
    of an entity). One query. Undated events are not in a timeline."""
    rows = rows.filter(sort_start__isnull=False)
    if before:
        rows = rows.filter(sort_start__lte=before.day).filter(
            Q(sort_start__lt=before.day) | Q(event__lt=before.id)
        )
    if filters.year:
        rows = rows.filter(
            sort_start__gte=date(filters.year, 1, 1), sort_start__lte=date(filters.year, 12, 31)
        )
    if filters.type:
        rows = rows.filter(event__type=filters.type)
    if filters.person:
        took_part = Participation.objects.filter(
            entity=filters.person, is_public=True, event=OuterRef("event")
        )
        rows = rows.filter(Exists(took_part))
    ordered = rows.order_by("-sort_start", "-event")
    return list(ordered.values_list("event_id", flat=True)[: limit + 1])


def timeline_of(ids: Sequence[int], lines: Mapping[int, EventLine], limit: int = PAGE) -> Timeline:
    """The page that `page_ids` named. No query."""
    page = [lines[pk] for pk in ids[:limit] if pk in lines]
    last = page[-1] if len(ids) > limit and page else None
    # A promise is no event of a day: it stands under what is next, and goes once it was kept.
    held = [line for line in page if line.end != LATEST]
    return Timeline(held, Place(last.start, last.id) if last and last.start else None)


def next_ids(rows: QuerySet[AnyModel], today: date, limit: int = 3) -> list[int]:
    """What is planned next among the events that `rows` link to: dated ones first, then open promises. One query, from the side of what
    is planned at all, which is little."""
    planned = Event.objects.filter(life=Life.PLANNED, is_public=True, sort_end__gte=today)
    mine = planned.filter(Exists(rows.filter(event=OuterRef("pk")).order_by()))
    is_open = Case(When(precision="open", then=Value(1)), default=Value(0))
    return list(mine.order_by(is_open, "sort_start", "pk").values_list("pk", flat=True)[:limit])


def event_lines(
    ids: Iterable[int], also: Iterable[Entity] = ()
) -> tuple[dict[int, EventLine], dict[int, str]]:
    """These events, those that are public, and the addresses of everybody in them and of `also`: four queries."""
    wanted = set(ids)
    events = (
        Event.objects.filter(pk__in=wanted, is_public=True).select_related("place").in_bulk()
        if wanted
        else {}
    )
    who: dict[int, list[Participation]] = defaultdict(list)
    rows = Participation.objects.filter(event__in=events, is_public=True).select_related(
        "entity", "tenure__post"
    )
    for row in rows.order_by("is_inferred", "pk") if events else ():
        who[row.event_id].append(row)
    shown = {row.entity for found in who.values() for row in found} | {
        e.place for e in events.values() if e.place
    }
    paths = paths_of(shown | set(also))
    stories = _stories(events) if events else {}
    lines = {pk: _line(event, who[pk], paths, stories.get(pk, ())) for pk, event in events.items()}
    return lines, paths


def paths_of(entities: Iterable[Entity]) -> dict[int, str]:
    """The addresses of those entities that have a page. One query."""
    ids = [entity.pk for entity in entities if entity.has_page]
    if not ids:
        return {}
    prefix = language_prefix(translation.get_language() or "")
    rows = Address.objects.filter(entity__in=ids, is_current=True).values_list("entity_id", "slug")
    return {pk: f"{prefix}/topic/{slug}/" for pk, slug in rows if pk}


def _stories(events: Iterable[int]) -> dict[int, tuple[StoryLine, ...]]:
    """The latest public stories that each event stands on, those in the reader's language first. One query."""
    language = translation.get_language() or ""
    rows = (
        Claim.objects.filter(event__in=list(events), is_public=True, story__isnull=False)
        .annotate(url_path=F("story__url_path"), headline=F("story__title"), code=F("story__language"))
        .order_by("-story__published_at", "-pk")
        .values_list("event_id", "story_id", "headline", "url_path", "code")
    )
    found: dict[int, dict[int, StoryLine]] = defaultdict(dict)
    for event, story, headline, url_path, code in rows:
        if event and story:
            found[event].setdefault(story, StoryLine(story, headline, page_path(url_path, code), code))
    return {
        event: tuple(sorted(lines.values(), key=lambda line: line.language != language)[:STORIES_OF_EVENT])
        for event, lines in found.items()
    }


def _line(
    event: Event, rows: Sequence[Participation], paths: dict[int, str], stories: Sequence[StoryLine]
) -> EventLine:
    language = translation.get_language() or "en"
    said = [_who(row.entity, row, paths, language) for row in rows]
    people = tuple(who for who in said if who.kind == EntityKind.PERSON)
    parties = tuple(who for who in said if who.kind != EntityKind.PERSON)
    when = event.when
    known = [who for who in (parties or people) if not who.is_inferred] or [*parties, *people]
    state, words = state_words(event, timezone.localdate()), when_words(when)
    if is_lapsed(event, timezone.localdate()):
        state, words = "", state
    return EventLine(
        id=event.pk,
        uid=str(event.uid),
        type=event.type,
        type_name=str(EventType(event.type).label),
        title=event_title(event, language, [who.name for who in known]),
        words=words,
        edtf=event.date,
        iso=when.sort_start.isoformat() if when and when.precision.is_exact else "",
        start=event.sort_start,
        end=event.sort_end,
        state=state,
        life=event.life,
        outcome=event.outcome if language == "en" else "",
        source_count=event.source_count,
        is_derived=event.is_derived,
        place=_who(event.place, None, paths, language) if event.place else None,
        people=people,
        parties=parties,
        stories=tuple(stories),
    )


def _who(entity: Entity, row: Participation | None, paths: dict[int, str], language: str) -> Who:
    return Who(
        id=entity.pk,
        name=entity.name_in(language),
        path=paths.get(entity.pk, ""),
        kind=entity.kind,
        capacity=str(Capacity(row.capacity).label) if row and row.capacity not in _PLAIN else "",
        title=row.tenure.post.title_in(language) if row and row.tenure else "",
        is_inferred=bool(row and row.is_inferred),
    )


# Taking part needs no word of its own.
_PLAIN = frozenset({Capacity.PARTY, Capacity.PARTICIPANT})
