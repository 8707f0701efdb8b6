"""Accounts elsewhere that readers connected: shown, taken away, exported, erased."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.socialaccount import signals
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialAccount
from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .. import panels, privacy
from ..models import User
from ..selectors import reader_of


def register() -> None:
    """Called when apps are ready."""
    panels.register(
        panels.Panel(
            "connected", 25, "readers/social/panel.html", lambda request: told(request, reader_of(request))
        )
    )
    privacy.register_exporter(privacy.Exporter("connected", gettext_lazy("Connected accounts"), _gather))
    privacy.register_eraser(privacy.Eraser("connected", _erase, ""))


def told(request: HttpRequest, user: User) -> dict[str, Any]:
    """`connected`: what the reader has, named; `offered`: the providers that are not among it."""
    providers = {one.app.provider_id: one for one in get_adapter(request).list_providers(request)}
    accounts = list(SocialAccount.objects.filter(user=user).order_by("pk"))
    shown = [
        {
            "pk": account.pk,
            # One that the paper offers no more stays until its owner takes it away.
            "provider": providers[account.provider].name
            if account.provider in providers
            else account.provider,
            "email": account.extra_data.get("email", ""),
            "joined": account.date_joined,
        }
        for account in accounts
    ]
    has = {account.provider for account in accounts}
    return {"connected": shown, "offered": [one for name, one in providers.items() if name not in has]}


def disconnect(request: HttpRequest, account: SocialAccount) -> None:
    """Take a connection away; a code to the mailbox lets its owner in all the same."""
    account.delete()
    signals.social_account_removed.send(sender=SocialAccount, request=request, socialaccount=account)
    named = {"account": account, "provider": account.provider}
    get_account_adapter(request).send_notification_mail(
        "socialaccount/email/account_disconnected", account.user, context=named
    )
    messages.success(request, _("Disconnected."))


def _gather(user: User) -> list[dict[str, Any]]:
    rows = SocialAccount.objects.filter(user=user).order_by("pk")
    return [
        {
            "provider": row.provider,
            "number there": row.uid,
            "e-mail": row.extra_data.get("email", ""),
            "connected": row.date_joined,
            "last log-in": row.last_login,
        }
        for row in rows
    ]


def _erase(user: User) -> None:
    SocialAccount.objects.filter(user=user).delete()
