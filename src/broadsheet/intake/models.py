"""What was taken in: which page came from which item of which kind of source, and what it then looked like."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from .wires.models import WireItem, WireNotice, WireRule, WireSource, WireSubscription

__all__ = [
    "ImportItem",
    "ImportPicture",
    "WireItem",
    "WireNotice",
    "WireRule",
    "WireSource",
    "WireSubscription",
]


class ImportItem(models.Model):
    """One item of a source. `digest` tells whether the source changed; `landed` holds a digest of each field as it was
    written, so that a field an editor has changed since is told apart and kept. `page` is empty when an editor has
    deleted it: it does not come back. `has_gaps`: a picture did not come along, and is tried again."""

    kind = models.CharField(max_length=12)
    source_id = models.CharField(max_length=500)
    digest = models.CharField(max_length=32)
    landed = models.JSONField(default=dict)
    page = models.ForeignKey(
        "wagtailcore.Page", null=True, on_delete=models.SET_NULL, related_name="import_items"
    )
    has_gaps = models.BooleanField(default=False)
    imported_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "source_id"], name="import_item_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.source_id}"


class ImportPicture(models.Model):
    """A picture that came along, by the digest of the address it had at its source: it is not fetched twice."""

    address_digest = models.CharField(max_length=32, primary_key=True)
    picture = models.ForeignKey("pictures.Picture", on_delete=models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return f"picture {self.picture_id} of {self.address_digest}"
