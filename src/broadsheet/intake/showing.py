"""Pictures, players and links while a body is written."""

from __future__ import annotations

from html import escape

from . import addresses, embeds, figures
from .flow import SPACES, Flow
from .html_tree import Node, has_words, tidy
from .incoming import IncomingBlock, IncomingPicture

_MEDIA = figures.IMAGES | figures.PLAYERS | frozenset(figures.AMP) | {"noscript", "script", "svg"}


class Showing(Flow):
    """What a body shows beside its text; links keep their addresses whatever they enclose."""

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

    def _is_media(self, node: Node) -> bool:
        tag = node.tag
        if tag == "picture":
            # One that nobody closed holds the text after it.
            return all(
                child.tag in ("img", "source") if isinstance(child, Node) else not has_words(child)
                for child in node.children
            )
        return tag in _MEDIA

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
            f'<a href="{escape(href)}">{SPACES.sub(" ", words) or escape(addresses.file_name(href))}</a>'
            for written, words in links
            if (href := self._href_of(written))
        ]
        if made:
            self._text.append(f"<p>{' · '.join(made)}</p>")
