"""What the paper decides about log-in at others: who gets an account, and that nobody's is taken over."""

from __future__ import annotations

import logging
from typing import Any

from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter, _build_apps_from_settings
from allauth.socialaccount.providers.base import AuthProcess
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from ..models import User
from .fetching import Session

log = logging.getLogger(__name__)


class SocialAdapter(DefaultSocialAccountAdapter):
    """See the module."""

    def list_apps(self, request: HttpRequest, provider: Any = None, client_id: Any = None) -> list[Any]:
        """Those of the settings; the database is not asked."""
        found = _build_apps_from_settings(provider=provider, client_id=client_id)
        return [app for apps in found.values() for app in apps]

    def get_requests_session(self) -> Session:
        return Session()

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """An address that has an account already opens nothing: its owner logs in and connects the two."""
        if sociallogin.is_existing or sociallogin.state.get("process") == AuthProcess.CONNECT:
            return
        proved = [address.email for address in sociallogin.email_addresses if address.verified]
        # To those who have not proved the address nothing is said: allauth then mails its owner.
        if proved and _has_account(proved[0]):
            messages.error(
                request,
                _(
                    "There is an account with this e-mail address already. Log in to it; then connect %(provider)s there."
                )
                % {"provider": sociallogin.provider.name},
            )
            back = sociallogin.state.get("next") or reverse("account_home")
            raise ImmediateHttpResponse(redirect_to_login(back))

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, error: Any = None, exception: Any = None, **more: Any
    ) -> None:
        """Whoever keeps the paper has to know why; the reader is told only that it failed."""
        log.warning("Log-in at %s failed: %s %s", provider.name, error or "", exception or "")


def _has_account(email: str) -> bool:
    return (
        User.objects.filter(email__iexact=email).exists()
        or EmailAddress.objects.filter(email__iexact=email).exists()
    )
