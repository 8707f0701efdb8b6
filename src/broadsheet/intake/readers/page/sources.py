"""Many pages under one name: a folder, a sitemap or an index of them, a list of addresses.

Sitemaps as of https://www.sitemaps.org/protocol.html: at most 50 MB each, an index names sitemaps and no indexes.
"""

from __future__ import annotations

import gzip
import io
import os
import re
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path
from typing import BinaryIO

from lxml import etree

from broadsheet.outward.errors import OutsideError, UnreadableSource
from broadsheet.outward.fetch import fetch

from ...incoming import Broken, Skipped
from ...xml import events

MOST_PAGES = 200_000
MOST_SITEMAPS = 5_000
MOST_SITEMAP_BYTES = 64 * 1024 * 1024
LONGEST_ADDRESS = 4_000
PAGE_ENDINGS = frozenset({".html", ".htm", ".xhtml", ".shtml", ".txt"})
# What lies in the folders of sites and is nobody's story.
NO_PAGES = frozenset(
    {"robots.txt", "humans.txt", "ads.txt", "app-ads.txt", "urls.txt", "license.txt", "readme.txt"}
)
_SITEMAP = re.compile(rb"<(?:[\w.-]{1,30}:)?(?:urlset|sitemapindex)\b")
_GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Page:
    """One page to read: a path or an address; `changed` is what a sitemap says of it."""

    name: str
    changed: datetime | None = None


Listed = Page | Broken | Skipped


def is_address(source: str) -> bool:
    return source.lower().startswith(("http://", "https://"))


@contextmanager
def listing(source: str, zone: tzinfo, *, allow_private: bool = False) -> Iterator[Iterator[Listed] | None]:
    """The pages that a source names, or None where it is one page itself.

    Raises `UnreadableSource` or `RefusedAddress` for what can't be had.
    """
    with ExitStack() as open_files:
        if is_address(source):
            if not _may_list(source):
                yield None
                return
            body = fetch(source, most_bytes=MOST_SITEMAP_BYTES, allow_private=allow_private).body
            file: BinaryIO = io.BytesIO(body)
        else:
            path = Path(source)
            try:
                if path.is_dir():
                    yield _in_folder(path)
                    return
                if not path.is_file():
                    yield None
                    return
                file = open_files.enter_context(path.open("rb"))
            except (OSError, ValueError):
                # The reader of one page says what is wrong with it.
                yield None
                return
        yield _of_file(file, source, zone, allow_private=allow_private)


def size(source: str) -> int:
    """Bytes of a folder's pages or of a list; 0 where a source is no such thing."""
    try:
        path = Path(source)
        if is_address(source) or not path.is_dir():
            return 0
        return sum(path.stat().st_size for path in _paths(path))
    except (OSError, ValueError):
        return 0


def _may_list(address: str) -> bool:
    """Whether an address is a sitemap's or a list's by its name: one page's isn't fetched twice to find out."""
    path = address.split("?")[0].split("#")[0].lower()
    return (
        path.endswith((".xml", ".xml.gz", ".gz", "/urls.txt", "/sitemap.txt"))
        or "sitemap" in path.rsplit("/", 1)[-1]
    )


def _of_file(file: BinaryIO, name: str, zone: tzinfo, *, allow_private: bool) -> Iterator[Listed] | None:
    head = file.read(2)
    file.seek(0)
    data = _Unpacked(file, name) if head == _GZIP else file
    beginning = data.read(16_384)
    file.seek(0)
    if head == _GZIP:
        data = _Unpacked(file, name)
    if _SITEMAP.search(beginning):
        return _of_sitemap(data, name, zone, allow_private=allow_private)
    if _is_list(beginning):
        return _of_list(data, name)
    return None


class _Unpacked:
    """The unpacked bytes of a gzip file, no more of them than a sitemap may have."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        self._file, self._name, self._left = gzip.GzipFile(fileobj=file), name, MOST_SITEMAP_BYTES

    def read(self, size: int = -1) -> bytes:
        try:
            data = self._file.read(min(size, 65_536) if size >= 0 else 65_536)
        except (OSError, EOFError, zlib.error):
            raise UnreadableSource("its compression is broken", self._name, "fetch it again") from None
        self._left -= len(data)
        if self._left < 0:
            raise UnreadableSource(
                f"larger than {MOST_SITEMAP_BYTES // 2**20} MB unpacked", self._name, "give it in parts"
            )
        return data


Readable = BinaryIO | _Unpacked


def _of_sitemap(
    data: Readable, name: str, zone: tzinfo, *, allow_private: bool, is_inner: bool = False
) -> Iterator[Listed]:
    sitemaps = 0
    for element in events(data, frozenset({"{*}url", "{*}sitemap"}), name=name):
        said = {
            etree.QName(child).localname: (child.text or "").strip()
            for child in element
            if isinstance(child.tag, str)
        }
        address = said.get("loc", "")
        if not is_address(address) or len(address) > LONGEST_ADDRESS:
            yield Broken(address[:120] or f"an entry of {name}", "it names no address")
        elif etree.QName(element).localname == "url":
            yield Page(address, _changed(said.get("lastmod", ""), zone))
        elif is_inner:
            yield Broken(address, "an index of sitemaps that another index names")
        else:
            sitemaps += 1
            if sitemaps > MOST_SITEMAPS:
                raise UnreadableSource(f"more than {MOST_SITEMAPS} sitemaps", name, "give them one by one")
            yield from _inner(address, zone, allow_private=allow_private)


def _inner(address: str, zone: tzinfo, *, allow_private: bool) -> Iterator[Listed]:
    try:
        body = fetch(address, most_bytes=MOST_SITEMAP_BYTES, allow_private=allow_private).body
        data: Readable = _Unpacked(io.BytesIO(body), address) if body.startswith(_GZIP) else io.BytesIO(body)
        yield from _of_sitemap(data, address, zone, allow_private=allow_private, is_inner=True)
    except OutsideError as error:
        yield Broken(address, str(error))


def _changed(written: str, zone: tzinfo) -> datetime | None:
    try:
        moment = datetime.fromisoformat(written.strip()[:40])
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _is_list(beginning: bytes) -> bool:
    """Whether every whole line is an address or a remark."""
    lines = beginning.decode("utf-8-sig", "replace").splitlines()
    if len(beginning) >= 16_384:
        lines = lines[:-1]
    said = [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]
    return bool(said) and all(is_address(line) and " " not in line for line in said)


def _of_list(data: Readable, name: str) -> Iterator[Listed]:
    rest = b""
    while True:
        piece = data.read(65_536)
        *lines, rest = (rest + piece).split(b"\n")
        for line in lines if piece else [*lines, rest]:
            address = line.decode("utf-8-sig", "replace").strip()
            if not address or address.startswith("#"):
                continue
            if is_address(address) and len(address) <= LONGEST_ADDRESS and " " not in address:
                yield Page(address)
            else:
                yield Broken(address[:120], "it is no address")
        if not piece:
            return
        if len(rest) > 65_536:
            raise UnreadableSource("a line of it is longer than any address", name, "one address a line")


def _in_folder(folder: Path) -> Iterator[Listed]:
    is_empty = True
    for path in _paths(folder):
        is_empty = False
        if path.name.lower() in NO_PAGES:
            yield Skipped(str(path), "a file of its name is no story")
        else:
            yield Page(str(path))
    if is_empty:
        endings = " or ".join(sorted(PAGE_ENDINGS))
        raise UnreadableSource(f"no file in it ends in {endings}", str(folder), "check the folder")


def _paths(folder: Path) -> Iterator[Path]:
    """Every page below a folder, in order; neither hidden ones nor those of a saved page's own files."""
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(
            name
            for name in folders
            if not name.startswith(".") and not name.endswith(("_files", "-Dateien", "_fichiers"))
        )
        for name in sorted(names):
            path = Path(root) / name
            if path.suffix.lower() in PAGE_ENDINGS and not name.startswith(".") and not path.is_symlink():
                yield path
