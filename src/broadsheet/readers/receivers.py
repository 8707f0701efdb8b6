"""What happens at log-in's turning points: rights rise, so sessions get new names; passwords change, so others end."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.signals import authentication_step_completed
from allauth.mfa.signals import authenticator_added
from django.dispatch import receiver
from django.http import HttpRequest

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
