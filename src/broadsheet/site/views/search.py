"""Search."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from broadsheet.newsroom.selectors import latest
from broadsheet.press.lists import cursor_of
from broadsheet.press.pages import page

from .. import searching
from ..chrome import chrome

# What is found changes with every story, and each query is a page of its own.
SEARCH_SECONDS = 15


def search(request: HttpRequest) -> HttpResponse:
    """`/search/?q=`, filtered by `section`, `language`, `since` and `until`; `order=newest` is paged."""
    language = translation.get_language() or settings.LANGUAGE_CODE
    asked = {
        key: request.GET.get(key, "").replace("\x00", "").strip()
        for key in ("q", "section", "language", "since", "until", "order")
    }
    text = " ".join(asked["q"][: searching.LONGEST_QUERY].split())
    wanted = searching.Wanted(
        text=text,
        section=asked["section"],
        language=asked["language"] if asked["language"] in dict(settings.LANGUAGES) else "",
        since=_day(asked["since"]),
        until=_day(asked["until"]),
        newest=asked["order"] == "newest",
    )
    results = searching.find(wanted, cursor_of(request)) if text else searching.Results(())
    kept = {key: value for key, value in asked.items() if value}
    context = {
        "chrome": chrome(request),
        "query": text,
        "results": results.found,
        "chosen": asked,
        "older_page": f"?{urlencode({**kept, 'before': str(results.older)})}" if results.older else "",
        "all_newest": f"?{urlencode({**kept, 'order': 'newest'})}"
        if len(results.found) == searching.LIMIT
        else "",
    }
    if text and not results.found:
        context |= {"suggestions": searching.suggestions(language), "latest": latest(language, limit=6).cards}
    return page(request, "site/search.html", context, lifetime=SEARCH_SECONDS)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
