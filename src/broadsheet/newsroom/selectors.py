"""Reads about stories: the card every list shows, lists, and the front page.

Lists are keyset-paged on (published, id) and cost the same number of queries whatever the archive's size.
Nothing here decides who may read what: `press` does. The whole story's document is made in `documents`.
"""

from __future__ import annotations

import base64
import binascii
import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from django.conf import settings
from django.db.models import (
    CharField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    prefetch_related_objects,
)
from wagtail.models import Page, PageViewRestriction

from broadsheet.pictures.selectors import Image, images

from .document import Card, Named
from .models import Author, FrontPage, Gallery, GalleryItem, InfoPage, Section, Story, StoryByline, Topic
from .models.listed import Listed

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
AnyListed = TypeVar("AnyListed", bound=Listed)


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
            return cls(EPOCH + moment * MICROSECOND, id_) if id_ >= 0 else None
        except (ValueError, binascii.Error, struct.error, OverflowError):
            return None


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a list; `older` leads on, and is None at the end."""

    cards: Sequence[Card] = field(default_factory=tuple)
    older: Cursor | None = None


@dataclass(frozen=True, slots=True)
class Container:
    """One container of the front page, filled."""

    title: str
    layout: str
    cards: Sequence[Card]
    section: Named | None = None


# -- addresses --------------------------------------------------------------------------------------------------------


def language_prefix(language: str) -> str:
    """`""` for the paper's first language, `/az` for others."""
    return "" if language == settings.LANGUAGE_CODE else f"/{language}"


def page_path(url_path: str, language: str) -> str:
    """The address of a page from Wagtail's tree path: `/home-az/nation/x/` → `/az/nation/x/`.

    One paper is one site: a front page per language directly under the tree's root.
    """
    return f"{language_prefix(language)}/{url_path.split('/', 2)[2]}"


def share_card_path(story: int, digest: str) -> str:
    """Where a story's share card is. Another headline or picture gives it another address."""
    return f"/share/{story}-{digest}.jpg" if digest else ""


def web(path: str) -> str:
    """The full address of a path of this paper; what is an address already stays."""
    return f"{settings.PAPER.base_url.rstrip('/')}{path}" if path.startswith("/") else path


def section_named(section: Section, language: str) -> Named:
    path = page_path(section.url_path, language)
    return Named(section.title, path, section.slug, section.description, f"section/{section.pk}")


def author_named(author: Author, language: str) -> Named:
    path = f"{language_prefix(language)}/author/{author.slug}/"
    return Named(author.name, path, author.slug, author.role, f"author/{author.pk}")


def topic_named(topic: Topic, language: str) -> Named:
    path = f"{language_prefix(language)}/topic/{topic.slug}/"
    return Named(topic.name, path, topic.slug, topic.description, f"topic/{topic.pk}", topic.media_topic)


# -- what is public ---------------------------------------------------------------------------------------------------


def restricted(path: str = "path") -> Exists:
    """Whether a page is under a privacy restriction; a condition, no query of its own. `path` leads to its tree path."""
    above = PageViewRestriction.objects.annotate(
        page_path=ExpressionWrapper(OuterRef(path), output_field=CharField())
    )
    return Exists(above.filter(page_path__startswith=F("page__path")))


def public(pages: QuerySet[AnyListed]) -> QuerySet[AnyListed]:
    """Of `pages`, those a reader may know of: live, filed, dated, and under no page privacy. Adds no query."""
    return pages.filter(
        ~restricted(), live=True, published_at__isnull=False, desk__isnull=False, desk__live=True
    )


def public_stories() -> QuerySet[Story]:
    return public(Story.objects.select_related("desk").defer("body", "search_description"))


def public_galleries() -> QuerySet[Gallery]:
    first = GalleryItem.objects.filter(gallery=OuterRef("pk")).order_by("sort_order").values("picture")[:1]
    return public(Gallery.objects.select_related("desk").annotate(cover=first))


# -- cards ------------------------------------------------------------------------------------------------------------


def with_bylines(stories: Iterable[Story]) -> list[Story]:
    """Read the by-lines of all these stories in one query."""
    rows = list(stories)
    bylines = StoryByline.objects.select_related("author").order_by("sort_order")
    prefetch_related_objects(rows, Prefetch("bylines", queryset=bylines))
    return rows


def cover_ids(pages: Iterable[Listed]) -> set[int]:
    """The pictures that these pages' cards show."""
    return {id_ for page in pages if (id_ := _cover(page))}


def _cover(page: Listed) -> int | None:
    return page.lead_picture_id if isinstance(page, Story) else getattr(page, "cover", None)


def card(page: Listed, shown: Mapping[int, Image], *, headline: str = "", boost: bool = False) -> Card:
    """The card of a story or gallery. By-lines are empty unless `with_bylines` read them."""
    assert page.published_at is not None, "only public pages have cards"
    story = page if isinstance(page, Story) else None
    read = story is not None and "bylines" in getattr(story, "_prefetched_objects_cache", {})
    return Card(
        id=page.pk,
        kind="story" if story else "gallery",
        path=page_path(page.url_path, page.language),
        headline=headline or (story.front_headline if story else "") or page.title,
        kicker=story.kicker if story else "",
        standfirst=page.standfirst,
        section=section_named(page.desk, page.language) if page.desk else None,
        bylines=tuple(author_named(b.author, page.language) for b in story.bylines.all())
        if story and read
        else (),
        labels=story.labels if story else ("PHOTO",),
        genre=story.genre if story else "gallery",
        access=story.access if story else "free",
        language=page.language,
        published=page.published_at,
        updated=story.updated_at if story else None,
        image=shown.get(_cover(page) or 0),
        boost=boost,
    )


def cards(pages: Iterable[Listed]) -> list[Card]:
    """Cards with their pictures: one query more."""
    rows = list(pages)
    shown = images(cover_ids(rows))
    return [card(page, shown) for page in rows]


# -- lists ------------------------------------------------------------------------------------------------------------


def older_than(pages: QuerySet[AnyListed], before: Cursor | None) -> QuerySet[AnyListed]:
    """Newest first, from `before` on. The first condition lets the index skip what the second sorts out."""
    if before:
        pages = pages.filter(published_at__lte=before.published).filter(
            Q(published_at__lt=before.published) | Q(page_ptr__lt=before.id)
        )
    return pages.order_by("-published_at", "-page_ptr")


def page_of(rows: Sequence[AnyListed], limit: int) -> tuple[Sequence[AnyListed], Cursor | None]:
    """Split `limit + 1` rows into a page and the cursor of the next, if there is one."""
    page = rows[:limit]
    if len(rows) <= limit or not page or page[-1].published_at is None:
        return page, None
    return page, Cursor(page[-1].published_at, page[-1].pk)


def latest(language: str, before: Cursor | None = None, *, limit: int = 20) -> Listing:
    """Newest public stories of one language: three queries."""
    return _listing(public_stories().filter(language=language), before, limit)


def of_section(section: Section, before: Cursor | None = None, *, limit: int = 20) -> Listing:
    """Newest public stories of one section: three queries."""
    return _listing(public_stories().filter(desk=section), before, limit)


def by_author(author: Author, before: Cursor | None = None, *, limit: int = 20) -> Listing:
    """Newest public stories of one author: four queries."""
    return _listing(of_author(public_stories(), author), before, limit)


def on_topic(topic: Topic, before: Cursor | None = None, *, limit: int = 20) -> Listing:
    """Newest public stories on one topic: four queries."""
    return _listing(of_topic(public_stories(), topic), before, limit)


def of_author(stories: QuerySet[Story], author: Author) -> QuerySet[Story]:
    """Of public `stories`, those of one author: one query now."""
    return _linked(stories, StoryByline.objects.filter(author=author), author.locale.language_code)


def of_topic(stories: QuerySet[Story], topic: Topic) -> QuerySet[Story]:
    """Of public `stories`, those on one topic: one query now."""
    return _linked(stories, Story.topics.through.objects.filter(topic=topic), topic.locale.language_code)


# Up to here sorting what is linked is cheap; beyond, the newest of the language are soon among the linked.
FEW = 1500


def _linked(stories: QuerySet[Story], links: QuerySet[Any], language: str) -> QuerySet[Story]:
    """Of `stories` those that `links` lead to, found from whichever end is nearer: cost stays flat both ways."""
    ids = list(links.order_by().values_list("story_id", flat=True)[: FEW + 1])
    if len(ids) <= FEW:
        return stories.filter(pk__in=ids)
    return stories.filter(Exists(links.filter(story_id=OuterRef("pk"))), language=language)


def _listing(stories: QuerySet[Story], before: Cursor | None, limit: int) -> Listing:
    rows, older = page_of(with_bylines(older_than(stories, before)[: limit + 1]), limit)
    return Listing(cards(rows), older)


def galleries_of(section: Section, limit: int = 4) -> list[Card]:
    """The newest galleries of a section: two queries."""
    return cards(older_than(public_galleries().filter(desk=section), None)[:limit])


def more_for(story: Story, limit: int = 6) -> list[Story]:
    """What to read next: the newest of the same section; rows for `card`, one query."""
    return list(older_than(public_stories().filter(desk=story.desk), None).exclude(pk=story.pk)[:limit])


# -- the front page ---------------------------------------------------------------------------------------------------


# Where each language's front page was last seen: a hint that saves walking a million pages of one locale.
_seen_fronts: dict[str, int] = {}
MENU_SLACK = 40


def front_page(language: str) -> FrontPage | None:
    """The live front page of a language. One query; two after the hint went stale."""
    live = FrontPage.objects.live().filter(locale__language_code=language).select_related("locale").order_by()
    hint = _seen_fronts.get(language)
    found = live.filter(pk=hint).first() if hint else None
    if found is None:
        found = live.filter(pk__in=list(FrontPage.objects.values_list("pk", flat=True))).first()
        if found is not None:
            _seen_fronts[language] = found.pk
    return found


def navigation(front: FrontPage) -> tuple[list[Named], list[Named], dict[str, str]]:
    """Sections and information pages of one language in the editors' order, and where each policy stands: one query.

    The children are asked for by their tree paths, which an index answers; a prefix search would walk every story.
    """
    language = front.locale.language_code
    # Deleted children leave gaps in the numbering of paths; the slack covers them.
    paths = [Page._get_path(front.path, front.depth + 1, n) for n in range(1, front.numchild + MENU_SLACK)]
    children = Page.objects.filter(path__in=paths, live=True).select_related("content_type")
    told = children.annotate(states=F("infopage__states")).filter(Q(show_in_menus=True) | Q(states__gt=""))
    sections: list[Named] = []
    infos: list[Named] = []
    policies: dict[str, str] = {}
    for page in sorted(told.order_by(), key=lambda page: page.path):
        named = Named(page.title, page_path(page.url_path, language), page.slug)
        if page.states:
            policies[page.states] = named.path
        if page.show_in_menus:
            (infos if page.content_type.model_class() is InfoPage else sections).append(named)
    return sections, infos, policies


def filled_containers(front: FrontPage, language: str) -> tuple[list[Container], list[Card]]:
    """The front page's containers with pinned cards first and free slots refilled, and the Latest rail.

    No story stands twice in the containers. Queries: six, and one for each refilled container.
    """
    containers = [block["value"] for block in front.containers.raw_data]
    pinned_ids = [item["story"] for box in containers for item in _items(box)]
    pinned: dict[int, Listed] = {page.pk: page for page in _by_id(pinned_ids)}
    wanted = {box["refill_section"] for box in containers if box.get("refill_section")}
    sections = {s.pk: s for s in Section.objects.live().filter(pk__in=wanted).order_by()}
    taken = set(pinned)
    filled: list[tuple[Mapping[str, Any], list[tuple[Listed, str, bool]]]] = []
    for box in containers:
        slots = int(box.get("slots") or 4)
        chosen = [
            (pinned[i["story"]], i.get("headline") or "", bool(i.get("boost")))
            for i in _items(box)
            if i["story"] in pinned
        ][:slots]
        if len(chosen) < slots and box.get("refill", True):
            fresh = _refill(box, language, taken, slots - len(chosen))
            taken.update(page.pk for page in fresh)
            chosen += [(page, "", False) for page in fresh]
        filled.append((box, chosen))
    rail = list(older_than(public_stories().filter(language=language), None)[:10])
    pages = [page for _, chosen in filled for page, _, _ in chosen]
    with_bylines(page for page in pages if isinstance(page, Story))
    shown = images(cover_ids(pages))
    result = [
        Container(
            title=box.get("title") or "",
            layout=box.get("layout") or "grid",
            cards=[card(page, shown, headline=headline, boost=boost) for page, headline, boost in chosen],
            section=section_named(sections[key], language)
            if (key := box.get("refill_section")) in sections
            else None,
        )
        for box, chosen in filled
        if chosen
    ]
    return result, [card(story, {}) for story in rail]


def _items(box: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A container's pinned cards, from the stream's stored form (which differs before and after a save)."""
    stored = box.get("cards")
    values = [item.get("value", item) for item in stored] if isinstance(stored, list) else []
    return [value for value in values if value.get("story")]


def _by_id(ids: Sequence[int]) -> list[Listed]:
    if not ids:
        return []
    stories: list[Listed] = list(public_stories().filter(pk__in=ids))
    if len(stories) < len(set(ids)):
        stories += list(public_galleries().filter(pk__in=ids))
    return stories


def _refill(box: Mapping[str, Any], language: str, taken: set[int], free: int) -> Sequence[Listed]:
    if box.get("refill_genre") == "gallery":
        return list(
            older_than(public_galleries().filter(language=language).exclude(pk__in=taken), None)[:free]
        )
    stories = public_stories().exclude(pk__in=taken)
    stories = (
        stories.filter(desk=box["refill_section"])
        if box.get("refill_section")
        else stories.filter(language=language)
    )
    if box.get("refill_topic"):
        stories = stories.filter(topics__slug=box["refill_topic"], topics__locale=F("locale"))
    if box.get("refill_genre"):
        stories = stories.filter(genre=box["refill_genre"])
    return list(older_than(stories, None)[:free])
