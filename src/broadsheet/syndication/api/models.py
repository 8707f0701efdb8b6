"""Keys that partners show to the API."""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

MOST_A_MINUTE = 60_000


class ApiKey(models.Model):
    """One partner's key. Only its SHA-256 is kept (`digest`): it is random, so nothing slower is needed.

    `start` are the first letters, by which its owner recognises it. `used_on` is a day in UTC.
    """

    name = models.CharField(_("name"), max_length=120, help_text=_("Who uses it, and for what."))
    contact = models.EmailField(_("contact"), blank=True)
    per_minute = models.PositiveIntegerField(
        _("requests a minute"),
        default=600,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_A_MINUTE)],
    )
    may_read_whole = models.BooleanField(
        _("whole text of every story"),
        default=False,
        help_text=_("Otherwise only free stories come whole, of all others the public preview."),
    )
    is_active = models.BooleanField(
        _("active"), default=True, help_text=_("Without this it is refused from the next request on.")
    )
    start = models.CharField(_("begins with"), max_length=12, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    made_at = models.DateTimeField(_("made"), auto_now_add=True)
    used_on = models.DateField(_("last used"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        ordering: ClassVar = ["name", "pk"]

    def __str__(self) -> str:
        return self.name
