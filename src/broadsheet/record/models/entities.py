"""Who and what the record knows: people, organisations, countries, places, and the names they go by."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from ..fields import EdtfField
from ..wording import country_name


class EntityKind(models.TextChoices):
    PERSON = "person", _("person")
    ORGANISATION = "organisation", _("organisation")
    COUNTRY = "country", _("country")
    PLACE = "place", _("place")
    REGION = "region", _("region")
    GROUP = "group", _("group")
    WORK = "work", _("work")


class EntityStatus(models.TextChoices):
    """Only the confirmed are public."""

    CANDIDATE = "candidate", _("candidate")
    CONFIRMED = "confirmed", _("confirmed")
    MERGED = "merged", _("merged")
    RETIRED = "retired", _("retired")
    REDACTED = "redacted", _("redacted")


class PagePolicy(models.TextChoices):
    FULL = "full", _("own page")
    CARD_ONLY = "card-only", _("card in stories only")
    NO_PAGE = "no-page", _("not shown")


class Dossier(models.Model):
    """What has a page with a background box. `background` is by language: the desk's own words, dated by `checked_on`."""

    background = models.JSONField(_("background"), default=dict, blank=True)
    checked_on = models.DateField(_("checked"), null=True, blank=True)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    review_by = models.DateField(_("look again by"), null=True, blank=True)

    class Meta:
        abstract = True


class Entity(Dossier):
    """One person, organisation, country or place. Ids are our own; what others call it (`wikidata_qid`) is a property.

    The schema has no room for birth dates, addresses, families, ethnicity, religion or health, on purpose. `merged_into` always
    points at the last of a chain. `country` is where a place lies.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=12, choices=EntityKind.choices)
    label = models.CharField(_("name"), max_length=200)
    labels = models.JSONField(_("names by language"), default=dict, blank=True)
    description = models.JSONField(_("description by language"), default=dict, blank=True)
    status = models.CharField(max_length=10, choices=EntityStatus.choices, default=EntityStatus.CONFIRMED)
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="absorbed"
    )
    wikidata_qid = models.CharField(_("Wikidata"), max_length=16, blank=True)
    qid_is_confirmed = models.BooleanField(default=False)
    iso3166 = models.CharField(max_length=2, blank=True, db_index=True)
    country = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    is_public_figure = models.BooleanField(_("in public life"), default=True)
    page_policy = models.CharField(max_length=10, choices=PagePolicy.choices, default=PagePolicy.FULL)
    needs_care = models.BooleanField(_("a minor or a victim"), default=False)

    class Meta:
        verbose_name = _("entry of the record")
        verbose_name_plural = _("entries of the record")
        indexes: ClassVar = [models.Index(fields=["kind", "status", "label"], name="entity_by_kind")]

    def __str__(self) -> str:
        return self.label

    @property
    def canonical_id(self) -> int:
        return self.merged_into_id or self.pk

    @property
    def has_page(self) -> bool:
        return (
            self.status == EntityStatus.CONFIRMED
            and self.page_policy == PagePolicy.FULL
            and not self.needs_care
        )

    def name_in(self, language: str) -> str:
        """What it is called in a language: the desk's name, a country's in CLDR, else the main one."""
        own = self.labels.get(language)
        if own:
            return str(own)
        return country_name(self.iso3166, language) if self.iso3166 else self.label


class Address(models.Model):
    """A slug under `/topic/`, for ever: of an entity, a pair or a storyline. All but the current one redirect."""

    slug = models.SlugField(max_length=100, primary_key=True)
    entity = models.ForeignKey(Entity, null=True, on_delete=models.CASCADE, related_name="addresses")
    dyad = models.ForeignKey("record.Dyad", null=True, on_delete=models.CASCADE, related_name="addresses")
    storyline = models.ForeignKey(
        "record.Storyline", null=True, on_delete=models.CASCADE, related_name="addresses"
    )
    is_current = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.slug


class AliasKind(models.TextChoices):
    OFFICIAL = "official", _("official")
    COMMON = "common", _("common")
    SURNAME = "surname", _("surname")
    ABBREVIATION = "abbr", _("abbreviation")
    NATIVE = "native", _("native")
    TRANSLITERATION = "transliteration", _("transliteration")
    DEMONYM = "demonym", _("demonym")
    METONYM = "metonym", _("metonym")
    MISSPELLING = "misspelling", _("misspelling")
    FORMER = "former", _("former")


class Alias(models.Model):
    """One name of an entity. `folded` is what names are compared by; `auto_link` off means: propose, never take for granted."""

    entity = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="aliases")
    text = models.CharField(_("name"), max_length=200)
    folded = models.CharField(max_length=200, db_index=True, editable=False)
    language = models.CharField(_("language"), max_length=12, blank=True)
    script = models.CharField(_("script"), max_length=4, blank=True)
    kind = models.CharField(_("kind"), max_length=16, choices=AliasKind.choices, default=AliasKind.COMMON)
    valid_from = EdtfField(_("from"))
    valid_to = EdtfField(_("to"))
    auto_link = models.BooleanField(_("link on sight"), default=True)
    is_case_sensitive = models.BooleanField(_("case matters"), default=True)
    source = models.ForeignKey("record.Source", null=True, blank=True, on_delete=models.SET_NULL)

    class Meta:
        verbose_name = _("name")
        verbose_name_plural = _("names")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["entity", "text", "language"], name="alias_once")
        ]

    def __str__(self) -> str:
        return self.text


class NotSame(models.Model):
    """Two that look alike and are not: never proposed for merging again. `a` has the smaller id."""

    a = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="+")
    b = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="+")
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["a", "b"], name="not_same_once")]

    def __str__(self) -> str:
        return f"{self.a_id} ≠ {self.b_id}"


class EntityStory(models.Model):
    """Which public stories an entity stands in: made of claims, one index walk whatever the archive's size."""

    entity = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="+")
    story = models.ForeignKey("newsroom.Story", on_delete=models.CASCADE, related_name="+")
    language = models.CharField(max_length=12, default="")
    published_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["entity", "story"], name="entity_story_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["entity", "language", "-published_at", "-story"], name="entity_story_latest")
        ]

    def __str__(self) -> str:
        return f"{self.entity_id} in {self.story_id}"
