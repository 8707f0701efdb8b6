"""Issues the pass that a log-in is worth: short-lived, renewed silently by the edge while the log-in lasts.

A story that somebody gave away opens with a pass too, for strangers as well: the gift is kept in their session.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from broadsheet.paywall import LIFE, Pass, decode_pass, encode_pass
from broadsheet.paywall.passes import DEVICES, STRANGER

from . import devices
from .models import User

COOKIE = "bs_pass"
# Readable by scripts, worth nothing: says that asking `/account/me` is of use.
MARKER = "bs_in"
HISTORY_MARKER = "bs_history"
RENEWED_WITHIN = timedelta(minutes=5)
# In the session: {story id: unix seconds until when it is open}.
GIFTS = "bs_gifts"
MOST_GIFTS = 30
Scopes = Callable[[User], frozenset[str]]
_scopes: list[Scopes] = []


def register_scopes(scopes: Scopes) -> None:
    """Let an app say what a person may open; all answers are put together."""
    _scopes.append(scopes)


def pass_for(user: User, request: HttpRequest | None = None) -> Pass:
    """What this person may open now, on the device that `request` came from. The newsroom reads everything."""
    found = frozenset().union(*(scopes(user) for scopes in _scopes)) if _scopes else frozenset[str]()
    if found and request is not None and not devices.may_read(request, user):
        found = frozenset({DEVICES})
    if user.has_perm("wagtailadmin.access_admin"):
        found |= {"stories"}
    if request is not None:
        found |= _gift_scopes(request)
    return Pass(user.pk, found, timezone.now() + LIFE)


def issue(response: HttpResponseBase, user: User, request: HttpRequest | None = None) -> None:
    """Give `user` a pass. The cookie outlives the pass in it, so that there is something to renew."""
    age = settings.SESSION_COOKIE_AGE
    if request is not None:
        devices.note(request, user)
    _give(response, pass_for(user, request))
    if user.keeps_history or (request is not None and HISTORY_MARKER in request.COOKIES):
        mark_history(response, wanted=user.keeps_history)
    response.set_cookie(MARKER, "1", max_age=age, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE)


def issue_for(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Give whoever sent `request` the pass that is theirs, for gifts alone if they are a stranger. False: none is."""
    if request.user.is_authenticated:
        issue(response, request.user, request)
        return True
    scopes = _gift_scopes(request)
    if scopes:
        _give(response, Pass(STRANGER, scopes, timezone.now() + LIFE))
    return bool(scopes)


def take_back(response: HttpResponseBase) -> None:
    """Nobody is logged in here any more."""
    response.delete_cookie(COOKIE, samesite="Lax")
    response.delete_cookie(MARKER, samesite="Lax")
    response.delete_cookie(HISTORY_MARKER, samesite="Lax")


def mark_history(response: HttpResponseBase, *, wanted: bool) -> None:
    """Tell the script on cached pages whether there is anybody to send a beacon for."""
    if not wanted:
        response.delete_cookie(HISTORY_MARKER, samesite="Lax")
        return
    age, secure = settings.SESSION_COOKIE_AGE, settings.SESSION_COOKIE_SECURE
    response.set_cookie(HISTORY_MARKER, "1", max_age=age, samesite="Lax", secure=secure)


def is_due(request: HttpRequest) -> bool:
    """Whether the request's pass is absent, another person's, about to run out, or waits for a device to be signed out."""
    held = decode_pass(request.COOKIES.get(COOKIE, ""), settings.BROADSHEET_KEYS)
    return (
        held is None
        or DEVICES in held.scopes
        or held.reader != (request.user.pk or STRANGER)
        or held.expires < timezone.now() + RENEWED_WITHIN
    )


def gifts(request: HttpRequest) -> dict[int, int]:
    """The stories that are open to this session as gifts, each with the unix second when that ends."""
    now = time.time()
    kept = request.session.get(GIFTS, {})
    return {int(story): until for story, until in kept.items() if until > now}


def grant_story(request: HttpRequest, response: HttpResponseBase, story: int, until: datetime) -> None:
    """Open `story` to this session until `until` (aware), whoever it is, and put that in their pass at once.

    The newest thirty gifts are kept.
    """
    kept = {**gifts(request), story: int(until.timestamp())}
    newest = list(kept.items())[-MOST_GIFTS:]
    request.session[GIFTS] = {str(key): value for key, value in newest}
    issue_for(request, response)


def _gift_scopes(request: HttpRequest) -> frozenset[str]:
    return frozenset(f"story:{story}" for story in gifts(request))


def _give(response: HttpResponseBase, pass_: Pass) -> None:
    text = encode_pass(pass_, settings.BROADSHEET_KEYS)
    response.set_cookie(
        COOKIE,
        text,
        max_age=settings.SESSION_COOKIE_AGE,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
