"""Reads about stories: the card every list shows and the one document every format is made from.

Lists are keyset-paged on (published, id) and cost the same number of queries whatever the archive's size.
Nothing here decides who may read what: `press` does.
"""

from __future__ import annotations

import base64
import binascii
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db.models import Prefetch, Q, QuerySet
from wagtail.models import Page

from broadsheet.pictures.selectors import Image, images

from .models import Author, Correction, FrontPage, Gallery, Section, Story, StoryByline, Topic

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in a list that is newest first: what follows is older than (`published`, `id`)."""

    published: datetime
    id: int

    def __str__(self) -> str:
        packed = struct.pack(">qq", (self.published - EPOCH) // MICROSECOND, self.id)
        return base64.urlsafe_b64encode(packed).decode().rstrip("=")

    @classmethod
    def parse(cls, text: str) -> Cursor | None:
        """The cursor a URL carries; None for anything that is not one of ours."""
        try:
            moment, id_ = struct.unpack(">qq", base64.b64decode(text + "==", altchars=b"-_", validate=True))
            return cls(EPOCH + moment * MICROSECOND, id_)
        except (ValueError, binascii.Error, struct.error, OverflowError):
            return None


@dataclass(frozen=True, slots=True)
class Named:
    """Something with a name and an address: a section, an author, a topic."""

    name: str
    path: str
    slug: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """A story or gallery as a list shows it. All of it is public whatever the story's access."""

    id: int
    kind: str  # "story" or "gallery"
    path: str
    headline: str
    kicker: str
    standfirst: str
    section: Named | None
    bylines: tuple[Named, ...]
    labels: tuple[str, ...]
    genre: str
    access: str
    language: str
    published: datetime
    updated: datetime | None
    image: Image | None
    boost: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a list; `older` leads on, and is None at the end."""

    cards: Sequence[Card] = field(default_factory=tuple)
    older: Cursor | None = None


def page_path(url_path: str, language: str) -> str:
    """The address of a page from Wagtail's tree path: `/home-az/nation/x/` → `/az/nation/x/`.

    One paper is one site: a front page per language directly under the tree's root.
    """
    rest = url_path.split("/", 2)[2] if url_path.count("/") >= 2 else ""
    return f"{language_prefix(language)}/{rest}"


def language_prefix(language: str) -> str:
    """`""` for the paper's first language, `/az` for others."""
    return "" if language == settings.LANGUAGE_CODE else f"/{language}"


def section_named(section: Section, language: str) -> Named:
    return Named(section.title, page_path(section.url_path, language), section.slug, section.description)


def author_named(author: Author, language: str) -> Named:
    return Named(author.name, f"{language_prefix(language)}/author/{author.slug}/", author.slug, author.role)


def topic_named(topic: Topic, language: str) -> Named:
    return Named(topic.name, f"{language_prefix(language)}/topic/{topic.slug}/", topic.slug, topic.description)


def public_stories() -> QuerySet[Story]:
    """Every story a reader may know of: live, in a section, and under no page privacy."""
    return Story.objects.live().public().filter(published_at__isnull=False)


def _for_cards(stories: QuerySet[Story]) -> QuerySet[Story]:
    bylines = Prefetch("bylines", queryset=StoryByline.objects.select_related("author").order_by("sort_order"))
    return stories.select_related("desk").defer("body", "search_description").prefetch_related(bylines)


def cards(stories: Iterable[Story], pictures: bool = True) -> list[Card]:
    """Cards of stories that were read by `_for_cards`; two more queries for all their pictures."""
    rows = list(stories)
    shown = images(s.lead_picture_id for s in rows if s.lead_picture_id) if pictures else {}
    return [_card(story, shown.get(story.lead_picture_id or 0)) for story in rows]


def _card(story: Story, image: Image | None) -> Card:
    assert story.published_at is not None, "public stories have a time"
    return Card(
        id=story.pk,
        kind="story",
        path=page_path(story.url_path, story.language),
        headline=story.front_headline or story.title,
        kicker=story.kicker,
        standfirst=story.standfirst,
        section=section_named(story.desk, story.language) if story.desk else None,
        bylines=tuple(author_named(b.author, story.language) for b in story.bylines.all()),
        labels=story.labels,
        genre=story.genre,
        access=story.access,
        language=story.language,
        published=story.published_at,
        updated=story.updated_at,
        image=image,
    )


def latest(
    language: str,
    before: Cursor | None = None,
    *,
    section: Section | None = None,
    author: Author | None = None,
    topic: Topic | None = None,
    genre: str = "",
    exclude: Iterable[int] = (),
    limit: int = 20,
) -> Listing:
    """Newest public stories first: two queries, and two for their pictures."""
    rows = _for_cards(public_stories())
    rows = rows.filter(desk=section) if section else rows.filter(language=language)
    if author:
        rows = rows.filter(bylines__author=author)
    if topic:
        rows = rows.filter(topics=topic)
    if genre:
        rows = rows.filter(genre=genre)
    if skip := list(exclude):
        rows = rows.exclude(pk__in=skip)
    if before:
        rows = rows.filter(
            Q(published_at__lt=before.published) | Q(published_at=before.published, page_ptr__lt=before.id),
            published_at__lte=before.published,
        )
    found = list(rows.order_by("-published_at", "-page_ptr")[: limit + 1])
    more = len(found) > limit
    found = found[:limit]
    older = Cursor(found[-1].published_at, found[-1].pk) if more else None
    return Listing(cards(found), older)
