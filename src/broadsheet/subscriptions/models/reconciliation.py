"""What each comparison with a gateway found."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class Reconciliation(models.Model):
    """One run. `since` is from when on events were asked for; `differences` are the first hundred, for people.

    Each difference: `{"subscription", "what", "here", "there"}`. `finished_at` stays empty when the run did not end.
    """

    gateway = models.CharField(_("gateway"), max_length=30)
    started_at = models.DateTimeField(_("started"))
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    since = models.DateTimeField(null=True, blank=True)
    checked = models.PositiveIntegerField(_("checked"), default=0)
    events = models.PositiveIntegerField(_("lost events found"), default=0)
    different = models.PositiveIntegerField(_("different"), default=0)
    differences = models.JSONField(_("differences"), default=list)
    errors = models.JSONField(_("errors"), default=list)

    class Meta:
        verbose_name = _("reconciliation")
        verbose_name_plural = _("reconciliations")
        ordering = ("-started_at",)
        indexes: ClassVar = [models.Index(fields=["gateway", "-started_at"], name="reconciliation_latest")]

    def __str__(self) -> str:
        return f"{self.gateway} {self.started_at:%Y-%m-%d}: {self.different}/{self.checked}"
