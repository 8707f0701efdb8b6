"""What has been purged, as one worker knows it: a copy of the file's table, brought up to date row by row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .store import Store
from .stored import Stored

Row = dict[str, Any]


class Log:
    """Answers whether a response was purged since it was made; rows reach `listeners` once each, in order."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.shared = store.shared.sequence
        self.seen = store.last_row()
        self.listeners: list[Callable[[int, Row], None]] = []
        self._reload()

    def _reload(self) -> None:
        self.purges = self.store.all_purges()
        self.epoch, self.position = self.store.cursor
        self.floor = self.store.floor

    def catch_up(self) -> None:
        """Apply the rows that any worker has written since."""
        for number, row in self.store.rows_after(self.seen):
            if row.get("flush") or number > self.seen + 1:
                # Rows that were dropped before we saw them may have purged anything: what they purged is remembered.
                self._reload()
            self.seen = number
            for key in row.get("keys", ()):
                soft, hard = self.purges.get(key, (0, 0))
                self.purges[key] = (soft, row["id"]) if row["hard"] else (row["id"], hard)
            for listener in self.listeners:
                listener(number, row)
        self.epoch, self.position = self.store.cursor

    def is_gone(self, stored: Stored) -> bool:
        """Whether it may not be served at all any more; marks it when it is merely out of date."""
        if not stored.epoch:
            return False
        if stored.epoch != self.epoch or stored.position < self.floor:
            return True
        made = stored.position
        for key in stored.keys:
            soft, hard = self.purges.get(key, (0, 0))
            if hard > made:
                return True
            if soft > made:
                stored.is_purged = True
        stored.checked = self.seen
        return False
