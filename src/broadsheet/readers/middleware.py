"""Keeps pass and log-in together, and gives the account's pages the language of their reader."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import translation

from . import passes

# Addresses whose answers are personal anyway; no other answer may carry a cookie.
PERSONAL = ("/newsroom/", "/account/", "/-/enter/", "/-/demo/")
# Their addresses have no language in them: one door for all.
ONE_FOR_ALL = ("/account/", "/-/enter/")
LANGUAGE_COOKIE = "bs_language"
LANGUAGE_AGE = 400 * 24 * 3600


class PassIssuer:
    """Whoever logs in anywhere gets a pass, whoever logs out loses it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if not request.path.startswith(PERSONAL) or passes.COOKIE in response.cookies:
            return response
        has_session = settings.SESSION_COOKIE_NAME in {*request.COOKIES, *response.cookies}
        if request.user.is_authenticated or (has_session and passes.gifts(request)):
            if passes.is_due(request):
                passes.issue_for(request, response)
        elif passes.COOKIE in request.COOKIES and has_session:
            passes.take_back(response)
        return response


class AccountLanguage:
    """The language asked for, else the reader's own, else that of the story they come from, else the last one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path.startswith(ONE_FOR_ALL):
            return self.get_response(request)
        asked = _known(request.GET.get("language", "")) or _of_path(request.GET.get("next", ""))
        own = _known(request.user.language) if request.user.is_authenticated else ""
        chosen = _known(request.GET.get("language", "")) or own or asked
        chosen = chosen or _known(request.COOKIES.get(LANGUAGE_COOKIE, "")) or settings.LANGUAGE_CODE
        translation.activate(chosen)
        request.LANGUAGE_CODE = chosen
        response = self.get_response(request)
        if asked and asked != request.COOKIES.get(LANGUAGE_COOKIE):
            secure = settings.SESSION_COOKIE_SECURE
            response.set_cookie(
                LANGUAGE_COOKIE, asked, max_age=LANGUAGE_AGE, httponly=True, samesite="Lax", secure=secure
            )
        return response


def _known(code: str) -> str:
    return code if code in dict(settings.LANGUAGES) else ""


def _of_path(path: str) -> str:
    """The language in a path on this paper; none for a path without one, unless it is a reader's page."""
    if not path.startswith("/") or path.startswith((*PERSONAL, "//")):
        return ""
    return _known(path.split("/")[1]) or settings.LANGUAGE_CODE
