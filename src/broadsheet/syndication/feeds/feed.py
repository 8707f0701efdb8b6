"""A feed as plain values: what RSS, Atom and JSON Feed are written from. No model, no I/O."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from ..engines.models import MachineTerms

Kind = Literal["rss", "atom", "json"]
TYPES: dict[Kind, str] = {
    "rss": "application/rss+xml",
    "atom": "application/atom+xml",
    "json": "application/feed+json",
}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who wrote; `url` is their page here."""

    name: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Media:
    """A file beside an entry: full address, media type, bytes, pixels (0: unknown)."""

    url: str
    type: str
    length: int = 0
    width: int = 0
    height: int = 0
    description: str = ""
    credit: str = ""

    @property
    def medium(self) -> str:
        return self.type.partition("/")[0]


@dataclass(frozen=True, slots=True)
class Entry:
    """One story. `id` never changes, whatever becomes of its address; `html` stands by itself; `summary` is plain.

    `enclosure` is what a player or a reader downloads; `picture` and `thumbnail` are for lists.
    """

    id: str
    url: str
    title: str
    summary: str
    html: str
    published: datetime
    updated: datetime
    language: str
    authors: tuple[Person, ...] = ()
    categories: tuple[str, ...] = ()
    rights: str = ""
    source_name: str = ""
    source_url: str = ""
    enclosure: Media | None = None
    picture: Media | None = None
    thumbnail: Media | None = None


@dataclass(frozen=True, slots=True)
class Feed:
    """One page of a list of stories, newest first. All addresses are full ones; `next` is empty at the end.

    `first` is the feed's own address without a place in the list, and what it is known by.
    """

    kind: Kind
    title: str
    description: str
    language: str
    home: str
    own: str
    first: str
    updated: datetime
    rights: str
    icon: str
    entries: Sequence[Entry]
    paper: Person
    next: str = ""
    hubs: tuple[str, ...] = ()
    terms: MachineTerms | None = None
