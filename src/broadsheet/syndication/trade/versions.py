"""Which version of a story is out: counted with each of its events, in the transaction of the change."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import F
from django.db.models.signals import post_save
from django.dispatch import receiver

from ..models import StoryEvent
from .models import StoryVersion


class Version(NamedTuple):
    """`at` is when it came out; None where nothing was counted yet."""

    number: int = 1
    at: datetime | None = None


@receiver(post_save, sender=StoryEvent, dispatch_uid="trade_version")
def count(instance: StoryEvent, **_: Any) -> None:
    """One more version; a story that is published for the first time begins with one."""
    mine = StoryVersion.objects.filter(story=instance.story)
    if not mine.update(number=F("number") + 1, at=instance.at):
        first = 1 if instance.kind == StoryEvent.Kind.PUBLISHED else 2
        StoryVersion.objects.create(story=instance.story, number=first, at=instance.at)


def versions(stories: Iterable[int]) -> dict[int, Version]:
    """The versions of these stories; of those that are not in it the first is out. One query."""
    rows = StoryVersion.objects.filter(pk__in=list(stories)).values_list("pk", "number", "at")
    return {pk: Version(number, at) for pk, number, at in rows}
