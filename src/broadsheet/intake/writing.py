"""Writes a tree of incoming HTML as blocks, in reading order. What to call is `markup.blocks_of`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import escape, unescape

from broadsheet.newsroom.cleaning import clean_markup, clean_text

from . import addresses, embeds, figures, tables
from .html_tree import Node, has_words, tidy
from .incoming import IncomingBlock, IncomingPicture
from .rendering import MARKUP_INLINE, TEXT_INLINE, UNSEEN, Rendering

HEADINGS = {"h1": "h2", "h2": "h2", "h3": "h3", "h4": "h3", "h5": "h3", "h6": "h3"}
LISTS = frozenset(("ul", "ol", "menu", "dir"))
CONTAINERS = frozenset(
    [
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
        "tfoot",
        "caption",
        "li",
        "dt",
        "dd",
        "figcaption",
        "search",
        "optgroup",
        "option",
    ]
)
BLOCKS = (
    CONTAINERS
    | LISTS
    | frozenset(HEADINGS)
    | frozenset(["address", "blockquote", "dl", "figure", "hr", "p", "pre", "table"])
)
_SPACES = re.compile(r"[ \t\r\n\f]+")
_TAGS = re.compile(r"<[^>]*>")
_LOW_HEADING = re.compile(r"(</?)h[456](?=>)")
_EMPTY = re.compile(r"<(p|h[2-6]|ul|ol|li|strong|em|b|i|a|blockquote)(?: [^>]*)?>(?:\s|&nbsp;|<br>)*</\1>")
_ENDS_OF_BREAKS = re.compile(r"^(?:\s|<br>)+|(?:\s|<br>)+$")
LONGEST_LINE = 32_768
MOST_ENTITIES = 20_000
_PULL = frozenset(("pullquote", "pull-quote", "wp-block-pullquote", "pquote"))
_LONGEST_PULL = 600


class BodyWriter:
    """Holds the block that is being written; `note` takes what is lost."""

    def __init__(self, base: str, note: Callable[[str], None]) -> None:
        self._base, self._note = base, note
        self._pictures = figures.Pictures(base, note)
        self._blocks: list[IncomingBlock] = []
        self._text: list[str] = []
        self._line: list[str] = []
        self._wraps: list[tuple[str, str]] = []
        self._line_tag = "p"
        self._line_has_words = self._line_is_markup = False
        self._after: list[IncomingBlock] = []
        self._links: set[str] = set()
        self._seen_frames: set[str] = set()

    # -- what is asked of it ------------------------------------------------------------------------------------

    def finished(self) -> tuple[IncomingBlock, ...]:
        """The blocks; rules at the beginning and the end, and such as follow each other, are left out."""
        self._end_line()
        self._end_text()
        kept: list[IncomingBlock] = []
        for block in self._blocks:
            is_rule = block.kind == "html" and block.value == "<hr>"
            if is_rule and (not kept or kept[-1] == block):
                continue
            if (
                block.kind == "html"
                and kept
                and kept[-1].kind == "html"
                and "<hr>" not in (block.value, kept[-1].value)
            ):
                block = IncomingBlock("html", kept.pop().value + block.value)
            kept.append(block)
        while kept and kept[-1].kind == "html" and kept[-1].value == "<hr>":
            kept.pop()
        return tuple(kept)

    def walk(self, node: Node) -> None:
        """Writes all that an element encloses."""
        for child in node.children:
            if isinstance(child, str):
                self._words(child)
            else:
                self._element(child)

    # -- lines of text ------------------------------------------------------------------------------------------

    def _words(self, raw: str) -> None:
        if not self._line_has_words:
            if not has_words(raw):
                if self._line:
                    self._line.append(" ")
                return
            self._line_has_words = True
            raw = raw.lstrip()
        if len(raw) <= LONGEST_LINE:
            self._line.append(_SPACES.sub(" ", raw))
            return
        # The cleaner's time grows with the square of the entities in one text: no line is that long by itself.
        for piece in _pieces(raw):
            self._line.append(_SPACES.sub(" ", piece))
            self._line_has_words = True
            self._end_line()

    def _end_line(self) -> None:
        """The line becomes a paragraph; what stood inside of it comes after."""
        if self._line_has_words:
            html = "".join(self._line) + "".join(close for _, close in reversed(self._wraps))
            html = _ENDS_OF_BREAKS.sub("", _without_empty(html))
            if self._line_is_markup:
                self._markup(f"<{self._line_tag}>{html}</{self._line_tag}>")
            else:
                self._text.append(f"<{self._line_tag}>{html}</{self._line_tag}>")
        self._line = [opening for opening, _ in self._wraps]
        self._line_has_words = False
        self._line_is_markup = any(
            opening.split(">")[0].split(" ")[0][1:] in MARKUP_INLINE for opening, _ in self._wraps
        )
        if self._after:
            after, self._after = self._after, []
            for block in after:
                self._put(block)

    def _end_text(self) -> None:
        if self._text:
            cleaned = "".join(map(self._cleaned, _batches(self._text))).strip()
            self._text = []
            if has_words(_TAGS.sub("", cleaned)):
                self._blocks.append(IncomingBlock("text", cleaned))

    def _cleaned(self, html: str) -> str:
        cleaned = clean_text(html)
        self._missing_links(html, cleaned)
        return _without_empty(cleaned)

    def _missing_links(self, before: str, after: str) -> None:
        if (count := before.count(' href="') - after.count(' href="')) > 0:
            self._note(f"{count} links whose addresses are none")

    def _markup(self, html: str) -> None:
        self._end_text()
        cleaned = clean_markup(html)
        self._missing_links(html, cleaned)
        if cleaned == "<hr>" or has_words(_TAGS.sub("", cleaned)):
            self._blocks.append(IncomingBlock("html", cleaned.strip()))

    def _put(self, block: IncomingBlock) -> None:
        """A block between the texts; a picture that lazy loading names twice comes once."""
        if block.kind == "text":
            self._text.append(block.value)
            return
        self._end_text()
        if block.kind == "html":
            self._markup(block.value)
        elif not (self._blocks and self._blocks[-1] == block):
            self._blocks.append(block)

    def _beside(self, blocks: list[IncomingBlock]) -> None:
        """Blocks inside a line come after it, unless it has no words yet."""
        if self._line_has_words:
            self._after += blocks
        else:
            for block in blocks:
                self._put(block)

    # -- elements -----------------------------------------------------------------------------------------------

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

    def _href(self, node: Node) -> str:
        written = node.get("href")
        if not written.strip():
            return ""
        href = addresses.absolute(written, self._base)
        scheme = addresses.scheme(href)
        if href.startswith("#"):
            self._note("a link within the text")
            return ""
        if href and (not scheme or scheme in addresses.LINK_SCHEMES):
            return href
        self._note(f"a link that can't be kept: {tidy(written)[:80]}")
        return ""

    def _area(self, node: Node) -> None:
        if href := self._href(node):
            words = escape(tidy(node.get("alt")) or addresses.file_name(href), quote=False)
            self._after.append(IncomingBlock("text", f'<p><a href="{escape(href)}">{words}</a></p>'))

    # -- pictures, players, posts -------------------------------------------------------------------------------

    def _is_media(self, node: Node) -> bool:
        tag = node.tag
        return (
            tag in figures.IMAGES
            or tag in figures.PLAYERS
            or tag in figures.AMP
            or tag
            in (
                "picture",
                "noscript",
                "script",
                "svg",
            )
        )

    def _media(self, node: Node, href: str) -> list[IncomingBlock]:
        """The blocks of one element that is no text."""
        tag = node.tag
        if tag in figures.IMAGES:
            return self._image(node, href)
        if tag == "picture":
            image = node.first("img")
            if image is not None and not self._pictures.address(image):
                source = node.first("source")
                if source is not None:
                    image.attributes["srcset"] = source.get("srcset")
            return self._image(image, href) if image is not None else []
        if tag == "noscript":
            return [
                block
                for image in self._pictures.same(node)
                for block in self._image(image, href, is_again=True)
            ]
        if tag == "svg":
            self._note("a drawing (SVG)")
            return []
        if tag == "script":
            return self._script(node)
        block = self._pictures.player(node)
        if block is None:
            return []
        if tag in ("object", "embed") and block.value["url"] in self._links | self._seen_frames:
            return []
        self._seen_frames.add(block.value["url"])
        return [block]

    def _image(self, image: Node, href: str, *, is_again: bool = False) -> list[IncomingBlock]:
        if image.classes & {"wp-smiley", "emoji"} and image.get("alt"):
            self._words(escape(image.get("alt"), quote=False))
            return []
        picture = self._pictures.picture(image, larger=href)
        if picture is None or (is_again and self._shows(picture)):
            return []
        return [IncomingBlock("picture", picture), *self._link_beside(picture, href)]

    def _shows(self, picture: IncomingPicture) -> bool:
        known = self._after[-2:] + self._blocks[-2:]
        return any(shown.address == picture.address for block in known for shown in block.pictures)

    def _link_beside(self, picture: IncomingPicture, href: str) -> list[IncomingBlock]:
        """The link around a picture, unless the picture is what it leads to."""
        if not href or href == picture.address:
            return []
        words = picture.alt or picture.caption or addresses.file_name(href)
        return [IncomingBlock("text", f'<p><a href="{escape(href)}">{escape(words, quote=False)}</a></p>')]

    def _linked_media(self, node: Node, href: str) -> list[IncomingBlock]:
        found: list[IncomingBlock] = []
        for child in [node, *node.elements()]:
            if self._is_media(child) and child.tag != "picture":
                found += self._media(child, href)
        kept = any(
            href in (p.address for p in block.pictures) or f'"{escape(href)}"' in str(block.value)
            for block in found
        )
        said = tidy(node.get("title") or node.get("aria-label"))
        if not kept and (found or said or any(node.elements())):
            # An icon: what it leads to is all that can be said.
            words = escape(said or addresses.file_name(href), quote=False)
            found.append(IncomingBlock("text", f'<p><a href="{escape(href)}">{words}</a></p>'))
        elif not kept:
            self._note(f"a link without words: {href[:120]}")
        return found

    def _script(self, node: Node) -> list[IncomingBlock]:
        url = addresses.absolute(node.get("src"), self._base)
        if addresses.is_web(url) and embeds.is_known(url) and not embeds.is_widget(url):
            return [embeds.embed_of(url.removesuffix(".js"))]
        if not embeds.is_widget(url) and "json" not in node.get("type"):
            self._note(f"a script{' of ' + url.split('/')[2] if addresses.is_web(url) else ''}")
        return []

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

    def _href_of(self, written: str) -> str:
        return self._href(Node("a", f'href="{escape(written)}"')) if written else ""

    def _caption(self, found: figures.Shown) -> tuple[str, str]:
        caption = tidy(" ".join(node.text() for node in found.captions))
        return caption, tidy(" ".join(found.credits))

    def _links_of(self, found: figures.Shown, *, loose: bool = False) -> None:
        """The links of a caption, which is words only, in a paragraph after it."""
        links = [
            (a.get("href"), a.raw_text().strip())
            for node in found.captions
            for a in [node, *node.elements()]
            if a.tag == "a"
        ]
        links += found.links if loose else []
        made = [
            f'<a href="{escape(href)}">{_SPACES.sub(" ", words) or escape(addresses.file_name(href))}</a>'
            for written, words in links
            if (href := self._href_of(written))
        ]
        if made:
            self._text.append(f"<p>{' · '.join(made)}</p>")

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

    # -- quotations, lists, tables and all else -----------------------------------------------------------------

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
        elif isinstance(made, dict):
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
        render = Rendering(self._href, self._is_media, self._media)
        html = render.html(node, tag) + after
        self._links |= render.links
        if render.is_markup:
            self._put(IncomingBlock("html", html))
        elif has_words(_TAGS.sub("", html)):
            self._text.append(_LOW_HEADING.sub(r"\1h3", html))
        for block in render.beside:
            self._put(block)


def _pieces(raw: str) -> Iterator[str]:
    """A long text cut at spaces, and where it has none, never inside of an entity."""
    at = 0
    while len(raw) - at > LONGEST_LINE:
        end = raw.rfind(" ", at + 1, at + LONGEST_LINE)
        if end < 0:
            end = at + LONGEST_LINE
            entity = raw.rfind("&", end - 12, end)
            end = entity if entity >= 0 and ";" not in raw[entity:end] else end
        yield raw[at:end]
        at = end
    yield raw[at:]


def _batches(parts: list[str]) -> Iterator[str]:
    """Parts joined into texts that are not much longer than `LONGEST_LINE`."""
    start = size = 0
    for at, part in enumerate(parts):
        size += len(part)
        if size > LONGEST_LINE:
            yield "".join(parts[start : at + 1])
            start, size = at + 1, 0
    yield "".join(parts[start:])


def _without_empty(html: str) -> str:
    if "></" not in html and " </" not in html and ";</" not in html:
        return html
    for _ in range(4):
        html, count = _EMPTY.subn("", html)
        if not count:
            break
    return html
