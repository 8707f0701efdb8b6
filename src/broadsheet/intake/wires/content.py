"""An incoming story as an inbox item holds it, and back."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.conf import settings

from ..incoming import IncomingStory
from ..readers.jsonl import line_of
from ..readers.jsonl.reader import story_of
from ..values import writable
from .likeness import words_of
from .models import WireItem

MOST_TOPICS = 20
MOST_WORDS = 12_000
# What only tells where a link was clicked.
TRACKING = (
    "utm_",
    "fbclid",
    "gclid",
    "mc_",
    "at_",
    "cmp",
    "ocid",
    "ref",
    "rss",
    "feed",
    "ns_",
    "xtor",
    "guccounter",
)


def packed(story: IncomingStory) -> dict[str, Any]:
    """The story as JSON, its terms as topics. Addresses that it had elsewhere are no addresses of ours."""
    topics = dict.fromkeys([*story.topics, *(term.name for term in story.terms)])
    bare = replace(
        story,
        topics=tuple(topics)[:MOST_TOPICS],
        bylines=story.bylines or tuple(author.name for author in story.authors),
        headline=story.headline or story.standfirst[:200] or story.source_id,
        old_urls=(),
        url="",
        slug="",
    )
    made: dict[str, Any] = json.loads(writable(line_of(bare)))
    return made


def unpacked(item: WireItem) -> IncomingStory:
    """The story again. Raises `readers.jsonl.fields.BadLine` for what is no story any more."""
    story = story_of(item.content, folder=item.folder, zone=settings.PAPER.zone)
    return replace(story, is_laid_out=False, old_urls=(), url="")


def words_in(story: IncomingStory) -> str:
    """What filters and rules look into, in lower case."""
    parts = (story.headline, story.kicker, story.standfirst, story.dateline, story.body_text, *story.topics)
    return writable("\n".join(filter(None, parts))[:MOST_WORDS].casefold())


def digest_of(story: IncomingStory) -> str:
    """Changes when the words of the story change; addresses and pictures may differ at every look."""
    said = " ".join(words_of(f"{story.headline} {story.standfirst} {story.body_text}"))
    return hashlib.blake2b(said.encode("utf-8", "replace"), digest_size=8).hexdigest()


def agency_id(story: IncomingStory) -> str:
    """The id that is the same at every taker, or empty: ids that a feed made up are its own."""
    text = story.source_id.removeprefix("feed:")
    return text[:500] if text.startswith(("urn:", "tag:")) else link_of(text)


def link_of(address: str) -> str:
    """An address without what differs between links to one page; empty for what is none."""
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return ""
    host = (parts.hostname or "").removeprefix("www.").removeprefix("m.").removeprefix("amp.")
    path = parts.path.rstrip("/").removesuffix("/amp")
    if parts.scheme not in ("http", "https") or not host or not (path or parts.query):
        return ""
    asked = sorted(
        (key, value)
        for key, value in parse_qsl(parts.query, max_num_fields=50)
        if not key.casefold().startswith(TRACKING)
    )
    return f"{host}{path}{'?' + urlencode(asked) if asked else ''}"[:500]
