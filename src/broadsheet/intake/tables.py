"""Tables: rows of plain words where they are such, markup where they are more, nothing where they only lay out."""

from __future__ import annotations

from html import unescape
from typing import Any

from .html_tree import Node, has_words, tidy

_CELLS = frozenset(("td", "th", "caption"))
_PARTS = _CELLS | {"thead", "tbody", "tfoot", "tr", "colgroup", "col", "script", "style"}
MOST_CELLS = 20_000
_PLAIN = frozenset(("p", "br", "span", "div", "font", "center", "wbr", "nobr", "big", "small", "u"))


def table_of(table: Node, caption: str = "") -> dict[str, Any] | str | None:
    """The value of a `table` block; "" where only markup can hold it; None where it is no table but a layout."""
    rows: list[list[Node]] = []
    captions: list[Node] = []
    head_rows = 0
    for node in _own(table):
        if node.tag == "tr":
            rows.append([])
        elif node.tag in ("td", "th"):
            if not rows:
                rows.append([])
            rows[-1].append(node)
        elif node.tag == "caption":
            captions.append(node)
        elif node.tag == "thead":
            head_rows += 1
    rows = [row for row in rows if row]
    cells = sum(map(len, rows))
    if cells > 1 and _has_words_between(table):
        return ""
    if cells <= 1 or (max(map(len, rows)) == 1 and any(_is_rich(row[0]) for row in rows)):
        return None
    width = max(map(len, rows))
    if width * len(rows) > min(MOST_CELLS, 4 * cells + 100) or not all(_is_plain(node) for node in captions):
        return ""
    heads = [[cell.tag == "th" for cell in row] for row in rows]
    if any(any(row) for row in heads[1:]) or (any(heads[0]) and not all(heads[0])):
        return ""
    if any(_spans(cell) or not _is_plain(cell) for row in rows for cell in row):
        return ""
    words = [[cell.text() for cell in row] + [""] * (width - len(row)) for row in rows]
    words = [row for row in words if any(row)]
    if not words:
        return None
    own = tidy(" ".join(node.text() for node in captions))
    return {
        "rows": words,
        "head": all(heads[0]) or head_rows > 0,
        "caption": tidy(unescape(f"{own} {caption}")) if own and caption else own or caption,
        "source": "",
    }


def _own(table: Node) -> list[Node]:
    """The parts of this table, not of those in its cells."""
    found: list[Node] = []
    stack = [iter(table.children)]
    while stack:
        for child in stack[-1]:
            if isinstance(child, Node):
                found.append(child)
                if child.tag not in ("td", "th", "caption"):
                    stack.append(iter(child.children))
                    break
        else:
            stack.pop()
    return found


def _has_words_between(table: Node) -> bool:
    """Whether words stand outside of the cells, or elements that no table has."""
    parts = [table, *(node for node in _own(table) if node.tag not in _CELLS)]
    return any(
        has_words(child) if isinstance(child, str) else child.tag not in _PARTS
        for part in parts
        for child in part.children
    )


def _spans(cell: Node) -> bool:
    return any(cell.get(name) not in ("", "1") for name in ("colspan", "rowspan")) if cell.written else False


def _is_plain(cell: Node) -> bool:
    paragraphs = 0
    for node in cell.elements():
        paragraphs += node.tag in ("p", "div")
        if node.tag not in _PLAIN or paragraphs > 1:
            return False
    return True


def _is_rich(cell: Node) -> bool:
    return (
        cell.first("p", "div", "img", "table", "iframe", "h1", "h2", "h3", "ul", "ol", "figure") is not None
    )
