"""Lets a visitor of the demo read as a subscriber: renews a real pass, as the log-in will."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from broadsheet.paywall import Pass, encode_pass
from broadsheet.press.middleware import PASS_COOKIE

ROLE_COOKIE = "bs_demo"
SUBSCRIBER = 1


class Middleware:
    """Sets `bs_pass` on every answer to somebody who chose to be a subscriber."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.COOKIES.get(ROLE_COOKIE) != "subscriber":
            return self.get_response(request)
        expires = timezone.now() + timedelta(minutes=14)
        fresh = encode_pass(Pass(SUBSCRIBER, frozenset({"stories"}), expires), settings.BROADSHEET_KEYS)
        request.COOKIES[PASS_COOKIE] = fresh
        response = self.get_response(request)
        response.set_cookie(PASS_COOKIE, fresh, max_age=840, httponly=True, samesite="Lax")
        return response
