"""What the selling pages share: whose browser it is, where it goes back to, and answers that are nobody else's."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve, reverse
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme

from broadsheet.newsroom.models import Story
from broadsheet.newsroom.selectors import public
from broadsheet.readers.models import User
from broadsheet.subscriptions import limits

from ..chrome import chrome

BROWSER = "bs_buyer"
FIRST_STORY = "bs_first_story"
LONGEST_PATH = 500
PERSONAL = "private, no-store"


def browser_of(request: HttpRequest) -> str:
    """The name of this browser, made now if it has none; lives in its session."""
    name = request.session.get(BROWSER)
    if not name:
        name = request.session[BROWSER] = secrets.token_hex(16)
    return str(name)


def known_browser(request: HttpRequest) -> str:
    """The same; empty for one that never bought anything."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return ""
    return str(request.session.get(BROWSER, ""))


def person(request: HttpRequest) -> User:
    """Who is logged in; only in views that ask for that."""
    assert request.user.is_authenticated
    return request.user


def safe_path(path: str) -> str:
    """`path` if it is one on this paper, else the front page."""
    here = path.startswith("/") and url_has_allowed_host_and_scheme(path, allowed_hosts=None)
    if not here or len(path) > LONGEST_PATH or not path.isprintable():
        return reverse("home")
    return path


def story_at(path: str) -> int | None:
    """The id of the public story at a path of ours."""
    plain = path.partition("?")[0]
    try:
        match = resolve(plain)
    except Resolver404:
        return None
    if match.url_name != "page":
        return None
    language = plain.split("/")[1]
    language = language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
    here = {"slug": match.kwargs["slug"], "desk__slug": match.kwargs["section_slug"], "language": language}
    found: int | None = public(Story.objects.all()).filter(**here).values_list("pk", flat=True).first()
    return found


def note_first_story(request: HttpRequest, story: int | None) -> int | None:
    """The first story whose wall this browser met; remembered for those that buy something."""
    if story is not None and FIRST_STORY not in request.session:
        request.session[FIRST_STORY] = story
    first: int | None = request.session.get(FIRST_STORY)
    return first


def answer(
    request: HttpRequest, template: str, context: Mapping[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    """A page for one person: never stored, in the paper's chrome."""
    language = translation.get_language() or settings.LANGUAGE_CODE
    name = request.resolver_match.view_name if request.resolver_match else "subscribe"
    kwargs = request.resolver_match.kwargs if request.resolver_match else {}
    others = []
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            others.append((code, reverse(name, kwargs=kwargs)))
    context = {"chrome": chrome(request, others), "language": language, **(context or {})}
    response = render(request, template, context, status=status)
    response.headers["Cache-Control"] = PERSONAL
    return response


def onward(request: HttpRequest, url: str) -> HttpResponse:
    """To a page of the gateway's. A page that leads there at once: a redirect would break `form-action 'self'`."""
    return answer(request, "site/subscribe/onward.html", {"url": url})


def may_try(request: HttpRequest, action: str, most: int, seconds: int = 3600) -> bool:
    """Whether this address may do this again now."""
    return limits.may(action, request.META.get("REMOTE_ADDR", ""), most=most, seconds=seconds)


def base_url() -> str:
    """The paper's address without a slash at its end."""
    return str(settings.PAPER.base_url).rstrip("/")
