"""XML elements that RSS and Atom share: text made legal, Media RSS, Atom's links, dates."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from lxml import etree

from ..markup import legal
from .feed import TYPES, Entry, Feed, Media

ATOM = "http://www.w3.org/2005/Atom"
MEDIA = "http://search.yahoo.com/mrss/"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def add(parent: Any, name: str, text: str = "", **attributes: str) -> Any:
    """A new last child of `parent`; `name` in Clark notation."""
    made = etree.SubElement(parent, name, {key: legal(value) for key, value in attributes.items()})
    if text:
        made.text = legal(text)
    return made


def written(root: Any) -> bytes:
    """The document in UTF-8, with its declaration."""
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)


def add_links(parent: Any, feed: Feed) -> None:
    """Where the feed is itself, where it goes on (RFC 5005 §3), and who tells of it (WebSub §4)."""
    own = TYPES[feed.kind]
    add(parent, f"{{{ATOM}}}link", rel="self", type=own, href=feed.own)
    if feed.own != feed.first:
        add(parent, f"{{{ATOM}}}link", rel="first", type=own, href=feed.first)
    if feed.next:
        add(parent, f"{{{ATOM}}}link", rel="next", type=own, href=feed.next)
    for hub in feed.hubs:
        add(parent, f"{{{ATOM}}}link", rel="hub", href=hub)


def add_media(parent: Any, entry: Entry) -> None:
    """The entry's picture and clip as Media RSS has them."""
    shown = [entry.picture] if entry.picture else []
    if entry.enclosure and entry.enclosure.medium != "image":
        shown.insert(0, entry.enclosure)
    for media in shown:
        _content(parent, media)
    if entry.thumbnail:
        small = entry.thumbnail
        add(
            parent,
            f"{{{MEDIA}}}thumbnail",
            url=small.url,
            width=str(small.width),
            height=str(small.height),
        )


def _content(parent: Any, media: Media) -> None:
    facts = {"url": media.url, "type": media.type, "medium": media.medium}
    numbers = {"fileSize": media.length, "width": media.width, "height": media.height}
    made = add(
        parent,
        f"{{{MEDIA}}}content",
        **facts,
        **{name: str(number) for name, number in numbers.items() if number},
    )
    if media.description:
        add(made, f"{{{MEDIA}}}description", media.description, type="plain")
    if media.credit:
        add(made, f"{{{MEDIA}}}credit", media.credit)


def rfc822(moment: datetime) -> str:
    """RFC 822 with a year of four digits, as RSS has it."""
    return format_datetime(moment.astimezone(UTC).replace(microsecond=0))


def rfc3339(moment: datetime) -> str:
    """RFC 3339 in UTC to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment.year > 999 else moment.isoformat()
