"""Which stories a query of the public asks for, and what became of one that is not there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.dateparse import parse_date, parse_datetime

from broadsheet.newsroom.models import Author, Section, Story, StoryByline, Topic
from broadsheet.newsroom.selectors import Cursor

from ..models import StoryEvent
from ..stories import public_stories
from .items import Withdrawal
from .versions import Version, versions

NAMES = frozenset({"section", "topic", "author", "language", "since", "until", "before"})
MOST = 50


class UnknownQuery(ValueError):
    """A parameter that is none, or whose value names nothing: its text is for who asked."""


@dataclass(frozen=True, slots=True)
class Query:
    """What was asked for: slugs, times (aware), and where the page begins."""

    section: str = ""
    topic: str = ""
    author: str = ""
    language: str = ""
    since: datetime | None = None
    until: datetime | None = None
    before: Cursor | None = None


def parse(given: Mapping[str, str]) -> Query:
    """Read the parameters of an address. Raises `UnknownQuery`."""
    unknown = sorted(set(given) - NAMES)
    if unknown:
        raise UnknownQuery(f"unknown parameter {unknown[0][:40]!r}; known: {', '.join(sorted(NAMES))}")
    language = given.get("language", "")
    if language and language not in settings.PAPER.languages:
        raise UnknownQuery(f"unknown language; known: {', '.join(settings.PAPER.languages)}")
    before = given.get("before", "")
    cursor = Cursor.parse(before) if before else None
    if before and cursor is None:
        raise UnknownQuery("before is no cursor that was given out")
    return Query(
        section=given.get("section", ""),
        topic=given.get("topic", ""),
        author=given.get("author", ""),
        language=language,
        since=_moment(given, "since"),
        until=_moment(given, "until"),
        before=cursor,
    )


def _moment(given: Mapping[str, str], name: str) -> datetime | None:
    text = given.get(name, "")
    if not text:
        return None
    try:
        found = parse_datetime(text)
        if found is None and (day := parse_date(text)):
            found = datetime(day.year, day.month, day.day, tzinfo=settings.PAPER.zone)
            # A day as the end of a time is in it.
            found += timedelta(days=1) if name == "until" else timedelta()
        if found is None:
            raise ValueError(text)
        return (found if found.tzinfo else found.replace(tzinfo=settings.PAPER.zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise UnknownQuery(f"{name} is no RFC 3339 time or day") from None


def stories(query: Query) -> tuple[QuerySet[Story], list[str]]:
    """The public stories of a query and the cache keys of their list. Raises `UnknownQuery` for what there is not."""
    found = public_stories()
    keys = [f"latest/{code}" for code in ([query.language] if query.language else settings.PAPER.languages)]
    if query.language:
        found = found.filter(language=query.language)
    if query.section:
        sections = list(Section.objects.live().filter(slug=query.section).values_list("pk", flat=True))
        found = found.filter(desk__in=_known(sections, "section"))
        keys = [f"latest/section/{pk}" for pk in sections]
    if query.topic:
        topics = list(Topic.objects.filter(slug=query.topic).values_list("pk", flat=True))
        links = Story.topics.through.objects.filter(topic__in=_known(topics, "topic"))
        found = found.filter(Exists(links.filter(story_id=OuterRef("pk"))))
        keys += [f"latest/topic/{pk}" for pk in topics]
    if query.author:
        authors = list(Author.objects.filter(slug=query.author).values_list("pk", flat=True))
        lines = StoryByline.objects.filter(author__in=_known(authors, "author"))
        found = found.filter(Exists(lines.filter(story_id=OuterRef("pk"))))
        keys += [f"latest/author/{pk}" for pk in authors]
    if query.since:
        found = found.filter(published_at__gte=query.since)
    if query.until:
        found = found.filter(published_at__lt=query.until)
    return found, keys


def _known(ids: list[int], what: str) -> list[int]:
    if not ids:
        raise UnknownQuery(f"there is no such {what}")
    return ids


def withdrawal(story: int) -> Withdrawal | None:
    """What is left of a story that was public, for as long as the log of events knows it; only for one that is not."""
    last = StoryEvent.objects.filter(story=story).order_by("-pk").first()
    if last is None:
        return None
    version = versions([story]).get(story, Version())
    return Withdrawal(story, version.number, version.at or last.at, last.language)
