"""Asking who somebody is by a code to their mailbox: for those who have neither password nor second factor."""

from __future__ import annotations

import time
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare, salted_hmac

from .selectors import reader_of

STATE = "bs_confirm"
SECONDS = 10 * 60
MOST_ATTEMPTS = 5


def send_code(request: HttpRequest) -> None:
    """Mail a code to the person of this session; the one before counts no more."""
    adapter = get_adapter()
    code = adapter.generate_login_code()
    request.session[STATE] = {"seal": _seal(code), "until": time.time() + SECONDS, "tried": 0}
    email = reader_of(request).email
    adapter.send_mail("readers/email/confirm_person", email, {"code": code})


def is_waiting(request: HttpRequest) -> bool:
    """Whether a code was sent that may still be tried."""
    state: dict[str, Any] = request.session.get(STATE) or {}
    return bool(state) and state["until"] > time.time() and state["tried"] < MOST_ATTEMPTS


def accept(request: HttpRequest, code: str) -> bool:
    """Whether `code` is the one that was sent; counts the attempt, and makes the session fresh when it is."""
    if not is_waiting(request):
        return False
    state = {**request.session.get(STATE, {})}
    state["tried"] += 1
    request.session[STATE] = state
    if not constant_time_compare(state["seal"], _seal(code)):
        return False
    del request.session[STATE]
    record_authentication(request, reader_of(request), method="code", reauthenticated=True)
    return True


def _seal(code: str) -> str:
    plain = "".join(letter for letter in code.upper() if letter.isalnum())
    return salted_hmac("broadsheet.readers.confirming", plain, algorithm="sha256").hexdigest()
