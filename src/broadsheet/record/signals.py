"""Keeps what the record says true when stories are published, edited, withdrawn or deleted."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_delete, pre_delete
from django.dispatch import receiver
from wagtail.signals import page_published, page_unpublished

from broadsheet.newsroom.models import Story

from . import anchoring, projecting
from .models import Claim, ClaimStatus, EntityStory
from .scope import Scope

_EVENTS = "_record_events"


@receiver(page_published, dispatch_uid="record_published")
def follow_published(instance: Any, **_: Any) -> None:
    """The words that count are those that readers see. Also sent for what is only scheduled: then nothing is public yet."""
    if isinstance(instance, Story) and instance.live and _is_known(instance.pk):
        anchoring.reanchor(Story.objects.get(pk=instance.pk))


@receiver(page_unpublished, dispatch_uid="record_unpublished")
def follow_unpublished(instance: Any, **_: Any) -> None:
    if _is_known(instance.pk):
        claims = Claim.objects.filter(story=instance.pk, status=ClaimStatus.CONFIRMED).values_list(
            "pk", flat=True
        )
        projecting.settle(Scope(claims=set(claims), stories={instance.pk}))


@receiver(pre_delete, sender=Story, dispatch_uid="record_deleting")
def before_deleted(instance: Story, **_: Any) -> None:
    """Its claims go with it; the events that stood on them are looked at once they are gone."""
    events = Claim.objects.filter(story=instance, event__isnull=False).values_list("event_id", flat=True)
    instance.__dict__[_EVENTS] = {pk for pk in events if pk}


@receiver(post_delete, sender=Story, dispatch_uid="record_deleted")
def after_deleted(instance: Story, **_: Any) -> None:
    events = instance.__dict__.pop(_EVENTS, set())
    if events:
        projecting.settle(Scope(events=events))


def _is_known(story_id: int) -> bool:
    return (
        Claim.objects.filter(story=story_id).exists() or EntityStory.objects.filter(story=story_id).exists()
    )
