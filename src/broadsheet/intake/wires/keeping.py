"""How long the inbox keeps things: `wire_days`, except what a story was made from."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from .models import WireItem

MOST_AT_ONCE = 500


def forget_old() -> int:
    """Delete items that are older, some at a time; for the worker. Returns how many."""
    limit = timezone.now() - timedelta(days=settings.PAPER.wire_days)
    old = WireItem.objects.filter(arrived_at__lt=limit, story=None).order_by("arrived_at")
    keys = list(old.values_list("pk", flat=True)[:MOST_AT_ONCE])
    return WireItem.objects.filter(pk__in=keys).delete()[0] if keys else 0
