"""The words of the decision: what a story asks, what a reader gets, and why."""

from __future__ import annotations

from enum import StrEnum


class Access(StrEnum):
    """Who may read the whole story."""

    FREE = "free"
    REGISTERED = "registered"
    METERED = "metered"
    SUBSCRIBERS = "subscribers"


class Variant(StrEnum):
    """What the origin renders of a story: all of it, or only its public part."""

    FULL = "full"
    PREVIEW = "preview"


class Reason(StrEnum):
    """Why a reader got that variant; the last five are walls."""

    FREE = "free"
    STAFF = "staff"
    ENTITLED = "entitled"
    REGISTERED = "registered"
    METER = "meter"
    GIFT = "gift"
    NETWORK = "network"
    # The free stories of the period are read.
    WALL = "wall"
    REGISTRATION = "registration"
    SUBSCRIBERS = "subscribers"
    # The reader's subscription is of a kind that does not hold this story.
    TIER = "tier"
    # The reader's subscription holds it, but is open on as many newer devices as it may be.
    DEVICES = "devices"
