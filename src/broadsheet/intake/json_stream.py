"""JSON of any size as a stream of its parser's events: decoded, cleaned, and bounded however hostile it is.

Bytes that are no UTF-8 and control characters are replaced; a text longer than `LONGEST_TEXT` is cut and said so.
Nothing here recurses over the input.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import Any, BinaryIO

import ijson

from broadsheet.outward.errors import UnreadableSource

CHUNK = 65_536
LONGEST_TEXT = 32 * 1024 * 1024
MOST_DEPTH = 100
MOST_VALUES = 200_000

Event = tuple[str, Any]
_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROLS = bytes.maketrans(bytes(range(32)), b" " * 32)
_PLAIN_RUN = re.compile(rb"[ !#-\[\]-~]{13}")


class JsonSource:
    """The events of one JSON document. `position`: bytes read of it; `cuts`: how many texts were cut so far."""

    def __init__(self, source: BinaryIO, name: str) -> None:
        self.position = 0
        self.cuts = 0
        self._source, self._name = source, name
        self._since_event = 0
        self._is_cutting = False
        self._decoder: codecs.IncrementalDecoder | None = None

    def events(self) -> Iterator[Event]:
        """`(event, value)` as of `ijson.basic_parse`. Raises `UnreadableSource` where the document breaks off."""
        try:
            for event in ijson.basic_parse(self, buf_size=CHUNK, use_float=True):
                self._since_event = 0
                yield event
        except (ijson.JSONError, ValueError, OverflowError) as error:
            reason = " ".join(str(error).split())[:80]
            raise UnreadableSource(
                "it is not whole JSON", self._name, f"export it again ({reason}, near byte {self.position})"
            ) from None

    def read(self, size: int = -1) -> bytes:
        """The next piece as clean UTF-8: what the parser reads."""
        if size == 0:
            return b""
        while True:
            data = self._source.read(CHUNK)
            self.position += len(data)
            text = self._decoded(data)
            if not data:
                return text
            piece = self._bounded(text)
            if piece:
                return piece

    def _decoded(self, data: bytes) -> bytes:
        if self._decoder is None:
            self._decoder = codecs.getincrementaldecoder(_encoding(data))("replace")
        text = self._decoder.decode(data, final=not data)
        return text.encode("utf-8", "replace").translate(_CONTROLS)

    def _bounded(self, text: bytes) -> bytes:
        """`text` without what exceeds the longest text; empty while all of it does."""
        if self._is_cutting:
            end = _quote(text)
            if end < 0:
                return b""
            self._is_cutting = False
            self._since_event = 0
            return text[end:]
        if text.isspace():
            return text
        self._since_event += len(text)
        if self._since_event <= LONGEST_TEXT:
            return text
        safe = _PLAIN_RUN.search(text)
        if safe is None:
            raise UnreadableSource(
                f"a text in it is longer than {LONGEST_TEXT // 2**20} MB", self._name, "export it again"
            )
        self.cuts += 1
        rest = text[safe.end() :]
        end = _quote(rest)
        self._is_cutting, self._since_event = end < 0, 0
        return text[: safe.end()] + (rest[end:] if end >= 0 else b"")


def _quote(text: bytes) -> int:
    """Where a text of JSON ends: the first quotation mark that isn't escaped, or -1.

    A piece that ends in the midst of an escape is as good as one that begins with a quotation mark: cutting there
    leaves the rest to be refused, which a text of this length deserves.
    """
    at = text.find(b'"')
    while at >= 0:
        before = text[:at]
        if (len(before) - len(before.rstrip(b"\\"))) % 2 == 0:
            return at
        at = text.find(b'"', at + 1)
    return -1


def _encoding(head: bytes) -> str:
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            return encoding
    if head[1:2] == b"\0":
        return "utf-32-le" if head[2:4] == b"\0\0" else "utf-16-le"
    return "utf-16-be" if head[:1] == b"\0" else "utf-8-sig"


class Builder:
    """Makes one value of events, without recursion; `is_whole` once it is closed.

    What lies deeper than `MOST_DEPTH` or comes after `MOST_VALUES` is left out, and `excess` says so.
    """

    def __init__(self) -> None:
        self.value: Any = None
        self.is_whole = False
        self.excess = ""
        self._open: list[Any] = []
        self._keys: list[str] = []
        self._too_deep = 0
        self._values = 0

    def take(self, event: str, value: Any) -> None:
        """The next event of this value."""
        if event == "map_key":
            if not self._too_deep:
                self._keys[-1] = value
        elif event in ("start_map", "start_array"):
            if self._too_deep or len(self._open) >= MOST_DEPTH or self._is_full():
                self._too_deep += 1
                self.excess = self.excess or f"nested deeper than {MOST_DEPTH}"
                return
            made: Any = {} if event == "start_map" else []
            self._put(made)
            self._open.append(made)
            self._keys.append("")
        elif event in ("end_map", "end_array"):
            if self._too_deep:
                self._too_deep -= 1
                return
            self._open.pop()
            self._keys.pop()
            self.is_whole = not self._open
        elif not self._too_deep and not self._is_full():
            self._put(value)

    def _is_full(self) -> bool:
        if self._values < MOST_VALUES:
            return False
        self.excess = f"more than {MOST_VALUES} values"
        return True

    def _put(self, value: Any) -> None:
        self._values += 1
        if not self._open:
            self.value, self.is_whole = value, not isinstance(value, (dict, list))
        elif isinstance(self._open[-1], dict):
            self._open[-1][self._keys[-1]] = value
        else:
            self._open[-1].append(value)
