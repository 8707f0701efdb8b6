"""What happens at log-in's turning points: rights rise, so sessions get new names; passwords change, so others end."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.models import EmailAddress
from allauth.account.signals import authentication_step_completed, email_confirmed
from allauth.mfa.signals import authenticator_added
from django.dispatch import receiver
from django.http import HttpRequest

from . import services
from .freshness import rotate
from .models import User


@receiver(authentication_step_completed, dispatch_uid="readers_rotate")
def rotate_when_asked_again(request: HttpRequest, reauthenticated: bool = False, **_: Any) -> None:
    """A log-in rotates by itself; being asked again raises what the session may do, too."""
    if reauthenticated:
        rotate(request)


@receiver(authenticator_added, dispatch_uid="readers_factor_shown")
def enrolling_shows_factor(request: HttpRequest, user: User, authenticator: Any, **_: Any) -> None:
    """Whoever has just enrolled a device holds it in their hand."""
    if request.user.is_authenticated and authenticator.type != authenticator.Type.RECOVERY_CODES:
        record_authentication(
            request, user, method="mfa", type=authenticator.type, id=authenticator.pk, reauthenticated=True
        )


@receiver(email_confirmed, dispatch_uid="readers_owner_found")
def owner_ends_earlier_sessions(request: HttpRequest, email_address: EmailAddress, **_: Any) -> None:
    """Whoever first shows that a mailbox is theirs owns the account: whoever was in it unproved, by paying for it, is out."""
    is_here = request.user.is_authenticated and request.user.pk == email_address.user_id
    if email_address.user.last_login is not None and not is_here:
        services.sign_out_everywhere(email_address.user)
