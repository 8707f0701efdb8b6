"""Puts back the paragraphs that trafilatura lost between two that it kept: twins, and such as its rules took for furniture."""

from __future__ import annotations

import re
from collections import Counter

from lxml import etree
from lxml.html import HtmlElement

from . import bylines, words
from .bylines import squeezed

SHORTEST, FEWEST_NEIGHBOURS = 40, 2
MOST_LINKED = 0.5
# Letters by which a paragraph is known to be kept, though some of its formulas or marks are not.
BEGINNING = 30
# A page that lost more paragraphs than this is no story that lost a few.
MOST_LOST = 300
NO_WORDS = ("math", "svg", "button", "form", "input", "iframe", "select")
FORMATS = {"b": "#b", "strong": "#b", "i": "#i", "em": "#i", "sup": "#sup", "sub": "#sub"}


def filled(body: etree._Element, tree: HtmlElement) -> etree._Element:
    """`body` itself with what stands in the page between two of its paragraphs, in the same element, added in its place."""
    kept: dict[str, list[etree._Element]] = {}
    for child in body:
        kept.setdefault(squeezed(_text(child)), []).append(child)
    everything = squeezed(_text(body))
    places: Counter[HtmlElement] = Counter()
    for paragraph in tree.iter("p"):
        parent = paragraph.getparent()
        if (
            parent is not None
            and len(words.tidy(_text(paragraph))) >= SHORTEST
            and squeezed(_text(paragraph)) in kept
        ):
            places[parent] += 1
    left = MOST_LOST
    for place, count in places.most_common():
        if count >= FEWEST_NEIGHBOURS and left > 0 and not bylines.is_elsewhere(place):
            left -= _fill(place, kept, everything, left)
    return body


def _fill(place: HtmlElement, kept: dict[str, list[etree._Element]], everything: str, most: int) -> int:
    """How many paragraphs were looked for; no more than `most`."""
    looked = 0
    last: etree._Element | None = None
    lost: list[HtmlElement] = []
    met: Counter[str] = Counter()
    for child in place:
        text = squeezed(_text(child)) if isinstance(child.tag, str) else ""
        if not text:
            continue
        there = kept.get(text, [])
        if len(there) > met[text]:
            here = there[met[text]]
            met[text] += 1
            if last is not None and lost:
                _insert(lost, last)
            lost, last = [], here
        elif last is not None and child.tag == "p" and looked < most and _belongs(child):
            looked += 1
            if there or text[:BEGINNING] not in everything:
                lost.append(child)
    # Twins of the last paragraph kept: nothing after them tells where the text ends, but they are its words.
    if last is not None and lost and all(squeezed(_text(p)) in kept for p in lost):
        _insert(lost, last)
    return looked


def _insert(lost: list[HtmlElement], last: etree._Element) -> None:
    parent = last.getparent()
    if parent is not None:
        at = parent.index(last) + 1
        for number, paragraph in enumerate(lost):
            parent.insert(at + number, _as_found(paragraph, "p"))


def _belongs(paragraph: HtmlElement) -> bool:
    text = words.tidy(_text(paragraph))
    linked = sum(len(words.tidy(_text(link))) for link in paragraph.iter("a"))
    names = f"{paragraph.get('class') or ''} {paragraph.get('id') or ''}"
    return (
        len(text) >= SHORTEST
        and bool(words.SENTENCE_END.search(text))
        and linked <= len(text) * MOST_LINKED
        and not bylines.ELSEWHERE.search(names)
        and not re.search(r"caption|credit|copyright|promo|advert|hidden|legend", names, re.IGNORECASE)
        and "display:none" not in (paragraph.get("style") or "").replace(" ", "")
        and next(paragraph.iter(*NO_WORDS), None) is None
        and not words.is_furniture(text)
    )


def _as_found(element: HtmlElement, tag: str) -> etree._Element:
    """A paragraph of the page in the form in which trafilatura gives its own."""
    made = etree.Element(tag)
    made.text = element.text
    for child in element:
        name = child.tag if isinstance(child.tag, str) else ""
        if name == "br":
            inner = etree.Element("lb")
        elif name in FORMATS:
            inner = _as_found(child, "hi")
            inner.set("rend", FORMATS[name])
        elif name == "a" and child.get("href"):
            inner = _as_found(child, "ref")
            inner.set("target", child.get("href"))
        elif name in ("", "script", "style", "noscript", "template"):
            inner = etree.Element("span")
        else:
            inner = _as_found(child, "span")
        inner.tail = child.tail
        made.append(inner)
    return made


def _text(element: etree._Element) -> str:
    return "".join(str(text) for text in element.itertext())
