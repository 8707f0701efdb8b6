"""Passes taken back before they run out: signing out everywhere, a deleted account, money that went back.

Pure: moments are unix seconds, the caller passes `now`. A pass says when it runs out, and lives as long as any other,
so it says when it was given.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from .passes import LIFE, LONGEST, LONGEST_GRACE, SKEW, Pass

_LIFE = LIFE.total_seconds()
# A pass lives a quarter of an hour, may be honoured a day longer, and clocks differ: later, nobody need remember.
KEPT = (LONGEST + LONGEST_GRACE + 9 * SKEW).total_seconds()
MOST = 50_000


class Revoked:
    """The moment before which each reader's passes count no more; bounded.

    Beyond the bound the oldest moments are forgotten and become `floor`, which holds for everybody: then the origin is
    asked once for a pass that may be good, and none that is bad is taken.
    """

    def __init__(self, moments: Mapping[int, float] | None = None, floor: float = 0.0) -> None:
        self.moments: dict[int, float] = dict(moments or {})
        self.floor = floor

    def note(self, reader: int, at: float) -> bool:
        """Take in one revocation; says whether it is news."""
        if at <= self.moments.get(reader, 0.0):
            return False
        self.moments[reader] = at
        return True

    def merge(self, told: Iterable[tuple[int, float]]) -> None:
        """Take in many. Nothing is forgotten because it is not told again."""
        for reader, at in told:
            self.note(reader, at)

    def holds(self, pass_: Pass) -> bool:
        """Whether this pass was given before it was taken back. One look-up."""
        at = self.moments.get(pass_.reader, self.floor)
        return pass_.expires.timestamp() <= max(at, self.floor) + _LIFE

    def tidy(self, now: float) -> list[int]:
        """Forget what no longer matters and what is over the bound; returns the readers forgotten."""
        gone = [reader for reader, at in self.moments.items() if at < now - KEPT]
        over = len(self.moments) - len(gone) - MOST
        if over > 0:
            old = sorted((at, reader) for reader, at in self.moments.items() if at >= now - KEPT)[:over]
            self.floor = max(self.floor, old[-1][0])
            gone += [reader for _, reader in old]
        for reader in gone:
            del self.moments[reader]
        return gone
