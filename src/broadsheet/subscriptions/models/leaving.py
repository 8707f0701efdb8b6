"""Why subscribers leave, in their own words."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from .sales import Subscription


class Departure(models.Model):
    """One cancellation as its reader explained it. `is_kept`: they changed their mind, or took the offer."""

    REASONS: ClassVar = [
        ("price", _("It costs too much")),
        ("unread", _("I don't read it enough")),
        ("content", _("I miss something in the paper")),
        ("technical", _("Something doesn't work")),
        ("other_paper", _("I read another paper")),
        ("other", _("Another reason")),
    ]

    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, related_name="departures")
    reason = models.CharField(_("reason"), max_length=12, choices=REASONS, blank=True)
    note = models.CharField(_("in their words"), max_length=500, blank=True)
    is_kept = models.BooleanField(_("stayed after all"), default=False)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("cancellation")
        verbose_name_plural = _("cancellations")
        indexes: ClassVar = [models.Index(fields=["-at"], name="departure_at")]

    def __str__(self) -> str:
        return f"{self.subscription_id}: {self.reason}"
