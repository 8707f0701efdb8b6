"""Whether whoever sits before the screen has shown lately who they are; every act that matters asks."""

from __future__ import annotations

import time
from datetime import timedelta

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.usersessions.models import UserSession
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import urlencode

FRESH_FOR = timedelta(minutes=15)
# Acts of the account that a borrowed or stolen session must not do.
GUARDED = frozenset(
    {
        "account_change_password",
        "account_delete",
        "account_email",
        "account_export",
        "account_set_password",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "mfa_deactivate_totp",
        "mfa_download_recovery_codes",
        "mfa_edit_webauthn",
        "mfa_generate_recovery_codes",
        "mfa_remove_webauthn",
        "mfa_view_recovery_codes",
        "oidc_login",
        "socialaccount_connections",
    }
)


def is_fresh(request: HttpRequest) -> bool:
    """Whether this session's person logged in or was asked again within `FRESH_FOR`."""
    records = get_authentication_records(request, request.user)
    return bool(records) and time.time() - records[-1]["at"] < FRESH_FOR.total_seconds()


def has_shown_factor(request: HttpRequest) -> bool:
    """Whether a second factor (or a passkey, which is both) was used in this session."""
    records = get_authentication_records(request, request.user)
    return any(record["method"] == "mfa" for record in records)


def ask_again(request: HttpRequest, *, factor: bool = False) -> HttpResponse:
    """Send the person to the strongest question they can answer, and then back here."""
    methods = get_adapter().get_reauthentication_methods(request.user)
    if factor:
        methods = [method for method in methods if method["id"].startswith("mfa")]
    back = request.get_full_path() if request.method == "GET" else request.path
    return redirect(f"{methods[0]['url']}?{urlencode({REDIRECT_FIELD_NAME: back})}")


def rotate(request: HttpRequest) -> None:
    """Give the session a new name because its rights rise; the list of devices follows."""
    old = request.session.session_key
    request.session.cycle_key()
    UserSession.objects.filter(session_key=old).update(session_key=request.session.session_key)
