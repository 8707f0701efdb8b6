"""The panels of `readers` itself on the account's home."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from . import devices, newsletters, panels, privacy
from .models import Erasure
from .selectors import reader_of


def register() -> None:
    """Called when apps are ready."""
    for order, (key, context) in enumerate(
        (
            ("erasure", _erasure),
            ("person", _person),
            ("login", _login),
            ("devices", _devices),
            ("newsletters", _newsletters),
            ("reading", _reading),
            ("privacy", lambda request: {}),
        )
    ):
        # Room between for other apps: plan and payment come after the person.
        panels.register(panels.Panel(key, order * 10, f"readers/panels/{key}.html", context))
    privacy.register_exporter(privacy.Exporter("readers", _("Your account"), privacy.own_data))


def _erasure(request: HttpRequest) -> Mapping[str, Any] | None:
    erasure = Erasure.objects.filter(user=reader_of(request), done_at=None).first()
    return {"erasure": erasure} if erasure else None


def _person(request: HttpRequest) -> Mapping[str, Any]:
    waiting = (
        EmailAddress.objects.filter(user=reader_of(request), verified=False)
        .exclude(email=reader_of(request).email)
        .first()
    )
    return {"waiting": waiting}


def _login(request: HttpRequest) -> Mapping[str, Any]:
    types = list(Authenticator.objects.filter(user=reader_of(request)).values_list("type", flat=True))
    return {
        "has_password": reader_of(request).has_usable_password(),
        "passkeys": types.count(Authenticator.Type.WEBAUTHN),
        "has_totp": Authenticator.Type.TOTP in types,
        "has_codes": Authenticator.Type.RECOVERY_CODES in types,
    }


def _devices(request: HttpRequest) -> Mapping[str, Any]:
    return {
        "devices": devices.devices(request, reader_of(request)),
        "limit": devices.limit_for(reader_of(request)),
    }


def _newsletters(request: HttpRequest) -> Mapping[str, Any] | None:
    offered = newsletters.choices(reader_of(request))
    return {"choices": offered} if offered else None


def _reading(request: HttpRequest) -> Mapping[str, Any]:
    return {
        "saved": reader_of(request).saved_stories.count(),
        "keeps_history": reader_of(request).keeps_history,
    }
