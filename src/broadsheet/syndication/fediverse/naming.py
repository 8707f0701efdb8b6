"""Pages name their actor or Article, so that whoever pastes a page's address elsewhere finds it."""

from __future__ import annotations

import time
from collections.abc import Mapping

from broadsheet.newsroom.document import Document
from broadsheet.press.alternates import FINDERS, Alternate

from . import addresses as at
from .models import Actor
from .objects import MEDIA_TYPE

SECONDS_KEPT = 10.0
# When it was read, and by what a page shows (`section/3`, `author/2`, a language) the id of its actor.
_held: tuple[float, Mapping[str, int]] = (float("-inf"), {})


def actors() -> Mapping[str, int]:
    """The actors that are switched on; read again every `SECONDS_KEPT` at most."""
    global _held
    now = time.monotonic()
    if now - _held[0] > SECONDS_KEPT:
        rows = Actor.objects.filter(is_on=True)
        _held = (now, {_shown(actor): actor.pk for actor in rows})
    return _held[1]


def _shown(actor: Actor) -> str:
    if actor.section_id:
        return f"section/{actor.section_id}"
    return f"author/{actor.author_id}" if actor.author_id else actor.language


def forget() -> None:
    """Read them again the next time."""
    global _held
    _held = (float("-inf"), {})


def find(shown: object) -> list[Alternate]:
    """The Article of a document, the actor of anything else; nothing where nobody speaks of it."""
    known = actors()
    if not known:
        return []
    if isinstance(shown, Document):
        places = [
            shown.language,
            *(place.surrogate_key for place in (shown.section, *shown.bylines) if place),
        ]
        here = any(place in known for place in places)
        return [Alternate(MEDIA_TYPE, at.story_uri(shown.id))] if here else []
    number = known.get(shown if isinstance(shown, str) else getattr(shown, "surrogate_key", ""))
    return [Alternate(MEDIA_TYPE, f"{at.base()}/-/ap/actor/{number}")] if number else []


FINDERS.append(find)
