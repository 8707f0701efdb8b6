"""A story on its way in: plain values, whatever it came from, in the form of `export jsonl`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from html.parser import HTMLParser
from typing import Any


@dataclass(frozen=True, slots=True)
class IncomingPicture:
    """A picture by its address (absolute URL or path beside the source) with its words."""

    address: str
    alt: str = ""
    caption: str = ""
    credit: str = ""


@dataclass(frozen=True, slots=True)
class IncomingBlock:
    """One part of the body: `text` holds sanitised HTML, `picture` a picture, `quote`, `table`, `embed` their values."""

    kind: str
    value: Any

    def to_json(self) -> dict[str, Any]:
        value = self.value
        if isinstance(value, IncomingPicture):
            value = {
                "address": value.address,
                "alt": value.alt,
                "caption": value.caption,
                "credit": value.credit,
            }
        return {"type": self.kind, "value": value}


@dataclass(frozen=True, slots=True)
class IncomingStory:
    """See the module. Times are aware. `source_id` tells the same story apart from others of its kind."""

    source_id: str
    headline: str
    body: tuple[IncomingBlock, ...]
    kicker: str = ""
    standfirst: str = ""
    bylines: tuple[str, ...] = ()
    dateline: str = ""
    published: datetime | None = None
    modified: datetime | None = None
    language: str = ""
    section: str = ""
    topics: tuple[str, ...] = ()
    access: str = "free"
    status: str = "live"
    labels: tuple[str, ...] = ()
    source_name: str = ""
    source_url: str = ""
    old_urls: tuple[str, ...] = ()
    lead: IncomingPicture | None = None
    folder: str = field(default="", compare=False)

    @property
    def pictures(self) -> tuple[IncomingPicture, ...]:
        """Every picture, lead first, each address once."""
        found = [self.lead] if self.lead else []
        found += [block.value for block in self.body if block.kind == "picture"]
        return tuple({picture.address: picture for picture in found}.values())

    @property
    def body_text(self) -> str:
        """The body's words; a blank line between paragraphs."""
        return "\n\n".join(part for block in self.body for part in _paragraphs(block))

    def to_json(self) -> dict[str, Any]:
        """The form of one line of `export jsonl`."""
        return {
            "id": self.source_id,
            "url": self.source_url,
            "old_urls": list(self.old_urls),
            "kicker": self.kicker,
            "headline": self.headline,
            "standfirst": self.standfirst,
            "bylines": list(self.bylines),
            "dateline": self.dateline,
            "published": self.published.isoformat() if self.published else None,
            "modified": self.modified.isoformat() if self.modified else None,
            "language": self.language,
            "section": self.section,
            "topics": list(self.topics),
            "access": self.access,
            "status": self.status,
            "labels": list(self.labels),
            "source": {"name": self.source_name, "url": self.source_url},
            "body_text": self.body_text,
            "body": [block.to_json() for block in self.body],
            "pictures": [IncomingBlock("picture", picture).to_json()["value"] for picture in self.pictures],
        }

    def digest(self) -> str:
        """Changes when anything of the story changed."""
        text = json.dumps(self.to_json(), ensure_ascii=False, sort_keys=True)
        return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()

    def with_section(self, slug: str) -> IncomingStory:
        return replace(self, section=slug) if slug else self


class _Words(HTMLParser):
    """Splits HTML into the texts of its block elements."""

    BREAKS = frozenset({"p", "li", "h2", "h3", "h4", "blockquote", "br", "ul", "ol", "div", "pre", "tr"})

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = [""]

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        if tag in self.BREAKS:
            self.parts.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in self.BREAKS:
            self.parts.append("")

    def handle_data(self, data: str) -> None:
        self.parts[-1] += data


def _paragraphs(block: IncomingBlock) -> list[str]:
    if block.kind in ("text", "html"):
        words = _Words()
        words.feed(block.value)
        words.close()
        return [tidy for part in words.parts if (tidy := " ".join(part.split()))]
    if block.kind == "quote":
        return [block.value["quote"]]
    if block.kind == "table":
        return [" | ".join(row) for row in block.value["rows"]]
    return []
