"""What happened, will happen or did not: events, and who took part. Written by `projecting` from confirmed claims."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from ..edtf import When, parse_or_none
from ..fields import EdtfField
from .entities import Entity
from .posts import Tenure


class EventType(models.TextChoices):
    """A closed list, after IPTC's and PLOVER's families."""

    MEETING = "meeting", _("Meeting")
    CONSULTATION = "consultation", _("Consultations")
    VISIT = "visit", _("Visit")
    CALL = "call", _("Telephone call")
    SUMMIT = "summit", _("Summit")
    CONFERENCE = "conference", _("Conference")
    AGREEMENT = "agreement", _("Agreement")
    STATEMENT = "statement", _("Statement")
    APPOINTMENT = "appointment", _("Appointment")
    DISMISSAL = "dismissal", _("Dismissal or resignation")
    ELECTION = "election", _("Election")
    LEGISLATION = "legislation", _("Legislation")
    ESTABLISHMENT = "establishment-of-relations", _("Diplomatic relations established")
    ANNIVERSARY = "anniversary", _("Anniversary")
    AWARD = "award", _("Award")
    CEREMONY = "ceremony", _("Ceremony")
    EXERCISE = "exercise", _("Exercise")
    CONFLICT = "armed-conflict", _("Armed conflict")
    ATTACK = "attack", _("Attack")
    PROTEST = "protest", _("Protest")
    DISASTER = "disaster", _("Disaster or accident")
    AID = "aid", _("Aid")
    SANCTION = "sanction", _("Sanctions")
    TRIAL = "trial", _("Trial or judgement")
    ARREST = "arrest", _("Arrest")
    CHARGE = "charge", _("Charge")
    ALLEGATION = "allegation", _("Allegation")
    DEATH = "death", _("Death")
    PERFORMANCE = "performance", _("Performance or exhibition")
    SPORT = "sport", _("Match or contest")
    BUSINESS = "business", _("Business")
    OTHER = "other", _("Event")


# Public only with two editors, a source and a day of review.
SENSITIVE = frozenset({EventType.ARREST, EventType.CHARGE, EventType.ALLEGATION})
# Held again and again by the same parties: rounds of a series.
RECURRING = frozenset({EventType.CONSULTATION})
# PLOVER's word for the types that it knows.
PLOVER = {
    EventType.MEETING: "CONSULT",
    EventType.CONSULTATION: "CONSULT",
    EventType.VISIT: "CONSULT",
    EventType.CALL: "CONSULT",
    EventType.SUMMIT: "CONSULT",
    EventType.AGREEMENT: "AGREE",
    EventType.AID: "AID",
    EventType.SANCTION: "SANCTION",
    EventType.PROTEST: "PROTEST",
    EventType.CONFLICT: "ASSAULT",
    EventType.ATTACK: "ASSAULT",
    EventType.ARREST: "COERCE",
    EventType.ALLEGATION: "ACCUSE",
}


class Life(models.TextChoices):
    PLANNED = "planned", _("planned")
    OCCURRED = "occurred", _("took place")
    CANCELLED = "cancelled", _("cancelled")
    POSTPONED = "postponed", _("postponed")
    SUPERSEDED = "superseded", _("superseded")


class Certainty(models.TextChoices):
    """How sure a plan is: IPTC's `eocstat`."""

    UNPLANNED = "eos0", _("unplanned")
    PLANNED_ONLY = "eos1", _("planned, occurrence planned only")
    HIGHLY_UNCERTAIN = "eos2", _("planned, highly uncertain")
    MAY = "eos3", _("planned, may occur")
    LIKELY = "eos4", _("planned, likely")
    CERTAIN = "eos5", _("planned, certain")
    CANCELLED = "eos6", _("cancelled")


class Capacity(models.TextChoices):
    PARTY = "party", _("party")
    HEAD_OF_DELEGATION = "head-of-delegation", _("head of delegation")
    HOST = "host", _("host")
    GUEST = "guest", _("guest")
    PARTICIPANT = "participant", _("participant")
    MEDIATOR = "mediator", _("mediator")
    CHAIR = "chair", _("chair")
    SIGNATORY = "signatory", _("signatory")
    SUBJECT = "subject", _("subject")
    BELLIGERENT = "belligerent", _("belligerent")
    PLACE = "place", _("place")


class Event(models.Model):
    """One event. `date` is the truth; `sort_start` and `sort_end` are its bounds and never shown. Its id is for ever."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    type = models.CharField(max_length=30, choices=EventType.choices, default=EventType.OTHER)
    title = models.CharField(max_length=300, blank=True)
    titles = models.JSONField(default=dict, blank=True)
    date = EdtfField()
    sort_start = models.DateField(null=True)
    sort_end = models.DateField(null=True)
    precision = models.CharField(max_length=8, default="none")
    place = models.ForeignKey(Entity, null=True, on_delete=models.SET_NULL, related_name="+")
    level = models.CharField(max_length=20, blank=True)
    series = models.CharField(max_length=120, blank=True, db_index=True)
    life = models.CharField(max_length=10, choices=Life.choices, default=Life.OCCURRED)
    certainty = models.CharField(max_length=4, choices=Certainty.choices, blank=True)
    superseded_by = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="superseded")
    outcome = models.CharField(max_length=400, blank=True)
    is_derived = models.BooleanField(default=False)
    is_public = models.BooleanField(default=False)
    source_count = models.PositiveSmallIntegerField(default=0)
    version = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        indexes: ClassVar = [
            models.Index(fields=["is_public", "sort_start", "id"], name="event_by_day"),
            models.Index(fields=["life", "is_public", "sort_end"], name="event_to_follow_up"),
            models.Index(fields=["type", "sort_start"], name="event_by_type"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.date}"

    @property
    def when(self) -> When | None:
        return parse_or_none(self.date)


class Participation(models.Model):
    """Who took part, and as what. `entity` is the one that others were merged into; `tenure` is the title held then."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="participations")
    entity = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="participations")
    capacity = models.CharField(max_length=20, choices=Capacity.choices)
    side = models.CharField(max_length=40, blank=True)
    representing = models.ForeignKey(Entity, null=True, on_delete=models.SET_NULL, related_name="+")
    tenure = models.ForeignKey(Tenure, null=True, on_delete=models.SET_NULL, related_name="+")
    is_inferred = models.BooleanField(default=False)
    is_public = models.BooleanField(default=False)
    sort_start = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["event", "entity"], name="participation_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["entity", "is_public", "-sort_start", "-event"], name="participation_latest")
        ]

    def __str__(self) -> str:
        return f"{self.entity_id} in {self.event_id}"
