"""A document's body as clean HTML that stands by itself: for feeds, trade formats, the API and other servers.

Only elements that any reader knows, no script, frame, style, class or id; every address is absolute; headings begin at
h2. All text is legal XML 1.0, so the same tree can be written as HTML or as XHTML.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

from django.template.defaultfilters import filesizeformat
from django.utils import translation
from django.utils.translation import gettext
from lxml import etree, html
from lxml.html import builder as e

from broadsheet.newsroom import document as d
from broadsheet.newsroom.cleaning import MARKUP_SCHEMES, clean_markup
from broadsheet.newsroom.selectors import web
from broadsheet.pictures.selectors import Image

# XML 1.0 §2.2, and the noncharacters that some parsers refuse.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
# As wide as a feed reader or a partner's page shows a picture.
PICTURE_WIDTH = 1280


@dataclass(frozen=True, slots=True)
class File:
    """One file of a picture: full address, and its size in pixels."""

    url: str
    width: int
    height: int


def legal(text: str) -> str:
    """`text` without what XML 1.0 can't hold."""
    return _ILLEGAL.sub("", text)


def line(text: str) -> str:
    """`text` as one line, for titles and names."""
    return " ".join(legal(text).split())


def absolute(address: str, document: d.Document) -> str:
    """The full address of a link in `document`; empty for what leads nowhere outside a page."""
    address = legal(address).strip()
    if not address:
        return ""
    try:
        full = urljoin(web(document.path), address)
        parts = urlsplit(full)
    except ValueError:
        return ""
    return full if parts.scheme in MARKUP_SCHEMES and (parts.netloc or parts.path) else ""


def picture_file(image: Image, width: int = PICTURE_WIDTH) -> File | None:
    """The file of a picture that is nearest to `width` pixels from below; None while none is made."""
    made = [entry.rsplit(" ", 1) for entry in image.srcset.split(", ") if " " in entry]
    sizes = sorted((int(size.removesuffix("w")), url) for url, size in made)
    if not sizes:
        return None
    wide, url = next((pair for pair in reversed(sizes) if pair[0] <= width), sizes[0])
    return File(web(url), wide, max(1, round(image.height * wide / max(image.width, 1))))


def body_html(document: d.Document) -> str:
    """The blocks of `document` in order, as HTML; empty when there are none."""
    return inner_html(body(document))


def body(document: d.Document) -> Any:
    """The blocks of `document` in order, in one lxml `div`."""
    with translation.override(document.language):
        return e.DIV(*(part for block in document.blocks for part in _block(block, document)))


def lead(document: d.Document) -> Any:
    """What stands on top of `document` (picture, gallery or clip) and its standfirst, in one lxml `div`."""
    with translation.override(document.language):
        return e.DIV(*_lead(document))


def notes(document: d.Document) -> Any:
    """The corrections of `document`, oldest first, in one lxml `div`."""
    with translation.override(document.language):
        return e.DIV(
            *(
                _words(e.P, e.STRONG(legal(note.kind_name)), f": {legal(note.text)}")
                for note in document.corrections
            )
        )


def inner_html(tree: Any) -> str:
    """The HTML inside an element."""
    return legal(tree.text or "") + "".join(
        etree.tostring(child, encoding="unicode", method="html") for child in tree
    )


def fragment(source: str, document: d.Document) -> list[Any]:
    """The elements of some HTML, cleaned, with absolute links; bare text becomes paragraphs."""
    # Twice: the cleaner takes no surrogates, and makes characters out of references.
    cleaned = legal(clean_markup(legal(source)))
    if not cleaned.strip():
        return []
    root = html.fragment_fromstring(cleaned, create_parent="div")
    for link in list(root.iter("a")):
        address = absolute(link.get("href") or "", document)
        if address:
            link.set("href", address)
        else:
            link.drop_tag()
    parts: list[Any] = []
    if (root.text or "").strip():
        parts.append(e.P(root.text.strip()))
    for child in list(root):
        tail, child.tail = child.tail, None
        parts.append(child)
        if (tail or "").strip():
            parts.append(e.P(tail.strip()))
    return parts


def _words(make: Callable[..., Any], *parts: Any) -> Any:
    return make(*(legal(part) if isinstance(part, str) else part for part in parts if part is not None))


def _block(block: d.Block, document: d.Document) -> Iterable[Any]:
    return _MAKERS[block.kind](block, document)


def _text(block: Any, document: d.Document) -> Iterable[Any]:
    return fragment(block.html, document)


def _picture(block: Any, document: d.Document) -> Iterable[Any]:
    return _figure(block.image)


def _figure(image: Image) -> list[Any]:
    file = picture_file(image)
    if file is None:
        return []
    shown = e.IMG(src=file.url, alt=line(image.alt), width=str(file.width), height=str(file.height))
    return [e.FIGURE(shown, *_caption(image.caption, image.credit))]


def _caption(caption: str, credit: str) -> list[Any]:
    parts = [part for part in (line(caption), line(credit) and f"({line(credit)})") if part]
    return [e.FIGCAPTION(" ".join(parts))] if parts else []


def _gallery(block: Any, document: d.Document) -> Iterable[Any]:
    figures = [figure for image in block.images for figure in _figure(image)]
    if block.path:
        name = line(block.title) or gettext("Pictures")
        figures.append(e.P(e.A(name, href=web(block.path))))
    return figures


def _quote(block: Any, document: d.Document) -> Iterable[Any]:
    paragraphs = [e.P(line(part)) for part in block.quote.splitlines() if line(part)]
    return [e.BLOCKQUOTE(*paragraphs, *([e.P(e.CITE(line(block.by)))] if line(block.by) else []))]


def _facts(block: Any, document: d.Document) -> Iterable[Any]:
    title = [e.H3(line(block.title))] if line(block.title) else []
    return [e.ASIDE(*title, *fragment(block.html, document))]


def _embed(block: Any, document: d.Document) -> Iterable[Any]:
    address = absolute(block.url, document)
    if not address:
        return []
    words = " · ".join(part for part in (line(block.title), line(block.provider)) if part) or address
    still = picture_file(block.image) if block.image else None
    parts = [e.P(e.A(words, href=address))]
    if still:
        image = e.IMG(src=still.url, alt=words, width=str(still.width), height=str(still.height))
        parts.insert(0, e.P(e.A(image, href=address)))
    return [e.FIGURE(*parts)]


def _table(block: Any, document: d.Document) -> Iterable[Any]:
    parts = [e.CAPTION(line(block.caption))] if line(block.caption) else []
    if block.head:
        parts.append(e.THEAD(e.TR(*(e.TH(line(cell), scope="col") for cell in block.head))))
    parts.append(e.TBODY(*(e.TR(*_cells(row, row_heads=block.row_heads)) for row in block.rows)))
    source = [e.P(e.SMALL(line(block.source)))] if line(block.source) else []
    return [e.TABLE(*parts), *source]


def _cells(row: Sequence[str], *, row_heads: bool) -> Iterable[Any]:
    for number, cell in enumerate(row):
        yield e.TH(line(cell), scope="row") if row_heads and number == 0 else e.TD(line(cell))


def _related(block: Any, document: d.Document) -> Iterable[Any]:
    link = e.A(line(block.card.headline), href=web(block.card.path))
    return [e.P(f"{gettext('Read also')}: ", link)]


def _documents(block: Any, document: d.Document) -> Iterable[Any]:
    title = [e.H3(line(block.title))] if line(block.title) else []
    files = [
        e.LI(
            e.A(line(file.title) or web(file.url), href=absolute(file.url, document)),
            f" ({line(file.suffix).upper()}, {filesizeformat(file.size)})",
        )
        for file in block.files
    ]
    return [*title, e.UL(*files)]


def _lead(document: d.Document) -> Iterable[Any]:
    top = document.lead
    if top.clip_url:
        yield from _clip(top, document)
    elif top.gallery:
        yield from _gallery(top.gallery, document)
    elif top.image:
        yield from _figure(top.image)
    if line(document.standfirst):
        yield e.P(e.STRONG(line(document.standfirst)))


def _clip(top: d.Lead, document: d.Document) -> Iterable[Any]:
    still = picture_file(top.image) if top.image else None
    words = line(top.clip_caption) or line(document.headline)
    shown: Any = words
    if still:
        shown = e.IMG(src=still.url, alt=words, width=str(still.width), height=str(still.height))
    link = e.A(shown, href=absolute(top.clip_url, document))
    yield e.FIGURE(link, *_caption(top.clip_caption, top.clip_credit))


_MAKERS: Mapping[str, Callable[[Any, d.Document], Iterable[Any]]] = {
    "text": _text,
    "picture": _picture,
    "gallery": _gallery,
    "quote": _quote,
    "facts": _facts,
    "embed": _embed,
    "table": _table,
    "related": _related,
    "documents": _documents,
    "html": _text,
}
