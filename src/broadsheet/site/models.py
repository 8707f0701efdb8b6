"""What readers can search: one entry per public story, which `fulltext` holds the words of."""

from __future__ import annotations

from django.db import models


class SearchEntry(models.Model):
    """Says that a story is indexed, and as what: `place` is its key in the full-text index; `desk`, `language` and
    `published_at` repeat the story's as they were indexed, so that the sweeper finds what is out of date."""

    story = models.OneToOneField(
        "newsroom.Story", on_delete=models.CASCADE, related_name="search_entry", primary_key=True
    )
    place = models.BigIntegerField(unique=True)
    desk = models.ForeignKey("newsroom.Section", on_delete=models.CASCADE, related_name="+")
    language = models.CharField(max_length=12)
    published_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "search entries"

    def __str__(self) -> str:
        return f"search entry of story {self.pk}"
