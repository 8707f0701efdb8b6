"""Where the files of an export stand: beside it under `media/`, named by their content, so that every paper agrees."""

from __future__ import annotations

import os
import shutil
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

from broadsheet.newsroom.slugs import slug_for

FOLDER = "media"
OWNER_ONLY_FILE, OWNER_ONLY_FOLDER = 0o600, 0o700


class Stored(Protocol):
    """A picture or a document of the newsroom."""

    title: str
    file: Any
    file_hash: str

    def get_file_hash(self) -> str: ...


class Files:
    """Names every file, and copies it where `folder` is given. `missing` counts those that can't be read."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self.copied = self.missing = 0

    def take(self, stored: Stored) -> str:
        """The file's address, relative to the export; empty when it is to be left out."""
        try:
            digest = stored.file_hash or stored.get_file_hash()
        except OSError:
            digest = "0" * 40
        name = f"{slug_for(stored.title)}{PurePosixPath(stored.file.name).suffix.lower()}"
        address = f"{FOLDER}/{digest[:2]}/{digest[2:]}/{name}"
        if self.folder:
            self._copy(stored, self.folder / address)
        return address

    def _copy(self, stored: Stored, to: Path) -> None:
        if to.exists():
            return
        to.parent.mkdir(mode=OWNER_ONLY_FOLDER, parents=True, exist_ok=True)
        part = to.with_name(f".{to.name}.{os.getpid()}.part")
        try:
            with stored.file.storage.open(stored.file.name, "rb") as source, open_private(part) as target:
                shutil.copyfileobj(source, target, 1024 * 1024)
            part.replace(to)
            self.copied += 1
        except OSError:
            part.unlink(missing_ok=True)
            self.missing += 1


def open_private(path: Path) -> Any:
    """A new file that its owner alone may read."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWNER_ONLY_FILE), "wb")
