"""The `feed` reader: RSS, Atom or JSON Feed from a file or an http(s) address."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path
from typing import BinaryIO

from broadsheet.outward.errors import UnreadableSource
from broadsheet.outward.fetch import fetch

from ...errors import NoStory
from ...incoming import Broken, Incoming
from ..page.links import joined
from ..protocol import ReaderOptions
from . import jsonfeed
from .entries import channel_of, story_of
from .items import Document, items, survey
from .mending import MOST_BYTES, mended

_FEED_LINK = re.compile(
    rb"<link\b(?=[^>]{0,500}?\btype\s*=\s*[\"']?application/(?:rss\+xml|atom\+xml|feed\+json))"
    rb"[^>]{0,500}?\bhref\s*=\s*[\"']?([^\"'\s>]{1,500})",
    re.IGNORECASE,
)
_HTML = re.compile(rb"<!doctype\s+html|<html\b|<body\b", re.IGNORECASE)
_FEED = re.compile(rb"<(?:[\w.-]{1,30}:)?(?:rss|feed|RDF|channel)\b", re.IGNORECASE)
_JSON = re.compile(rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?[\s\x00]*[{\[]")


@dataclass(frozen=True, slots=True)
class Opened:
    """A feed's bytes, where they are from, and the charset that its server named."""

    file: BinaryIO
    size: int
    name: str
    address: str = ""
    charset: str = ""
    folder: str = ""


class FeedReader:
    """Implements `readers.protocol.Reader`."""

    kind = "feed"

    def __init__(self, options: ReaderOptions) -> None:
        self.position = 0
        self._allow_private = options.allow_private
        self._site = options.site

    def size(self, source: str) -> int:
        """A file is read twice; the size of what an address holds isn't known."""
        try:
            return 0 if _is_address(source) else Path(source).stat().st_size * 2
        except (OSError, ValueError):
            return 0

    def items(self, source: str, zone: tzinfo) -> Iterator[Incoming]:
        """Every item of the feed."""
        self.position = 0
        with self._open(source) as opened:
            head = opened.file.read(4096)
            opened.file.seek(0)
            if not head.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
                raise UnreadableSource("it is empty", source, "check the address")
            if _JSON.match(head):
                found = jsonfeed.stories(
                    opened.file, source, opened.address or self._site, opened.folder, zone
                )
            else:
                found = self._xml(opened, zone)
            for item in found:
                self.position = opened.size + opened.file.tell() if not opened.file.closed else self.position
                yield item

    def _xml(self, opened: Opened, zone: tzinfo) -> Iterator[Incoming]:
        document = survey(opened.file, opened.name)
        opened.file.seek(0)
        if document.problem is None or opened.size > MOST_BYTES:
            yield from self._stories(opened, opened.file, document, zone)
            return
        if "declares entities" in document.problem.what:
            raise document.problem
        data = opened.file.read()
        if _HTML.search(data[:4096]):
            raise _no_feed(data, opened)
        mend = io.BytesIO(mended(data, opened.name, opened.charset))
        again = survey(mend, opened.name)
        mend.seek(0)
        if again.problem is not None and "declares entities" in again.problem.what:
            raise again.problem
        try:
            yield from self._stories(opened, mend, again, zone, recover=True)
        except UnreadableSource:
            raise document.problem from None

    def _stories(
        self, opened: Opened, file: BinaryIO, document: Document, zone: tzinfo, *, recover: bool = False
    ) -> Iterator[Incoming]:
        found = 0
        address = opened.address or self._site
        for item in items(file, opened.name, document, address, recover=recover):
            found += 1
            if item.entry is None:
                yield Broken(f"item {found}", "feedparser finds no item in it")
                continue
            try:
                yield story_of(item, channel_of(item.feed, address, opened.folder), zone)
            except NoStory as error:
                yield Broken(error.where or f"item {found}", error.what)
        if not found:
            file.seek(0)
            beginning = file.read(262_144)
            if document.root.lower() == "html":
                raise _no_feed(beginning, opened)
            what = "the feed holds no items" if _FEED.search(beginning[:8192]) else "it is no feed"
            raise NoStory(what, opened.name, "check the address")

    @contextmanager
    def _open(self, source: str) -> Iterator[Opened]:
        if _is_address(source):
            got = fetch(source, robots=False, allow_private=self._allow_private)
            yield Opened(io.BytesIO(got.body), len(got.body), source, got.url, got.charset)
            return
        try:
            path = Path(source)
            if not path.is_file():
                what = "it is not a file" if path.exists() else "there is no such file"
                raise UnreadableSource(what, source, "check the name")
            file = path.open("rb")
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "check the name"
            raise UnreadableSource("it can't be read", repr(source), reason) from None
        with file:
            yield Opened(file, path.stat().st_size, source, folder=str(path.resolve().parent))


def _is_address(source: str) -> bool:
    return source.lower().startswith(("http://", "https://"))


def _no_feed(page: bytes, opened: Opened) -> UnreadableSource:
    """A page was named instead of its feed; where it tells its feed's address, so do we."""
    link = _FEED_LINK.search(page[:262_144])
    address = joined(opened.address, link[1].decode("utf-8", "replace")) if link else ""
    return UnreadableSource(
        "it is a page, not a feed",
        opened.name,
        f"its feed is {address}" if address else "name its feed's address",
    )
