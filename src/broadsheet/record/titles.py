"""What an event is called and how its state reads in the reader's language; the desk's own words come first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext

from .models import Event, EventType, Life
from .wording import when_words


def event_title(event: Event, language: str, parties: Sequence[str]) -> str:
    """`Consultations: Azerbaijan, Belgium`. `parties` are names in that language, most important first."""
    own = event.titles.get(language) or (event.title if language.startswith("en") else "")
    if own:
        return str(own)
    kind = str(EventType(event.type).label)
    comma = "، " if language.startswith("ar") else ", "
    return f"{kind}: {comma.join(parties[:4])}" if parties else kind


def state_words(event: Event, today: date) -> str:
    """What a reader must know beside the date; nothing for what took place."""
    if event.life == Life.CANCELLED:
        return gettext("cancelled")
    if event.life == Life.POSTPONED:
        return gettext("postponed")
    if event.life == Life.SUPERSEDED:
        return gettext("followed by another round")
    if is_lapsed(event, today):
        return gettext("was planned for %(date)s") % {"date": when_words(event.when)}
    return gettext("planned") if event.life == Life.PLANNED else ""


def is_lapsed(event: Event, today: date) -> bool:
    """Whether its day is over and nobody has said yet whether it took place."""
    return event.life == Life.PLANNED and event.sort_end is not None and event.sort_end < today
