"""NITF and XHTML bodies as HTML for `markup.blocks_of`: the order and the words stay, what HTML has no tag for is unwrapped.

NITF 3.x: https://iptc.org/standards/nitf/ — `body.head` (headline, by-line, dateline), `body.content`, `body.end`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from lxml import etree

from broadsheet.outward.errors import UnreadableSource

from .wire import Rendition, best_of, words_of
from .xml import parse

# NITF's own tags → HTML; what is in neither list is unwrapped.
SAME = frozenset(
    {
        *(
            "p",
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "ul",
            "ol",
            "li",
            "dl",
            "dt",
            "dd",
            "table",
            "caption",
            "thead",
        ),
        *(
            "tbody",
            "tfoot",
            "tr",
            "td",
            "th",
            "br",
            "hr",
            "pre",
            "a",
            "b",
            "i",
            "strong",
            "em",
            "sub",
            "sup",
            "q",
        ),
        *(
            "blockquote",
            "figure",
            "figcaption",
            "img",
            "iframe",
            "video",
            "audio",
            "cite",
            "abbr",
            "u",
            "s",
            "code",
        ),
        *("section", "div", "ruby", "rt", "rp", "aside", "details", "summary"),
    }
)
OTHERS = {
    "hl1": "h2",
    "hl2": "h3",
    "bq": "blockquote",
    "credit": "cite",
    "nitf-table": "table",
    "tagline": "p",
}
KEPT = {
    "a": ("href",),
    "img": ("src", "alt"),
    "iframe": ("src", "title"),
    "video": ("src",),
    "audio": ("src",),
    "td": ("colspan", "rowspan"),
    "th": ("colspan", "rowspan"),
    "ol": ("start",),
}
VOID = frozenset({"br", "hr", "img"})
DROPPED = frozenset(
    {"script", "style", "head", "body.head", "metadata", "nitf-table-metadata", "link", "template"}
)
PARAGRAPHED = frozenset(
    {"note", "fn", "byline", "dateline", "distributor", "abstract", "hedline", "bibliography"}
)


@dataclass(frozen=True, slots=True)
class Head:
    """What a NITF body's head says; each empty where it does not."""

    headline: str = ""
    byline: str = ""
    dateline: str = ""
    abstract: str = ""


def name_of(element: etree._Element) -> str:
    """The tag without its namespace, lower-case; empty for comments and the like."""
    return element.tag.rpartition("}")[2].casefold() if isinstance(element.tag, str) else ""


def find(root: etree._Element, *names: str) -> etree._Element | None:
    """The first element of one of these names, the first name first."""
    for name in names:
        for element in root.iter():
            if name_of(element) == name:
                return element
    return None


def text_of(element: etree._Element | None) -> str:
    """All words of an element, on one line."""
    return " ".join(" ".join(element.itertext()).split()) if element is not None else ""


def html_of_nitf(document: str) -> str:
    """The body of an XML document as HTML; empty when it is not well-formed."""
    try:
        root = parse(document.encode("utf-8", "replace"))
    except UnreadableSource:
        return ""
    return html_of(root)


def html_of(root: etree._Element) -> str:
    """The body inside of `root` as HTML."""
    content = find(root, "body.content", "body")
    parts = [*_written(content if content is not None else root)]
    end = find(root, "body.end")
    if end is not None and content is not None and name_of(content) == "body.content":
        parts += _written(end)
    return "".join(parts)


def head_of(root: etree._Element) -> Head:
    """Headline, by-line, dateline and abstract of a NITF document."""
    head = find(root, "body.head")
    if head is None:
        return Head()
    return Head(
        text_of(find(head, "hl1", "hedline")),
        text_of(find(head, "byline")),
        text_of(find(head, "dateline")),
        text_of(find(head, "abstract")),
    )


def _written(element: etree._Element) -> Iterator[str]:
    """The inside of an element. XML comes in no deeper than `xml.MOST_DEPTH`, which bounds the recursion."""
    yield escape(element.text or "", quote=False)
    for child in element:
        name = name_of(child)
        if name in DROPPED or not name:
            pass
        elif name == "media":
            yield from _media(child)
        elif tag := name if name in SAME else OTHERS.get(name, "p" if name in PARAGRAPHED else ""):
            attributes = "".join(
                f' {key}="{escape(value)}"' for key in KEPT.get(tag, ()) if (value := child.get(key))
            )
            yield f"<{tag}{attributes}>"
            if tag not in VOID:
                yield from _written(child)
                yield f"</{tag}>"
        else:
            yield from _written(child)
        yield escape(child.tail or "", quote=False)


def _media(media: etree._Element) -> Iterator[str]:
    """A picture with its caption; of a video or a sound the words alone."""
    references = [part for part in media.iter() if name_of(part) == "media-reference"]
    best = best_of(
        Rendition(
            part.get("source") or part.get("data-location") or "",
            part.get("mime-type") or ("image/*" if media.get("media-type") == "image" else ""),
            _number(part.get("width")),
            _number(part.get("height")),
        )
        for part in references
    )
    captions = "".join("".join(_written(part)) for part in media.iter() if name_of(part) == "media-caption")
    producer = " ".join(text_of(part) for part in media if name_of(part) == "media-producer")
    credit = f" <cite>{escape(words_of(producer))}</cite>" if producer and producer not in captions else ""
    if best:
        alternative = next((part.get("alternate-text") or "" for part in references), "")
        image = f'<img src="{escape(best.href)}" alt="{escape(alternative)}">'
        yield f"<figure>{image}<figcaption>{captions}{credit}</figcaption></figure>"
    elif captions:
        yield f"<div>{captions}{credit}</div>"


def _number(text: str | None) -> int:
    return min(int(text), 10**6) if text and text.isascii() and text.isdigit() and len(text) < 8 else 0
