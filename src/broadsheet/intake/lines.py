"""Lines of a text file that may be of any size: one bounded line at a time, and a clear word for what is none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from broadsheet.outward.errors import UnreadableSource

MOST_BYTES = 32 * 1024 * 1024
CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Line:
    """One line that is not blank. `end` is the place behind it in bytes; `trouble` says why `text` is empty."""

    number: int
    end: int
    text: str = ""
    trouble: str = ""


def lines_of(path: Path, most: int = MOST_BYTES) -> Iterator[Line]:
    """Every line of a UTF-8 file; one longer than `most` bytes is passed over in pieces."""
    try:
        with path.open("rb") as file:
            yield from _lines(file, most)
    except OSError as error:
        raise UnreadableSource(
            "it can't be read", str(path), error.strerror or "check its permissions"
        ) from None


def _lines(file: BinaryIO, most: int) -> Iterator[Line]:
    number, end = 0, 0
    while data := file.readline(most + 1):
        number += 1
        end += len(data)
        if len(data) > most and not data.endswith(b"\n"):
            while piece := file.readline(CHUNK):
                end += len(piece)
                if piece.endswith(b"\n"):
                    break
            yield Line(number, end, trouble=f"it is longer than {most // 2**20} MB")
            continue
        try:
            text = data.decode("utf-8-sig" if number == 1 else "utf-8").strip()
        except UnicodeDecodeError as error:
            yield Line(number, end, trouble=f"it is not UTF-8 (byte {error.start + 1})")
            continue
        if text:
            yield Line(number, end, text)
