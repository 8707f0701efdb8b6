"""Where a source's bytes are: a file, the files of a folder, or an address that is fetched once."""

from __future__ import annotations

import io
from collections.abc import Sequence
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import BinaryIO

from broadsheet.outward.errors import UnreadableSource
from broadsheet.outward.fetch import fetch

MOST_FETCHED = 64 * 1024 * 1024


def files_of(source: str, suffixes: Sequence[str]) -> list[Path]:
    """The file, or all files of the folder and those below whose names end so, in the order of their names.

    Raises `UnreadableSource` when there is none. Hidden files and links out of the folder are passed over.
    """
    path = Path(source)
    try:
        if path.is_dir():
            root = path.resolve()
            found = sorted(
                file
                for file in path.rglob("*")
                if file.suffix.casefold() in suffixes
                and not file.name.startswith(".")
                and file.is_file()
                and file.resolve().is_relative_to(root)
            )
            if not found:
                raise UnreadableSource(
                    "no file in it ends in " + " or ".join(suffixes), source, "check the folder"
                )
            return found
        if not path.is_file():
            raise UnreadableSource("there is no such file", source, "check the name")
        with path.open("rb"):
            return [path]
    except OSError as error:
        raise UnreadableSource(
            "it can't be read", source, error.strerror or "check its permissions"
        ) from None
    except ValueError:
        raise UnreadableSource("it is not a file name", repr(source), "check the name") from None


def size_of(source: str, suffixes: Sequence[str]) -> int:
    """Bytes of the file or the folder's files; 0 where that can't be known before it is read."""
    try:
        return sum(path.stat().st_size for path in files_of(source, suffixes))
    except (UnreadableSource, OSError):
        return 0


def opened(url: str, *, allow_private: bool = False) -> AbstractContextManager[BinaryIO]:
    """What an address answers, bounded."""
    return closing(io.BytesIO(fetch(url, most_bytes=MOST_FETCHED, allow_private=allow_private).body))


def place_of(path: Path, source: str) -> tuple[str, str]:
    """(the source's folder, the file's folder seen from there): "" for the latter where they are the same."""
    own = path.resolve().parent
    root = Path(source).resolve() if Path(source).is_dir() else own
    prefix = own.relative_to(root).as_posix()
    return str(root), "" if prefix == "." else prefix
