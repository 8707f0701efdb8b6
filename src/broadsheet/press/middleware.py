"""Reads the reader's pass and meter off the request, once and only when somebody asks."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from broadsheet.paywall import Meter, Pass, decode_meter, decode_pass

PASS_COOKIE = "bs_pass"  # noqa: S105  (a cookie's name)
METER_COOKIE = "bs_meter"


class Reader:
    """What the request's cookies say of its reader; broken ones count as the codec says."""

    def __init__(self, request: HttpRequest) -> None:
        self._cookies = request.COOKIES

    @cached_property
    def pass_(self) -> Pass | None:
        return decode_pass(self._cookies.get(PASS_COOKIE, ""), settings.BROADSHEET_KEYS)

    @cached_property
    def meter(self) -> Meter:
        return decode_meter(self._cookies.get(METER_COOKIE, ""), settings.BROADSHEET_KEYS)


class PassMiddleware:
    """Puts a lazy `Reader` on each request as `request.reader`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.reader = Reader(request)  # type: ignore[attr-defined]  # Django's way to hand things on
        return self.get_response(request)
