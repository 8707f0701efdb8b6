"""The public feeds: the same for everybody, so that caches keep them."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.http import http_date
from django.views.decorators.http import require_safe

from broadsheet.press.headers import LIFETIME, publish
from broadsheet.press.keys import shown_keys
from broadsheet.press.lists import cursor_of

from ..engines import rsl
from . import lists
from .feed import TYPES, Kind
from .lists import StoryList
from .making import links, made
from .models import KEY

# As on the search page: what is found changes with every story.
SEARCH_SECONDS = 15


def language_of() -> str:
    """The language of this request's address."""
    return translation.get_language() or settings.LANGUAGE_CODE


@require_safe
def latest(request: HttpRequest, kind: Kind) -> HttpResponse:
    """`/feeds/latest.rss|.atom|.json`."""
    return _answer(request, lists.latest(language_of()), kind)


@require_safe
def section(request: HttpRequest, slug: str, kind: Kind) -> HttpResponse:
    """`/<section>/feed.rss|.atom|.json`."""
    return _answer(request, lists.section(language_of(), slug), kind)


@require_safe
def author(request: HttpRequest, slug: str, kind: Kind) -> HttpResponse:
    """`/author/<slug>/feed.rss|.atom|.json`."""
    return _answer(request, lists.author(language_of(), slug), kind)


@require_safe
def topic(request: HttpRequest, slug: str, kind: Kind) -> HttpResponse:
    """`/topic/<slug>/feed.rss|.atom|.json`."""
    return _answer(request, lists.topic(language_of(), slug), kind)


@require_safe
def search(request: HttpRequest, kind: Kind) -> HttpResponse:
    """`/search/feed.rss|.atom|.json?q=`, with the search page's filters, newest first."""
    asked = {key: str(request.GET.get(key, "")) for key in request.GET}
    return _answer(request, lists.search(language_of(), asked), kind, SEARCH_SECONDS)


def _answer(
    request: HttpRequest, chosen: StoryList | None, kind: Kind, lifetime: int = LIFETIME
) -> HttpResponse:
    if chosen is None:
        raise Http404("no such list")
    before = cursor_of(request)
    done = made(chosen, kind, before)
    response = HttpResponse(done.body, content_type=f"{TYPES[kind]}; charset=utf-8")
    # Not the newest story's date: that goes back when a story is withdrawn, and a reader would keep it.
    response.headers["Last-Modified"] = http_date(timezone.now().timestamp())
    response.headers["Link"] = links(done.feed)
    keys = {KEY, rsl.KEY, *chosen.keys, *shown_keys(done.documents)}
    if before is None and chosen.lead_key:
        keys.add(chosen.lead_key)
    return publish(request, response, keys, lifetime)
