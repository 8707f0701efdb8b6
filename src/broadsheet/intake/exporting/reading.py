"""Reads one batch of the newsroom's pages and everything they name, in a number of queries that does not grow with it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from wagtail.contrib.redirects.models import Redirect
from wagtail.documents import get_document_model
from wagtail.models import Page, PageViewRestriction, Revision

from broadsheet.newsroom.documents import picture_ids
from broadsheet.newsroom.models import (
    Author,
    Correction,
    Gallery,
    GalleryItem,
    InfoPage,
    Story,
    StoryByline,
    Topic,
)
from broadsheet.newsroom.selectors import page_path
from broadsheet.pictures.models import Picture

from ..readers.jsonl.reader import id_of
from .order import Place

LINK = re.compile(r'<a\b[^>]*\blinktype="(page|document)"[^>]*>')
LINK_ID = re.compile(r'\bid="(\d+)"')
# What a draft's newest revision says of a page; the page's own row keeps what it had when it was made.
DRAFTED = (
    *("title", "slug", "seo_title", "search_description", "published_at", "kicker", "front_headline"),
    *(
        "social_headline",
        "standfirst",
        "dateline",
        "genre",
        "access",
        "updated_at",
        "lead_picture",
        "lead_caption",
    ),
    *(
        "lead_credit",
        "lead_gallery",
        "lead_clip",
        "body",
        "source_name",
        "source_url",
        "byline_text",
        "usage_terms",
    ),
)


@dataclass(slots=True)
class Batch:
    """The pages of one batch by place, and what they name by its key. Nothing in here asks the database again."""

    pages: dict[Place, Page] = field(default_factory=dict)
    revisions: dict[int, Revision] = field(default_factory=dict)
    authors: dict[int, list[Author]] = field(default_factory=dict)
    topics: dict[int, list[tuple[str, str]]] = field(default_factory=dict)
    corrections: dict[int, list[tuple[str, str, datetime]]] = field(default_factory=dict)
    redirects: dict[int, list[str]] = field(default_factory=dict)
    pictures: Mapping[int, Picture] = field(default_factory=dict)
    documents: Mapping[int, Any] = field(default_factory=dict)
    items: dict[int, list[GalleryItem]] = field(default_factory=dict)
    linked: dict[int, Linked] = field(default_factory=dict)
    restricted: frozenset[str] = frozenset()

    def is_restricted(self, page: Page) -> bool:
        return any(path in self.restricted for path in ancestors(page.path))


@dataclass(frozen=True, slots=True)
class Linked:
    """Another page of ours that a body leads to."""

    id: str
    path: str
    title: str


def ancestors(path: str) -> list[str]:
    """The tree paths above a page, its own included."""
    return [path[:end] for end in range(Page.steplen, len(path) + 1, Page.steplen)]


def values(stored: object) -> list[Any]:
    """The items of a stored list block, whose stored form names each item."""
    items = stored if isinstance(stored, list) else []
    return [item["value"] if isinstance(item, dict) and "value" in item else item for item in items]


def body_of(page: Page) -> list[tuple[str, Any]]:
    """The stored blocks of a page's body; a gallery has none of its own."""
    if isinstance(page, Story):
        return [(block["type"], block["value"]) for block in page.body.raw_data]
    return [("text", page.body)] if isinstance(page, InfoPage) and page.body else []


def read(places: Sequence[Place]) -> Batch:
    """At most fifteen queries, whatever the batch holds."""
    batch = Batch()
    found: dict[int, Page] = {}
    for model, related in ((Story, ("desk",)), (Gallery, ("desk",)), (InfoPage, ("locale",))):
        wanted = [place.pk for place in places if place.model is model]
        if wanted:
            found.update(model._default_manager.select_related(*related).in_bulk(wanted))
    # A page deleted since its place was read is simply not there any more.
    batch.pages = {place: found[place.pk] for place in places if place.pk in found}
    _newest(batch)
    _people(batch)
    bodies = [block for page in batch.pages.values() for block in body_of(page)]
    galleries = {v.get("gallery") for kind, v in bodies if kind == "gallery"}
    for page in batch.pages.values():
        galleries.add(page.lead_gallery_id if isinstance(page, Story) else page.pk)
    for item in GalleryItem.objects.filter(gallery__in=galleries - {None}).order_by("sort_order", "pk"):
        batch.items.setdefault(item.gallery_id, []).append(item)
    _named(batch, bodies)
    _placed(batch)
    return batch


def _newest(batch: Batch) -> None:
    """Let unpublished pages look as their newest revision says."""
    drafts = {
        page.latest_revision_id: page
        for page in batch.pages.values()
        if not page.live and page.latest_revision_id
    }
    for revision in Revision.objects.filter(pk__in=drafts):
        page = drafts[revision.pk]
        batch.revisions[page.pk] = revision
        for name in DRAFTED:
            if name in revision.content and hasattr(page, name):
                field_ = page._meta.get_field(name)
                setattr(page, field_.attname, field_.to_python(revision.content[name]))


def _people(batch: Batch) -> None:
    """By-lines, topics and corrections: of drafts as their revision has them, of all others as the tables do."""
    stories = [page.pk for page in batch.pages.values() if isinstance(page, Story)]
    rows = [pk for pk in stories if pk not in batch.revisions]
    authors: dict[int, list[int]] = defaultdict(list)
    topics: dict[int, list[int]] = defaultdict(list)
    for story, author in (
        StoryByline.objects.filter(story__in=rows)
        .order_by("sort_order", "pk")
        .values_list("story_id", "author_id")
    ):
        authors[story].append(author)
    for story, topic in Story.topics.through.objects.filter(story_id__in=rows).values_list(
        "story_id", "topic_id"
    ):
        topics[story].append(topic)
    for note in Correction.objects.filter(story__in=rows).order_by("made_at", "pk"):
        batch.corrections.setdefault(note.story_id, []).append((note.kind, note.text, note.made_at))
    for pk in stories:
        if pk in batch.revisions:
            content = batch.revisions[pk].content
            authors[pk] = [row["author"] for row in content.get("bylines", [])]
            topics[pk] = list(content.get("topics", []))
            batch.corrections[pk] = [
                (row["kind"], row["text"], made)
                for row in content.get("corrections", [])
                if (made := parse_datetime(row["made_at"]))
            ]
    known = Author.objects.in_bulk({pk for pks in authors.values() for pk in pks})
    named = Topic.objects.filter(pk__in={pk for pks in topics.values() for pk in pks})
    names = {pk: (name, code) for pk, name, code in named.values_list("pk", "name", "media_topic")}
    batch.authors = {story: [known[pk] for pk in pks if pk in known] for story, pks in authors.items()}
    batch.topics = {story: sorted(names[pk] for pk in pks if pk in names) for story, pks in topics.items()}


def _named(batch: Batch, bodies: Iterable[tuple[str, Any]]) -> None:
    """Pictures, documents and pages that the bodies name."""
    pictures, documents, pages = set[int](), set[int](), set[int]()
    for kind, value in bodies:
        pictures.update(picture_ids(kind, value))
        if kind == "documents":
            documents.update(pk for pk in values(value.get("documents")) if isinstance(pk, int))
        if kind == "related" and value.get("story"):
            pages.add(value["story"])
        for found in LINK.finditer(_rich(kind, value)):
            if named := LINK_ID.search(found[0]):
                (pages if found[1] == "page" else documents).add(int(named[1]))
    pictures.update(item.picture_id for items in batch.items.values() for item in items)
    pictures.update(page.lead_picture_id or 0 for page in batch.pages.values() if isinstance(page, Story))
    pictures.update(author.photo_id or 0 for authors in batch.authors.values() for author in authors)
    batch.pictures = Picture.objects.in_bulk(pictures - {0})
    batch.documents = get_document_model().objects.in_bulk(documents) if documents else {}
    rows = Page.objects.filter(pk__in=pages).values_list(
        "pk", "translation_key", "locale__language_code", "url_path", "title"
    )
    batch.linked = {
        pk: Linked(id_of(key, code), page_path(path, code), title) for pk, key, code, path, title in rows
    }


def _rich(kind: str, value: Any) -> str:
    if kind == "text":
        return str(value)
    return str(value.get("text") or "") if kind == "facts" else ""


def _placed(batch: Batch) -> None:
    """Old addresses, and which pages are private."""
    pks = [page.pk for page in batch.pages.values()]
    for pk, path in (
        Redirect.objects.filter(redirect_page__in=pks)
        .order_by("old_path")
        .values_list("redirect_page_id", "old_path")
    ):
        batch.redirects.setdefault(pk, []).append(path)
    above = {path for page in batch.pages.values() for path in ancestors(page.path)}
    batch.restricted = frozenset(
        PageViewRestriction.objects.filter(page__path__in=above).values_list("page__path", flat=True)
    )
