"""JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/)."""

from __future__ import annotations

import json
from typing import Any

from .elements import rfc3339
from .feed import Entry, Feed, Media, Person

VERSION = "https://jsonfeed.org/version/1.1"


def jsonfeed(feed: Feed) -> bytes:
    """The feed as JSON Feed, in UTF-8."""
    made: dict[str, Any] = {
        "version": VERSION,
        "title": feed.title,
        "home_page_url": feed.home,
        "feed_url": feed.own,
        "description": feed.description,
        "language": feed.language,
        "icon": feed.icon,
        "authors": [_person(feed.paper)],
        "items": [_item(entry, feed) for entry in feed.entries],
    }
    if feed.next:
        made["next_url"] = feed.next
    if feed.hubs:
        made["hubs"] = [{"type": "WebSub", "url": hub} for hub in feed.hubs]
    return json.dumps(made, ensure_ascii=False, separators=(",", ":")).encode()


def _item(entry: Entry, feed: Feed) -> dict[str, Any]:
    made: dict[str, Any] = {
        "id": entry.id,
        "url": entry.url,
        "title": entry.title,
        "summary": entry.summary,
        # One of the two contents has to be there; a story of pictures alone may have no text yet.
        "content_html": entry.html,
        "date_published": rfc3339(entry.published),
        "date_modified": rfc3339(entry.updated),
        "language": entry.language,
        "authors": [_person(author) for author in entry.authors] or [_person(feed.paper)],
        "tags": list(entry.categories),
    }
    if entry.source_url:
        made["external_url"] = entry.source_url
    if entry.picture:
        made["image"] = entry.picture.url
    if entry.enclosure:
        made["attachments"] = [_attachment(entry.enclosure)]
    return {key: value for key, value in made.items() if value or key == "content_html"}


def _person(person: Person) -> dict[str, str]:
    return {"name": person.name, "url": person.url} if person.url else {"name": person.name}


def _attachment(file: Media) -> dict[str, Any]:
    made: dict[str, Any] = {"url": file.url, "mime_type": file.type, "size_in_bytes": file.length}
    if file.description:
        made["title"] = file.description
    return made
