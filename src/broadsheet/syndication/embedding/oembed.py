"""oEmbed 1.0 (https://oembed.com): what another site shows for an address of ours, a frame with the story's card."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from lxml import etree, html

from broadsheet.newsroom.document import Document
from broadsheet.newsroom.models import Story
from broadsheet.newsroom.selectors import web

from .. import markup
from ..stories import public_stories

WIDE, LOW = 560, 200
# Narrower than this the picture stands above the words.
NARROW, TALL = 420, 380
THUMB = 640


@dataclass(frozen=True, slots=True)
class Room:
    """The most that a site gives, in pixels."""

    width: int | None = None
    height: int | None = None


def story_at(address: str) -> Story | None:
    """The public story at a full address of this paper; None for every other address."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    ours = urlsplit(settings.PAPER.base_url)
    if parts.scheme not in ("http", "https") or parts.netloc.lower() != ours.netloc.lower():
        return None
    names = unquote(parts.path).strip("/").split("/")
    first, *rest = (code for code, _ in settings.LANGUAGES)
    language = names.pop(0) if len(names) == 3 and names[0] in rest else first
    if len(names) != 2 or "\0" in parts.path + unquote(parts.path):
        return None
    stories = public_stories().filter(slug=names[1], desk__slug=names[0], language=language)
    return stories.order_by().first()


def card_address(pk: int) -> str:
    return web(f"/embed/{pk}/")


def answer(document: Document, room: Room) -> dict[str, Any]:
    """The answer's members, in the words of the specification (2.3.4): of what is public only."""
    width, height = _size(document, room)
    made: dict[str, Any] = {
        "version": "1.0",
        "type": "rich",
        "title": markup.line(document.headline),
        "provider_name": settings.PAPER.name,
        "provider_url": web("/"),
        "cache_age": 3600,
        "html": _frame(document, width, height),
        "width": width,
        "height": height,
    }
    if document.bylines:
        made["author_name"] = markup.line(", ".join(author.name for author in document.bylines))
        made["author_url"] = web(document.bylines[0].path)
    if document.lead.image and (
        file := markup.picture_file(document.lead.image, min(room.width or THUMB, THUMB))
    ):
        is_small = file.width <= (room.width or file.width) and file.height <= (room.height or file.height)
        if is_small:
            made |= {
                "thumbnail_url": file.url,
                "thumbnail_width": file.width,
                "thumbnail_height": file.height,
            }
    return made


def _size(document: Document, room: Room) -> tuple[int, int]:
    width = min(WIDE, room.width or WIDE)
    has_picture = bool(document.lead.image and document.lead.image.is_ready)
    height = TALL if width < NARROW and has_picture else LOW
    return width, min(height, room.height or height)


def _frame(document: Document, width: int, height: int) -> str:
    frame = html.builder.IFRAME(
        src=card_address(document.id),
        width=str(width),
        height=str(height),
        title=markup.line(document.headline),
        frameborder="0",
        loading="lazy",
        sandbox="allow-popups allow-popups-to-escape-sandbox",
    )
    return str(etree.tostring(frame, encoding="unicode", method="html"))


def as_xml(members: dict[str, Any]) -> bytes:
    """The same answer in the specification's XML."""
    root = etree.Element("oembed")
    for name, value in members.items():
        etree.SubElement(root, name).text = markup.legal(str(value))
    return bytes(etree.tostring(root, encoding="utf-8", xml_declaration=True, standalone=True))
