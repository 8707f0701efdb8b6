"""The first form of all: an address, to which a code goes. Whoever is new gets an account by the same road."""

from __future__ import annotations

from typing import Any, ClassVar

from allauth.account.adapter import get_adapter
from allauth.account.forms import RequestLoginCodeForm
from allauth.core import context
from allauth.core.internal import ratelimit
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from . import services
from .addresses import normalised
from .models import User

CODES = {"code": "4/5m/key"}


class AskForCode(RequestLoginCodeForm):
    """Answers the same, and in the same number of steps, whether the address is known or not."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("Your e-mail address")

    def clean_email(self) -> str:
        email = super().clean_email().lower()
        # A code is also sent on the way back from a payment, which is a GET.
        if not ratelimit.consume(
            context.request,
            app="broadsheet.readers",
            action="code",
            config=CODES,
            key=normalised(email),
            limit_get=True,
        ):
            raise get_adapter().validation_error("too_many_login_attempts")
        self._user = services.person_at(email)
        return email


class AddKey(AddWebAuthnForm):
    """A passkey unless somebody wants a key that only seconds another log-in."""

    passwordless = forms.BooleanField(
        label=_("Log in with this key alone (a passkey)"),
        help_text=_("Without the tick it is asked for after your code or password, as a second factor."),
        required=False,
        initial=True,
    )


class Profile(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    """Name and language."""

    language = forms.ChoiceField(label=_("Language"), required=False)

    class Meta:
        model = User
        fields: ClassVar[list[str]] = ["first_name", "last_name", "language"]
        labels: ClassVar[dict[str, Any]] = {"first_name": _("First name"), "last_name": _("Last name")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["first_name"].widget.attrs["autocomplete"] = "given-name"
        self.fields["last_name"].widget.attrs["autocomplete"] = "family-name"
        self.fields["language"].choices = [("", _("As the page you come from")), *settings.LANGUAGES]  # type: ignore[attr-defined]  # a ChoiceField
