"""A post's text: Lexical, mobiledoc or HTML, whichever is the newest that it holds, as blocks."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from html import escape
from typing import Any

from ...incoming import IncomingBlock, IncomingPicture
from ...markup import blocks_of
from .cards import markdown_html
from .lexical import lexical_html
from .mobiledoc import mobiledoc_html, only_card
from .site import Site


def body_of(post: Mapping[str, Any], site: Site, lost: list[str]) -> tuple[IncomingBlock, ...]:
    """The blocks of a post's text, its pictures found beside the export where they lie there."""
    blocks = blocks_of(site.resolved(_html(post, lost)), site.address and f"{site.address}/", lost=lost)
    return tuple(_located(block, site) for block in blocks)


def _html(post: Mapping[str, Any], lost: list[str]) -> str:
    written = _string(post, "html")
    lexical = lexical_html(_document(post, "lexical", lost), lost)
    if lexical.strip():
        return lexical
    mobiledoc = _document(post, "mobiledoc", lost)
    if written.strip() and only_card(mobiledoc) in ("markdown", "card-markdown"):
        # Ghost 1 and 2 wrote a story as one card of Markdown, and its HTML holds what Ghost made of it.
        return written
    return (
        mobiledoc_html(mobiledoc, lost)
        or written
        or (markdown_html(_string(post, "markdown")) if _string(post, "markdown") else "")
        or _paragraphs(_string(post, "plaintext").split("\n\n"))
    )


def _document(post: Mapping[str, Any], key: str, lost: list[str]) -> object:
    """What a column of JSON holds; None where it is empty or can't be read."""
    value = post.get(key)
    if not isinstance(value, str):
        return value
    if not value.strip():
        return None
    try:
        return json.loads(value, strict=False)
    except (ValueError, RecursionError):
        lost.append(f"the text's {key} can't be read: its older form was taken")
        return None


def _paragraphs(texts: Iterable[str]) -> str:
    return "".join(f"<p>{escape(text)}</p>" for text in texts if text.strip())


def _string(post: Mapping[str, Any], key: str) -> str:
    value = post.get(key)
    return value if isinstance(value, str) else ""


def _located(block: IncomingBlock, site: Site) -> IncomingBlock:
    if block.kind == "picture":
        return replace(block, value=_at(block.value, site))
    if block.kind == "gallery":
        return replace(block, value=tuple(_at(picture, site) for picture in block.value))
    return block


def _at(picture: IncomingPicture, site: Site) -> IncomingPicture:
    return replace(picture, address=site.picture(picture.address))
