"""ninjs 3.1, IPTC's News in JSON: one story as an item, several as a composite, a withdrawal as a canceled item.

https://iptc.org/standards/ninjs/ — schema https://www.iptc.org/std/ninjs/ninjs-schema_3.1.json
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.html import strip_tags

from broadsheet.newsroom.document import Document
from broadsheet.newsroom.media_topics import uri_of as topic_uri
from broadsheet.newsroom.selectors import web
from broadsheet.pictures.selectors import Image

from ..markup import body_html, legal, line
from .items import (
    GENRES,
    Item,
    Withdrawal,
    edited_note,
    files_of,
    genre_code,
    pictures,
    type_of,
    valid_uri,
)
from .rights import LANGUAGE, as_json

MEDIA_TYPE = "application/json"
STANDARD = {
    "name": "ninjs",
    "version": "3.1",
    "schema": "https://www.iptc.org/std/ninjs/ninjs-schema_3.1.json",
}
PLAIN = "text/plain"


def item_of(item: Item | Withdrawal) -> dict[str, Any]:
    """The item as plain values; keys that would be empty are left out, and all text is legal XML too."""
    made: dict[str, Any] = _tidy(_withdrawn(item) if isinstance(item, Withdrawal) else _story(item))
    return made


def text_of(item: Item | Withdrawal) -> str:
    """The item as one line of JSON."""
    return json.dumps(item_of(item), ensure_ascii=False, separators=(",", ":"))


def package_of(items: Sequence[Item | Withdrawal], uri: str, changed: datetime) -> str:
    """Several items as one composite, which says no more than what is in it: a line of JSON."""
    made = {
        "standard": STANDARD,
        "uri": valid_uri(uri),
        "type": "composite",
        "versionCreated": changed.isoformat(),
        "pubStatus": "usable",
        # `associations` is wanted even when nothing is in it; `_tidy` would drop it.
        "associations": [{"name": f"story-{item_id(part)}", **item_of(part)} for part in items],
    }
    return json.dumps(made, ensure_ascii=False, separators=(",", ":"))


def item_id(item: Item | Withdrawal) -> int:
    """The story's own number."""
    return item.id if isinstance(item, Withdrawal) else item.document.id


def _withdrawn(gone: Withdrawal) -> dict[str, Any]:
    return {
        "standard": STANDARD,
        "uri": gone.uri,
        "type": "text",
        "version": str(gone.version),
        "versionCreated": gone.at.isoformat(),
        "pubStatus": "canceled",
        "language": gone.language,
    }


def _story(item: Item) -> dict[str, Any]:
    document = item.document
    html = body_html(document)
    words = strip_tags(html)
    return {
        "standard": STANDARD,
        "uri": item.uri,
        "type": "text",
        "representationType": "full" if document.is_whole else "partial",
        "version": str(item.version),
        "firstCreated": item.first.isoformat(),
        "versionCreated": item.changed.isoformat(),
        "pubStatus": "usable",
        "language": document.language,
        "title": line(document.headline),
        "headlines": _headlines(document),
        "descriptions": _descriptions(document),
        "bodies": [
            {
                "role": "main",
                "contentType": "text/html",
                "charCount": len(words),
                "wordCount": len(words.split()),
                "value": html,
            }
        ]
        if html
        else [],
        "by": ", ".join(line(author.name) for author in document.bylines),
        "people": [
            {"name": line(author.name), "rel": "author", "uri": valid_uri(web(author.path))}
            for author in document.bylines
        ],
        "located": line(document.dateline),
        "subjects": _subjects(document),
        "genres": [{"name": document.genre, "uri": GENRES + code}] if (code := genre_code(document)) else [],
        "infoSources": [{"name": line(document.source_name), "uri": valid_uri(document.source_url)}],
        "edNote": edited_note(document),
        "copyrightHolder": line(document.source_name) or item.rights.holder,
        "copyrightNotice": item.rights.notice,
        "usageTerms": item.rights.usage_terms,
        "rightsInfo": {"langId": LANGUAGE, "encodedRights": as_json(item.rights, item.uri)},
        # The standard has no place for who may read it; a paper that takes it in again must not give it away.
        "altIds": [
            {"role": "broadsheet", "value": document.uid},
            {"role": "broadsheet-access", "value": document.access},
        ],
        "renditions": [
            {"name": "web", "href": valid_uri(web(document.path)), "contentType": "text/html"},
        ],
        "associations": [*_pictures(item), *_clip(document)],
    }


def _headlines(document: Document) -> list[dict[str, Any]]:
    """The main one first; those for other places where they differ from it."""
    found = {"main": document.headline, "kicker": document.kicker}
    for role, text in (("social", document.social_headline), ("seo", document.seo_title)):
        if text != document.headline:
            found[role] = text
    return [_said(role, text) for role, text in found.items() if line(text)]


def _descriptions(document: Document) -> list[dict[str, Any]]:
    found = {"summary": document.standfirst}
    if document.description != document.standfirst:
        found["seo"] = document.description
    return [_said(role, text) for role, text in found.items() if line(text)]


def _said(role: str, text: str) -> dict[str, Any]:
    return {"role": role, "contentType": PLAIN, "value": line(text)}


def _subjects(document: Document) -> list[dict[str, Any]]:
    section = document.section
    found = [
        {
            "name": line(section.name),
            "rel": "section",
            "literal": section.slug,
            "uri": valid_uri(web(section.path)),
        }
        if section
        else {}
    ]
    found += [
        {
            "name": line(topic.name),
            "rel": "about",
            "uri": topic_uri(topic.code) if topic.code else valid_uri(web(topic.path)),
            "literal": topic.slug,
        }
        for topic in document.topics
    ]
    return found


def _pictures(item: Item) -> list[dict[str, Any]]:
    found = []
    for number, (part, image) in enumerate(pictures(item.document), 1):
        name = "lead" if part == "lead" and number == 1 else f"{part}-{number}"
        found.append(_picture(image, name, part, item))
    return found


def _picture(image: Image, name: str, part: str, item: Item) -> dict[str, Any]:
    files = files_of(image)
    return {
        "name": name,
        "rel": part,
        "uri": web(f"/api/v1/pictures/{image.id}"),
        "type": "picture",
        "by": line(image.creator) or line(image.credit),
        "copyrightNotice": line(image.copyright_notice),
        "usageTerms": image.usage_terms.strip(),
        "contentCreated": image.taken.isoformat() if image.taken else "",
        "expires": image.expires.isoformat() if image.expires else "",
        "located": line(image.place),
        "infoSources": [{"name": line(image.credit), "role": "credit"}] if line(image.credit) else [],
        "descriptions": [
            _said(role, text) for role, text in (("caption", image.caption), ("alt", image.alt)) if line(text)
        ],
        "renditions": [
            {
                "name": "main" if number == 0 else f"{file.width}w",
                "href": valid_uri(file.url),
                "contentType": type_of(file.url),
                "width": file.width,
                "height": file.height,
            }
            for number, file in enumerate(files)
        ],
    }


def _clip(document: Document) -> list[dict[str, Any]]:
    lead = document.lead
    if not lead.clip_url:
        return []
    kind = "audio" if lead.clip_type == "audio" else "video"
    return [
        {
            "name": "clip",
            "rel": "lead",
            "uri": valid_uri(web(lead.clip_url)),
            "type": kind,
            "by": line(lead.clip_credit),
            "descriptions": [_said("caption", lead.clip_caption)] if line(lead.clip_caption) else [],
            "renditions": [{"name": "main", "href": valid_uri(web(lead.clip_url))}],
        }
    ]


def _tidy(value: Any) -> Any:
    """Without empty texts, lists and objects, and without characters that XML forbids."""
    if isinstance(value, str):
        return legal(value)
    if isinstance(value, dict):
        return {
            key: tidied for key, part in value.items() if (tidied := _tidy(part)) not in ("", [], {}, None)
        }
    if isinstance(value, list):
        return [tidied for part in value if (tidied := _tidy(part)) not in ("", [], {}, None)]
    return value
