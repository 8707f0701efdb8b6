"""Keeps pass and log-in together: whoever logs in anywhere gets a pass, whoever logs out loses it."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from . import passes

# Addresses whose answers are personal anyway; no other answer may carry a cookie.
PERSONAL = ("/newsroom/", "/account/", "/-/enter/", "/-/demo/")


class PassIssuer:
    """Adds or removes the pass on personal answers."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if not request.path.startswith(PERSONAL) or passes.COOKIE in response.cookies:
            return response
        if request.user.is_authenticated:
            if passes.is_due(request):
                passes.issue(response, request.user)
        elif passes.COOKIE in request.COOKIES and settings.SESSION_COOKIE_NAME in {
            *request.COOKIES,
            *response.cookies,
        }:
            passes.take_back(response)
        return response
