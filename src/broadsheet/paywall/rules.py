"""The one decision: which variant of a story one reader gets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache

from .access import Access, Reason, Variant
from .meter import Limits, Meter
from .passes import Pass


@dataclass(frozen=True, slots=True)
class Grant:
    """The outcome. `meter` is the one to send back when it changed, else None. `left` counts stories."""

    variant: Variant
    reason: Reason
    meter: Meter | None = None
    left: int = 0


# Most decisions are one of these: made once, because this runs for every request.
_FREE = Grant(Variant.FULL, Reason.FREE)
_REGISTERED = Grant(Variant.FULL, Reason.REGISTERED)
_ENTITLED = Grant(Variant.FULL, Reason.ENTITLED)
_WALL = Grant(Variant.PREVIEW, Reason.WALL)


@cache
def _opened_before(left: int) -> Grant:
    return Grant(Variant.FULL, Reason.METER, None, left)


def decide(
    access: Access, story: int, pass_: Pass | None, meter: Meter, limits: Limits, now: datetime
) -> Grant:
    """Choose the variant of `story` for one reader.

    `now` is aware, UTC. A metered story already in `meter` costs nothing to read again. Registered stories are
    open to any valid pass and never touch the meter. Never raises: an unusable pass or meter was turned into
    `None` or `Meter.spent()` by its codec.
    """
    if access is Access.FREE:
        return _FREE
    if pass_ is not None and pass_.opens(access, now):
        return _REGISTERED if access is Access.REGISTERED else _ENTITLED
    if access is Access.METERED and (after := meter.opened(story, limits, now)) is not None:
        left = max(0, limits.stories - len(after.reads))
        if after is meter or after == meter:
            return _opened_before(left)
        return Grant(Variant.FULL, Reason.METER, after, left)
    return _WALL
