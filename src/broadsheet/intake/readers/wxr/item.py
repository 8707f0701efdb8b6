"""One `item` of an export as plain values, whatever prefixes and versions it was written with."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape

from lxml import etree

from ...html_tree import tidy

_TAGS = re.compile(r"</?[a-zA-Z][^<>]*>")
_MOST_METAS, _MOST_TERMS = 5_000, 1_000


@dataclass(frozen=True, slots=True)
class Filed:
    """One `category` of an item."""

    domain: str
    key: str
    name: str


@dataclass(slots=True)
class Item:
    """Texts by the names of their elements (`content`, `excerpt`, `title`, `post_id`…), metas, terms, comments counted."""

    texts: dict[str, str] = field(default_factory=dict)
    metas: dict[str, list[str]] = field(default_factory=dict)
    terms: list[Filed] = field(default_factory=list)
    comments: int = 0
    line: int = 0

    def get(self, name: str) -> str:
        return self.texts.get(name, "")

    def meta(self, *names: str) -> str:
        """The first of these metas that has a value."""
        return next((value for name in names for value in self.metas.get(name, ()) if value), "")

    @property
    def post_type(self) -> str:
        return self.get("post_type").strip().lower() or "post"

    @property
    def label(self) -> str:
        """How a report names it."""
        return (
            words(self.get("title"))[:120]
            or self.get("link").strip()
            or f"item {self.get('post_id').strip()}".strip()
        )


def words(html: str) -> str:
    """A title or a name as words: entities resolved, tags taken out, on one line."""
    if "<" in html:
        html = _TAGS.sub("", html)
    return tidy(unescape(html)) if "&" in html else tidy(html)


_NAMES: dict[str, str] = {}


def name_of(tag: str) -> str:
    """`{…/export/1.2/excerpt/}encoded` → `excerpt`; `wp:post_id`, where nobody declared `wp`, → `post_id`."""
    known = _NAMES.get(tag)
    if known is not None:
        return known
    space, _, local = tag.rpartition("}")
    prefix, _, name = local.rpartition(":")
    if name == "encoded":
        name = "excerpt" if "excerpt" in space or prefix == "excerpt" else "content"
    elif name == "author" and not ("wordpress.org/export" in space or prefix == "wp"):
        name = "rss_author"
    if len(_NAMES) < 1000:
        _NAMES[tag] = name
    return name


def pairs(element: etree._Element) -> Iterator[tuple[str, str]]:
    """The children of an element by their names, with their texts."""
    for child in element:
        if isinstance(child.tag, str):
            yield name_of(child.tag), text_of(child)


def text_of(element: etree._Element) -> str:
    """All text inside: markup that nobody put into CDATA counts as written."""
    if len(element) == 0:
        return element.text or ""
    return (element.text or "") + "".join(etree.tostring(child, encoding="unicode") for child in element)


def item_of(element: etree._Element) -> Item:
    """Reads an `item` element."""
    item = Item(line=element.sourceline or 0)
    texts, metas = item.texts, item.metas
    count = 0
    for child in element:
        if not isinstance(child.tag, str):
            continue
        name = name_of(child.tag)
        if name == "postmeta":
            count += 1
            if count <= _MOST_METAS:
                found = dict(pairs(child))
                if key := found.get("meta_key", "").strip():
                    metas.setdefault(key, []).append(found.get("meta_value", "").strip())
        elif name == "category":
            if len(item.terms) < _MOST_TERMS and (text := words(child.text or "") or child.get("nicename")):
                item.terms.append(Filed(child.get("domain") or "", child.get("nicename") or "", text))
        elif name == "comment":
            item.comments += 1
        elif name not in texts or not texts[name]:
            texts[name] = text_of(child)
    return item
