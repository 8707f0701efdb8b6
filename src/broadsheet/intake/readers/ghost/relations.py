"""What the rows of posts and members refer to: kept in a temporary file, since it may stand behind them in the export."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from types import TracebackType
from typing import Any

Record = dict[str, Any]

# Table → the column that it is asked for by.
THINGS = {
    "tags": "id",
    "users": "id",
    "products": "id",
    "labels": "id",
    "newsletters": "id",
    "posts_meta": "post_id",
    "members_stripe_customers": "member_id",
    "members_stripe_customers_subscriptions": "customer_id",
}
# Table → whose it is, what it points to, and in which table that stands.
LINKS = {
    "posts_tags": ("post_id", "tag_id", "tags"),
    "posts_authors": ("post_id", "author_id", "users"),
    "posts_products": ("post_id", "product_id", "products"),
    "members_labels": ("member_id", "label_id", "labels"),
    "members_products": ("member_id", "product_id", "products"),
    "members_newsletters": ("member_id", "newsletter_id", "newsletters"),
}
TABLES = frozenset({*THINGS, *LINKS, "settings"})


class Relations:
    """Use as a context: the temporary file goes with it."""

    def __init__(self) -> None:
        self.settings: dict[str, str] = {}
        # SQLite's own temporary file: on disk once it outgrows the cache, gone with the connection.
        self._file = sqlite3.connect("")
        self._file.executescript(
            "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;"
            "CREATE TABLE thing (kind TEXT, id TEXT, row TEXT, PRIMARY KEY (kind, id)) WITHOUT ROWID;"
            "CREATE TABLE link (kind TEXT, owner TEXT, place INTEGER, number INTEGER, other TEXT,"
            " PRIMARY KEY (kind, owner, place, number)) WITHOUT ROWID;"
        )
        self._number = 0

    def __enter__(self) -> Relations:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def keep(self, table: str, row: Record) -> None:
        """Remember a row of one of `TABLES`."""
        self._number += 1
        if table == "settings":
            value = row.get("value")
            if isinstance(value, (str, int)) and len(self.settings) < 1000:
                self.settings[str(row.get("key", ""))] = str(value)[:2000]
        elif table in THINGS:
            self._file.execute(
                "INSERT OR REPLACE INTO thing VALUES (?, ?, ?)",
                (table, _id(row.get(THINGS[table])), json.dumps(row, ensure_ascii=True)),
            )
        else:
            owner, other, _ = LINKS[table]
            place = row.get("sort_order")
            self._file.execute(
                "INSERT OR REPLACE INTO link VALUES (?, ?, ?, ?, ?)",
                (
                    table,
                    _id(row.get(owner)),
                    place if isinstance(place, int) and abs(place) < 2**31 else 0,
                    self._number,
                    _id(row.get(other)),
                ),
            )

    def one(self, table: str, key: object) -> Record:
        """The row of `table` that goes by `key`, or an empty one."""
        query = "SELECT row FROM thing WHERE kind = ? AND id = ?"
        with closing(self._file.execute(query, (table, _id(key)))) as found:
            row = found.fetchone()
        return _record(row[0]) if row else {}

    def linked(self, table: str, owner: object) -> list[Record]:
        """What `owner` is linked to through `table`, in its order; at most 200."""
        query = (
            "SELECT thing.row FROM link JOIN thing ON thing.kind = ? AND thing.id = link.other"
            " WHERE link.kind = ? AND link.owner = ? ORDER BY link.place, link.number LIMIT 200"
        )
        with closing(self._file.execute(query, (LINKS[table][2], table, _id(owner)))) as found:
            return [_record(row[0]) for row in found]


def _record(text: str) -> Record:
    value: Record = json.loads(text)
    return value


def _id(value: object) -> str:
    return str(value)[:200]
