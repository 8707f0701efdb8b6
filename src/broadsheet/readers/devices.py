"""On which devices somebody is logged in, and on how many of them a subscription opens paid stories."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from allauth.account.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from .models import User

Limit = Callable[[User], int | None]
_limits: list[Limit] = []
# Looked for in this order: each browser also names those that it descends from.
BROWSERS = (
    ("Edg", "Edge"), ("OPR", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("YaBrowser", "Yandex"),
    ("Firefox", "Firefox"), ("FxiOS", "Firefox"), ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("CrOS", "ChromeOS"),
    ("Mac OS", "Mac"), ("Linux", "Linux"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Device:
    """One session as its owner sees it. `since` is when it logged in, `seen` when a pass was last issued to it."""

    id: int
    name: str
    ip: str
    since: datetime
    seen: datetime
    is_current: bool
    may_read: bool


def register_limit(limit: Limit) -> None:
    """Let an app say on how many devices a person's subscription opens stories; None: it has no opinion."""
    _limits.append(limit)


def limit_for(user: User) -> int | None:
    """How many devices: the most generous of what apps say, else the paper's `device_limit`; None for any number."""
    said = [limit for limit in (ask(user) for ask in _limits) if limit is not None]
    return (max(said) if said else settings.BROADSHEET_DEVICE_LIMIT) or None


def name_of(user_agent: str) -> str:
    """`Firefox, Android`: what a person recognises their device by."""
    browser = next((name for mark, name in BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in SYSTEMS if mark in user_agent), "")
    return ", ".join(part for part in (browser, system) if part) or _("Unknown device")


def living(user: User) -> list[UserSession]:
    """The sessions of `user` that still count, newest log-in first. Two queries; forgets those that ended."""
    listed = list(UserSession.objects.filter(user_id=user.pk).order_by("-created_at", "-pk"))
    keys = [session.session_key for session in listed]
    alive = set(
        Session.objects.filter(session_key__in=keys, expire_date__gt=timezone.now()).values_list(
            "pk", flat=True
        )
    )
    gone = [session.pk for session in listed if session.session_key not in alive]
    if gone:
        UserSession.objects.filter(pk__in=gone).delete()
    return [session for session in listed if session.session_key in alive]


def devices(request: HttpRequest, user: User) -> list[Device]:
    """Where `user` is logged in, newest first, this one marked."""
    limit = limit_for(user)
    return [
        Device(
            session.pk,
            name_of(session.user_agent),
            session.ip,
            session.created_at,
            session.last_seen_at,
            session.session_key == request.session.session_key,
            limit is None or rank < limit,
        )
        for rank, session in enumerate(living(user))
    ]


def note(request: HttpRequest, user: User) -> None:
    """Remember that this session is in use; a log-in that no list knows yet joins it."""
    seen = UserSession.objects.filter(session_key=request.session.session_key, user_id=user.pk).update(
        last_seen_at=timezone.now(), ip=get_adapter().get_client_ip(request)
    )
    if not seen and request.session.session_key:
        UserSession.objects.create_from_request(request)


def may_read(request: HttpRequest, user: User) -> bool:
    """Whether this session is among the newest that the limit allows."""
    limit = limit_for(user)
    if limit is None:
        return True
    keys = [session.session_key for session in living(user)[:limit]]
    return request.session.session_key in keys
