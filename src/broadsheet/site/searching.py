"""Finds stories by words and phrases, in any script, within public words only."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.db.models import Q
from django.utils.safestring import SafeString
from modelsearch.query import And, Phrase, PlainText, SearchQuery

from broadsheet.newsroom.document import Card, Named
from broadsheet.newsroom.models import Section, Topic
from broadsheet.newsroom.selectors import Cursor, card, public_stories, topic_named

from .folding import WORD, excerpt, fold, marked
from .models import SearchEntry

LIMIT = 20
LONGEST_QUERY = 200
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


def parse(text: str) -> tuple[SearchQuery | None, list[str]]:
    """The query a reader typed, folded: words must all occur, quoted words in that order. And the words to mark."""
    parts: list[SearchQuery] = []
    terms: list[str] = []
    for phrase, word in PIECE.findall(text[:LONGEST_QUERY]):
        words = WORD.findall(fold(phrase or word))
        terms += words
        if phrase and len(words) > 1:
            parts.append(Phrase(" ".join(words)))
        else:
            parts += [PlainText(w) for w in words]
    return (And(parts) if len(parts) > 1 else parts[0]) if parts else None, list(dict.fromkeys(terms))


def find(wanted: Wanted, before: Cursor | None = None) -> Results:
    """Answers, best first (one page) or newest first (keyset-paged): two queries."""
    query, terms = parse(wanted.text)
    if query is None:
        return Results(())
    entries = SearchEntry.objects.filter(*_filters(wanted))
    if not wanted.newest:
        ids = [entry.pk for entry in entries.search(query)[:LIMIT]]
        return Results(_found(ids, terms))
    if before:
        entries = entries.filter(
            Q(published_at__lt=before.published) | Q(published_at=before.published, story_id__lt=before.id)
        )
    rows = list(
        entries.order_by("-published_at", "-story_id").search(query, order_by_relevance=False)[: LIMIT + 1]
    )
    page = rows[:LIMIT]
    older = Cursor(page[-1].published_at, page[-1].pk) if len(rows) > LIMIT else None
    return Results(_found([entry.pk for entry in page], terms), older)


def _filters(wanted: Wanted) -> list[Q]:
    zone = settings.PAPER.zone
    conditions = []
    if wanted.section:
        ids = list(Section.objects.live().filter(slug=wanted.section).values_list("pk", flat=True))
        conditions.append(Q(desk_id__in=ids))
    if wanted.language:
        conditions.append(Q(language=wanted.language))
    if wanted.since:
        conditions.append(Q(published_at__gte=datetime.combine(wanted.since, time.min, zone)))
    if wanted.until:
        conditions.append(
            Q(published_at__lt=datetime.combine(wanted.until + timedelta(days=1), time.min, zone))
        )
    return conditions


def _found(ids: Sequence[int], terms: Sequence[str]) -> list[Found]:
    """The stories in the given order; one that is not public any more is not there, whatever the index says."""
    stories = {s.pk: s for s in public_stories().filter(pk__in=ids).select_related("search_entry")}
    return [
        Found(card(s, {}), marked(s.title, terms), excerpt(s.search_entry.words, terms))
        for s in (stories[i] for i in ids if i in stories)
    ]


def suggestions(language: str, limit: int = 8) -> list[Named]:
    """Topics to go on with when nothing was found."""
    rows = (
        Topic.objects.filter(locale__language_code=language, stories__live=True)
        .distinct()
        .order_by("name")[:limit]
    )
    return [topic_named(topic, language) for topic in rows]
