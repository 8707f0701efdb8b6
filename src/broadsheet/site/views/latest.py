"""The Latest list: everything as it breaks, grouped by day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from broadsheet.newsroom import selectors
from broadsheet.newsroom.document import Card
from broadsheet.press.lists import cursor_of, list_key
from broadsheet.press.pages import page

from ..chrome import chrome


@dataclass(frozen=True, slots=True)
class Day:
    """The stories of one day in the paper's zone."""

    date: date
    cards: Sequence[Card]


def by_day(cards: Sequence[Card]) -> list[Day]:
    """Group cards, newest first, by the day the paper's readers live in."""
    zone = settings.PAPER.zone
    return [
        Day(day, list(group))
        for day, group in groupby(cards, lambda c: timezone.localtime(c.published, zone).date())
    ]


def latest(request: HttpRequest) -> HttpResponse:
    """`/latest/`, and older with `?before=<cursor>`."""
    language = translation.get_language() or settings.LANGUAGE_CODE
    before = cursor_of(request)
    listing = selectors.latest(language, before, limit=30)
    context = {
        "chrome": chrome(request),
        "days": by_day(listing.cards),
        "older": listing.older,
        "before": before,
        "current": "latest",
    }
    return page(request, "site/latest.html", context, keys=list_key(request, language))
