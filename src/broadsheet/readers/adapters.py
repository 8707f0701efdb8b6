"""Where django-allauth meets this paper: real addresses, safe returns, mails in the paper's name, secrets sealed."""

from __future__ import annotations

import logging
from types import SimpleNamespace
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as allauth_context
from allauth.core.internal import ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from .addresses import normalised
from .models import User
from .sealing import box

log = logging.getLogger(__name__)
# Whatever the reasons, one person's mailbox gets no more than this from our forms.
MAILS = {"mail": "12/h/key"}


def is_own_path(url: str) -> bool:
    """Whether `url` is a path on this paper: the only thing that anybody is ever sent on to."""
    return url.startswith("/") and url_has_allowed_host_and_scheme(url, allowed_hosts=None)


class AccountAdapter(DefaultAccountAdapter):
    """See the module."""

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address that the edge signed; on a socket file without one, somebody on this machine."""
        return request.META.get("REMOTE_ADDR") or "127.0.0.1"

    def is_safe_url(self, url: str) -> bool:
        return is_own_path(url)

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        methods = super().get_reauthentication_methods(user)
        if methods or not user.is_authenticated:
            return methods
        # Only for those who have nothing stronger: a mailbox does not stand in for a second factor.
        return [
            {
                "id": "code",
                "description": _("Use a code sent to your e-mail address"),
                "url": reverse("account_confirm_person"),
            }
        ]

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account_home")

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """In the reader's own language, bounded by mailbox."""
        request = allauth_context.request
        if not ratelimit.consume(
            request,
            app="broadsheet.readers",
            action="mail",
            config=MAILS,
            key=normalised(email),
            limit_get=True,
        ):
            log.warning(
                "A mailbox reached its hourly limit of %s mails; %s not sent", MAILS["mail"], template_prefix
            )
            return
        known = User.objects.filter(email=email.lower()).values_list("language", flat=True).first()
        paper = settings.PAPER
        site = SimpleNamespace(name=paper.name, domain=paper.host)
        told = {"request": request, "email": email, "paper": paper, **context, "current_site": site}
        with translation.override(known or translation.get_language()):
            self.render_mail(template_prefix, email, told).send()

    def render_mail(
        self,
        template_prefix: str,
        email: str | list[str],
        context: dict[str, Any],
        headers: dict[str, str] | None = None,
    ) -> EmailMessage:
        """The plain text, and the same words in HTML."""
        message = super().render_mail(template_prefix, email, context, headers)
        if isinstance(message, EmailMultiAlternatives) and not message.alternatives:
            framed = {**context, "body": message.body, "subject": message.subject}
            message.attach_alternative(render_to_string("readers/email/frame.html", framed), "text/html")
        return message


class FactorAdapter(DefaultMFAAdapter):
    """Keeps the secrets of second factors encrypted, and names the paper on keys."""

    def _get_site_name(self) -> str:
        return str(settings.PAPER.name)

    def encrypt(self, text: str) -> str:
        return box("readers.factors").encrypt(text.encode()).decode("ascii")

    def decrypt(self, encrypted_text: str) -> str:
        return box("readers.factors").decrypt(encrypted_text.encode()).decode()
