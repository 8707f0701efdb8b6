"""The one decision: which variant of a story one reader gets."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from .access import Access, Reason, Variant
from .meter import Limits, Meter
from .passes import DEVICES, STORIES, STRANGER, Pass, opens_story


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
_GIFT = Grant(Variant.FULL, Reason.GIFT)
_NETWORK = Grant(Variant.FULL, Reason.NETWORK)
_TIER = Grant(Variant.PREVIEW, Reason.TIER)
_DEVICES = Grant(Variant.PREVIEW, Reason.DEVICES)
_WALLS = {
    Access.METERED: Grant(Variant.PREVIEW, Reason.WALL),
    Access.REGISTERED: Grant(Variant.PREVIEW, Reason.REGISTRATION),
    Access.SUBSCRIBERS: Grant(Variant.PREVIEW, Reason.SUBSCRIBERS),
}


@cache
def _opened_before(left: int) -> Grant:
    return Grant(Variant.FULL, Reason.METER, None, left)


def decide(
    access: Access, story: int, pass_: Pass | None, meter: Meter, limits: Limits, now: datetime
) -> Grant:
    """Choose the variant of `story` for one reader.

    `now` is aware, UTC. A metered story already in `meter` costs nothing to read again. Registered stories are
    open to any reader's valid pass and never touch the meter. Never raises: an unusable pass or meter was turned into
    `None` or `Meter.spent()` by its codec.
    """
    if access is Access.FREE:
        return _FREE
    if pass_ is not None and pass_.opens(access, story, now):
        if access is Access.REGISTERED and pass_.reader != STRANGER:
            return _REGISTERED
        return _ENTITLED if STORIES in pass_.scopes else _GIFT
    if access is Access.METERED and (after := meter.opened(story, limits, now)) is not None:
        left = max(0, limits.stories - len(after.reads))
        if after is meter or after == meter:
            return _opened_before(left)
        return Grant(Variant.FULL, Reason.METER, after, left)
    if pass_ is not None and pass_.is_valid(now):
        if DEVICES in pass_.scopes:
            return _DEVICES
        if pass_.is_of_a_tier:
            return _TIER
    return _WALLS[access]


def wall_of(access: Access) -> Grant:
    """The wall that a story of this level, not `free`, puts before somebody of whom nothing is known."""
    return _WALLS[access]


def on_network(grant: Grant, story: int, scopes: Set[str]) -> Grant:
    """The same grant, or a better one for whoever reads from a network that holds `scopes`."""
    if grant.variant is Variant.FULL or not opens_story(scopes, story):
        return grant
    return _NETWORK
