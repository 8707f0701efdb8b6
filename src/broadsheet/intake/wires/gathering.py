"""Gets what is new at a source: over the one outgoing door, or from a folder of the server. Writes nothing."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from broadsheet.outward.errors import OutsideError, UnreadableSource
from broadsheet.outward.fetch import fetch

from .folders import folder_of
from .models import WireSource
from .reading import Document

MOST_FILES, MOST_AT_ONCE = 20_000, 100
MOST_FILE_BYTES = 16 * 1024 * 1024
# All of one look together: they are held in memory.
MOST_LOOK_BYTES = 64 * 1024 * 1024
# A file that changed a moment ago may still be written.
SETTLED_SECONDS = 4.0
ENDINGS = {"ninjs": (".json", ".ninjs", ".jsonl", ".ndjson"), "newsml": (".xml", ".newsml", ".g2")}

Seen = dict[str, list[Any]]
"""A file's name → its time of change in ns, its bytes, its digest ("" while it was not read yet)."""


@dataclass(slots=True)
class Gathered:
    """New documents, and what to remember. `headers` are those of an answer; `has_more` when files wait for the next
    look; `troubles` are files that were passed over, with the reason."""

    documents: list[Document] = field(default_factory=list)
    etag: str = ""
    last_modified: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    files: Seen | None = None
    has_more: bool = False
    troubles: list[str] = field(default_factory=list)
    is_whole: bool = False


def gather(source: WireSource, *, allow_private: bool = False) -> Gathered:
    """What is new since the last look. Raises `OutsideError` when the source can't be had."""
    return _files(source) if source.is_folder else _answer(source, allow_private=allow_private)


def _answer(source: WireSource, *, allow_private: bool) -> Gathered:
    asked = {"If-None-Match": source.etag, "If-Modified-Since": source.last_modified}
    conditions = {name: value for name, value in asked.items() if value}
    got = fetch(source.address, robots=False, allow_private=allow_private, conditions=conditions)
    if got.status == 304:
        return Gathered(etag=source.etag, last_modified=source.last_modified, headers=dict(got.headers))
    return Gathered(
        [Document(got.body, source.address, got.url, got.charset)],
        _header(got.headers.get("etag", ""), 500),
        _header(got.headers.get("last-modified", ""), 100),
        dict(got.headers),
        is_whole=True,
    )


def _header(value: str, most: int) -> str:
    """A validator as it is sent back: whole or not at all."""
    return value if len(value) <= most and value.isprintable() else ""


def _files(source: WireSource) -> Gathered:
    root = folder_of(source.address)
    if not root.is_dir():
        raise UnreadableSource("there is no such folder", source.address, "check the address of the source")
    made = Gathered(files={})
    assert made.files is not None
    now, room = time.time_ns(), MOST_LOOK_BYTES
    for name, path in _named(root, ENDINGS[source.kind]):
        if len(made.files) >= MOST_FILES:
            made.troubles.append(f"more than {MOST_FILES} files: take away those that were read")
            break
        try:
            facts = path.stat()
            before = source.files.get(name)
            now_is = [facts.st_mtime_ns, facts.st_size]
            if before and before[:2] == now_is and before[2]:
                made.files[name] = before
                continue
            is_settled = now - facts.st_mtime_ns > SETTLED_SECONDS * 1e9 or (before and before[:2] == now_is)
            is_next = len(made.documents) < MOST_AT_ONCE and (facts.st_size <= room or not made.documents)
            if not is_settled or not is_next:
                made.files[name] = [*now_is, ""] if not is_settled else (before or [0, 0, ""])
                made.has_more = True
                continue
            document, digest = _document(path, facts.st_size)
            room -= facts.st_size
        except OSError as error:
            made.troubles.append(f"{name}: {error.strerror or 'it cannot be read'}")
            continue
        except OutsideError as error:
            made.troubles.append(f"{name}: {error.what}")
            made.files[name] = [*now_is, "refused"]
            continue
        made.files[name] = [*now_is, digest]
        if before is None or before[2] != digest:
            made.documents.append(document)
    return made


def _named(root: Path, endings: tuple[str, ...]) -> Iterator[tuple[str, Path]]:
    """The files of a folder and below, in the order of their names; no hidden ones, and no links that lead out."""
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if path.suffix.casefold() not in endings or any(part.startswith(".") for part in name.split("/")):
            continue
        if path.is_file() and path.resolve().is_relative_to(root):
            yield name, path


def _document(path: Path, size: int) -> tuple[Document, str]:
    if size > MOST_FILE_BYTES:
        raise UnreadableSource(f"larger than {MOST_FILE_BYTES // 2**20} MB", path.name, "use `import`")
    with path.open("rb") as file:
        data = file.read(MOST_FILE_BYTES + 1)
    if len(data) != size:
        raise BlockingIOError(11, "it is still being written")
    return Document(data, path.name, path=path), hashlib.blake2b(data, digest_size=16).hexdigest()
