"""The owner's export in trade formats: every public story and gallery, whole, whoever may read it on the site."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from django.conf import settings
from django.utils import timezone
from lxml import etree

from broadsheet.newsroom.document import Document
from broadsheet.newsroom.gallery_documents import gallery_documents
from broadsheet.newsroom.models import Gallery, Story
from broadsheet.newsroom.selectors import public, web

from ..stories import public_stories, released
from .items import Item
from .newsml import elements_of, message_of
from .ninjs import text_of
from .rights import Rights
from .versions import Version, versions

NEWSML_FOOT = b"</itemSet></newsMessage>\n"
Pieces = Iterator[tuple[str, bytes]]


class Place(Protocol):
    """One page to export."""

    @property
    def model(self) -> type: ...

    @property
    def pk(self) -> int: ...


Batches = Iterable[Sequence[Place]]


def ninjs_lines(batches: Batches) -> Pieces:
    """By the story's id, its item as a line."""
    for item in _items(batches):
        yield item.document.uid, text_of(item).encode() + b"\n"


def newsml_parts(batches: Batches) -> Pieces:
    """By the story's id, its items for the inside of a message that begins with `newsml_head`."""
    for item in _items(batches):
        parts = [etree.tostring(element, encoding="UTF-8") for element in elements_of(item)]
        yield item.document.uid, b"\n".join(_undeclared(part) for part in parts) + b"\n"


def newsml_messages(batches: Batches) -> Pieces:
    """By the story's id, a message of its own."""
    for item in _items(batches):
        yield item.document.uid, message_of([item], item.uri, item.changed)


def newsml_head() -> bytes:
    """What opens a message that holds all of them, however many; `NEWSML_FOOT` closes it."""
    whole = message_of([], web("/"), timezone.now())
    return whole.replace(b"<itemSet/></newsMessage>", b"<itemSet>\n")


def _undeclared(xml: bytes) -> bytes:
    return xml.partition(b"?>\n")[2] if xml.startswith(b"<?xml") else xml


def _items(batches: Batches) -> Iterator[Item]:
    """Whole items in the order of their places. Of a source's terms no more is said than the newsroom wrote down."""
    for places in batches:
        made = _documents(places)
        known = versions(made)
        for place in places:
            if document := made.get(place.pk):
                rights = Rights(settings.PAPER.name, "", document.usage_terms, may_distribute=False)
                number = known.get(document.id, Version()).number
                changed = document.updated or document.published
                kind = "galleries" if place.model is Gallery else "stories"
                yield Item(document, number, changed, rights, kind)


def _documents(places: Sequence[Place]) -> dict[int, Document]:
    stories = public_stories().filter(pk__in=[p.pk for p in places if p.model is Story])
    galleries = public(Gallery.objects.select_related("desk")).filter(
        pk__in=[p.pk for p in places if p.model is Gallery]
    )
    found = [*released(list(stories), lambda _: True), *gallery_documents(list(galleries))]
    return {document.id: document for document in found}
