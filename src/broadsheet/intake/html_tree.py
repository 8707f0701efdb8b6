"""HTML of any kind as small trees: no recursion, linear in its length, and what is held at a time is bounded.

Not a browser's parser: it knows enough of HTML's rules (void and raw elements, implied ends) for archive bodies.
Texts stay as they were written, entities and all, with a stray `<` escaped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

MOST_DEPTH = 80
MOST_NODES = 20_000
MOST_ATTRIBUTES = 100
VOID = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "frame",
        "hr",
        "img",
        "input",
        "keygen",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "wbr",
    ]
)
# What these enclose is not markup.
RAW = frozenset(("script", "style", "iframe", "noembed", "noframes", "textarea", "title", "xmp", "template"))
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "center",
        "details",
        "dialog",
        "dd",
        "dir",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hgroup",
        "hr",
        "main",
        "menu",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "ul",
    ]
)
_PARTING = frozenset(("br", "caption", "td", "th", "tr"))
# Element → the open elements that its start ends, and those that it doesn't look behind.
_ENDS = {
    "li": (("li",), ("ul", "ol", "menu", "dir")),
    "dt": (("dt", "dd"), ("dl",)),
    "dd": (("dt", "dd"), ("dl",)),
    "tr": (("tr", "td", "th", "caption"), ("table",)),
    "td": (("td", "th"), ("tr", "table")),
    "th": (("td", "th"), ("tr", "table")),
    "thead": (("thead", "tbody", "tfoot", "tr", "td", "th", "caption"), ("table",)),
    "tbody": (("thead", "tbody", "tfoot", "tr", "td", "th", "caption"), ("table",)),
    "tfoot": (("thead", "tbody", "tfoot", "tr", "td", "th", "caption"), ("table",)),
    "option": (("option",), ("select",)),
    "a": (("a",), ("td", "th", "li", "figure", "table")),
}
_OF_TABLES = frozenset(("table", "caption", "thead", "tbody", "tfoot", "tr", "td", "th"))
_CELLS = frozenset(("td", "th", "caption"))
_ITEMS = frozenset(("li", "figure", "ul", "ol", "dd"))
_TAG = re.compile(
    r"""<(/?)([a-zA-Z][^\s/>]*+)((?:[^>"']++|"[^"]*+"|'[^']*+')*+)>""",
)
_BROKEN_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/>]*+)([^>]*+)>")
_ATTRIBUTE = re.compile(r"""([^\s"'<>/=]++)(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'>]++)))?+""")
_WORDLESS = re.compile(r"(?:\s|&nbsp;|&#0*160;|&#x0*a0;|\u200b|\ufeff)*+", re.IGNORECASE)
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")


class Node:
    """One element: its name in small letters, its attributes as written, texts and elements inside."""

    __slots__ = ("_attributes", "children", "tag", "written")

    def __init__(self, tag: str, written: str = "") -> None:
        self.tag, self.written = tag, written
        self.children: list[Node | str] = []
        self._attributes: dict[str, str] | None = None

    def get(self, name: str) -> str:
        """An attribute's value with entities resolved, "" where it isn't there."""
        return self.attributes.get(name, "")

    @property
    def attributes(self) -> dict[str, str]:
        if self._attributes is None:
            found: dict[str, str] = {}
            if self.written:
                for match in _ATTRIBUTE.finditer(self.written):
                    value = match[2] or match[3] or match[4] or ""
                    found.setdefault(match[1].lower(), unescape(value) if "&" in value else value)
                    if len(found) >= MOST_ATTRIBUTES:
                        break
            self._attributes = found
        return self._attributes

    @property
    def classes(self) -> frozenset[str]:
        return (
            frozenset(self.get("class").lower().split()) if "class" in self.written.lower() else frozenset()
        )

    def elements(self) -> Iterator[Node]:
        """Every element inside, in order."""
        stack = [iter(self.children)]
        while stack:
            for child in stack[-1]:
                if isinstance(child, Node):
                    yield child
                    stack.append(iter(child.children))
                    break
            else:
                stack.pop()

    def all(self, *tags: str) -> list[Node]:
        return [node for node in self.elements() if node.tag in tags]

    def first(self, *tags: str) -> Node | None:
        return next((node for node in self.elements() if node.tag in tags), None)

    def text(self, *, without: frozenset[str] = RAW) -> str:
        """All words inside on one line, entities resolved; not those of the elements `without`."""
        return tidy(unescape(self.raw_text(without=without)))

    def raw_text(self, *, without: frozenset[str] = RAW) -> str:
        """All words inside as written; a space where a block begins or ends."""
        parts: list[str] = []
        stack: list[tuple[Iterator[Node | str], bool]] = [(iter(self.children), False)]
        while stack:
            children, is_block = stack[-1]
            for child in children:
                if isinstance(child, str):
                    parts.append(child)
                elif child.tag not in without:
                    is_block = child.tag in _BLOCKS or child.tag in _PARTING
                    if is_block:
                        parts.append(" ")
                    stack.append((iter(child.children), is_block))
                    break
            else:
                stack.pop()
                if is_block:
                    parts.append(" ")
        return "".join(parts)


def tidy(text: str) -> str:
    """One line, single spaces."""
    return " ".join(text.split())


def has_words(raw: str) -> bool:
    """Whether a text as written in HTML shows anything."""
    return _WORDLESS.fullmatch(raw) is None


def without_controls(text: str) -> str:
    """What XML and our pages can't hold taken out: control characters, lone surrogates."""
    return _CONTROLS.sub("", text) if _CONTROLS.search(text) else text


def without_comments(html: str) -> str:
    """Comments taken out; one that never ends is left where it is, for it would swallow the rest."""
    if "<!--" not in html:
        return html
    kept: list[str] = []
    at = 0
    while (start := html.find("<!--", at)) >= 0:
        end = html.find("-->", start + 2)
        if end < 0:
            break
        kept.append(html[at:start])
        at = end + 3
    kept.append(html[at:])
    return "".join(kept)


class _Growing:
    """A tree while it grows."""

    def __init__(self) -> None:
        self.root = Node("")
        self.stack = [self.root]
        self.names = [""]
        self.count = 0
        self.ignored: dict[str, int] = {}

    def text(self, text: str) -> None:
        if text:
            self.stack[-1].children.append(text.replace("<", "&lt;") if "<" in text else text)

    def start(self, tag: str, written: str) -> Node | None:
        names = self.names
        if tag in _BLOCKS and "p" in names:
            self._end_within(("p",), ("table", "td", "th", "li", "figure", "blockquote", "div", "object"))
        if (rule := _ENDS.get(tag)) is not None:
            self._end_within(*rule)
        node = Node(tag, written)
        if tag in VOID:
            self.stack[-1].children.append(node)
            self.count += 1
            return node
        if len(self.stack) > MOST_DEPTH:
            self.ignored[tag] = self.ignored.get(tag, 0) + 1
            return None
        self.stack[-1].children.append(node)
        self.count += 1
        self.stack.append(node)
        names.append(tag)
        return node

    def end(self, tag: str) -> None:
        if self.ignored.get(tag):
            self.ignored[tag] -= 1
            return
        names = self.names
        if tag not in names:
            if tag == "br":
                self.start("br", "")
            return
        at = len(names) - 1
        while names[at] != tag:
            # What began outside of a cell or an item doesn't end inside of it.
            is_inline = tag not in _BLOCKS and tag not in _OF_TABLES
            if (names[at] in _CELLS and tag not in _OF_TABLES) or (names[at] in _ITEMS and is_inline):
                return
            at -= 1
        del names[at:]
        del self.stack[at:]
        self.ignored.clear()

    def _end_within(self, ended: tuple[str, ...], walls: tuple[str, ...]) -> None:
        names = self.names
        at = len(names) - 1
        found = 0
        while at > 0 and names[at] not in walls:
            if names[at] in ended:
                found = at
            at -= 1
        if found:
            del names[found:]
            del self.stack[found:]


def trees(html: str) -> Iterator[Node]:
    """`html` in order as one tree, or several where it is long: no more than `MOST_NODES` elements are held at once."""
    if "<![CDATA[" in html:
        html = html.replace("<![CDATA[", "").replace("]]>", "")
    html = without_comments(html)
    growing = _Growing()
    tag_pattern = _TAG
    endless: set[str] = set()
    at = 0
    length = html.rfind(">") + 1
    # Behind the last `>` there is no tag.
    while at < length:
        start = html.find("<", at, length)
        if start < 0:
            break
        match = tag_pattern.match(html, start)
        if match is None and tag_pattern is _TAG and html[start + 1 : start + 2].isalpha():
            # A quote that never ends: from here on quotes mean nothing, so that no stretch is read twice.
            tag_pattern = _BROKEN_TAG
            match = tag_pattern.match(html, start)
        if match is None:
            end = html.find(">", start) if html[start + 1 : start + 2] in ("!", "?", "/") else -1
            growing.text(html[at:start])
            if end < 0:
                end = start
                growing.text("<")
            at = end + 1
            continue
        if start > at:
            growing.text(html[at:start])
        at = match.end()
        tag = match[2].lower()
        if match[1]:
            growing.end(tag)
            continue
        node = growing.start(tag, match[3])
        if tag in RAW:
            at = _raw(html, at, tag, node, endless)
            growing.end(tag)
        if growing.count >= MOST_NODES:
            yield growing.root
            growing = _Growing()
    growing.text(html[at:])
    yield growing.root


_RAW_ENDS = {tag: re.compile(rf"</{tag}(?=[\s/>])", re.IGNORECASE) for tag in RAW}


def _raw(html: str, at: int, tag: str, node: Node | None, endless: set[str]) -> int:
    """Takes what a raw element encloses; one without end encloses nothing, but a script or style all the rest.

    `endless` remembers which elements end nowhere behind this place.
    """
    found = None if tag in endless else _RAW_ENDS[tag].search(html, at)
    if found is None:
        endless.add(tag)
        return len(html) if tag in ("script", "style") else at
    if node is not None:
        node.children.append(html[at : found.start()].replace("<", "&lt;"))
    end = html.find(">", found.end())
    return len(html) if end < 0 else end + 1
