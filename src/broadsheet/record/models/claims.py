"""The unit of truth: what a source says, in which sentence, and who confirmed it. No confirmed claim, no public fact."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from ..fields import EdtfField
from .entities import Entity


class SourceKind(models.TextChoices):
    OWN_STORY = "own-story", _("own story")
    WIRE = "wire", _("wire")
    STATEMENT = "official-statement", _("official statement")
    DOCUMENT = "document", _("document")
    DATASET = "dataset", _("dataset")


class Source(models.Model):
    """Where something is said. Two outlets that copy one statement share their `independence_group`: they count once."""

    kind = models.CharField(_("kind"), max_length=20, choices=SourceKind.choices)
    publisher = models.CharField(_("publisher"), max_length=200, blank=True)
    issuer = models.CharField(_("issued by"), max_length=200, blank=True)
    url = models.URLField(_("address"), max_length=1000, blank=True)
    archived_url = models.URLField(_("archived at"), max_length=1000, blank=True)
    date = EdtfField(_("date"))
    independence_group = models.CharField(_("counts as one with"), max_length=120, blank=True, db_index=True)

    class Meta:
        verbose_name = _("source")
        verbose_name_plural = _("sources")

    def __str__(self) -> str:
        return self.publisher or self.issuer or self.url or self.get_kind_display()

    @property
    def group(self) -> str:
        return self.independence_group or self.issuer or self.publisher or self.url or f"source-{self.pk}"


class ClaimKind(models.TextChoices):
    """What is claimed: the first seven as extraction names them; the others come from editors."""

    PERSON = "person", _("person")
    ORGANISATION = "organisation", _("organisation")
    PLACE = "place", _("place")
    COUNTRY = "country", _("country")
    ROLE = "role", _("office")
    DATE = "date", _("date")
    EVENT = "event", _("event")
    RELATION = "relation", _("relation")
    CORRECTION = "correction", _("correction of a fact")


class ClaimStatus(models.TextChoices):
    SUGGESTED = "suggested", _("suggested")
    CONFIRMED = "confirmed", _("confirmed")
    REJECTED = "rejected", _("rejected")
    SUPERSEDED = "superseded", _("superseded")
    RETRACTED = "retracted", _("retracted")


class Modality(models.TextChoices):
    ASSERTED = "asserted", _("asserted")
    REPORTED = "reported", _("reported")
    PLANNED = "planned", _("planned")
    DENIED = "denied", _("denied")
    CONTESTED = "contested-wording", _("contested wording")
    DERIVED = "derived", _("derived")


class Tier(models.TextChoices):
    """A is ticked beforehand, B wants a look, C is shown on demand. None of them is public unconfirmed."""

    A = "A", "A"
    B = "B", "B"
    C = "C", "C"


class Claim(models.Model):
    """One thing that a story, or an editor with a source, says.

    `value` is as it was suggested; `entity`, `event` and `tenure` say what it was taken to be about. A `correction` of an event sets
    one `field`. `is_public` is derived: confirmed, its words still stand in a story that readers may know of, and for sensitive
    events a second editor, a source and a day of review.
    """

    story = models.ForeignKey("newsroom.Story", null=True, on_delete=models.CASCADE, related_name="claims")
    source = models.ForeignKey(Source, null=True, blank=True, on_delete=models.PROTECT, related_name="claims")
    kind = models.CharField(max_length=12, choices=ClaimKind.choices)
    entity = models.ForeignKey(Entity, null=True, on_delete=models.PROTECT, related_name="claims")
    event = models.ForeignKey("record.Event", null=True, on_delete=models.SET_NULL, related_name="claims")
    tenure = models.ForeignKey("record.Tenure", null=True, on_delete=models.SET_NULL, related_name="claims")
    field = models.CharField(max_length=20, blank=True)
    value = models.JSONField(default=dict)
    wording = models.CharField(max_length=300, blank=True)
    speaker = models.ForeignKey(Entity, null=True, on_delete=models.SET_NULL, related_name="+")
    modality = models.CharField(max_length=20, choices=Modality.choices, default=Modality.ASSERTED)
    language = models.CharField(max_length=12, blank=True)
    rule = models.CharField(max_length=60, blank=True, db_index=True)
    rule_version = models.CharField(max_length=20, blank=True)
    reason = models.TextField(blank=True)
    tier = models.CharField(max_length=1, choices=Tier.choices, default=Tier.B)
    score = models.FloatField(null=True)
    fingerprint = models.CharField(max_length=32, db_index=True)
    status = models.CharField(max_length=10, choices=ClaimStatus.choices, default=ClaimStatus.SUGGESTED)
    is_anchored = models.BooleanField(default=True)
    is_public = models.BooleanField(default=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, db_index=True)
    seconded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    review_by = models.DateField(null=True)
    rejection = models.CharField(max_length=300, blank=True)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["story", "fingerprint"],
                name="claim_once_a_story",
                condition=models.Q(story__isnull=False),
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["event", "status"], name="claim_by_event"),
            models.Index(fields=["entity", "is_public"], name="claim_by_entity"),
            models.Index(fields=["story", "status"], name="claim_by_story"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.wording}"


class Mention(models.Model):
    """Where a claim's words stand: a block of the story, offsets in its plain text, and the quote by which they are found again.

    `block` is the StreamField's block id, `headline` or `standfirst`. Duplicating a block can copy its id, so story and quote count.
    """

    claim = models.ForeignKey(Claim, on_delete=models.CASCADE, related_name="mentions")
    block = models.CharField(max_length=36)
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    quote = models.TextField()
    prefix = models.CharField(max_length=40, blank=True)
    suffix = models.CharField(max_length=40, blank=True)
    form = models.CharField(max_length=16, blank=True)
    is_anchored = models.BooleanField(default=True)

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return self.quote


class Party(models.Model):
    """Who or where, in a claim of an event. `capacity` `place` is where it is."""

    claim = models.ForeignKey(Claim, on_delete=models.CASCADE, related_name="parties")
    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="parties")
    capacity = models.CharField(max_length=20)
    side = models.CharField(max_length=40, blank=True)
    representing = models.ForeignKey(Entity, null=True, on_delete=models.SET_NULL, related_name="+")
    is_inferred = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["pk"]
        verbose_name_plural = "parties"

    def __str__(self) -> str:
        return f"{self.entity_id} as {self.capacity}"
