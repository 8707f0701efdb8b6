"""Payments that should not have been: the same plan, bought twice by the same reader."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from .sales import Subscription


class Double(models.Model):
    """A subscription beside an earlier one of its plan: to be ended, and what was paid for it given back."""

    subscription = models.OneToOneField(Subscription, on_delete=models.CASCADE, related_name="double")
    kept = models.ForeignKey(Subscription, on_delete=models.CASCADE, related_name="+")
    found_at = models.DateTimeField(auto_now_add=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    # In minor units of the subscription's currency.
    refunded = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("double payment")
        verbose_name_plural = _("double payments")
        indexes = (
            models.Index(fields=["found_at"], condition=models.Q(settled_at=None), name="double_unsettled"),
        )

    def __str__(self) -> str:
        return f"{self.subscription} beside {self.kept}"
