"""The log of every decision about the record: added to, never changed; undone by another decision."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from .entities import Entity
from .events import Event


class DecisionKind(models.TextChoices):
    CONFIRM = "confirm", _("confirmed")
    REJECT = "reject", _("rejected")
    SECOND = "second", _("confirmed by a second editor")
    SOMEONE_ELSE = "someone-else", _("someone else")
    MERGE = "merge", _("merged")
    SPLIT = "split", _("split")
    NOT_SAME = "not-same", _("not the same")
    RENAME = "rename", _("renamed")
    REDACT = "redact", _("redacted")
    CORRECT = "correct", _("corrected")
    RETRACT = "retract", _("retracted")
    CURATE = "curate", _("edited")
    UNDO = "undo", _("undone")


class AppendOnly(models.QuerySet["Decision"]):
    """Refuses what would change a decision."""

    def update(self, **kwargs: Any) -> int:
        raise TypeError("decisions are added, never changed")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise TypeError("decisions are added, never deleted")


class Decision(models.Model):
    """One decision: by whom, when, and what each row that it touched was before and after.

    `touched` lists `[table, id, before, after]` in the order of the changes; None where there was or is no row. `note` is what readers are told
    of a correction, if `is_public`. Redaction empties `touched` of what names the person: the one change that is ever made.
    """

    kind = models.CharField(max_length=12, choices=DecisionKind.choices)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField(auto_now_add=True, db_index=True)
    story = models.ForeignKey("newsroom.Story", null=True, on_delete=models.SET_NULL, related_name="+")
    entity = models.ForeignKey(Entity, null=True, on_delete=models.SET_NULL, related_name="decisions")
    event = models.ForeignKey(Event, null=True, on_delete=models.SET_NULL, related_name="decisions")
    touched = models.JSONField(default=list, encoder=DjangoJSONEncoder)
    note = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    is_public = models.BooleanField(default=False)
    undoes = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="undone_by")

    objects = AppendOnly.as_manager()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["is_public", "-at"], name="decision_public")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise TypeError("decisions are added, never changed")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise TypeError("decisions are added, never deleted")


class Tombstone(models.Model):
    """A name that was redacted, as a keyed digest: what is extracted again is dropped without the name being kept."""

    digest = models.CharField(max_length=64, primary_key=True)
    entity = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="+")
    reason = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.digest[:8]
