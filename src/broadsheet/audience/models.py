"""Reads by day, story, referring host and access."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class ReadCount(models.Model):
    """How often one story was read on one day of the paper's zone, by readers who came from one host.

    `referrer` is a host name, empty when none was sent; `access` what the story asked of them at that time.
    """

    day = models.DateField()
    story = models.ForeignKey("newsroom.Story", on_delete=models.CASCADE, related_name="+")
    referrer = models.CharField(max_length=100, blank=True)
    access = models.CharField(max_length=12)
    reads = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["day", "story", "referrer", "access"], name="one_count_a_day")
        ]


class Batch(models.Model):
    """The last batch that each edge handed over: one that comes twice counts once."""

    edge = models.CharField(max_length=64, unique=True)
    number = models.BigIntegerField()
