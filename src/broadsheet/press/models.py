"""The invalidation log: what was published, changed or withdrawn, in the order of its commits; and passes taken back."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class LogState(models.Model):
    """One row. The epoch changes whenever positions may have turned back: a restore, a reset."""

    epoch = models.CharField(max_length=32)
    rights_seen_at = models.DateTimeField(null=True)
    looks = models.CharField(max_length=64, blank=True, default="")
    networks = models.CharField(max_length=32, blank=True, default="")


class LogRow(models.Model):
    """One purge: surrogate keys, and for a story that has just gone live what a Latest list says of it.

    `is_hard` withdraws: not even a stale copy may be served. `rights` is for edges alone and never reaches a reader:
    `{"reader", "at"}` or `{"networks": true}`. Ids never come back (AUTOINCREMENT on SQLite).
    """

    keys = models.JSONField()
    is_hard = models.BooleanField(default=False)
    event = models.JSONField(null=True)
    rights = models.JSONField(null=True)
    made_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        ordering: ClassVar = ["pk"]


class RevokedPass(models.Model):
    """The moment before which a reader's passes count no more; kept as long as such a pass could still be honoured."""

    reader = models.PositiveBigIntegerField(primary_key=True)
    at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.reader} {self.at:%Y-%m-%d %H:%M:%S}"
