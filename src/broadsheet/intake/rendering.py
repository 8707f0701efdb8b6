"""A list, a quotation, a table or code as one piece of HTML, its pictures and players set aside."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape

from . import addresses
from .html_tree import Node, has_words, tidy
from .incoming import IncomingBlock

TEXT_INLINE = {"b": "b", "i": "i", "strong": "strong", "em": "em", "sup": "sup", "sub": "sub", "cite": "em"}
# What only an `html` block can hold.
MARKUP_INLINE = {
    **{
        tag: tag
        for tag in ("code", "kbd", "samp", "var", "mark", "del", "ins", "s", "ruby", "rt", "rp", "bdo")
    },
    "strike": "s",
    "tt": "code",
    "abbr": "abbr",
    "acronym": "abbr",
}
UNSEEN = frozenset(
    [
        "style",
        "head",
        "title",
        "template",
        "link",
        "meta",
        "base",
        "param",
        "source",
        "track",
        "datalist",
        "colgroup",
        "col",
    ]
)
_TEXT_BLOCKS = {
    **{tag: tag for tag in ("p", "h2", "h3", "ul", "ol", "li", "blockquote")},
    "h1": "h2",
    "menu": "ul",
    "dir": "ul",
}
_MARKUP_BLOCKS = frozenset(
    [
        "h4",
        "h5",
        "h6",
        "table",
        "caption",
        "thead",
        "tbody",
        "tfoot",
        "tr",
        "th",
        "td",
        "dl",
        "dt",
        "dd",
        "pre",
        "details",
        "summary",
    ]
)
_KEPT = {
    "td": ("colspan", "rowspan"),
    "th": ("colspan", "rowspan", "scope"),
    "ol": ("start", "reversed", "type"),
    "bdo": ("dir",),
    "abbr": ("title",),
    "acronym": ("title",),
}
_PARTING = frozenset(
    [
        "div",
        "section",
        "article",
        "header",
        "footer",
        "main",
        "aside",
        "center",
        "address",
        "figcaption",
        "fieldset",
        "form",
    ]
)
_SPACES = re.compile(r"[ \t\r\n\f]+")


class Rendering:
    """`html` gives the piece, `beside` what stood in it and can't, `wordless` its empty links, `is_markup` whether only an `html` block holds it."""

    def __init__(
        self,
        href: Callable[[Node], str],
        is_media: Callable[[Node], bool],
        media: Callable[[Node, str], list[IncomingBlock]],
        around: str = "",
    ) -> None:
        self._href, self._is_media, self._media = href, is_media, media
        # The start tag of a link around the whole: no browser, and no cleaner, lets one enclose a list or a table.
        self._around = around
        self._parts: list[str] = []
        self._pre = 0
        self.beside: list[IncomingBlock] = []
        self.links: set[str] = set()
        self.wordless: list[str] = []
        self.is_markup = False

    def html(self, node: Node, tag: str = "") -> str:
        """The element as HTML, or with `tag` as such a one."""
        if tag:
            self._parts.append(f"<{tag}>")
            self._inside(node)
            self._parts.append(f"</{tag}>")
        else:
            self._element(node, "")
        return "".join(self._parts)

    def _inside(self, node: Node, link: str = "") -> None:
        for child in node.children:
            if isinstance(child, str):
                written = child if self._pre else _SPACES.sub(" ", child)
                is_linked = self._around and has_words(child)
                self._parts.append(f"{self._around}{written}</a>" if is_linked else written)
            else:
                self._element(child, link)

    def _element(self, node: Node, link: str) -> None:
        tag = node.tag
        if self._is_media(node):
            self.beside += self._media(node, link)
        elif tag == "br":
            self._parts.append("<br>")
        elif tag == "hr":
            self._parts.append("<hr>")
            self.is_markup = True
        elif tag == "a":
            self._link(node)
        elif tag == "q":
            self._parts.append("“")
            self._inside(node, link)
            self._parts.append("”")
        elif tag in _PARTING:
            is_paragraph = bool(node.children) and not any(
                isinstance(child, Node)
                and (child.tag in _TEXT_BLOCKS or child.tag in _MARKUP_BLOCKS or child.tag in _PARTING)
                for child in node.children
            )
            self._enclosed(node, "p" if is_paragraph else "", "", link)
        elif name := TEXT_INLINE.get(tag) or _TEXT_BLOCKS.get(tag) or MARKUP_INLINE.get(tag):
            written = self._attributes(node)
            if tag in MARKUP_INLINE and (name != "abbr" or written):
                self.is_markup = True
            if tag == "ol" and written:
                self.is_markup = True
            self._enclosed(node, name, written, link)
        elif tag in _MARKUP_BLOCKS:
            # Small headings become larger ones in a text; all else here needs a block of its own.
            self.is_markup = self.is_markup or tag not in ("h4", "h5", "h6")
            self._pre += tag == "pre"
            self._enclosed(node, tag, self._attributes(node), link)
            self._pre -= tag == "pre"
        elif tag == "textarea" or tag not in UNSEEN:
            self._inside(node, link)

    def _enclosed(self, node: Node, name: str, written: str, link: str) -> None:
        if not name:
            self._inside(node, link)
            return
        self._parts.append(f"<{name}{written}>")
        self._inside(node, link)
        self._parts.append(f"</{name}>")

    def _attributes(self, node: Node) -> str:
        if not node.written:
            return ""
        names = _KEPT.get(node.tag, ())
        return "".join(
            f' {name}="{escape(tidy(node.get(name))[:200])}"' for name in names if name in node.attributes
        )

    def _link(self, node: Node) -> None:
        href = self._href(node)
        if not href:
            self._inside(node)
            return
        if not has_words(node.raw_text()):
            before = len(self.beside)
            self._inside(node, href)
            found = self.beside[before:]
            if not found:
                self.wordless.append(href)
            elif not any(escape(href) in str(block.value) or href in str(block.value) for block in found):
                words = escape(addresses.file_name(href), quote=False)
                self.beside.append(IncomingBlock("text", f'<p><a href="{escape(href)}">{words}</a></p>'))
            return
        self.links.add(href)
        self.is_markup = self.is_markup or href.startswith("tel:")
        around, self._around = self._around, ""
        self._parts.append(f'<a href="{escape(href)}">')
        self._inside(node, "")
        self._parts.append("</a>")
        self._around = around
