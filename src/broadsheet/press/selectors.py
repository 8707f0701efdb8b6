"""Whose passes are taken back: read for edges, and for the origin's own decisions."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from broadsheet.paywall import Pass
from broadsheet.paywall.revoking import KEPT, Revoked

from .models import RevokedPass

MOST_STANDING = 100_000


def still_matters() -> datetime:
    """Passes from before this moment have run out for everybody."""
    return timezone.now() - timedelta(seconds=KEPT)


def standing() -> list[tuple[int, float]]:
    """(reader, moment in unix seconds) of every revocation that still matters, the newest ones first."""
    rows = RevokedPass.objects.filter(at__gt=still_matters()).order_by("-at")
    return [(pk, at.timestamp()) for pk, at in rows.values_list("pk", "at")[:MOST_STANDING]]


def is_revoked(pass_: Pass) -> bool:
    """Whether a genuine pass was taken back; one query by key."""
    at = RevokedPass.objects.filter(pk=pass_.reader).values_list("at", flat=True).first()
    return at is not None and Revoked({pass_.reader: at.timestamp()}).holds(pass_)
