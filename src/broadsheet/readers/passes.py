"""Issues the pass that a log-in is worth: short-lived, renewed silently by the edge while the log-in lasts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from broadsheet.paywall import Pass, decode_pass, encode_pass

from .models import User

COOKIE = "bs_pass"
# Readable by scripts, worth nothing: says that asking `/account/me` is of use.
MARKER = "bs_in"
LIFETIME = timedelta(minutes=14)
RENEWED_WITHIN = timedelta(minutes=5)
Scopes = Callable[[User], frozenset[str]]
_scopes: list[Scopes] = []


def register_scopes(scopes: Scopes) -> None:
    """Let an app say what a person may open; all answers are put together."""
    _scopes.append(scopes)


def pass_for(user: User) -> Pass:
    """What this person may open now. The newsroom reads everything."""
    found = frozenset().union(*(scopes(user) for scopes in _scopes)) if _scopes else frozenset[str]()
    if user.has_perm("wagtailadmin.access_admin"):
        found |= {"stories"}
    return Pass(user.pk, found, timezone.now() + LIFETIME)


def issue(response: HttpResponseBase, user: User) -> None:
    """Give `user` a pass. The cookie outlives the pass in it, so that there is something to renew."""
    age = settings.SESSION_COOKIE_AGE
    secure = settings.SESSION_COOKIE_SECURE
    text = encode_pass(pass_for(user), settings.BROADSHEET_KEYS)
    response.set_cookie(COOKIE, text, max_age=age, httponly=True, samesite="Lax", secure=secure)
    response.set_cookie(MARKER, "1", max_age=age, samesite="Lax", secure=secure)


def take_back(response: HttpResponseBase) -> None:
    """Nobody is logged in here any more."""
    response.delete_cookie(COOKIE, samesite="Lax")
    response.delete_cookie(MARKER, samesite="Lax")


def is_due(request: HttpRequest) -> bool:
    """Whether the request's pass is absent, another person's, or about to run out."""
    held = decode_pass(request.COOKIES.get(COOKIE, ""), settings.BROADSHEET_KEYS)
    return held is None or held.reader != request.user.pk or held.expires < timezone.now() + RENEWED_WITHIN
