"""Writes about accounts: one-time entry links."""

from __future__ import annotations

from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode

from .models import User


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
