"""What comes in, whatever it came from: plain values in the form of `export jsonl`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from html.parser import HTMLParser
from typing import Any, Literal

STATUSES = ("live", "draft", "private", "scheduled")


@dataclass(frozen=True, slots=True)
class IncomingPicture:
    """A picture by its address (absolute URL or path beside the source) with its words; `size` column|wide|half."""

    address: str
    alt: str = ""
    caption: str = ""
    credit: str = ""
    size: str = "column"

    def to_json(self) -> dict[str, str]:
        made = {"address": self.address, "alt": self.alt, "caption": self.caption, "credit": self.credit}
        return made if self.size == "column" else {**made, "size": self.size}


@dataclass(frozen=True, slots=True)
class IncomingBlock:
    """One part of the body. `value` by kind:

    `text`: HTML cleaned by `clean_text`; `html`: HTML cleaned by `clean_markup`, for what no other block can hold;
    `picture`: an `IncomingPicture`; `gallery`: a tuple of them; `quote`: {"quote", "by"};
    `table`: {"rows": [[str]], "head": bool, "row_heads": bool, "caption", "source"};
    `embed`: {"url", "frame_url", "provider", "title", "kind": video|post|audio|other}, `poster` an `IncomingPicture`;
    `facts`: {"title", "text"} with `text` cleaned by `clean_text`;
    `related`: {"id", "headline", "url"}: another story by its `source_id`;
    `documents`: {"title", "files": [{"title", "address"}]}, addresses as those of pictures;
    `missing_picture`: {"address", "caption", "reason"}: it was missing already where this comes from.
    """

    kind: str
    value: Any

    @property
    def pictures(self) -> tuple[IncomingPicture, ...]:
        if self.kind == "picture":
            return (self.value,)
        if self.kind == "embed":
            return (self.value["poster"],) if self.value.get("poster") else ()
        return tuple(self.value) if self.kind == "gallery" else ()

    def to_json(self) -> dict[str, Any]:
        value: Any = self.value
        if self.kind == "picture":
            value = self.value.to_json()
        elif self.kind == "gallery":
            value = [picture.to_json() for picture in self.value]
        elif self.kind == "embed" and value.get("poster"):
            value = {**value, "poster": value["poster"].to_json()}
        return {"type": self.kind, "value": value}


@dataclass(frozen=True, slots=True)
class IncomingAuthor:
    """Who a by-line names. `key` is the source's own name for them (a login, a slug), which a mapping may use."""

    name: str
    key: str = ""
    slug: str = ""
    email: str = ""
    bio: str = ""
    url: str = ""
    photo: IncomingPicture | None = None


@dataclass(frozen=True, slots=True)
class IncomingTerm:
    """What a story is filed under at its source: a `section` (WordPress category) or a `topic` (tag, keyword).

    `key` is the source's own name for it, `parents` the keys above it, nearest last; `is_primary` marks the one that
    the source itself puts first.
    """

    kind: Literal["section", "topic"]
    name: str
    key: str = ""
    parents: tuple[str, ...] = ()
    is_primary: bool = False


@dataclass(frozen=True, slots=True)
class IncomingCorrection:
    """A public note under a story; `kind` is correction, clarification or retraction, `made` aware."""

    kind: str
    text: str
    made: datetime

    def to_json(self) -> dict[str, str]:
        return {"kind": self.kind, "text": self.text, "made": self.made.isoformat()}


@dataclass(frozen=True, slots=True)
class IncomingStory:
    """One story, or with `form` "page" a page that stands outside the news (about, contact).

    `source_id` tells it apart from all others of its kind of source, for ever. Times are aware. `published` in the
    future with status `scheduled` is when it is to go live. `section` and `topics` are slugs and names of ours: a
    reader fills `terms` instead, and the mapping makes sections and topics of them. `section_name` names a section
    that is to be made where no section has that slug. `url` is where it is public now, when that is not `source_url`.
    """

    source_id: str
    headline: str
    body: tuple[IncomingBlock, ...]
    url: str = ""
    form: Literal["story", "page"] = "story"
    slug: str = ""
    kicker: str = ""
    standfirst: str = ""
    bylines: tuple[str, ...] = ()
    dateline: str = ""
    published: datetime | None = None
    modified: datetime | None = None
    language: str = ""
    section: str = ""
    section_name: str = ""
    topics: tuple[str, ...] = ()
    topic_codes: tuple[str, ...] = ()
    """IPTC's Media Topic of each of `topics`, empty for those without; none at all where none has one."""
    access: str = ""
    status: str = "live"
    labels: tuple[str, ...] = ()
    genre: str = ""
    source_name: str = ""
    source_url: str = ""
    usage_terms: str = ""
    old_urls: tuple[str, ...] = ()
    lead: IncomingPicture | None = None
    front_headline: str = ""
    social_headline: str = ""
    seo_title: str = ""
    search_description: str = ""
    corrections: tuple[IncomingCorrection, ...] = ()
    files: tuple[IncomingPicture, ...] = ()
    """The pictures with the words that are each file's own, where the source tells them from those of one use."""
    is_laid_out: bool = field(default=False, compare=False)
    """The source itself says what stands on top: a picture that opens the body is not taken for the lead."""
    folder: str = field(default="", compare=False)
    terms: tuple[IncomingTerm, ...] = field(default=(), compare=False)
    authors: tuple[IncomingAuthor, ...] = field(default=(), compare=False)
    lost: tuple[str, ...] = field(default=(), compare=False)
    """What of the source could not be kept, each in a few words: for the report."""

    @property
    def pictures(self) -> tuple[IncomingPicture, ...]:
        """Every picture, lead first, each address once; with the file's own words where those are known."""
        found = [self.lead] if self.lead else []
        found += [picture for block in self.body for picture in block.pictures]
        own = {picture.address: picture for picture in self.files}
        return tuple({picture.address: own.get(picture.address, picture) for picture in found}.values())

    @property
    def body_text(self) -> str:
        """The body's words; a blank line between paragraphs."""
        return "\n\n".join(part for block in self.body for part in _paragraphs(block))

    def to_json(self) -> dict[str, Any]:
        """The form of one line of `export jsonl`."""
        return {**self._facts(), "body_text": self.body_text}

    def _facts(self) -> dict[str, Any]:
        return {
            "id": self.source_id,
            "form": self.form,
            "url": self.url or self.source_url,
            "old_urls": list(self.old_urls),
            "slug": self.slug,
            "kicker": self.kicker,
            "headline": self.headline,
            "standfirst": self.standfirst,
            "bylines": list(self.bylines),
            "dateline": self.dateline,
            "published": self.published.isoformat() if self.published else None,
            "modified": self.modified.isoformat() if self.modified else None,
            "language": self.language,
            "section": self.section,
            "section_name": self.section_name,
            "topics": list(self.topics),
            "access": self.access or "free",
            "status": self.status,
            "labels": list(self.labels),
            "genre": self.genre,
            "source": {"name": self.source_name, "url": self.source_url},
            "usage_terms": self.usage_terms,
            "body": [block.to_json() for block in self.body],
            "lead": self.lead.to_json() if self.lead else None,
            "front_headline": self.front_headline,
            "social_headline": self.social_headline,
            "seo_title": self.seo_title,
            "search_description": self.search_description,
            "corrections": [note.to_json() for note in self.corrections],
            **({"topic_codes": list(self.topic_codes)} if any(self.topic_codes) else {}),
            "pictures": [picture.to_json() for picture in self.pictures],
        }

    def digest(self) -> str:
        """Changes when anything of the story changed."""
        # A section that had to be made the first time is there the second.
        facts = {**self._facts(), "section_name": ""}
        text = json.dumps(facts, ensure_ascii=False, separators=(",", ":"))
        return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=16).hexdigest()

    def with_section(self, slug: str) -> IncomingStory:
        return replace(self, section=slug, section_name="") if slug else self


@dataclass(frozen=True, slots=True)
class IncomingMedia:
    """A picture that is an item of its source by itself (a WordPress attachment)."""

    source_id: str
    picture: IncomingPicture
    old_urls: tuple[str, ...] = ()
    folder: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class IncomingMember:
    """A reader's account. `plan` is empty, `complimentary` or `paid`: importing never bills or subscribes anyone."""

    source_id: str
    email: str
    name: str = ""
    plan: Literal["", "complimentary", "paid"] = ""
    created: datetime | None = None
    newsletters: bool = False
    labels: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Skipped:
    """An item that was left out on purpose, and why."""

    item: str
    reason: str


@dataclass(frozen=True, slots=True)
class Broken:
    """An item that could not be read, and why; the source goes on behind it."""

    item: str
    reason: str


Incoming = IncomingStory | IncomingMedia | IncomingMember | Skipped | Broken


class _Words(HTMLParser):
    """Splits HTML into the texts of its block elements."""

    BREAKS = frozenset(
        {
            *("p", "li", "h2", "h3", "h4", "h5", "h6", "blockquote", "br", "ul", "ol", "div", "pre", "tr"),
            *("dt", "dd", "figure", "figcaption", "caption", "hr", "details", "summary", "table"),
        }
    )
    CELLS = frozenset({"td", "th"})

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = [""]

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        if tag in self.BREAKS:
            self.parts.append("")
        elif tag in self.CELLS:
            self.parts[-1] += " "

    def handle_endtag(self, tag: str) -> None:
        if tag in self.BREAKS:
            self.parts.append("")

    def handle_data(self, data: str) -> None:
        self.parts[-1] += data


def _paragraphs(block: IncomingBlock) -> Iterator[str]:
    value = block.value
    if block.kind in ("text", "html"):
        words = _Words()
        words.feed(value)
        words.close()
        yield from (tidy for part in words.parts if (tidy := " ".join(part.split())))
    elif block.kind == "quote":
        yield from (text for text in (value["quote"], value.get("by", "")) if text)
    elif block.kind == "table":
        yield from (text for text in (value.get("caption", ""),) if text)
        yield from (" | ".join(row) for row in value["rows"])
    elif block.kind == "facts":
        yield value["title"]
        yield from _paragraphs(IncomingBlock("text", value["text"]))
    elif block.kind == "embed":
        yield from (text for text in (value.get("title", ""),) if text)
    elif block.kind == "documents":
        yield from (text for text in (value.get("title", ""), *(f["title"] for f in value["files"])) if text)
