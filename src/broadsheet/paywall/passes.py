"""The pass: what a reader may open, for at most fifteen minutes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from .access import Access

LONGEST = timedelta(minutes=15)
SKEW = timedelta(minutes=5)
STORIES = "stories"


@dataclass(frozen=True, slots=True)
class Pass:
    """One reader's rights. `scopes` such as `stories`; without any, the reader is registered and no more.

    `expires` is aware, UTC. A clock five minutes off neither locks a paying reader out nor keeps one in for long.
    """

    reader: int
    scopes: frozenset[str]
    expires: datetime

    def is_valid(self, now: datetime) -> bool:
        """Whether the pass still counts at `now`; never one that claims a longer life than a pass has."""
        return now - SKEW <= self.expires <= now + LONGEST + SKEW

    def opens(self, access: Access, now: datetime) -> bool:
        """Whether it opens stories of this access level."""
        if not self.is_valid(now):
            return False
        return access is Access.REGISTERED or STORIES in self.scopes
