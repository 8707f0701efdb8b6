"""The invalidation log: what was published, changed or withdrawn, in the order of its commits."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class LogState(models.Model):
    """One row. The epoch changes whenever positions may have turned back: a restore, a reset."""

    epoch = models.CharField(max_length=32)
    rights_seen_at = models.DateTimeField(null=True)
    looks = models.CharField(max_length=64, blank=True, default="")


class LogRow(models.Model):
    """One purge: surrogate keys, and for a story that has just gone live what a Latest list says of it.

    `is_hard` withdraws: not even a stale copy may be served. Ids never come back (AUTOINCREMENT on SQLite).
    """

    keys = models.JSONField()
    is_hard = models.BooleanField(default=False)
    event = models.JSONField(null=True)
    made_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        ordering: ClassVar = ["pk"]
