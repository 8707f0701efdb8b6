"""What of a story is public when the story is not: its first paragraphs, cut from the blocks, never from a page.

Standfirst, lead picture, by-lines, topics and captions of the lead are public by themselves. Blocks are pairs of type
and stored value, as `newsroom.documents.stored_blocks` gives them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lxml import etree, html

PARAGRAPHS = 2
Pair = tuple[str, Any]


def public_blocks(blocks: Sequence[Pair], paragraphs: int = PARAGRAPHS) -> list[Pair]:
    """The leading text up to `paragraphs` elements; stops at the first block that is not text.

    A body of that length or shorter keeps its last paragraph back, so that a preview is never the whole story.
    """
    room = min(paragraphs, max(0, _count(blocks) - 1))
    kept: list[Pair] = []
    for kind, value in blocks:
        if kind != "text" or room <= 0:
            break
        parts = _elements(value)[:room]
        room -= len(parts)
        kept.append(("text", "".join(parts)))
    return kept


def _count(blocks: Sequence[Pair]) -> int:
    return sum(len(_elements(value)) if kind == "text" else 1 for kind, value in blocks)


def _elements(source: str) -> list[str]:
    """The top-level elements of stored rich text, whole, in order; bare text between them counts as one each."""
    if not source.strip():
        return []
    try:
        nodes = html.fragments_fromstring(source)
    except (etree.ParserError, etree.XMLSyntaxError):
        return []
    found = []
    for node in nodes:
        if isinstance(node, str):
            if node.strip():
                found.append(_paragraph(node))
            continue
        tail, node.tail = node.tail, None
        found.append(etree.tostring(node, encoding="unicode", method="html"))
        if tail and tail.strip():
            found.append(_paragraph(tail))
    return found


def _paragraph(text: str) -> str:
    element = etree.Element("p")
    element.text = text.strip()
    return etree.tostring(element, encoding="unicode", method="html")
