"""Writes about accounts: one-time entry links, new accounts, ending sessions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.db import transaction
from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode

from . import signals
from .models import User

# An account whose address was never confirmed is somebody's typing error, or a machine's.
UNCONFIRMED_FOR = timedelta(days=2)
MOST_AT_ONCE = 500


Keeper = Callable[[QuerySet[User]], QuerySet[User]]
_keepers: list[Keeper] = []


def register_keeper(keep: Keeper) -> None:
    """Let an app take out of the unconfirmed accounts those that own something, such as what was paid for."""
    _keepers.append(keep)


class _EntryTokens(PasswordResetTokenGenerator):
    """Tokens that die at the first log-in (they cover `last_login`) and after `PASSWORD_RESET_TIMEOUT`."""

    key_salt = "broadsheet.readers.entry"


_tokens = _EntryTokens()


def entry_path(user: User) -> str:
    """A path that lets `user` in once. Opening it changes nothing; the button on it does."""
    code = urlsafe_base64_encode(force_bytes(user.pk))
    return reverse("entry", args=[code, _tokens.make_token(user)])


def user_for_entry(code: str, token: str) -> User | None:
    """The person an unused entry link belongs to, or None."""
    try:
        user = User.objects.get(pk=int(urlsafe_base64_decode(code).decode()), is_active=True)
    except (ValueError, UnicodeDecodeError, OverflowError, User.DoesNotExist):
        return None
    return user if _tokens.check_token(user, token) else None


@transaction.atomic
def person_at(email: str) -> User | None:
    """The account of a mailbox, made now if there is none; None when it is closed. Nothing is confirmed by this."""
    address = EmailAddress.objects.filter(email=email, verified=True).select_related("user").first()
    if address is not None:
        return address.user if address.user.is_active else None
    user = User.objects.filter(email=email).first() or User.objects.create_user(email)
    if not user.is_active:
        return None
    EmailAddress.objects.get_or_create(user=user, email=email, defaults={"primary": True, "verified": False})
    return user


@transaction.atomic
def sign_out_everywhere(user: User) -> None:
    """End every session of `user`, those of which no list knows too, and tell the edge."""
    User.objects.filter(pk=user.pk).update(session_epoch=F("session_epoch") + 1)
    user.refresh_from_db(fields=["session_epoch"])
    for session in UserSession.objects.filter(user_id=user.pk):
        session.end()
    signals.tell_signed_out(user.pk)


def forget_unconfirmed() -> int:
    """Remove accounts whose address nobody confirmed in time. Returns how many."""
    stale = User.objects.filter(
        date_joined__lt=timezone.now() - UNCONFIRMED_FOR,
        last_login=None,
        is_staff=False,
        groups=None,
        emailaddress__verified=False,
    ).exclude(emailaddress__verified=True)
    for keep in _keepers:
        stale = keep(stale)
    gone = list(stale.values_list("pk", flat=True)[:MOST_AT_ONCE])
    User.objects.filter(pk__in=gone).delete()
    return len(gone)
