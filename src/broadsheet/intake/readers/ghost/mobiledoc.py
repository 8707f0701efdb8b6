"""Mobiledoc 0.3.x, the form of the texts of Ghost 1 to 4, as plain HTML.

https://github.com/bustle/mobiledoc-kit/blob/master/MOBILEDOC.md: sections [1, tag, markers], [2, src] an image,
[3, tag, [markers…]] a list, [10, index] a card; a marker is [kind, opened markups, closed markups, text or atom].
"""

from __future__ import annotations

from html import escape
from typing import Any

from .cards import card_html, picture

SECTION, IMAGE, LIST, CARD = 1, 2, 3, 10
_TAGS = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "aside", "pull-quote"})
_MARKUPS = frozenset(
    {"a", "b", "strong", "i", "em", "u", "s", "strike", "del", "code", "sub", "sup", "mark", "small"}
)
_QUOTES = {
    "blockquote": "blockquote",
    "aside": 'blockquote class="pullquote"',
    "pull-quote": 'blockquote class="pullquote"',
}


def mobiledoc_html(document: object, lost: list[str]) -> str:
    """The whole text; "" where it is no mobiledoc or an empty one."""
    if not isinstance(document, dict):
        return ""
    return "".join(_section(section, document, lost) for section in _list(document, "sections"))


def only_card(document: object) -> str:
    """The name of the one card that a text consists of; "" where there is more, or none."""
    if not isinstance(document, dict):
        return ""
    filled = [section for section in _list(document, "sections") if not _is_empty(section)]
    if len(filled) != 1 or not isinstance(filled[0], list) or filled[0][:1] != [CARD]:
        return ""
    return _named(document, "cards", filled[0][1] if len(filled[0]) > 1 else None)[0]


def _is_empty(section: object) -> bool:
    return isinstance(section, list) and section[:1] == [SECTION] and not (len(section) > 2 and section[2])


def _section(section: object, document: dict[str, Any], lost: list[str]) -> str:
    if not isinstance(section, list) or len(section) < 2:
        return ""
    kind = section[0]
    if kind == CARD:
        name, payload = _named(document, "cards", section[1])
        return card_html(name, payload, lost) if name else ""
    if kind == IMAGE:
        return picture(section[1]) if isinstance(section[1], str) else ""
    if len(section) < 3 or not isinstance(section[2], list):
        return ""
    tag = str(section[1]).lower()
    if kind == SECTION:
        inner = _markers(section[2], document, lost)
        opening = _QUOTES.get(tag) or (tag if tag in _TAGS else "p")
        return f"<{opening}>{inner}</{opening.split()[0]}>" if inner else ""
    if kind == LIST:
        tag = "ol" if tag == "ol" else "ul"
        items = "".join(
            f"<li>{_markers(item, document, lost)}</li>" for item in section[2] if isinstance(item, list)
        )
        return f"<{tag}>{items}</{tag}>" if items else ""
    lost.append(f"a section of the unknown kind {str(kind)[:20]}")
    return ""


def _markers(markers: list[Any], document: dict[str, Any], lost: list[str]) -> str:
    markups, open_, parts = _list(document, "markups"), list[str](), list[str]()
    for marker in markers:
        if not isinstance(marker, list) or len(marker) != 4:
            continue
        kind, opened, closed, value = marker
        for number in opened if isinstance(opened, list) else ():
            start, tag = _markup(markups, number)
            parts.append(start)
            open_.append(tag)
        if kind == 0 and isinstance(value, str):
            parts.append(escape(value, quote=False))
        elif kind == 1:
            parts.append(_atom(document, value, lost))
        for _ in range(min(closed, len(open_)) if isinstance(closed, int) else 0):
            tag = open_.pop()
            parts.append(f"</{tag}>" if tag else "")
    parts += [f"</{tag}>" for tag in reversed(open_) if tag]
    return "".join(parts)


def _markup(markups: list[Any], number: object) -> tuple[str, str]:
    """Its opening tag and its name; both empty for what is no markup of a text."""
    known = isinstance(number, int) and 0 <= number < len(markups)
    markup = markups[number] if known and isinstance(number, int) else None
    if not isinstance(markup, list) or not markup or str(markup[0]) not in _MARKUPS:
        return "", ""
    tag = str(markup[0])
    if tag != "a":
        return f"<{tag}>", tag
    attributes = markup[1] if len(markup) > 1 and isinstance(markup[1], list) else []
    pairs = {str(name): value for name, value in zip(attributes[::2], attributes[1::2], strict=False)}
    return f'<a href="{escape(str(pairs.get("href", "")))}">', tag


def _atom(document: dict[str, Any], number: object, lost: list[str]) -> str:
    atoms = _list(document, "atoms")
    known = isinstance(number, int) and 0 <= number < len(atoms)
    atom = atoms[number] if known and isinstance(number, int) else None
    if not isinstance(atom, list) or not atom:
        return ""
    if atom[0] == "soft-return":
        return "<br>"
    lost.append(f"“{str(atom[0])[:40]}” in the text: only its words")
    return escape(str(atom[1])) if len(atom) > 1 else ""


def _named(document: dict[str, Any], kind: str, number: object) -> tuple[str, dict[str, Any]]:
    cards = _list(document, kind)
    known = isinstance(number, int) and 0 <= number < len(cards)
    card = cards[number] if known and isinstance(number, int) else None
    if not isinstance(card, list) or not card:
        return "", {}
    payload = card[1] if len(card) > 1 and isinstance(card[1], dict) else {}
    return str(card[0]), payload


def _list(document: dict[str, Any], key: str) -> list[Any]:
    value = document.get(key)
    return value if isinstance(value, list) else []
