"""A document of a source, fetched or found in a folder, through the reader of its kind."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

from django.conf import settings
from django.utils.module_loading import import_string

from ..incoming import Broken, IncomingStory
from ..readers.protocol import Reader, ReaderOptions
from ..services import READERS
from .marks import Mark, marks_of

# A feed lists tens of items, an agency's file one; what is longer is an archive, and `import` takes it.
MOST_READ = 2_000
SUFFIXES = {"ninjs": "wire.json", "newsml": "wire.xml", "feed": "wire.xml"}


@dataclass(frozen=True, slots=True)
class Document:
    """`data` is all of it. `path` is its file in a watched folder; without one it came from `address`."""

    data: bytes
    name: str
    address: str = ""
    charset: str = ""
    path: Path | None = None


@dataclass(slots=True)
class Read:
    """`broken` are items that can't be read, each with its reason."""

    stories: list[IncomingStory] = field(default_factory=list)
    marks: dict[str, Mark] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)


def read(kind: str, document: Document) -> Read:
    """Every story of the document. Raises `OutsideError` when it can't be read at all."""
    found = Read(marks=marks_of(kind, document.data))
    with tempfile.TemporaryDirectory(prefix="broadsheet-wire-") as scratch:
        path = document.path
        if path is None:
            path = Path(scratch) / SUFFIXES[kind]
            path.write_bytes(_in_utf8(document))
        for item in islice(_items(kind, path, document.address), MOST_READ):
            if isinstance(item, IncomingStory):
                folder = str(path.parent) if document.path else ""
                found.stories.append(replace(item, folder=folder))
            elif isinstance(item, Broken):
                found.broken.append(f"{item.item}: {item.reason}"[:300])
    return found


def _items(kind: str, path: Path, address: str) -> Iterator[object]:
    reader: Reader = import_string(READERS[kind])(ReaderOptions(site=address))
    yield from reader.items(str(path), settings.PAPER.zone)


def _in_utf8(document: Document) -> bytes:
    """The charset that the server named holds where the document doesn't name its own."""
    charset, head = document.charset.casefold(), document.data[:200].lower()
    if (
        charset in ("", "utf-8", "utf8", "us-ascii")
        or b"encoding=" in head
        or head[:2] in (b"\xff\xfe", b"\xfe\xff")
    ):
        return document.data
    try:
        return document.data.decode(charset).encode()
    except (LookupError, UnicodeError):
        return document.data
