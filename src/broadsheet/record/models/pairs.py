"""What joins two or more: relations, pairs with their events and stories laid out for reading, and storylines."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from ..fields import EdtfField
from .claims import Claim
from .entities import Dossier, Entity
from .events import Event


class Relation(models.Model):
    """A lasting tie, as one claim has it: subject, predicate, object, from when to when."""

    subject = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="relations")
    predicate = models.CharField(max_length=40)
    object = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="relations_to")
    start = EdtfField(_("from"))
    end = EdtfField(_("to"))
    claim = models.OneToOneField(Claim, on_delete=models.CASCADE, related_name="relation")

    def __str__(self) -> str:
        return f"{self.subject_id} {self.predicate} {self.object_id}"


class Dyad(Dossier):
    """Two entities that met or deal with each other; `a` has the smaller id. Counts are of public events."""

    a = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="+")
    b = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="+")
    event_count = models.PositiveIntegerField(default=0)
    last_start = models.DateField(null=True)

    class Meta:
        verbose_name = _("pair")
        verbose_name_plural = _("pairs")
        constraints: ClassVar = [models.UniqueConstraint(fields=["a", "b"], name="dyad_once")]

    def __str__(self) -> str:
        return f"{self.a_id}–{self.b_id}"


class DyadEvent(models.Model):
    """The public events of a pair, by day."""

    dyad = models.ForeignKey(Dyad, on_delete=models.CASCADE, related_name="+")
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="+")
    sort_start = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["dyad", "event"], name="dyad_event_once")]
        indexes: ClassVar = [models.Index(fields=["dyad", "-sort_start", "-event"], name="dyad_event_latest")]

    def __str__(self) -> str:
        return f"{self.dyad_id}: {self.event_id}"


class DyadStory(models.Model):
    """The public stories in which both of a pair stand, newest first."""

    dyad = models.ForeignKey(Dyad, on_delete=models.CASCADE, related_name="+")
    story = models.ForeignKey("newsroom.Story", on_delete=models.CASCADE, related_name="+")
    language = models.CharField(max_length=12, default="")
    published_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["dyad", "story"], name="dyad_story_once")]
        indexes: ClassVar = [
            models.Index(fields=["dyad", "language", "-published_at", "-story"], name="dyad_story_latest")
        ]

    def __str__(self) -> str:
        return f"{self.dyad_id}: {self.story_id}"


class Storyline(Dossier):
    """One newsroom's telling: a curated list of events, stories and words."""

    title = models.CharField(_("title"), max_length=200)
    titles = models.JSONField(_("titles by language"), default=dict, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    is_public = models.BooleanField(_("public"), default=False)

    class Meta:
        verbose_name = _("storyline")
        verbose_name_plural = _("storylines")

    def __str__(self) -> str:
        return self.title

    def name_in(self, language: str) -> str:
        return str(self.titles.get(language) or self.title)


class StorylineSlot(models.Model):
    """One place in a storyline: an event, a story, or the editor's own words."""

    storyline = models.ForeignKey(Storyline, on_delete=models.CASCADE, related_name="slots")
    order = models.PositiveIntegerField(default=0)
    event = models.ForeignKey(Event, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    story = models.ForeignKey(
        "newsroom.Story", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    text = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["order", "pk"]

    def __str__(self) -> str:
        return f"{self.storyline_id}.{self.order}"
