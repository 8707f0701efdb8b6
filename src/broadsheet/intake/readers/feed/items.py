"""The items of an RSS or Atom document, one by one, each parsed by feedparser within what stands around it.

The document is never held as a whole: libxml2 streams it, and feedparser is given small documents of the same head and
a few items. Its own clean-up of HTML and of addresses is off; ours does both.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from typing import Any, BinaryIO

import feedparser
from lxml import etree

from broadsheet.outward.errors import UnreadableSource

from ...xml import events
from .media import Beside, is_media, media_of

ITEM_NAMES = ("item", "entry", "Item", "ITEM", "Entry")
HEAD_NAMES = (
    "title",
    "link",
    "language",
    "rights",
    "copyright",
    "author",
    "managingEditor",
    "creator",
    "id",
    "publisher",
)
ITEMS = frozenset(f"{{*}}{name}" for name in ITEM_NAMES)
HEAD = frozenset(f"{{*}}{name}" for name in HEAD_NAMES)
_CHANNELS = frozenset({"channel", "feed"})
_LONG = frozenset({"description", "summary", "content", "encoded", "body", "div", "source"})
MOST_HEAD = 32_768
LONGEST_VALUE = 4_000
MOST_OF_A_KIND, MOST_ATTRIBUTES, MOST_DECLARED = 100, 50, 200
A_FEW, A_FEW_BYTES = 16, 262_144

Entry = Any
"""A `feedparser.FeedParserDict`."""


@dataclass(slots=True)
class Document:
    """What `survey` learned: the head's elements as XML, how many items there are, and whether it is well-formed."""

    head: list[bytes] = field(default_factory=list)
    items: int = 0
    root: str = ""
    problem: UnreadableSource | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One item: feedparser's entry and feed, and what stands beside its text. `entry` is None where none was found."""

    entry: Entry | None
    feed: Entry
    version: str
    beside: Beside


def survey(source: BinaryIO, name: str) -> Document:
    """One pass over a document, for its head and its soundness. Raises nothing: `problem` says what it met."""
    found = Document()
    size = 0
    try:
        for element in events(source, ITEMS | HEAD, name=name):
            parent = element.getparent()
            local = _local(element)
            if not found.root:
                found.root = _local(element.getroottree().getroot())
            if local in ITEM_NAMES:
                found.items += _is_item(element)
            elif parent is not None and _local(parent).lower() in _CHANNELS and size < MOST_HEAD:
                piece = _xml(element)
                size += len(piece)
                if size < MOST_HEAD:
                    found.head.append(piece)
    except UnreadableSource as error:
        found.problem = error
    return found


def items(
    source: BinaryIO, name: str, document: Document, address: str, *, recover: bool = False
) -> Iterator[Item]:
    """Every item in its order. Raises `UnreadableSource` where the document breaks off, after those before it."""
    waiting: list[tuple[bytes, Beside]] = []
    frame, size = ("", ""), 0
    inside: etree._Element | None = None
    try:
        for element in events(source, ITEMS, name=name, recover=recover):
            if not _is_item(element):
                continue
            parent = element.getparent()
            if parent is None or parent is not inside:
                yield from _parsed(waiting, frame, address)
                waiting, size = [], 0
                frame, inside = _frame(element, document, name), parent
            beside = media_of(element, element.base or address)
            _trimmed(element)
            piece = _xml(element)
            waiting.append((piece, beside))
            size += len(piece)
            if len(waiting) >= A_FEW or size > A_FEW_BYTES:
                yield from _parsed(waiting, frame, address)
                waiting, size = [], 0
    finally:
        # Also when the document breaks off: what came before it is whole.
        left, waiting = waiting, []
    yield from _parsed(left, frame, address)


def _parsed(waiting: list[tuple[bytes, Beside]], frame: tuple[str, str], address: str) -> Iterator[Item]:
    if not waiting:
        return
    made = _feedparser([piece for piece, _ in waiting], frame, address)
    if len(made.entries) == len(waiting):
        for entry, (_, beside) in zip(made.entries, waiting, strict=True):
            yield Item(entry, made.feed, made.version, beside)
        return
    for piece, beside in waiting:
        alone = _feedparser([piece], frame, address)
        yield Item(alone.entries[0] if len(alone.entries) == 1 else None, alone.feed, alone.version, beside)


def _feedparser(pieces: list[bytes], frame: tuple[str, str], address: str) -> Any:
    data = frame[0].encode() + b"".join(pieces) + frame[1].encode()
    headers = {"content-type": "application/xml; charset=utf-8"}
    if address:
        headers["content-location"] = address
    return feedparser.parse(
        io.BytesIO(data), response_headers=headers, resolve_relative_uris=False, sanitize_html=False
    )


def _frame(item: etree._Element, document: Document, name: str) -> tuple[str, str]:
    """What stands before and after an item: the elements that it is in, with the feed's head where that belongs."""
    above = list(item.iterancestors())[::-1]
    if any(max(len(element.attrib), len(element.nsmap)) > MOST_DECLARED for element in above):
        raise UnreadableSource(
            f"an element has more than {MOST_DECLARED} attributes", name, "no feed has so many"
        )
    head = b"".join(document.head).decode("utf-8")
    opening, closing, is_placed = "", "", False
    for element in above:
        opening += _start(element)
        closing = f"</{_prefixed(element)}>" + closing
        if _local(element).lower() in _CHANNELS and not is_placed:
            opening, is_placed = opening + head, True
    if not above:
        # An Atom entry that is a document by itself.
        return '<feed xmlns="http://www.w3.org/2005/Atom">', "</feed>"
    if not is_placed and head:
        # RSS 1.0: the channel stands beside its items.
        opening += f"<channel>{head}</channel>"
    return opening, closing


def _start(element: etree._Element) -> str:
    spaces = "".join(
        f' xmlns{f":{prefix}" if prefix else ""}="{escape(uri)}"' for prefix, uri in element.nsmap.items()
    )
    prefixes = {uri: prefix for prefix, uri in element.nsmap.items() if prefix}
    prefixes["http://www.w3.org/XML/1998/namespace"] = "xml"
    attributes = ""
    for name, value in element.attrib.items():
        uri, _, local = str(name).rpartition("}")
        prefix = prefixes.get(uri[1:], "") if uri else ""
        if not uri or prefix:
            attributes += f' {prefix}{":" if prefix else ""}{local}="{escape(str(value)[:LONGEST_VALUE])}"'
    return f"<{_prefixed(element)}{spaces}{attributes}>"


def _prefixed(element: etree._Element) -> str:
    return f"{element.prefix}:{_local(element)}" if element.prefix else _local(element)


def _trimmed(item: etree._Element) -> None:
    """Media RSS is read already and would be taken for the item's own title and text; short values are short."""
    for nested in list(item.iter(*ITEMS)):
        # What others of its name stand within it (a source's, a conflict's) are no items of this feed.
        if nested is not item and (parent := nested.getparent()) is not None:
            parent.remove(nested)
    counts: Counter[str] = Counter()
    for element in list(item):
        name = _local(element)
        counts[name] += 1
        if is_media(element) or counts[name] > MOST_OF_A_KIND:
            item.remove(element)
        elif name.lower() not in _LONG and len(element) == 0 and len(element.text or "") > LONGEST_VALUE:
            element.text = (element.text or "")[:LONGEST_VALUE]
    for element in (item, *item):
        if len(element.attrib) > MOST_ATTRIBUTES:
            element.attrib.clear()


def _is_item(element: etree._Element) -> bool:
    """Whether it is an item of the feed, rather than something of the same name elsewhere."""
    parent = element.getparent()
    if parent is None:
        return _local(element).lower() == "entry"
    return _local(parent).lower() in ("channel", "feed", "rdf", "items", "rss")


def _xml(element: etree._Element) -> bytes:
    made: bytes = etree.tostring(element, encoding="utf-8", with_tail=False)
    return made.removeprefix(b"<?xml version='1.0' encoding='utf-8'?>\n")


def _local(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]
