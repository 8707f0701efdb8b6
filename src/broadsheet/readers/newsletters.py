"""Which mails a reader asked for. Kinds are registered by whoever sends them; nothing is ever on by itself."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.core import signing
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise

from .models import NewsletterChoice, User

SALT = "broadsheet.readers.newsletters"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of mail as its reader knows it; title and text may be lazy translations."""

    key: str
    title: str | Promise
    text: str | Promise = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """A kind, and whether this reader asked for it."""

    kind: Kind
    is_wanted: bool


_kinds: dict[str, Kind] = {}


def register_kind(kind: Kind) -> None:
    """Offer `kind` in every account."""
    _kinds[kind.key] = kind


def kind(key: str) -> Kind | None:
    """The registered kind of this name."""
    return _kinds.get(key)


def choices(user: User) -> list[Choice]:
    """Every kind on offer and what `user` said."""
    said = dict(user.newsletter_choices.values_list("kind", "is_wanted"))
    return [Choice(kind, said.get(kind.key, False)) for kind in _kinds.values()]


@transaction.atomic
def choose(user: User, wanted: Collection[str]) -> None:
    """Set every kind on offer: on when in `wanted`, else off."""
    for key in _kinds:
        set_one(user, key, is_wanted=key in wanted)


def set_one(user: User, key: str, *, is_wanted: bool) -> None:
    """Say yes or no to one kind. A kind that was never asked for needs no row to be off."""
    if not is_wanted:
        user.newsletter_choices.filter(kind=key, is_wanted=True).update(
            is_wanted=False, changed_at=timezone.now()
        )
        return
    NewsletterChoice.objects.update_or_create(
        user=user, kind=key, defaults={"is_wanted": True, "changed_at": timezone.now()}
    )


def subscribers(key: str) -> QuerySet[User]:
    """Whoever asked for this kind, with an address that was confirmed."""
    return User.objects.filter(
        is_active=True,
        newsletter_choices__kind=key,
        newsletter_choices__is_wanted=True,
        emailaddress__verified=True,
        emailaddress__primary=True,
        erasure=None,
    ).distinct()


def unsubscribe_path(user: User, key: str) -> str:
    """Where one click ends this kind for this reader, without log-in; for `List-Unsubscribe` too (RFC 8058)."""
    return reverse("account_unsubscribe", args=[signing.dumps([user.pk, key], salt=SALT)])


def behind(token: str) -> tuple[User, str] | None:
    """Whose choice an unsubscribe link means; None when it is not one of ours."""
    try:
        pk, key = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    user = User.objects.filter(pk=pk).first()
    return (user, str(key)) if user else None
