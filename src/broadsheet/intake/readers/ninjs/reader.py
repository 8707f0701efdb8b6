"""The `ninjs` reader: one object, an array of any length, one object a line, or a folder of such files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import tzinfo
from pathlib import Path
from typing import Any, BinaryIO

from broadsheet.outward.errors import UnreadableSource

from ...incoming import Broken, Incoming, Skipped
from ...json_stream import Builder, JsonSource
from ...lines import lines_of
from ...sources import files_of, opened, place_of, size_of
from ...wire import below
from ..protocol import ReaderOptions
from .item import Item
from .stories import incoming

SUFFIXES = (".json", ".ninjs", ".jsonl", ".ndjson")
HEAD = 65_536
MOST_LINE = 32 * 1024 * 1024
# Keys that only a schema, never an item, has.
SCHEMA = frozenset({"$schema", "$id", "definitions", "patternProperties"})
LISTS = ("items", "news", "ninjs", "data", "associations")


class NinjsReader:
    """Implements `readers.protocol.Reader`."""

    kind = "ninjs"

    def __init__(self, options: ReaderOptions) -> None:
        self.position = 0
        self._allow_private = options.allow_private

    def size(self, source: str) -> int:
        return size_of(source, SUFFIXES)

    def items(self, source: str, zone: tzinfo) -> Iterator[Incoming]:
        """Every item of every file; a file of a folder that can't be read is `Broken`."""
        self.position = 0
        if source.startswith(("http://", "https://")):
            with opened(source, allow_private=self._allow_private) as file:
                yield from self._document(file, source, "", zone)
            return
        paths = files_of(source, SUFFIXES)
        for path in paths:
            before = self.position
            try:
                folder, prefix = place_of(path, source)
                for found in self._file(path, folder, zone):
                    yield below(found, prefix)
            except UnreadableSource as error:
                if len(paths) == 1:
                    raise
                yield Broken(path.name, str(error))
            self.position = before + path.stat().st_size

    def _file(self, path: Path, folder: str, zone: tzinfo) -> Iterator[Incoming]:
        if _is_lines(path):
            before = self.position
            for line in lines_of(path, MOST_LINE):
                self.position = before + line.end
                place = f"{path.name} line {line.number}"
                try:
                    found = json.loads(line.text) if not line.trouble else None
                except RecursionError:
                    yield Broken(place, "it is nested too deeply")
                    continue
                except ValueError as error:
                    yield Broken(place, f"it is not JSON: {error}"[:200])
                    continue
                if line.trouble:
                    yield Broken(place, line.trouble)
                else:
                    yield from _told(found, place, folder, zone)
            return
        with path.open("rb") as file:
            yield from self._document(file, path.name, folder, zone)

    def _document(self, file: BinaryIO, name: str, folder: str, zone: tzinfo) -> Iterator[Incoming]:
        """One JSON document: an item, or an array of items that is never held whole."""
        source = JsonSource(file, name)
        before = self.position
        builder: Builder | None = None
        number, is_array, wrong = 0, False, 0
        for event, value in source.events():
            if builder is None:
                if event == "start_array" and not is_array:
                    is_array = True
                    continue
                if event == "end_array":
                    break
                if event != "start_map":
                    wrong += 1
                    if event == "start_array":
                        builder = Builder()
                    else:
                        continue
                else:
                    builder = Builder()
            builder.take(event, value)
            if builder.is_whole:
                number += 1
                self.position = before + source.position
                place = f"{name} item {number}" if is_array else name
                if builder.excess:
                    yield Broken(place, f"it has {builder.excess}")
                elif isinstance(builder.value, dict):
                    yield from _told(builder.value, place, folder, zone)
                builder = None
        if wrong:
            yield Broken(name, f"{wrong} values in it are no objects")
        elif not number:
            raise UnreadableSource("there is no news item in it", name, "give ninjs objects")


def _is_lines(path: Path) -> bool:
    """Whether the first line is a whole object by itself and another follows."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    first, _, rest = head.lstrip(b"\xef\xbb\xbf \t\r\n").partition(b"\n")
    if path.suffix.casefold() in (".jsonl", ".ndjson"):
        return True
    return first.rstrip().endswith(b"}") and first.startswith(b"{") and rest.lstrip().startswith(b"{")


def _told(found: Any, place: str, folder: str, zone: tzinfo) -> Iterator[Incoming]:
    if not isinstance(found, dict):
        yield Broken(place, "it is not a JSON object")
        return
    item = Item(found)
    if SCHEMA & found.keys():
        yield Skipped(place, "it is a JSON schema, not a news item")
        return
    if not item.text("uri"):
        for name in LISTS:
            listed = item.at(name)
            if isinstance(listed, list) and listed and isinstance(listed[0], dict):
                for number, part in enumerate(listed, 1):
                    if isinstance(part, dict):
                        yield from _safely(Item(part), f"{place} item {number}", folder, zone)
                return
    yield from _safely(item, place, folder, zone)


def _safely(item: Item, place: str, folder: str, zone: tzinfo) -> Iterator[Incoming]:
    try:
        yield from list(incoming(item, place, folder, zone))
    except (RecursionError, ValueError, OverflowError) as error:
        yield Broken(place, f"it can't be read: {error}"[:200])
