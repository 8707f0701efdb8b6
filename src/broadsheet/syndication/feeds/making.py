"""Puts a page of a list into a feed, and writes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.templatetags.static import static
from django.utils import timezone

from broadsheet.newsroom.document import Document
from broadsheet.newsroom.selectors import Cursor, web

from ..engines.models import MachineTerms
from ..markup import line
from ..stories import Rule, if_free
from .atom import atom
from .entries import entry
from .feed import Feed, Kind, Person
from .jsonfeed import jsonfeed
from .lists import StoryList
from .models import FeedSettings
from .rss import rss

HUB = "/-/hub"
_WRITERS = {"rss": rss, "atom": atom, "json": jsonfeed}


@dataclass(frozen=True, slots=True)
class Made:
    """A feed, what it was made from, and how it is written down."""

    feed: Feed
    documents: Sequence[Document]
    body: bytes


def hubs() -> tuple[str, ...]:
    """The addresses of all hubs that tell of our feeds: one query."""
    chosen = FeedSettings.current()
    own = [web(HUB)] if chosen.has_own_hub else []
    return (*own, *chosen.hub_lines)


def made(
    chosen: StoryList,
    kind: Kind,
    before: Cursor | None = None,
    *,
    is_whole: Rule = if_free,
    path: str = "",
    notice: str = "",
    has_ended: bool = False,
) -> Made:
    """One page of a list as a feed. A private one has a `path` (without suffix) of its own and no hub; `notice` is said
    first."""
    documents, older = chosen.read(before, is_whole)
    entries = [entry(document, has_ended=has_ended and not document.is_whole) for document in documents]
    first = web(f"{path or chosen.path}.{kind}{chosen.query}")
    joint = "&" if chosen.query else "?"
    feed = Feed(
        kind=kind,
        title=line(chosen.title),
        description=" ".join(part for part in (notice, line(chosen.description)) if part),
        language=chosen.language,
        home=web(chosen.home),
        own=f"{first}{joint}before={before}" if before else first,
        first=first,
        updated=max((one.updated for one in entries), default=chosen.since),
        rights=f"© {timezone.localtime(timezone.now(), settings.PAPER.zone):%Y} {line(chosen.paper)}",
        icon=web(static("site/touch-icon.png")),
        entries=entries,
        paper=Person(line(chosen.paper), web(chosen.home)),
        next=f"{first}{joint}before={older}" if older else "",
        hubs=() if path else hubs(),
        terms=MachineTerms.said() if kind == "rss" else None,
    )
    return Made(feed, documents, _WRITERS[kind](feed))


def links(feed: Feed) -> str:
    """The `Link` header by which hubs and their subscribers find each other (WebSub §4)."""
    found = [f'<{hub}>; rel="hub"' for hub in feed.hubs]
    return ", ".join([*found, f'<{feed.own}>; rel="self"'])
