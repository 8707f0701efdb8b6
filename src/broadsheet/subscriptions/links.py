"""Gift links: a subscriber opens one story for friends. The token is kept as a hash, and opening one spends nothing."""

from __future__ import annotations

import secrets
from datetime import timedelta
from hashlib import sha256

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from broadsheet.readers import passes
from broadsheet.readers.models import User

from .models import GiftLink, Seller

LINK_LIFE = timedelta(days=30)
# How long a story stays open in the browser that followed a link.
OPEN_FOR = timedelta(days=3)


class CannotGive(Exception):
    """Why no link was made: `str()` is the line for the reader."""


def left(giver: User) -> int:
    """How many links `giver` may still make this month."""
    return max(0, Seller.current().gift_links_a_month - _made_this_month(giver))


@transaction.atomic
def give(giver: User, story: int) -> str:
    """A new link's token for `story`; it is told here and never again. Raises `CannotGive`."""
    User.objects.select_for_update().get(pk=giver.pk)
    if not {"stories"} & passes.pass_for(giver).scopes:
        raise CannotGive(_("Only subscribers can give stories."))
    if left(giver) < 1:
        raise CannotGive(_("You have given all your links of this month."))
    token = secrets.token_urlsafe(18)
    GiftLink.objects.create(
        giver=giver, story=story, token_hash=hash_of(token), ends_at=timezone.now() + LINK_LIFE
    )
    return token


def story_of(token: str) -> int | None:
    """The story that an unexpired link opens."""
    link = GiftLink.objects.filter(token_hash=hash_of(token), ends_at__gt=timezone.now()).first()
    return link.story if link else None


def count(token: str) -> None:
    """One more opening, for the giver to see."""
    GiftLink.objects.filter(token_hash=hash_of(token)).update(openings=F("openings") + 1)


def hash_of(token: str) -> str:
    """What is kept of a token."""
    return sha256(f"link:{token}".encode()).hexdigest()


def _made_this_month(giver: User) -> int:
    start = timezone.localtime().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return GiftLink.objects.filter(giver=giver, created_at__gte=start).count()
