"""Knows the edge by its signature, and reads the reader's pass and meter, once and only when somebody asks."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cached_property

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from broadsheet.paywall import Meter, Pass, decode_meter, decode_pass
from broadsheet.paywall.asking import Asking, verify

from . import log
from .keys import MISSING
from .selectors import is_revoked

PASS_COOKIE = "bs_pass"  # noqa: S105  (a cookie's name)
METER_COOKIE = "bs_meter"
# Believed from an edge only: anybody else could claim another scheme or address with them.
FORWARDED = ("HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_FOR", "HTTP_X_REAL_IP")


def asking_of(request: HttpRequest) -> Asking | None:
    """What the edge that sent this request asks for; None when no edge did."""
    return getattr(request, "edge", None)


class EdgeMiddleware:
    """Puts a verified `Asking` on each request as `request.edge`, and on each answer where the log stood before it.

    The position is read first: what is published while the page is being made has a later one (SAFETY finding 5).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        meta = request.META
        asking = _verified(request)
        request.edge = asking  # type: ignore[attr-defined]  # Django's way to hand things on
        if asking is None:
            for name in FORWARDED:
                meta.pop(name, None)
            return self.get_response(request)
        if asking.client:
            meta["REMOTE_ADDR"] = asking.client
        if request.method not in ("GET", "HEAD"):
            return self.get_response(request)
        if request.path.startswith(str(settings.STATIC_URL)):
            return self.get_response(request)
        epoch, position = log.head()
        request.log_position = position  # type: ignore[attr-defined]  # as above
        response = self.get_response(request)
        response.headers["Broadsheet-Log"] = f"{epoch} {position}"
        if response.status_code in (301, 308) and "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "public, max-age=0, s-maxage=300"
            response.headers["Surrogate-Key"] = MISSING
        return response


def _verified(request: HttpRequest) -> Asking | None:
    value = request.META.pop("HTTP_BROADSHEET_EDGE", "")
    if not value:
        return None
    path = request.META.get("PATH_INFO", "").encode("latin-1", "replace")
    query = request.META.get("QUERY_STRING", "")
    for key in settings.BROADSHEET_EDGE_KEYS:
        asking = verify(key, request.method or "", path, query, value, time.time())
        if asking is not None:
            return asking
    return None


class Reader:
    """What the request's cookies say of its reader; broken ones count as the codec says."""

    def __init__(self, request: HttpRequest) -> None:
        self._cookies = request.COOKIES

    @cached_property
    def pass_(self) -> Pass | None:
        held = decode_pass(self._cookies.get(PASS_COOKIE, ""), settings.BROADSHEET_KEYS)
        return None if held is None or is_revoked(held) else held

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
