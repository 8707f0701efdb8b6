"""Running subscriptions that are moved to the price which replaced theirs: only ever because somebody asked."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from .offers import Price


class PriceMove(models.Model):
    """One such request and how far it has come: `last` is the last subscription that was seen to."""

    old = models.ForeignKey(Price, on_delete=models.PROTECT, related_name="+")
    new = models.ForeignKey(Price, on_delete=models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    asked_at = models.DateTimeField(auto_now_add=True)
    last = models.PositiveBigIntegerField(default=0)
    moved = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    finished_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.old} → {self.new}"
