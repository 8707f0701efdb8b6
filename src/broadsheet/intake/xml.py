"""The one way XML comes in: no entities but XML's own, no DTD, no network, bounded in depth and in memory."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import BinaryIO, Protocol

from lxml import etree

from broadsheet.outward.errors import UnreadableSource

CHUNK = 65_536
# One item of a source; longer ones are refused, for each is held in memory.
MOST_BYTES_OF_ITEM = 64 * 1024 * 1024
MOST_BYTES_OF_DOCUMENT = 64 * 1024 * 1024


class Readable(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...


def parse(data: bytes, name: str = "the document", *, recover: bool = False) -> etree._Element:
    """A small document's root. `recover` mends what is ill-formed. Raises `UnreadableSource`."""
    if len(data) > MOST_BYTES_OF_DOCUMENT:
        raise UnreadableSource(f"larger than {MOST_BYTES_OF_DOCUMENT // 2**20} MB", name, "give it in parts")
    parser = etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        recover=recover,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableSource(
            "it is not well-formed XML", f"{name}: {_said(error)}", "export it again"
        ) from None
    if root is None:
        raise UnreadableSource("there is no XML in it", name, "export it again")
    _refuse_dtd(root.getroottree(), name)
    return root


def events(
    source: BinaryIO | Readable,
    tags: Collection[str],
    *,
    name: str = "the document",
    recover: bool = False,
) -> Iterator[etree._Element]:
    """Every element whose tag is in `tags` (`{namespace}name`, or `{*}name` in any), when it is complete.

    Only the outermost: an RSS channel's `title` comes by itself, an item's inside of its item. What was read is let go
    as soon as the caller asks for the next one, elements outside of `tags` too: what is held is one element. With
    `recover` ill-formed parts are mended where libxml2 can. Raises `UnreadableSource` where the document breaks off,
    after everything before the break.
    """
    parser = etree.XMLPullParser(
        events=("start", "end"),
        tag=list(tags),
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=True,
        recover=recover,
        remove_comments=True,
        remove_pis=True,
    )
    held = inside = 0
    broken: Exception | None = None
    is_checked = False
    while True:
        piece = source.read(CHUNK)
        try:
            if piece:
                parser.feed(piece)
            else:
                parser.close()
        except (etree.XMLSyntaxError, ValueError) as error:
            broken = error
        held += len(piece)
        for event, element in parser.read_events():
            if not is_checked:
                _refuse_dtd(element.getroottree(), name)
                is_checked = True
            if event == "start":
                inside += 1
                continue
            inside -= 1
            if inside == 0:
                yield element
                _let_go(element)
                held = 0
        if _is_too_deep(broken, parser):
            raise UnreadableSource("its elements are nested too deeply", name, "export it again")
        if broken is not None:
            raise UnreadableSource(
                "it is not well-formed XML",
                f"{name}: {_said(broken)}",
                "what stood before it was read; mend it there, or export it again",
            )
        if not piece:
            return
        if held > MOST_BYTES_OF_ITEM:
            raise UnreadableSource(
                f"one item is larger than {MOST_BYTES_OF_ITEM // 2**20} MB",
                name,
                "take it out, or export it again",
            )


def _is_too_deep(broken: Exception | None, parser: etree.XMLPullParser) -> bool:
    """Whether libxml2's own limit of depth was met, which its mending passes over in silence."""
    if broken is not None:
        return "xcessive depth" in str(broken)
    return bool(parser.feed_error_log) and "xcessive depth" in str(parser.feed_error_log[-1])


def _let_go(element: etree._Element) -> None:
    """An element that was read, and all before it, no longer hang in the tree."""
    element.clear()
    parent = element.getparent()
    if parent is not None:
        while element.getprevious() is not None:
            del parent[0]


def _refuse_dtd(tree: etree._ElementTree, name: str) -> None:
    """Feeds of the nineties name a DTD; one that declares entities is an attack, or nothing that we know."""
    dtd = tree.docinfo.internalDTD
    if dtd is not None and any(True for _ in dtd.iterentities()):
        raise UnreadableSource(
            "it declares entities", name, "take its DOCTYPE out: entities are never expanded"
        )


def _said(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
