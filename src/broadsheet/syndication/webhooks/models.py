"""Who is told of story events, and of which."""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import URLValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from broadsheet.newsroom.models import Section

from ..sealed import SealedField


class Webhook(models.Model):
    """One receiver. No section chosen means all of them.

    `secret` signs; after it was changed `old_secret` signs as well until `old_secret_until`.
    """

    name = models.CharField(_("name"), max_length=120)
    url = models.CharField(
        _("address"),
        max_length=1000,
        validators=[URLValidator(schemes=["https"])],
        help_text=_("Begins with https:// and is reachable from the Internet."),
    )
    on_published = models.BooleanField(_("a story is published"), default=True)
    on_updated = models.BooleanField(_("a story is updated"), default=True)
    on_corrected = models.BooleanField(_("a story is corrected"), default=True)
    on_unpublished = models.BooleanField(_("a story is withdrawn"), default=True)
    sections = models.ManyToManyField(
        Section,
        blank=True,
        related_name="+",
        verbose_name=_("sections"),
        help_text=_("None chosen: all of them, those that come later too."),
    )
    is_active = models.BooleanField(_("active"), default=True)
    secret = SealedField(editable=False)
    old_secret = SealedField(editable=False, blank=True, default="")
    old_secret_until = models.DateTimeField(null=True, blank=True, editable=False)
    made_at = models.DateTimeField(_("made"), auto_now_add=True)

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        ordering: ClassVar = ["name", "pk"]

    def __str__(self) -> str:
        return self.name
