"""Writes a tree of incoming HTML as blocks, in reading order. What to call is `markup.blocks_of`."""

from __future__ import annotations

import re
from html import escape, unescape

from . import addresses, embeds, figures, tables
from .flow import TAGS
from .html_tree import Node, has_words, tidy
from .incoming import IncomingBlock, IncomingPicture
from .rendering import MARKUP_INLINE, TEXT_INLINE, UNSEEN, Rendering
from .showing import Showing

HEADINGS = {"h1": "h2", "h2": "h2", "h3": "h3", "h4": "h3", "h5": "h3", "h6": "h3"}
LISTS = frozenset(("ul", "ol", "menu", "dir"))
CONTAINERS = frozenset(
    {
        *(
            "article",
            "aside",
            "body",
            "center",
            "details",
            "dialog",
            "div",
            "fieldset",
            "footer",
            "form",
            "header",
        ),
        *(
            "hgroup",
            "html",
            "legend",
            "main",
            "nav",
            "section",
            "summary",
            "td",
            "th",
            "tr",
            "tbody",
            "thead",
        ),
        *("tfoot", "caption", "li", "dt", "dd", "figcaption", "search", "optgroup", "option"),
    }
)
BLOCKS = (
    CONTAINERS
    | LISTS
    | frozenset(HEADINGS)
    | frozenset(["address", "blockquote", "dl", "figure", "hr", "p", "pre", "table"])
)
_LOW_HEADING = re.compile(r"(</?)h[456](?=>)")
MOST_ENTITIES = 20_000
_PULL = frozenset(("pullquote", "pull-quote", "wp-block-pullquote", "pquote"))
_LONGEST_PULL = 600


class BodyWriter(Showing):
    """Writes elements in their order. Give it trees with `walk`, ask for the blocks with `finished`."""

    def walk(self, node: Node) -> None:
        """Writes all that an element encloses."""
        for child in node.children:
            if isinstance(child, str):
                self._words(child)
            else:
                self._element(child)

    def _element(self, node: Node) -> None:
        tag = node.tag
        if tag == "br":
            self._break()
        elif tag in TEXT_INLINE or tag in MARKUP_INLINE or tag in ("a", "q"):
            self._inline(node)
        elif tag in HEADINGS:
            self._end_line()
            self._line_tag = HEADINGS[tag]
            self.walk(node)
            self._end_line()
            self._line_tag = "p"
        elif self._is_media(node):
            self._beside(self._media(node, ""))
        elif tag in BLOCKS:
            self._end_line()
            self._block(node)
            self._end_line()
        elif tag == "textarea" or tag not in UNSEEN:
            if tag in ("button", "select", "input", "textarea"):
                self._note("a field or button of a form")
            if tag == "area":
                self._area(node)
            self.walk(node)

    def _block(self, node: Node) -> None:
        tag = node.tag
        if tag == "blockquote" or (tag in ("aside", "div", "p", "figure") and node.classes & _PULL):
            self._quotation(node)
        elif figures.is_figure(node):
            self._figure(node)
        elif tag in LISTS:
            if not (figures.is_gallery(node) and self._gallery(node)):
                self._rendered(node)
        elif tag == "table":
            self._table(node, "")
        elif tag in ("dl", "details", "pre"):
            self._rendered(node)
        elif tag == "hr":
            self._put(IncomingBlock("html", "<hr>"))
        elif not (tag in ("div", "section") and figures.is_gallery(node) and self._gallery(node)):
            self.walk(node)

    def _break(self) -> None:
        at = len(self._line) - 1
        while at >= 0 and not self._line[at].strip():
            at -= 1
        if at >= 0 and self._line[at] == "<br>":
            self._end_line()
        elif self._line_has_words:
            self._line.append("<br>" if self._line_tag == "p" else " ")

    def _inline(self, node: Node) -> None:
        tag = node.tag
        if tag == "q":
            self._words("“")
            self.walk(node)
            self._words("”")
            return
        if tag == "a":
            self._link(node)
            return
        name = TEXT_INLINE.get(tag) or MARKUP_INLINE[tag]
        title = node.get("title") if name == "abbr" else ""
        if tag in MARKUP_INLINE and not (name == "abbr" and not title):
            self._line_is_markup = True
        self._wrapped(node, f'<{name} title="{escape(title)}">' if title else f"<{name}>", f"</{name}>")

    def _wrapped(self, node: Node, opening: str, closing: str) -> None:
        self._wraps.append((opening, closing))
        self._line.append(opening)
        self.walk(node)
        self._wraps.pop()
        self._line.append(closing)

    def _link(self, node: Node) -> None:
        href = self._href(node)
        if not href:
            self.walk(node)
            return
        has_text = has_words(node.raw_text(without=figures.UNREAD))
        if not has_text:
            self._beside(self._linked_media(node, href))
            return
        if href.startswith("tel:"):
            self._line_is_markup = True
        self._links.add(href)
        self._wrapped(node, f'<a href="{escape(href)}">', "</a>")

    def _figure(self, node: Node) -> None:
        found = figures.shown(node)
        caption, credit = self._caption(found)
        loose = tidy(unescape("".join(found.words)))
        url = loose if addresses.is_web(loose) and " " not in loose else ""
        if "embed" in node.get("class") and url and not found.images and not found.others:
            self._put(embeds.embed_of(url, title=caption))
            self._links_of(found)
        elif figures.is_gallery(node) and self._gallery(node):
            return
        elif len(found.images) == 1 and not found.others:
            image, href = found.images[0]
            whole = addresses.absolute(href, self._base) if href else ""
            picture = self._pictures.picture(image, caption or loose, credit, whole)
            if picture is None and found.hidden and (images := self._pictures.same(found.hidden[0])):
                picture = self._pictures.picture(images[0], caption or loose, credit, whole)
            if picture is None:
                self.walk(node)
                return
            self._put(IncomingBlock("picture", picture))
            for block in self._link_beside(picture, self._href_of(href)):
                self._put(block)
            if caption and loose:
                self._words(escape(loose, quote=False))
                self._end_line()
            self._links_of(found, loose=True)
        elif not found.images and len(found.others) == 1 and not loose:
            other = found.others[0]
            if other.tag == "table":
                self._table(other, caption)
                self._links_of(found)
            elif other.tag in figures.PLAYERS and (player := self._pictures.player(other, caption)):
                self._put(player)
                self._links_of(found)
            else:
                self.walk(node)
        else:
            if len(found.images) > 1 and not found.others and not loose and self._gallery(node):
                return
            self.walk(node)

    def _gallery(self, node: Node) -> bool:
        """Whether the element was a gallery, and was written."""
        pictures: list[IncomingPicture] = []
        notes: list[figures.Shown] = []
        links: list[IncomingBlock] = []
        whole = figures.shown_of_gallery(node)
        if whole is None or len(whole.items) < 2:
            return False
        for item in whole.items:
            caption, credit = self._caption(item)
            loose = tidy(unescape("".join(item.words)))
            for at, (image, href) in enumerate(item.images):
                larger = addresses.absolute(href, self._base) if href else ""
                words = (caption or loose, credit) if at == 0 else ("", "")
                picture = self._pictures.picture(image, *words, larger)
                if picture is not None:
                    pictures.append(picture)
                    links += self._link_beside(picture, self._href_of(href))
            notes.append(item)
        if not pictures:
            return False
        self._put(
            IncomingBlock("gallery", tuple(pictures))
            if len(pictures) > 1
            else IncomingBlock("picture", pictures[0])
        )
        for caption_node in whole.captions:
            self.walk(caption_node)
            self._end_line()
        for item in notes:
            self._links_of(item, loose=True)
        for block in links:
            self._put(block)
        return True

    def _quotation(self, node: Node) -> None:
        for name in node.classes & embeds.POST_CLASSES.keys():
            if self._post(node, embeds.POST_CLASSES[name]):
                return
        inner = node.first("blockquote") if node.tag == "figure" else None
        words = node.text()
        is_pull = bool(node.classes & _PULL)
        if (
            is_pull
            and 0 < len(words) <= _LONGEST_PULL
            and not node.all("a", "img", "ul", "ol", "table", "iframe")
        ):
            cite = node.first("cite", "figcaption", "footer")
            by = cite.text() if cite else ""
            quote = tidy(
                unescape(
                    node.raw_text(without=frozenset(("cite", "figcaption", "footer", "script", "style")))
                )
            )
            if quote:
                self._put(IncomingBlock("quote", {"quote": quote, "by": by.lstrip("–—- ")}))
                return
        if node.tag == "figure" and inner is None:
            self._figure(node)
        elif node.tag in ("figure", "blockquote"):
            self._rendered(
                inner if inner is not None and not node.first("figcaption") else node, "blockquote"
            )
        else:
            self.walk(node)

    def _post(self, node: Node, host: str) -> bool:
        """A quoted post of another site: its words stay where they hold links, and the post is embedded."""
        links = [
            href
            for a in node.all("a")
            if addresses.is_web(href := addresses.absolute(a.get("href"), self._base))
        ]
        url = next(
            (
                whole
                for name in (
                    "cite",
                    "data-instgrm-permalink",
                    "data-text-post-permalink",
                    "data-href",
                    "data-embed-url",
                )
                if addresses.is_web(whole := addresses.absolute(node.get(name), self._base))
            ),
            "",
        ) or next((link for link in reversed(links) if not host or host in link or embeds.is_known(link)), "")
        if not url:
            return False
        words = node.text()
        if any(link.split("?")[0] != url.split("?")[0] for link in links):
            self._rendered(node, "blockquote")
            words = ""
        self._put(embeds.embed_of(url, title=words, kind="" if host else "other"))
        return True

    def _table(self, node: Node, caption: str) -> None:
        made = tables.table_of(node, caption)
        if made is None:
            self.walk(node)
            self._end_line()
            self._words(escape(caption, quote=False))
            self._end_line()
        elif isinstance(made, dict) and not any(opening.startswith("<a ") for opening, _ in self._wraps):
            self._put(IncomingBlock("table", made))
        else:
            own = f"<p>{escape(caption, quote=False)}</p>" if caption else ""
            self._rendered(node, after=own)

    def _rendered(self, node: Node, tag: str = "", after: str = "") -> None:
        """A list, a quotation or the like as a whole: text where text can hold it, markup where not."""
        if node.raw_text().count("&") > MOST_ENTITIES:
            self._note(f"the markup of an overlong {node.tag}")
            self.walk(node)
            return
        around = next((opening for opening, _ in reversed(self._wraps) if opening.startswith("<a ")), "")
        render = Rendering(self._href, self._is_media, self._media, around)
        html = render.html(node, tag) + after
        self._links |= render.links
        for href in render.wordless:
            self._note(f"a link without words: {href[:120]}")
        if render.is_markup:
            self._put(IncomingBlock("html", html))
        elif has_words(TAGS.sub("", html)):
            self._text.append(_LOW_HEADING.sub(r"\1h3", html))
        for block in render.beside:
            self._put(block)
