"""Letting somebody in whom something else than a log-in form has proved: an entry link, the demo's bar."""

from __future__ import annotations

from allauth.account.internal.flows.login import record_authentication
from django.contrib.auth import login
from django.http import HttpRequest

from . import devices
from .models import User

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def let_in(request: HttpRequest, user: User, *, by: str) -> None:
    """Begin a session of `user` on this device; `by` is the method that is kept with it, such as `link`."""
    login(request, user, backend=BACKEND)
    record_authentication(request, user, method=by)
    devices.note(request, user)
