"""Finds stories by words and phrases, in any script, within public words only."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.utils.safestring import SafeString

from broadsheet.newsroom.document import Card, Named
from broadsheet.newsroom.models import Section, Topic
from broadsheet.newsroom.selectors import Cursor, card, public_stories, topic_named

from . import fulltext
from .folding import WORD, excerpt, fold, marked
from .fulltext import Query, moment_of, place_of
from .services import public_text

LIMIT = 20
LONGEST_QUERY = 200
MOST_PHRASES, MOST_EDITIONS = 12, 20
PIECE = re.compile(r'["“”«»]([^"“”«»]+)["“”«»]|(\S+)')


@dataclass(frozen=True, slots=True)
class Wanted:
    """One reader's question. `section` is a slug; days are in the paper's zone; `newest` orders by time."""

    text: str
    section: str = ""
    language: str = ""
    since: date | None = None
    until: date | None = None
    newest: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """One story that answers, with what was searched for marked."""

    card: Card
    headline: SafeString
    excerpt: SafeString


@dataclass(frozen=True, slots=True)
class Results:
    """One page of answers; `older` leads on when ordered by time."""

    found: Sequence[Found]
    older: Cursor | None = None


def parse(text: str) -> tuple[list[list[str]], list[str]]:
    """The phrases of what a reader typed, folded: words must all occur, quoted words in that order. And the words to
    mark."""
    phrases: list[list[str]] = []
    for phrase, word in PIECE.findall(text[:LONGEST_QUERY]):
        words = WORD.findall(fold(phrase or word))
        phrases += [words] if phrase and words else [[w] for w in words]
    terms = dict.fromkeys(word for words in phrases for word in words)
    return phrases[:MOST_PHRASES], list(terms)


def find(wanted: Wanted, before: Cursor | None = None) -> Results:
    """Answers, best first (one page) or newest first (keyset-paged): three queries at most, whatever the archive's size."""
    phrases, terms = parse(wanted.text)
    if not phrases:
        return Results(())
    query = _query(wanted, phrases, before)
    if query is None:
        return Results(())
    if not wanted.newest:
        return Results(_found(fulltext.best(query, LIMIT), terms))
    places = fulltext.newest(query, LIMIT + 1)
    page = places[:LIMIT]
    older = Cursor(*moment_of(page[-1])) if len(places) > LIMIT else None
    return Results(_found(page, terms), older)


def _query(wanted: Wanted, phrases: Sequence[Sequence[str]], before: Cursor | None) -> Query | None:
    """None when no story can be meant. A section of several editions is the one of the wanted language, or any."""
    zone = settings.PAPER.zone
    facets = [f"lang{wanted.language}"] if wanted.language else []
    if wanted.section:
        sections = Section.objects.live().filter(slug=wanted.section)
        if wanted.language:
            sections = sections.filter(locale__language_code=wanted.language)
        ids = list(sections.values_list("pk", flat=True)[:MOST_EDITIONS])
        if not ids:
            return None
        facets.append("|".join(f"desk{pk}" for pk in ids))
    after = place_of(datetime.combine(wanted.since, time.min, zone), 0) if wanted.since else None
    ends = [place_of(before.published, before.id)] if before else []
    if wanted.until and wanted.until < date.max:
        ends.append(place_of(datetime.combine(wanted.until + timedelta(days=1), time.min, zone), 0))
    return Query(phrases, facets, after, min(ends, default=None))


def _found(places: Sequence[int], terms: Sequence[str]) -> list[Found]:
    """The stories at these places, in order; one that is not public any more is not there, whatever the index says."""
    # Excerpts are cut from the body, which lists leave unread.
    rows = (
        public_stories()
        .defer(None)
        .filter(search_entry__place__in=places)
        .select_related("desk", "search_entry")
    )
    stories = {story.search_entry.place: story for story in rows}
    return [
        Found(card(s, {}), marked(s.title, terms), excerpt(public_text(s), terms))
        for s in (stories[place] for place in places if place in stories)
    ]


def suggestions(language: str, limit: int = 8) -> list[Named]:
    """Topics to go on with when nothing was found."""
    rows = (
        Topic.objects.filter(locale__language_code=language, stories__live=True)
        .distinct()
        .order_by("name")[:limit]
    )
    return [topic_named(topic, language) for topic in rows]
