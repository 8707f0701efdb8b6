"""In which order stories leave, and how a million of them are walked: by keyset, a bounded number at a time.

First what readers may see, oldest first, then drafts, what is scheduled and what is private, then the plain pages. Equal times go by id, which is
the same in every paper that holds the story: two exports of equal papers are equal byte for byte.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby, islice
from typing import Any

from django.db.models import Q, QuerySet
from wagtail.models import Locale, Page, PageViewRestriction

from broadsheet.newsroom.models import Gallery, InfoPage, Story

from ..readers.jsonl.reader import id_of

BATCH = 400
WALK = 5_000
SECTION_DEPTH = 3


@dataclass(frozen=True, slots=True)
class Place:
    """One page to export."""

    id: str
    model: type[Page]
    pk: int


def total() -> int:
    """How many pages an export holds. Three queries."""
    return sum(model._default_manager.count() for model in (Story, Gallery, InfoPage))


def batches(*, only_live: bool = False) -> Iterator[list[Place]]:
    """Every page's place, at most `BATCH` at a time."""
    places = _places(only_live=only_live)
    while batch := list(islice(places, BATCH)):
        yield batch


def _places(*, only_live: bool) -> Iterator[Place]:
    codes = dict(Locale.objects.values_list("pk", "language_code"))
    live = Q(live=True, published_at__isnull=False) & ~_private()
    walks = [
        _by_time(model.objects.filter(live, language=code), model, code)
        for model in (Story, Gallery)
        for code in codes.values()
    ]
    for _, same in groupby(heapq.merge(*walks, key=_first), key=_first):
        yield from sorted((place for _, place in same), key=_id)
    if only_live:
        return
    unpublished = [_by_key(model.objects.exclude(live), model, codes) for model in (Story, Gallery)]
    yield from heapq.merge(*unpublished, key=_id)
    yield from _by_key(InfoPage.objects.all(), InfoPage, codes)


def _private() -> Q:
    """Pages under a view restriction: their own, or that of a page above them, of which there are few."""
    restricted = PageViewRestriction.objects.all()
    found = Q(pk__in=restricted.values("page_id"))
    for path in restricted.filter(page__depth__lte=SECTION_DEPTH).values_list("page__path", flat=True):
        found |= Q(path__startswith=path)
    return found


def _first(pair: tuple[Any, Place]) -> Any:
    return pair[0]


def _id(place: Place) -> str:
    return place.id


def _by_time(pages: QuerySet[Any], model: type[Page], language: str) -> Iterator[tuple[Any, Place]]:
    """Pages of one language, oldest first, along the index that the Latest page has."""
    pages = pages.order_by("published_at", "page_ptr")
    rest = pages
    while rows := list(rest.values_list("published_at", "pk", "translation_key")[:WALK]):
        for published, pk, key in rows:
            yield published, Place(id_of(key, language), model, pk)
        published, pk, _ = rows[-1]
        rest = pages.filter(published_at__gte=published).filter(
            Q(published_at__gt=published) | Q(page_ptr__gt=pk)
        )


def _by_key(pages: QuerySet[Any], model: type[Page], codes: dict[int, str]) -> Iterator[Place]:
    """Pages by translation key, along its index; the few that share one are put in order by language."""
    for _, same in groupby(_keyed(pages), key=lambda row: row[0]):
        yield from sorted((Place(id_of(key, codes[locale]), model, pk) for key, locale, pk in same), key=_id)


def _keyed(pages: QuerySet[Any]) -> Iterable[tuple[Any, int, int]]:
    pages = pages.order_by("translation_key", "locale_id")
    rest = pages
    while rows := list(rest.values_list("translation_key", "locale_id", "pk")[:WALK]):
        yield from rows
        key, locale, _ = rows[-1]
        rest = pages.filter(translation_key__gte=key).filter(
            Q(translation_key__gt=key) | Q(locale_id__gt=locale)
        )
