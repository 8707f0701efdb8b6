"""Which stories a feed holds: the lists that readers know, each with its name and its addresses."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from typing import TypeVar
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext

from broadsheet.newsroom.document import Document, Named
from broadsheet.newsroom.models import Author, Section, Story, Topic
from broadsheet.newsroom.selectors import (
    EPOCH,
    Cursor,
    author_named,
    front_page,
    language_prefix,
    of_author,
    of_topic,
    restricted,
    section_named,
    topic_named,
)
from broadsheet.site import searching

from ..stories import Rule, newest, public_stories, released
from .feed import TYPES

SIZE = 20
Filed = TypeVar("Filed", Author, Topic)
Reading = Callable[[Cursor | None, Rule], tuple[list[Document], Cursor | None]]
_ADDRESS = re.compile(
    r"/(?:(?P<latest>feeds/latest)|(?P<what>author|topic)/(?P<slug>[-\w]+)/feed|(?P<section>[-\w]+)/feed)"
    rf"\.(?P<kind>{'|'.join(TYPES)})",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class StoryList:
    """One list. `home` and `path` are paths: of the page that shows it, and of its feeds without their suffix.

    `since` is when there was nothing yet; `lead_key` is the surrogate key of its first page, `keys` those of all pages;
    `query` (with its question mark) follows the path.
    """

    paper: str
    title: str
    description: str
    language: str
    home: str
    path: str
    since: datetime
    read: Reading = field(repr=False)
    lead_key: str = ""
    keys: tuple[str, ...] = ()
    query: str = ""


def latest(language: str) -> StoryList | None:
    """All stories of a language; None where there is no paper in it."""
    prefix = language_prefix(language)
    stories = public_stories().filter(language=language)
    named = Named("", f"{prefix}/latest/")
    return _made(language, named, _newest(stories), f"latest/{language}", f"{prefix}/feeds/latest")


def section(language: str, slug: str) -> StoryList | None:
    """The stories of a section; None when there is no such section for readers."""
    rows = Section.objects.select_related("locale").filter(~restricted(), live=True, slug=slug).order_by()
    # Of a slug there are a few, of a language there may be a million.
    found = next((row for row in rows if row.locale.language_code == language), None)
    if found is None:
        return None
    stories = public_stories().filter(desk=found)
    return _made(language, section_named(found, language), _newest(stories), f"latest/section/{found.pk}")


def author(language: str, slug: str) -> StoryList | None:
    """The stories of an author; None when there is none."""
    found = _by_slug(Author.objects.all(), language, slug)
    if found is None:
        return None
    stories = of_author(public_stories(), found)
    return _made(language, author_named(found, language), _newest(stories), f"latest/author/{found.pk}")


def topic(language: str, slug: str) -> StoryList | None:
    """The stories on a topic; None when there is none."""
    found = _by_slug(Topic.objects.all(), language, slug)
    if found is None:
        return None
    stories = of_topic(public_stories(), found)
    return _made(language, topic_named(found, language), _newest(stories), f"latest/topic/{found.pk}")


def search(language: str, asked: Mapping[str, str]) -> StoryList | None:
    """What answers a search, newest first; `asked` holds the search page's parameters. None when it asks nothing."""
    known = {
        key: asked.get(key, "").replace("\x00", "").strip()
        for key in ("q", "section", "language", "since", "until")
    }
    text = " ".join(known["q"][: searching.LONGEST_QUERY].split())
    if not text:
        return None
    wanted = searching.Wanted(
        text=text,
        section=known["section"],
        language=known["language"] if known["language"] in dict(settings.LANGUAGES) else "",
        since=_day(known["since"]),
        until=_day(known["until"]),
        newest=True,
    )
    query = "?" + urlencode(sorted((key, value) for key, value in {**known, "q": text}.items() if value))
    path = f"{language_prefix(language)}/search/"
    with translation.override(language):
        named = Named(gettext("“%(query)s”") % {"query": text}, f"{path}{query}")
    return _made(language, named, partial(_found, wanted), path=f"{path}feed", query=query)


def addressed(path: str) -> tuple[StoryList, str] | None:
    """The list and the kind of the public feed at `path`, searches excepted; None when there is none."""
    language = settings.LANGUAGE_CODE
    first, _, rest = path.removeprefix("/").partition("/")
    if first != language and first in dict(settings.LANGUAGES):
        language, path = first, f"/{rest}"
    meant = _ADDRESS.fullmatch(path)
    if meant is None:
        return None
    if meant["latest"]:
        found = latest(language)
    elif meant["section"]:
        found = section(language, meant["section"])
    else:
        found = (author if meant["what"] == "author" else topic)(language, meant["slug"])
    return (found, meant["kind"]) if found else None


def _made(
    language: str, named: Named, read: Reading, lead_key: str = "", path: str = "", query: str = ""
) -> StoryList | None:
    front = front_page(language)
    if front is None:
        return None
    return StoryList(
        paper=front.title,
        title=f"{front.title}: {named.name}" if named.name else front.title,
        description=named.detail or front.tagline or front.title,
        language=language,
        home=named.path,
        path=path or f"{named.path}feed",
        since=front.first_published_at or EPOCH,
        read=read,
        lead_key=lead_key,
        keys=tuple(key for key in (named.surrogate_key, f"chrome/{language}") if key),
        query=query,
    )


def _newest(stories: QuerySet[Story]) -> Reading:
    def read(before: Cursor | None, is_whole: Rule) -> tuple[list[Document], Cursor | None]:
        return newest(stories, before, limit=SIZE, is_whole=is_whole)

    return read


def _found(
    wanted: searching.Wanted, before: Cursor | None, is_whole: Rule
) -> tuple[list[Document], Cursor | None]:
    results = searching.find(wanted, before)
    ids = [found.card.id for found in results.found]
    rows = {story.pk: story for story in public_stories().filter(pk__in=ids)}
    return released([rows[pk] for pk in ids if pk in rows], is_whole), results.older


def _by_slug(rows: QuerySet[Filed], language: str, slug: str) -> Filed | None:
    return rows.select_related("locale").filter(slug=slug, locale__language_code=language).first()


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
