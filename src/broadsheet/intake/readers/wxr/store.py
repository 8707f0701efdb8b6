"""What items of an export say of each other (attachments, authors, terms, reusable blocks), kept on disk.

An export names a picture by its number long before or after the picture itself, so that the file is gone through once
for these before it is read. Nothing of it grows in memory.
"""

from __future__ import annotations

import json
import sqlite3
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

_AT_A_TIME = 2_000


class Store:
    """Values by kind and key, in a file that goes with the object."""

    def __init__(self) -> None:
        self._folder = TemporaryDirectory(prefix="broadsheet-wxr-")
        self._database = sqlite3.connect(Path(self._folder.name) / "store.sqlite3", isolation_level=None)
        self._database.execute("PRAGMA journal_mode=OFF")
        self._database.execute("PRAGMA synchronous=OFF")
        self._database.execute("PRAGMA cache_size=-4000")
        self._database.execute(
            "CREATE TABLE fact (kind TEXT, key TEXT, value TEXT, parent TEXT, PRIMARY KEY (kind, key)) WITHOUT ROWID"
        )
        self._database.execute("CREATE INDEX child ON fact (parent) WHERE parent <> ''")
        self._pending: list[tuple[str, str, str, str]] = []
        self._kinds: set[str] = set()
        self._cached = lru_cache(maxsize=20_000)(self._read)

    def put(self, kind: str, key: str, value: Any, parent: str = "") -> None:
        """Keep a value; a later one of the same kind and key replaces it."""
        self._kinds.add(kind)
        self._pending.append((kind, key, json.dumps(value, ensure_ascii=True), parent))
        if len(self._pending) >= _AT_A_TIME:
            self._write()

    def get(self, kind: str, key: str) -> Any:
        """The value, or None."""
        if not key or kind not in self._kinds:
            return None
        if self._pending:
            self._write()
        found = self._cached(kind, key)
        return None if found is None else json.loads(found)

    def children(self, parent: str, most: int = 500) -> list[str]:
        """Keys of what has this parent, in the order of their numbers."""
        if self._pending:
            self._write()
        rows = self._database.execute(
            "SELECT key FROM fact WHERE parent = ? LIMIT ?", (parent, most)
        ).fetchall()
        return sorted((row[0] for row in rows), key=lambda key: (len(key), key))

    def close(self) -> None:
        self._database.close()
        self._folder.cleanup()

    def _read(self, kind: str, key: str) -> str | None:
        row = self._database.execute(
            "SELECT value FROM fact WHERE kind = ? AND key = ?", (kind, key)
        ).fetchone()
        return row[0] if row else None

    def _write(self) -> None:
        pending, self._pending = self._pending, []
        self._database.execute("BEGIN")
        self._database.executemany("INSERT OR REPLACE INTO fact VALUES (?, ?, ?, ?)", pending)
        self._database.execute("COMMIT")
        self._cached.cache_clear()
