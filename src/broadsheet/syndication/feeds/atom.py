"""Atom 1.0 (RFC 4287) in pages (RFC 5005 §3), with Media RSS."""

from __future__ import annotations

from typing import Any

from lxml import etree

from .elements import ATOM, MEDIA, XML_LANG, add, add_links, add_media, rfc3339, written
from .feed import Entry, Feed, Person


def atom(feed: Feed) -> bytes:
    """The feed as Atom, in UTF-8."""
    root = etree.Element(f"{{{ATOM}}}feed", {XML_LANG: feed.language}, nsmap={None: ATOM, "media": MEDIA})
    _add(root, "id", feed.first)
    _add(root, "title", feed.title)
    _add(root, "subtitle", feed.description)
    _add(root, "updated", rfc3339(feed.updated))
    _person(root, feed.paper)
    _add(root, "link", rel="alternate", type="text/html", href=feed.home)
    add_links(root, feed)
    _add(root, "rights", feed.rights)
    _add(root, "icon", feed.icon)
    _add(root, "generator", "Broadsheet")
    for entry in feed.entries:
        _entry(root, entry, feed)
    return written(root)


def _entry(root: Any, entry: Entry, feed: Feed) -> None:
    made = _add(root, "entry")
    if entry.language != feed.language:
        made.set(XML_LANG, entry.language)
    _add(made, "id", entry.id)
    _add(made, "title", entry.title)
    _add(made, "link", rel="alternate", type="text/html", href=entry.url)
    _add(made, "published", rfc3339(entry.published))
    _add(made, "updated", rfc3339(entry.updated))
    for author in entry.authors:
        _person(made, author)
    for category in entry.categories:
        _add(made, "category", term=category)
    if entry.enclosure:
        file = entry.enclosure
        _add(made, "link", rel="enclosure", type=file.type, length=str(file.length), href=file.url)
    if entry.source_url:
        _add(made, "link", rel="via", href=entry.source_url)
    if entry.summary:
        _add(made, "summary", entry.summary)
    if entry.html:
        _add(made, "content", entry.html, type="html")
    if entry.rights:
        _add(made, "rights", entry.rights)
    add_media(made, entry)


def _person(parent: Any, person: Person) -> None:
    made = _add(parent, "author")
    _add(made, "name", person.name)
    if person.url:
        _add(made, "uri", person.url)


def _add(parent: Any, name: str, text: str = "", **attributes: str) -> Any:
    return add(parent, f"{{{ATOM}}}{name}", text, **attributes)
