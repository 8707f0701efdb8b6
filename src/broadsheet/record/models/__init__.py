"""The record's tables. Truth: sources, claims with their mentions and parties, decisions, and who is who. The rest is made of it.

`Event`, `Participation`, `TenureSeen`, `EntityStory`, `Dyad*` are projections of confirmed claims: `projecting` writes them.
"""

from .claims import Claim, ClaimKind, ClaimStatus, Mention, Modality, Party, Source, SourceKind, Tier
from .decisions import Decision, DecisionKind, Tombstone
from .entities import (
    Address,
    Alias,
    AliasKind,
    Entity,
    EntityKind,
    EntityStatus,
    EntityStory,
    NotSame,
    PagePolicy,
)
from .events import Capacity, Certainty, Event, EventType, Life, Participation
from .pairs import Dyad, DyadEvent, DyadStory, Relation, Storyline, StorylineSlot
from .posts import Level, Post, Tenure, TenureSeen

__all__ = [
    "Address",
    "Alias",
    "AliasKind",
    "Capacity",
    "Certainty",
    "Claim",
    "ClaimKind",
    "ClaimStatus",
    "Decision",
    "DecisionKind",
    "Dyad",
    "DyadEvent",
    "DyadStory",
    "Entity",
    "EntityKind",
    "EntityStatus",
    "EntityStory",
    "Event",
    "EventType",
    "Level",
    "Life",
    "Mention",
    "Modality",
    "NotSame",
    "PagePolicy",
    "Participation",
    "Party",
    "Post",
    "Relation",
    "Source",
    "SourceKind",
    "Storyline",
    "StorylineSlot",
    "Tenure",
    "TenureSeen",
    "Tier",
    "Tombstone",
]
