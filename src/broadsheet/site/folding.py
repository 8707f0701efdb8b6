"""Folds text of any script to plain ASCII for search, and marks what was found in the text as printed.

SQLite's tokenizer does not fold ı or ə, and no tokenizer crosses scripts: the ASCII form is indexed and queried.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from anyascii import anyascii
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

WORD = re.compile(r"[a-z0-9]+")


def fold(text: str) -> str:
    """`Bakı` and `Баку` → `baki`, `baku`: lower-case ASCII."""
    return anyascii(text).lower()


def fold_with_places(text: str) -> tuple[str, list[int]]:
    """The folded text, and for each of its characters the place in `text` that it came from."""
    folded, places = [], []
    for place, character in enumerate(text):
        for letter in anyascii(character).lower():
            folded.append(letter)
            places.append(place)
    return "".join(folded), places


def spans(text: str, terms: Sequence[str]) -> list[tuple[int, int]]:
    """Where words of `text` begin with any of the folded `terms`: (start, end) in characters, in order."""
    if not terms:
        return []
    folded, places = fold_with_places(text)
    pattern = re.compile(r"(?<![a-z0-9])(?:" + "|".join(re.escape(t) for t in terms) + ")[a-z0-9]*")
    return [(places[m.start()], places[m.end() - 1] + 1) for m in pattern.finditer(folded)]


def marked(text: str, terms: Sequence[str]) -> SafeString:
    """`text` as HTML with what was searched for in `<mark>`."""
    parts: list[tuple[str, str]] = []
    at = 0
    for start, end in spans(text, terms):
        if start >= at:
            parts.append((text[at:start], text[start:end]))
            at = end
    return format_html("{}{}", format_html_join("", "{}<mark>{}</mark>", parts), text[at:])


def excerpt(text: str, terms: Sequence[str], length: int = 220) -> SafeString:
    """The part of `text` around the first find, about `length` characters, with the finds marked."""
    found = spans(text, terms)
    start = max(0, found[0][0] - length // 3) if found else 0
    if start:
        start = text.rfind(" ", 0, start) + 1
    end = min(len(text), start + length)
    if end < len(text):
        end = text.rfind(" ", start, end) if text.rfind(" ", start, end) > start else end
    piece = marked(text[start:end], terms)
    return format_html("{}{}{}", "… " if start else "", piece, " …" if end < len(text) else "")
