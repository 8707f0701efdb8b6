"""Letting somebody in whom something else than a log-in form has proved: an entry link, the demo's bar."""

from __future__ import annotations

from allauth.account.internal.flows.login import record_authentication
from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from django.contrib.auth import login
from django.http import HttpRequest

from . import devices
from .forms import AskForCode
from .models import User

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def let_in(request: HttpRequest, user: User, *, by: str) -> None:
    """Begin a session of `user` on this device; `by` is the method that is kept with it, such as `link`."""
    login(request, user, backend=BACKEND)
    record_authentication(request, user, method=by)
    devices.note(request, user)


def send_code(request: HttpRequest, email: str) -> bool:
    """Mail a log-in code, as if its address had been written into the log-in form. False when that was too often.

    Only the session of `request` can then be entered with it, by `account_confirm_login_code`.
    """
    form = AskForCode({"email": email})
    if not form.is_valid():
        return False
    LoginCodeVerificationProcess.initiate(request=request, user=form._user, email=form.cleaned_data["email"])
    return True
