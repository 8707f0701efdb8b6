"""Offices, who held them, and on which days that was seen: a title is a dated observation, not a property of a person."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from ..fields import EdtfField
from .claims import Claim
from .entities import Entity


class Level(models.TextChoices):
    """How high an office stands, for comparing visits."""

    HEAD_OF_STATE = "head-of-state", _("head of state")
    HEAD_OF_GOVERNMENT = "head-of-government", _("head of government")
    HEAD_OF_IGO = "head-of-igo", _("head of an international organisation")
    MINISTER = "minister", _("minister")
    DEPUTY_MINISTER = "deputy-minister", _("deputy minister")
    SENIOR_OFFICIAL = "senior-official", _("senior official")
    AMBASSADOR = "ambassador", _("ambassador")
    LEGISLATOR = "legislator", _("legislator")
    OTHER = "other", _("other")


class Post(models.Model):
    """An office: its title as printed, of an organisation or for a country."""

    title = models.CharField(_("title"), max_length=200)
    titles = models.JSONField(_("titles by language"), default=dict, blank=True)
    folded = models.CharField(max_length=200, db_index=True, editable=False)
    level = models.CharField(_("level"), max_length=20, choices=Level.choices, default=Level.OTHER)
    organisation = models.ForeignKey(
        Entity, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    jurisdiction = models.ForeignKey(
        Entity, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = _("office")
        verbose_name_plural = _("offices")

    def __str__(self) -> str:
        return self.title

    def title_in(self, language: str) -> str:
        return str(self.titles.get(language) or self.title)


class Tenure(models.Model):
    """A person in an office. `start` and `end` only where somebody cites them; otherwise there are only days it was seen."""

    person = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="tenures")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="tenures")
    start = EdtfField(_("from"))
    end = EdtfField(_("to"))
    is_acting = models.BooleanField(_("acting"), default=False)
    checked_on = models.DateField(_("checked"), null=True, blank=True)

    class Meta:
        verbose_name = _("term of office")
        verbose_name_plural = _("terms of office")
        constraints: ClassVar = [models.UniqueConstraint(fields=["person", "post"], name="tenure_once")]

    def __str__(self) -> str:
        return f"{self.person_id} as {self.post_id}"


class TenureSeen(models.Model):
    """The title was held on this day, as one story says: made of its claim."""

    tenure = models.ForeignKey(Tenure, on_delete=models.CASCADE, related_name="seen")
    claim = models.OneToOneField(Claim, on_delete=models.CASCADE, related_name="seen")
    seen_on = EdtfField()
    day = models.DateField()
    is_public = models.BooleanField(default=False)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["tenure", "day"], name="tenure_seen_by_day")]

    def __str__(self) -> str:
        return f"{self.tenure_id} on {self.seen_on}"
