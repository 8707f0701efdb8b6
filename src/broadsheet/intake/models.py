"""What was taken in: which story came from which item of which kind of source, and what it then looked like."""

from __future__ import annotations

from typing import ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models


class ImportItem(models.Model):
    """One item of a source. `digest` tells whether the source changed; `landed` holds each field's value as it was
    written, so that a field an editor has changed since is told apart and kept."""

    kind = models.CharField(max_length=12)
    source_id = models.CharField(max_length=500)
    digest = models.CharField(max_length=32)
    landed = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    story = models.ForeignKey("newsroom.Story", on_delete=models.CASCADE, related_name="import_items")
    imported_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "source_id"], name="import_item_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.source_id}"
