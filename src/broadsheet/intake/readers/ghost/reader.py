"""The `ghost` reader: an export's stories and members, in two passes over the file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo
from pathlib import Path
from typing import BinaryIO

from broadsheet.outward.errors import UnreadableSource

from ...incoming import Broken, Incoming
from ...json_rows import Row, rows
from ...json_stream import JsonSource
from ..protocol import ReaderOptions
from . import members
from .relations import TABLES, Relations
from .site import Site
from .story import story_of

MEMBER_TABLES = frozenset({"members", "subscribers"})
MOST_ODD_ROWS = 1000


class GhostReader:
    """Implements `readers.protocol.Reader`."""

    kind = "ghost"

    def __init__(self, options: ReaderOptions) -> None:
        self.position = 0
        self._site = options.site

    def size(self, source: str) -> int:
        """The file is read twice."""
        try:
            path = Path(source)
            return path.stat().st_size * (1 if members.is_csv(path) else 2)
        except (OSError, ValueError):
            return 0

    def items(self, source: str, zone: tzinfo) -> Iterator[Incoming]:
        """Every post, page and member. Ghost's times are UTC whatever the paper's zone."""
        self.position = 0
        path = _existing(source)
        if members.is_csv(path):
            with path.open("rb") as file:
                for item in members.members_of_csv(file, source):
                    yield item
                    self.position = file.tell()
            return
        with Relations() as relations:
            with path.open("rb") as file:
                self._relate(file, source, relations)
            site = Site.of(relations.settings, str(path.resolve().parent), self._site)
            with path.open("rb") as file:
                yield from self._items(file, source, relations, site)

    def _relate(self, file: BinaryIO, name: str, relations: Relations) -> None:
        document = JsonSource(file, name)
        try:
            for row in rows(document, TABLES):
                if isinstance(row.value, dict) and not row.trouble:
                    relations.keep(row.table, row.value)
                self.position = document.position
        except UnreadableSource:
            # The second pass stumbles at the same place, after the stories before it.
            pass
        self.position = document.position

    def _items(self, file: BinaryIO, name: str, relations: Relations, site: Site) -> Iterator[Incoming]:
        document = JsonSource(file, name)
        before, found, odd = self.position, 0, 0
        for row in rows(document, {"posts", *MEMBER_TABLES}):
            found += 1
            self.position = before + document.position
            item = _item(row, found, relations, site)
            yield item
            odd = odd + 1 if isinstance(item, Broken) else 0
            if odd > MOST_ODD_ROWS:
                raise UnreadableSource(
                    f"more than {MOST_ODD_ROWS} rows that are none", name, "export it again"
                )
        self.position = before + document.position
        if not found:
            raise UnreadableSource(
                "it holds no stories and no members of Ghost", name, "export them in Ghost's settings"
            )


def _item(row: Row, number: int, relations: Relations, site: Site) -> Incoming:
    what = f"{row.table} {number}"
    if not isinstance(row.value, dict):
        return Broken(what, "it is no row of a table")
    name = str(row.value.get("title") or row.value.get("email") or what)[:120]
    if row.trouble:
        return Broken(name, row.trouble)
    if row.table in MEMBER_TABLES:
        return members.member_of(row.value, relations)
    if not any(row.value.get(key) for key in ("title", "slug", "html", "lexical", "mobiledoc", "markdown")):
        return Broken(name, "it has neither title nor text")
    return story_of(row.value, relations, site)


def _existing(source: str) -> Path:
    try:
        path = Path(source)
        if path.is_file():
            with path.open("rb"):
                return path
        what = "it is not a file" if path.exists() else "there is no such file"
    except (OSError, ValueError) as error:
        what = f"it can't be read ({getattr(error, 'strerror', None) or error})"
    raise UnreadableSource(what, source, "name the JSON or CSV file that Ghost exported")
