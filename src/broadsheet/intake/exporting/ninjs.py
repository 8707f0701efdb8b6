"""A public story as a ninjs 3.1 item: https://iptc.org/standards/ninjs/

The owner's export to disk: the whole text, whoever may read it on the site. Pictures are named by their public addresses.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from django.conf import settings

from broadsheet.pictures.models import Picture
from broadsheet.pictures.selectors import Image, images

from ..incoming import IncomingBlock, IncomingPicture, IncomingStory
from .files import Files, Stored

STANDARD = {
    "name": "ninjs",
    "version": "3.1",
    "schema": "https://www.iptc.org/std/ninjs/ninjs-schema_3.1.json",
}
ROOTED = re.compile(r'(?<=href=")/(?!/)')
GENRES = "http://cv.iptc.org/newscodes/genre/"
# IPTC has no explainer; the nearest is what it calls background.
GENRE_CODES = {"news": "Current", "explainer": "Background", "live": "Update"}


class PublicFiles(Files):
    """Addresses of what readers may have: the widest rendition of a picture; empty where there is none."""

    def __init__(self) -> None:
        super().__init__(None)
        self._shown: Mapping[int, Image] = {}

    def prepare(self, pictures: Mapping[int, Picture]) -> None:
        self._shown = images(pictures)

    def take(self, stored: Stored) -> str:
        if not isinstance(stored, Picture):
            return _web(str(getattr(stored, "url", "")))
        image = self._shown.get(stored.pk)
        widest = image.srcset.rpartition(", ")[2].rpartition(" ")[0] if image else ""
        return _web(widest or (image.src if image else ""))


def item_of(story: IncomingStory) -> dict[str, Any]:
    """The item; keys that would be empty are left out."""
    html = "".join(_html(story.body))
    words = story.body_text
    made = {
        "standard": STANDARD,
        "uri": story.url,
        "type": "text",
        "representationType": "full",
        "pubStatus": "usable",
        "language": story.language,
        "title": story.headline,
        "headlines": [{"role": "main", "contentType": "text/plain", "value": story.headline}],
        "descriptions": [{"role": "summary", "contentType": "text/plain", "value": story.standfirst}]
        if story.standfirst
        else [],
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
        "by": ", ".join(story.bylines),
        "located": story.dateline,
        "firstCreated": story.published.isoformat() if story.published else "",
        "versionCreated": moment.isoformat() if (moment := story.modified or story.published) else "",
        "subjects": [
            *(
                [{"name": story.section_name, "rel": "section", "literal": story.section}]
                if story.section
                else []
            ),
            *({"name": name, "rel": "about"} for name in story.topics),
        ],
        "genres": [{"name": story.genre, "uri": GENRES + GENRE_CODES.get(story.genre, story.genre.title())}]
        if story.genre
        else [],
        "infoSources": [{"name": story.source_name}] if story.source_name else [],
        "copyrightHolder": settings.PAPER.name,
        "usageTerms": story.usage_terms,
        "altIds": [{"role": "broadsheet", "value": story.source_id}],
        "associations": [_association(story, picture) for picture in _shown(story)],
    }
    return {key: value for key, value in made.items() if value}


def line_of(story: IncomingStory) -> str:
    """The item as one line of JSON."""
    return json.dumps(item_of(story), ensure_ascii=False, separators=(",", ":"))


def _shown(story: IncomingStory) -> list[IncomingPicture]:
    """Every picture with the words of its first use, which fall back to the file's own."""
    own = {picture.address: picture for picture in story.files}
    used = [story.lead] if story.lead else []
    used += [picture for block in story.body for picture in block.pictures]
    found = {picture.address: picture for picture in reversed(used)}
    return [_worded(found[a], own.get(a)) for a in dict.fromkeys(picture.address for picture in used)]


def _worded(picture: IncomingPicture, own: IncomingPicture | None) -> IncomingPicture:
    return IncomingPicture(
        picture.address,
        picture.alt or (own.alt if own else ""),
        picture.caption or (own.caption if own else ""),
        picture.credit or (own.credit if own else ""),
    )


def _association(story: IncomingStory, picture: IncomingPicture) -> dict[str, Any]:
    is_lead = story.lead is not None and story.lead.address == picture.address
    made = {
        "name": "lead" if is_lead else picture.address.rpartition("/")[2],
        "uri": picture.address,
        "type": "picture",
        "by": picture.credit,
        "descriptions": [
            {"role": role, "contentType": "text/plain", "value": value}
            for role, value in (("caption", picture.caption), ("alt", picture.alt))
            if value
        ],
        "renditions": [{"name": "main", "href": picture.address, "contentType": "image/webp"}],
    }
    return {key: value for key, value in made.items() if value}


def _html(blocks: tuple[IncomingBlock, ...]) -> Iterator[str]:
    for block in blocks:
        value = block.value
        if block.kind in ("text", "html"):
            yield ROOTED.sub(f"{settings.PAPER.base_url.rstrip('/')}/", value)
        elif block.kind in ("picture", "gallery"):
            yield from (_figure(picture) for picture in block.pictures)
        elif block.kind == "quote":
            by = f"<cite>{escape(value['by'])}</cite>" if value["by"] else ""
            yield f"<blockquote><p>{escape(value['quote'])}</p>{by}</blockquote>"
        elif block.kind == "facts":
            yield f"<aside><h3>{escape(value['title'])}</h3>{value['text']}</aside>"
        elif block.kind in ("embed", "related"):
            words = value.get("title") or value.get("headline") or value["url"]
            yield f'<p><a href="{escape(value["url"])}">{escape(words)}</a></p>'
        elif block.kind == "table":
            yield _table(value)
        elif block.kind == "documents":
            yield from (
                f'<p><a href="{escape(file["address"])}">{escape(file["title"])}</a></p>'
                for file in value["files"]
            )


def _figure(picture: IncomingPicture) -> str:
    caption = " ".join(escape(text) for text in (picture.caption, picture.credit) if text)
    return (
        f'<figure><img src="{escape(picture.address)}" alt="{escape(picture.alt)}">'
        f"<figcaption>{caption}</figcaption></figure>"
    )


def _table(value: Mapping[str, Any]) -> str:
    rows = []
    for number, row in enumerate(value["rows"]):
        tags = [
            "th" if (value["head"] and not number) or (value["row_heads"] and not column) else "td"
            for column in range(len(row))
        ]
        cells = "".join(f"<{tag}>{escape(cell)}</{tag}>" for tag, cell in zip(tags, row, strict=True))
        rows.append(f"<tr>{cells}</tr>")
    caption = " ".join(escape(text) for text in (value["caption"], value["source"]) if text)
    return f"<table>{f'<caption>{caption}</caption>' if caption else ''}{''.join(rows)}</table>"


def _web(path: str) -> str:
    return f"{settings.PAPER.base_url.rstrip('/')}{path}" if path.startswith("/") else path
