"""The pass: what a reader may open, for at most fifteen minutes.

| scope | says |
|---|---|
| `stories` | opens every story |
| `story:<id>` | opens that story: a gift. Also in the pass of a stranger, whose reader is 0 |
| `past_due` | a payment is late; opens nothing and closes nothing, it is for the page to say |
| `devices` | what was bought is open on as many newer devices as it may be; opens nothing, it is for the wall to say |
| any other | bought, but opens no story: another tier |
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime, timedelta

from .access import Access

LONGEST = timedelta(minutes=15)
# What a pass is made for: a little less than the longest, so that a clock that is ahead breaks none.
LIFE = timedelta(minutes=14)
SKEW = timedelta(minutes=5)
# How long a genuine pass that has run out is honoured while nobody can be asked to renew it.
LONGEST_GRACE = timedelta(hours=24)
STORIES, PAST_DUE, DEVICES, GIFT = "stories", "past_due", "devices", "story:"
# Scopes that open nothing and were not bought.
SAYING = frozenset({PAST_DUE, DEVICES})
STRANGER = 0


def opens_story(scopes: Set[str], story: int) -> bool:
    """Whether these scopes open `story`, whatever it asks for."""
    return STORIES in scopes or f"{GIFT}{story}" in scopes


@dataclass(frozen=True, slots=True)
class Pass:
    """One reader's rights. Without any scope, the reader is registered and no more.

    `expires` is aware, UTC. A clock five minutes off neither locks a paying reader out nor keeps one in for long.
    """

    reader: int
    scopes: frozenset[str]
    expires: datetime

    def is_valid(self, now: datetime) -> bool:
        """Whether the pass still counts at `now`; never one that claims a longer life than a pass has."""
        return now - SKEW <= self.expires <= now + LONGEST + SKEW

    def opens(self, access: Access, story: int, now: datetime) -> bool:
        """Whether it opens `story`, which is of this access level."""
        if not self.is_valid(now):
            return False
        if access is Access.REGISTERED and self.reader != STRANGER:
            return True
        return opens_story(self.scopes, story)

    @property
    def is_of_a_tier(self) -> bool:
        """Whether something was bought that opens no story."""
        return any(scope not in SAYING and not scope.startswith(GIFT) for scope in self.scopes) and (
            STORIES not in self.scopes
        )
