"""What readers can search: one entry per public story, holding public words only."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from modelsearch import index
from modelsearch.queryset import SearchableQuerySetMixin


class SearchEntries(SearchableQuerySetMixin, models.QuerySet["SearchEntry"]):
    """Search entries, searchable."""


class SearchEntry(index.Indexed, models.Model):
    """The searchable words of one story.

    `words` are what every reader may see (all of a free story, the preview of others), as printed; `headline_folded`
    and `words_folded` are their ASCII forms, which queries are matched against in any script. `published_at`, `desk`
    and `language` repeat the story's, for filters.
    """

    story = models.OneToOneField(
        "newsroom.Story", on_delete=models.CASCADE, related_name="search_entry", primary_key=True
    )
    words = models.TextField()
    headline_folded = models.TextField()
    words_folded = models.TextField()
    desk = models.ForeignKey("newsroom.Section", on_delete=models.CASCADE, related_name="+")
    language = models.CharField(max_length=12)
    published_at = models.DateTimeField()

    objects = SearchEntries.as_manager()

    search_fields: ClassVar = [
        index.SearchField("headline_folded", boost=4),
        index.SearchField("words_folded"),
        index.FilterField("desk_id"),
        index.FilterField("language"),
        index.FilterField("published_at"),
        index.FilterField("story_id"),
    ]

    class Meta:
        verbose_name_plural = "search entries"
        indexes: ClassVar = [models.Index(fields=["-published_at", "-story"], name="search_newest")]

    def __str__(self) -> str:
        return f"search entry of story {self.pk}"
