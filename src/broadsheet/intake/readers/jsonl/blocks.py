"""Blocks of a line's body: each stored value becomes an `IncomingBlock`, cleaned, or None when nothing may come in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC
from html import escape
from typing import Any

from broadsheet.newsroom.cleaning import clean_markup, clean_text

from ...incoming import IncomingBlock, IncomingPicture
from .fields import BadLine, Fields, is_usable, sound

SIZES = ("column", "wide", "half")
EMBEDS = ("video", "post", "audio", "other")


def body_of(fields: Fields, lost: list[str]) -> Iterator[IncomingBlock]:
    blocks = fields.items("body")
    if not blocks and (words := fields.text("body_text")):
        paragraphs = [" ".join(part.split()) for part in words.split("\n\n")]
        yield IncomingBlock(
            "text", "".join(f"<p>{escape(part, quote=False)}</p>" for part in paragraphs if part)
        )
    for number, item in enumerate(blocks, 1):
        if not isinstance(item, Mapping) or not isinstance(item.get("type"), str):
            raise BadLine(f"block {number} of the body has no type")
        make = BLOCKS.get(item["type"])
        if make is None:
            raise BadLine(f"block {number} of the body is of an unknown type, {item['type'][:40]!r}")
        try:
            block = make(item.get("value"), lost)
        except BadLine as error:
            raise BadLine(f"block {number} of the body ({item['type']}): {error}") from None
        if block is not None:
            yield block


def picture_of(value: Any, lost: list[str]) -> IncomingPicture | None:
    """A picture from the web or from beside the file; any other address is lost."""
    if value is None:
        return None
    fields = Fields(value, UTC)
    address = fields.text("address")
    if not is_usable(address):
        lost.append(f"a picture at {address[:80]!r}")
        return None
    return IncomingPicture(
        address,
        fields.text("alt"),
        fields.text("caption"),
        fields.text("credit"),
        fields.choice("size", SIZES, "column"),
    )


def pictures_of(values: list[Any], lost: list[str]) -> Iterator[IncomingPicture]:
    for value in values:
        if picture := picture_of(value, lost):
            yield picture


# -- blocks: stored value → block, or None when nothing of it may come in ---------------------------------------------


def _markup(value: Any) -> str:
    if not isinstance(value, str):
        raise BadLine("its value is not a text")
    return sound(value)


def _text(value: Any, lost: list[str]) -> IncomingBlock | None:
    cleaned = clean_text(_markup(value))
    return IncomingBlock("text", cleaned) if cleaned.strip() else None


def _html(value: Any, lost: list[str]) -> IncomingBlock | None:
    cleaned = clean_markup(_markup(value))
    return IncomingBlock("html", cleaned) if cleaned.strip() else None


def _picture_block(value: Any, lost: list[str]) -> IncomingBlock | None:
    picture = picture_of(value, lost)
    return IncomingBlock("picture", picture) if picture else None


def _gallery(value: Any, lost: list[str]) -> IncomingBlock | None:
    pictures = tuple(pictures_of(Fields({"value": value}, UTC).items("value"), lost))
    return IncomingBlock("gallery", pictures) if pictures else None


def _quote(value: Any, lost: list[str]) -> IncomingBlock:
    fields = Fields(value, UTC)
    return IncomingBlock("quote", {"quote": fields.text("quote"), "by": fields.text("by")})


def _table(value: Any, lost: list[str]) -> IncomingBlock:
    fields = Fields(value, UTC)
    rows = []
    for row in fields.items("rows"):
        if not isinstance(row, list):
            raise BadLine("a row is not a list")
        rows.append(["" if cell is None else sound(str(cell)) for cell in row])
    return IncomingBlock(
        "table",
        {
            "rows": rows,
            "head": bool(fields.value("head")),
            "row_heads": bool(fields.value("row_heads")),
            "caption": fields.text("caption"),
            "source": fields.text("source"),
        },
    )


def _embed(value: Any, lost: list[str]) -> IncomingBlock | None:
    fields = Fields(value, UTC)
    url = fields.address("url")
    if not url:
        lost.append(f"an embed at {fields.text('url')[:80]!r}")
        return None
    made: dict[str, Any] = {
        "url": url,
        "frame_url": fields.address("frame_url"),
        "provider": fields.text("provider"),
        "title": fields.text("title"),
        "kind": fields.choice("kind", EMBEDS, "other"),
    }
    if poster := picture_of(fields.value("poster"), lost):
        made["poster"] = poster
    return IncomingBlock("embed", made)


def _facts(value: Any, lost: list[str]) -> IncomingBlock:
    fields = Fields(value, UTC)
    return IncomingBlock(
        "facts", {"title": fields.text("title"), "text": clean_text(_markup(fields.value("text") or ""))}
    )


def _related(value: Any, lost: list[str]) -> IncomingBlock:
    fields = Fields(value, UTC)
    return IncomingBlock(
        "related",
        {"id": fields.text("id"), "headline": fields.text("headline"), "url": fields.address("url")},
    )


def _documents(value: Any, lost: list[str]) -> IncomingBlock | None:
    fields = Fields(value, UTC)
    files = []
    for item in fields.items("files"):
        file = Fields(item, UTC)
        address = file.text("address")
        if not is_usable(address):
            lost.append(f"a document at {address[:80]!r}")
            continue
        files.append({"title": file.text("title"), "address": address})
    return IncomingBlock("documents", {"title": fields.text("title"), "files": files}) if files else None


def _missing(value: Any, lost: list[str]) -> IncomingBlock:
    fields = Fields(value, UTC)
    return IncomingBlock(
        "missing_picture", {name: fields.text(name) for name in ("address", "caption", "reason")}
    )


BLOCKS = {
    "text": _text,
    "html": _html,
    "picture": _picture_block,
    "gallery": _gallery,
    "quote": _quote,
    "table": _table,
    "embed": _embed,
    "facts": _facts,
    "related": _related,
    "documents": _documents,
    "missing_picture": _missing,
}
