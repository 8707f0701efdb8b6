"""Reads for the newsroom: what was told to a receiver."""

from __future__ import annotations

from collections.abc import Sequence

from ..models import Delivery
from .models import Webhook
from .services import CHANNEL

ON_A_PAGE = 50


def log(hook: Webhook, before: int | None = None) -> tuple[Sequence[Delivery], int | None]:
    """What was and is owed to a webhook, newest first, kept for thirty days; and where the next page begins. One query,
    along the channel's index."""
    rows = Delivery.objects.filter(channel=CHANNEL, payload__webhook=hook.pk).order_by("-pk")
    if before:
        rows = rows.filter(pk__lt=before)
    found = list(rows[: ON_A_PAGE + 1])
    return found[:ON_A_PAGE], found[ON_A_PAGE - 1].pk if len(found) > ON_A_PAGE else None
