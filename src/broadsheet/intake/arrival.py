"""One story on its way: what came, and what is known of it from before.

What needs nothing of the paper is made ready where it is read, beside the landing of those before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from broadsheet.newsroom.models import Author, Topic
from broadsheet.pictures.models import Picture

from . import values as v
from .incoming import IncomingStory
from .models import ImportItem

LONGEST_ID = 500


def kept_id(source_id: str) -> str:
    """A source's id as `ImportItem` keeps it: one too long for that is told apart by its digest."""
    whole = v.writable(source_id)
    if len(whole) <= LONGEST_ID:
        return whole
    rest = blake2b(whole.encode(), digest_size=16).hexdigest()
    return f"{whole[: LONGEST_ID - len(rest) - 1]}#{rest}"


@dataclass(slots=True)
class Arrival:
    """`values` are those of the fields, and `digests` theirs, where these are known already."""

    story: IncomingStory
    source_id: str
    digest: str
    values: dict[str, Any] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)
    item: ImportItem | None = None
    authors: list[Author] = field(default_factory=list)
    topics: list[Topic] = field(default_factory=list)
    pictures: Mapping[str, Picture] = field(default_factory=dict)


def arrival_of(story: IncomingStory) -> Arrival:
    """The story as it comes."""
    return Arrival(story, kept_id(story.source_id), story.digest())


def ready(story: IncomingStory) -> Arrival:
    """The same with its values, unless it has to wait for its pictures or for other stories. No query."""
    arrival = arrival_of(story)
    if story.form == "story" and not story.pictures and not v.related_ids(story):
        arrival.values = v.values_of(story, {})
        arrival.digests = v.digests(arrival.values)
    return arrival
