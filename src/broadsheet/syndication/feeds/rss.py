"""RSS 2.0.11 with content:encoded, Media RSS 1.5, Dublin Core and Atom's links."""

from __future__ import annotations

from html import escape
from typing import Any

from lxml import etree

from ..engines import rsl
from .elements import ATOM, MEDIA, add, add_links, add_media, rfc822, rfc3339, written
from .feed import Entry, Feed

CONTENT = "http://purl.org/rss/1.0/modules/content/"
DC = "http://purl.org/dc/elements/1.1/"
TERMS = "http://purl.org/dc/terms/"
SPACES = {
    "atom": ATOM,
    "content": CONTENT,
    "dc": DC,
    "dcterms": TERMS,
    "media": MEDIA,
    "rsl": rsl.NAMESPACE,
}


def rss(feed: Feed) -> bytes:
    """The feed as RSS 2.0, in UTF-8."""
    root = etree.Element("rss", version="2.0", nsmap=SPACES)
    channel = etree.SubElement(root, "channel")
    add(channel, "title", feed.title)
    add(channel, "link", feed.home)
    add(channel, "description", escape(feed.description, quote=False))
    add(channel, "language", feed.language)
    add(channel, "copyright", feed.rights)
    add(channel, "lastBuildDate", rfc822(feed.updated))
    add(channel, "generator", "Broadsheet")
    add(channel, "docs", "https://www.rssboard.org/rss-specification")
    add(channel, "ttl", "5")
    image = add(channel, "image")
    for name, text in (("url", feed.icon), ("title", feed.title), ("link", feed.home)):
        add(image, name, text)
    add_links(channel, feed)
    for entry in feed.entries:
        _item(channel, entry, feed)
    return written(root)


def _item(channel: Any, entry: Entry, feed: Feed) -> None:
    item = add(channel, "item")
    add(item, "title", entry.title)
    add(item, "link", entry.url)
    add(item, "guid", entry.id, isPermaLink="false")
    add(item, "pubDate", rfc822(entry.published))
    if entry.updated > entry.published:
        add(item, f"{{{TERMS}}}modified", rfc3339(entry.updated))
    for author in entry.authors:
        add(item, f"{{{DC}}}creator", author.name)
    for category in entry.categories:
        add(item, "category", category)
    # What stands here is HTML by custom: plain text is escaped once more.
    add(item, "description", escape(entry.summary, quote=False) or escape(entry.title, quote=False))
    if entry.html:
        add(item, f"{{{CONTENT}}}encoded", entry.html)
    if entry.enclosure:
        file = entry.enclosure
        add(item, "enclosure", url=file.url, length=str(file.length), type=file.type)
    if entry.language != feed.language:
        add(item, f"{{{DC}}}language", entry.language)
    if entry.source_name:
        add(item, f"{{{DC}}}source", entry.source_name)
    if entry.rights:
        add(item, f"{{{DC}}}rights", entry.rights)
    add_media(item, entry)
    if feed.terms:
        item.append(rsl.content(entry.url, feed.terms))
