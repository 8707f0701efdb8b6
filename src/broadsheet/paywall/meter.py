"""The meter: which stories a reader without subscription has opened in this period.

Pure values, no clock and no I/O of its own: the caller passes `now`. Signing lives in `codec`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Self

_NOTHING = timedelta(0)


@dataclass(frozen=True, slots=True)
class Limits:
    """How many distinct stories are free in how many days. Read from the paper's settings."""

    stories: int = 3
    days: int = 30
    period: timedelta = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "period", timedelta(days=self.days))


@dataclass(frozen=True, slots=True)
class Meter:
    """The distinct stories opened, each with the moment it was first opened (aware, UTC).

    A read leaves the meter when it is older than the period: a rolling window, not a calendar month.
    """

    reads: tuple[tuple[int, datetime], ...] = ()
    is_spent: bool = False

    @classmethod
    def spent(cls) -> Self:
        """The meter of somebody who tampered with theirs: nothing left."""
        return cls(is_spent=True)

    def current(self, limits: Limits, now: datetime) -> Self:
        """The same meter without the reads that no longer count. A read dated in the future counts as now."""
        period = limits.period
        for _, at in self.reads:
            if not _NOTHING <= now - at < period:
                break
        else:
            return self
        kept = tuple((story, min(at, now)) for story, at in self.reads if now - at < period)
        return type(self)(kept, self.is_spent)

    def left(self, limits: Limits, now: datetime) -> int:
        """How many more stories may be opened."""
        return 0 if self.is_spent else max(0, limits.stories - len(self.current(limits, now).reads))

    def opened(self, story: int, limits: Limits, now: datetime) -> Self | None:
        """The meter after opening `story`: unchanged when it was read before, None when there is no room."""
        if self.is_spent:
            return None
        meter = self.current(limits, now)
        for known, _ in meter.reads:
            if known == story:
                return meter
        if len(meter.reads) >= limits.stories:
            return None
        return type(self)((*meter.reads, (story, now)))
