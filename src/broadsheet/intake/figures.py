"""Pictures, galleries and players in incoming markup: what they show, their words, and the links around them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from . import addresses, embeds
from .html_tree import Node, has_words, tidy, trees
from .incoming import IncomingBlock, IncomingPicture

IMAGES = frozenset(("img", "amp-img", "image"))
PLAYERS = frozenset(("iframe", "video", "audio", "object", "embed", "amp-iframe", "amp-video", "amp-audio"))
AMP = {
    "amp-youtube": ("data-videoid", "https://www.youtube.com/watch?v={}"),
    "amp-vimeo": ("data-videoid", "https://vimeo.com/{}"),
    "amp-twitter": ("data-tweetid", "https://twitter.com/i/web/status/{}"),
    "amp-instagram": ("data-shortcode", "https://www.instagram.com/p/{}/"),
    "amp-dailymotion": ("data-videoid", "https://www.dailymotion.com/video/{}"),
    "amp-facebook": ("data-href", "{}"),
}
CAPTION_CLASSES = frozenset(
    (
        "wp-caption-text",
        "gallery-caption",
        "wp-element-caption",
        "image-caption",
        "caption-text",
        "kg-caption",
    )
)
FIGURE_CLASSES = frozenset(("wp-caption", "captioned-image-container", "image-with-caption"))
_GALLERY = re.compile(r"gallery|slideshow|carousel|tiled")
_CREDIT_CLASS = re.compile(r"credit|copyright|image-source|photographer|byline")
_CREDIT = re.compile(
    r"(?:^|[\s(\[|–—-])(?:(?:photo(?:graph)?|picture|image|foto|фото|credit|courtesy|صورة)\s*(?:by|credit|of)?\s*[:：/]\s*"
    r"|photo(?:graph)?s?\s+by\s+|©\s*|\(c\)\s*)(.{2,120})$",
    re.IGNORECASE,
)
_LAZY = (
    "data-orig-file",
    "data-src",
    "data-lazy-src",
    "data-original",
    "data-lazy",
    "data-full-url",
    "data-url",
)
# What a figure or a link holds beside its words.
UNREAD = frozenset(
    ("script", "style", "noscript", "template", "title", "iframe", "video", "audio", "object", "svg")
)
_NO_WORDS = frozenset(("script", "style", "noscript", "template", "title", "iframe"))
_EMPTY_DOT = re.compile(
    r"(?:^|/)(?:spacer|blank|pixel|transparent|1x1|placeholder|lazy[-_]?load)[^/]*\.(?:gif|png|svg)", re.I
)


def split_credit(caption: str) -> tuple[str, str]:
    """`A bridge. Photo: A. Sample` → (`A bridge.`, `A. Sample`)."""
    if match := _CREDIT.search(caption):
        return caption[: match.start()].rstrip(" ·|-–—(/["), match[1].strip(" .)]")
    return caption, ""


def is_gallery(node: Node) -> bool:
    return "class" in node.written and _GALLERY.search(node.get("class").lower()) is not None


def is_figure(node: Node) -> bool:
    return node.tag == "figure" or (node.tag in ("div", "p", "dl") and bool(node.classes & FIGURE_CLASSES))


def is_caption(node: Node) -> bool:
    return node.tag == "figcaption" or bool(node.classes & CAPTION_CLASSES)


@dataclass(slots=True)
class Shown:
    """What a figure holds: images with the link around each, captions, other words, and elements of another kind."""

    images: list[tuple[Node, str]] = field(default_factory=list)
    captions: list[Node] = field(default_factory=list)
    credits: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)
    others: list[Node] = field(default_factory=list)
    hidden: list[Node] = field(default_factory=list)


_OTHER = (
    frozenset(
        [
            "table",
            "pre",
            "blockquote",
            "ul",
            "ol",
            "dl",
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "details",
            "hr",
            "form",
            "svg",
            "script",
            "math",
            "map",
        ]
    )
    | PLAYERS
    | frozenset(AMP)
)


def shown(node: Node) -> Shown:
    """Looks through a figure."""
    found = Shown()
    _look(node, "", found)
    return found


def _look(node: Node, href: str, found: Shown) -> None:
    for child in node.children:
        if isinstance(child, str):
            found.words.append(child)
        elif child.tag in IMAGES:
            found.images.append((child, href))
        elif child.tag == "noscript":
            found.hidden.append(child)
        elif child.tag in _OTHER:
            found.others.append(child)
        elif is_caption(child):
            found.captions.append(child)
        elif (
            "class" in child.written
            and _CREDIT_CLASS.search(child.get("class").lower())
            and not child.first("img")
        ):
            found.credits.append(child.text())
            found.captions.append(child) if child.first("a") else None
        elif child.tag == "a":
            inner = child.get("href")
            if child.first("img", "amp-img") is None and (words := child.raw_text().strip()):
                found.links.append((inner, words))
            _look(child, inner or href, found)
        elif child.tag not in _NO_WORDS:
            if child.tag in ("p", "div", "br", "li"):
                found.words.append(" ")
            _look(child, href, found)


@dataclass(frozen=True, slots=True)
class ShownGallery:
    """The items of a gallery, each a figure of its own, and the captions of it as a whole."""

    items: list[Shown]
    captions: list[Node]


_ITEM_CLASS = re.compile(r"gallery-item|gallery__item|blocks-gallery-item|tiled-gallery|slide(?:show)?-?item")


def shown_of_gallery(node: Node) -> ShownGallery | None:
    """None where the element holds words or elements that no gallery has."""
    items: list[Shown] = []
    captions: list[Node] = []
    stack = [iter(node.children)]
    while stack:
        for child in stack[-1]:
            if isinstance(child, str):
                if has_words(child):
                    return None
                continue
            if is_caption(child):
                captions.append(child)
                continue
            if child.tag in ("noscript", "style", "br", "script"):
                continue
            if child.tag in _OTHER and child.tag not in ("ul", "ol", "dl"):
                return None
            if (
                child.tag in IMAGES
                or child.tag in ("figure", "li", "a")
                or _ITEM_CLASS.search(child.get("class"))
            ):
                alone = Node("figure")
                alone.children.append(child)
                item = shown(alone if child.tag in (*IMAGES, "a") else child)
                if len(item.images) == 1 and not item.others:
                    items.append(item)
                    continue
                if child.tag == "a" or (item.others and not item.images):
                    return None
            stack.append(iter(child.children))
            break
        else:
            stack.pop()
    return ShownGallery(items, captions)


class Pictures:
    """Makes pictures of images as seen from a page's address."""

    def __init__(self, base: str, note: Callable[[str], None]) -> None:
        self._base, self._note = base, note

    def address(self, image: Node) -> str:
        """The best address that an image names; "" where it names none that can be fetched."""
        candidates = [image.get(name) for name in _LAZY]
        candidates.append(image.get("src"))
        largest, width = _largest(
            image.get("srcset") or image.get("data-srcset") or image.get("data-lazy-srcset")
        )
        stated = image.get("width")
        if largest and (
            width > (int(stated) if stated.isdecimal() and len(stated) < 6 else 0) or not any(candidates)
        ):
            candidates.insert(0, largest)
        for candidate in candidates:
            if not candidate or candidate.lstrip()[:5].lower() == "data:":
                continue
            whole = addresses.absolute(candidate, self._base)
            if whole and addresses.scheme(whole) in ("", "http", "https") and not _EMPTY_DOT.search(whole):
                return whole
        return ""

    def picture(
        self, image: Node, caption: str = "", credit: str = "", larger: str = ""
    ) -> IncomingPicture | None:
        """None, and a note, where there is nothing to show. `larger` is the picture that a link around it opens."""
        address = self.address(image)
        if (image.get("width"), image.get("height")) in (("1", "1"), ("0", "0")):
            self._note("a tracking pixel")
            return None
        if larger and addresses.is_picture(larger):
            address = larger
        if not address:
            if image.get("src").lstrip()[:5].lower() == "data:":
                self._note("a picture inside the text's own markup (data:)")
            elif image.get("src"):
                self._note(f"a picture without a usable address: {image.get('src')[:80]}")
            return None
        if caption and not credit:
            caption, credit = split_credit(caption)
        elif credit and caption.endswith(credit):
            caption = caption[: -len(credit)].rstrip(" ·|-–—(/")
        return IncomingPicture(address, tidy(image.get("alt")), caption, credit)

    def same(self, hidden: Node) -> list[Node]:
        """The images inside a `noscript`."""
        return [
            image
            for tree in trees(hidden.raw_text().replace("&lt;", "<") if not hidden.all(*IMAGES) else "")
            for image in tree.all(*IMAGES)
        ] + hidden.all(*IMAGES)

    def player(self, node: Node, title: str = "") -> IncomingBlock | None:
        """The embed for a frame, a player or a plug-in; None where there is no address to keep."""
        name = title or tidy(node.get("title") or node.get("aria-label"))
        if node.tag in AMP:
            attribute, pattern = AMP[node.tag]
            value = node.get(attribute)
            url = addresses.absolute(pattern.format(value), self._base) if value else ""
            return embeds.embed_of(url, title=name) if addresses.is_web(url) else None
        url = node.get("src") or node.get("data-src") or node.get("data") or node.get("data-lazy-src")
        if not url or url.startswith("about:"):
            inside = node.first("source", "embed", "iframe", "amp-iframe")
            movie = next(
                (p.get("value") for p in node.all("param") if p.get("name").lower() in ("movie", "src")), ""
            )
            url = movie or (inside.get("src") if inside else "") or node.get("data-src")
        url = addresses.absolute(url, self._base)
        if not addresses.is_web(url):
            self._note(
                f"a frame that shows no address: {url[:80]}" if url else f"a {node.tag} without an address"
            )
            return None
        kind = {"video": "video", "audio": "audio", "amp-video": "video", "amp-audio": "audio"}.get(
            node.tag, ""
        )
        is_frame = node.tag in ("iframe", "amp-iframe", "embed", "object") and not embeds.media_kind(url)
        return embeds.embed_of(
            url, title=name or (addresses.file_name(url) if kind else ""), is_frame=is_frame, kind=kind
        )


def _largest(srcset: str) -> tuple[str, int]:
    """The widest of a `srcset`; density descriptors count as no width."""
    best, width = "", 0
    for candidate in re.split(r",\s+", srcset.strip())[:50] if srcset else ():
        address, _, descriptor = candidate.strip().rstrip(",").partition(" ")
        wide = descriptor.strip().removesuffix("w")
        size = int(wide) if wide.isdecimal() and len(wide) < 6 and descriptor.endswith("w") else 0
        if address and (not best or size > width):
            best, width = address, size
    return best, width
