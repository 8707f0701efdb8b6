"""What a story shows of itself on other sites."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from .story import Story


class ShareCard(models.Model):
    """The picture that stands for a story on other sites: its headline, set on its lead picture.

    Made after the story was published, by `syndication`; until `digest` is set there is none. `digest` names what is on
    it, `file` is its name in the media storage. `picture` is the lead picture that it holds, whose rights bind it.
    """

    story = models.OneToOneField(Story, primary_key=True, on_delete=models.CASCADE, related_name="share_card")
    digest = models.CharField(max_length=24, blank=True, default="")
    file = models.CharField(max_length=120, blank=True, default="")
    picture = models.ForeignKey("pictures.Picture", null=True, on_delete=models.SET_NULL, related_name="+")
    is_stale = models.BooleanField(default=True)
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes: ClassVar = [
            models.Index("story", name="share_card_stale", condition=models.Q(is_stale=True)),
        ]

    def __str__(self) -> str:
        return f"share card of story {self.story_id}"
