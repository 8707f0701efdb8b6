"""After a picture was added, replaced or refocused, its renditions are made again, by a task."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db import transaction
from django.db.models.signals import post_save
from django.dispatch import receiver

from .models import Picture, RenditionState
from .tasks import render_picture


@receiver(post_save, sender=Picture, dispatch_uid="render_saved_picture")
def render_saved_picture(instance: Picture, raw: bool = False, **_: Any) -> None:
    """Mark it pending (the truth) and enqueue the task (the hint) once the save is committed."""
    if raw or (instance.rendition_state == RenditionState.READY and _is_rendered(instance)):
        return
    Picture.objects.filter(pk=instance.pk).update(rendition_state=RenditionState.PENDING, rendition_tries=0)
    transaction.on_commit(partial(render_picture.enqueue, instance.pk))


def _is_rendered(picture: Picture) -> bool:
    """Wagtail deletes the renditions of a picture whose file or focal point changed."""
    return picture.renditions.exists()
