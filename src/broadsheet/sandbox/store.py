"""The sandbox's one SQLite file: objects, what is due when, deliveries, answers kept for replay, settings.

One process holds it (a lock file says so) and every request is one transaction, committed before the answer leaves.
"""

from __future__ import annotations

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pysqlite3 as sqlite3

from broadsheet.sandbox.errors import Json

PAGE = 4_096
SCHEMA = """
CREATE TABLE IF NOT EXISTS objects (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, id TEXT NOT NULL, created INTEGER NOT NULL,
    customer TEXT, parent TEXT, body TEXT NOT NULL, UNIQUE (kind, id));
CREATE INDEX IF NOT EXISTS objects_order ON objects (kind, seq);
CREATE INDEX IF NOT EXISTS objects_customer ON objects (kind, customer, seq) WHERE customer IS NOT NULL;
CREATE INDEX IF NOT EXISTS objects_parent ON objects (kind, parent, seq) WHERE parent IS NOT NULL;
CREATE TABLE IF NOT EXISTS due (
    kind TEXT NOT NULL, id TEXT NOT NULL, clock TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (kind, id)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS due_at ON due (clock, at);
CREATE TABLE IF NOT EXISTS deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT, event TEXT NOT NULL, type TEXT NOT NULL, url TEXT NOT NULL, secret TEXT NOT NULL,
    state TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, next_at REAL NOT NULL, status INTEGER, error TEXT);
CREATE INDEX IF NOT EXISTS deliveries_next ON deliveries (state, next_at);
CREATE INDEX IF NOT EXISTS deliveries_event ON deliveries (event);
CREATE TABLE IF NOT EXISTS answers (
    key TEXT PRIMARY KEY, request TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL, at INTEGER NOT NULL)
    WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS answers_at ON answers (at);
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""


class InUse(Exception):
    """Another process holds this folder."""


class Store:
    """The file. `limit` bounds its size in bytes: past it writes fail and nothing is lost."""

    def __init__(self, folder: Path, *, limit: int = 1 << 30) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = (folder / "lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._lock.close()
            raise InUse(f"{folder} is in use by another sandbox") from error
        self.db = sqlite3.connect(str(folder / "sandbox.sqlite3"), isolation_level=None)
        self.db.executescript(
            f"PRAGMA page_size={PAGE}; PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
            f" PRAGMA max_page_count={limit // PAGE}; PRAGMA journal_size_limit=16777216;"
        )
        self.db.executescript(SCHEMA)

    def close(self) -> None:
        self.db.close()
        self._lock.close()

    def rows(self, query: str, *values: Any) -> list[Any]:
        return list(self.db.execute(query, values))

    def run(self, query: str, *values: Any) -> int:
        """Rows changed."""
        return int(self.db.execute(query, values).rowcount)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.db.execute("ROLLBACK")
            raise
        self.db.execute("COMMIT")

    def setting(self, name: str, default: Any = None) -> Any:
        found = self.rows("SELECT value FROM settings WHERE name = ?", name)
        return json.loads(found[0][0]) if found else default

    def set(self, name: str, value: Any) -> None:
        self.run("INSERT OR REPLACE INTO settings VALUES (?, ?)", name, json.dumps(value))

    def count(self, name: str) -> int:
        """The next number of a series that has no gaps."""
        number = int(self.setting(name, 0)) + 1
        self.set(name, number)
        return number

    def read(self, kind: str, key: str) -> str | None:
        found = self.rows("SELECT body FROM objects WHERE kind = ? AND id = ?", kind, key)
        return found[0][0] if found else None

    def write(self, obj: Json, text: str) -> None:
        """Insert or replace one object; its place in lists stays."""
        self.run(
            "INSERT INTO objects (kind, id, created, customer, parent, body) VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (kind, id) DO UPDATE"
            " SET body = excluded.body, customer = excluded.customer, parent = excluded.parent",
            obj["object"],
            obj["id"],
            obj.get("_wall") or obj.get("created") or obj.get("date") or 0,
            obj.get("customer"),
            parent_of(obj),
            text,
        )

    def schedule(self, kind: str, key: str, clock: str, at: int | None) -> None:
        if at is None:
            self.run("DELETE FROM due WHERE kind = ? AND id = ?", kind, key)
        else:
            self.run("INSERT OR REPLACE INTO due VALUES (?, ?, ?, ?)", kind, key, clock, at)

    def prune(self, before: int, answers_before: int) -> None:
        """Forget settled deliveries and events past their time, and answers past theirs."""
        self.run("DELETE FROM answers WHERE at < ?", answers_before)
        self.run(
            "DELETE FROM objects WHERE kind = 'event' AND created < ? AND id NOT IN"
            " (SELECT event FROM deliveries WHERE state = 'waiting')",
            before,
        )
        self.run(
            "DELETE FROM deliveries WHERE state = 'done' AND event NOT IN (SELECT id FROM objects WHERE kind = 'event')"
        )


def parent_of(obj: Json) -> str | None:
    """The other object that lists are most filtered by: product, subscription, payment, invoice, coupon, type."""
    match obj["object"]:
        case "price":
            return obj["product"]
        case "invoice":
            details = (obj.get("parent") or {}).get("subscription_details") or {}
            return details.get("subscription")
        case "charge" | "dispute" | "refund":
            return obj.get("payment_intent")
        case "checkout.session":
            return obj.get("subscription")
        case "invoice_payment":
            return obj.get("invoice")
        case "promotion_code":
            return obj["promotion"]["coupon"]
        case "event":
            return obj["type"]
    return None
