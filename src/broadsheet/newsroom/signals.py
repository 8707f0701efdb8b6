"""Keeps derived facts true when pages come, go and move, whichever road the change took."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_delete, post_save, pre_save
from django.dispatch import receiver
from wagtail.signals import page_published, page_unpublished, post_page_move

from . import services
from .models import Author, FrontPage, Gallery, Listed, Section, Story


@receiver(pre_save, sender=Story, dispatch_uid="note_files_of_story")
@receiver(pre_save, sender=Gallery, dispatch_uid="note_files_of_gallery")
@receiver(pre_save, sender=FrontPage, dispatch_uid="note_files_of_front")
def note_files(instance: Listed | FrontPage, **_: Any) -> None:
    """What the page showed until now: a picture that is taken out of it must be withheld, and nothing later names it."""
    stored = type(instance).objects.live().filter(pk=instance.pk).first() if instance.pk else None
    if stored is not None:
        instance._files_before = services.files_of(stored)


@receiver(page_published, dispatch_uid="release_files_of_published")
def release_files_of_published(instance: Any, **_: Any) -> None:
    """Wagtail sends `published` for a page that is only scheduled, too: `live` decides."""
    if isinstance(instance, (Story, Gallery, FrontPage)):
        services.settle_files(instance, getattr(instance, "_files_before", services.Files()))


@receiver(page_unpublished, dispatch_uid="withhold_files_of_unpublished")
def withhold_files_of_unpublished(instance: Any, **_: Any) -> None:
    if isinstance(instance.specific, (Story, Gallery, FrontPage)):
        services.settle_files(instance.specific)


@receiver(post_delete, sender=Story, dispatch_uid="withhold_files_of_deleted_story")
@receiver(post_delete, sender=Gallery, dispatch_uid="withhold_files_of_deleted_gallery")
def withhold_files_of_deleted(instance: Listed, **_: Any) -> None:
    services.settle_files(instance)


@receiver(post_save, sender=Author, dispatch_uid="release_portrait")
def release_portrait(instance: Author, **_: Any) -> None:
    """An author's portrait is public as soon as the author is."""
    if instance.photo_id:
        services.settle_pictures({instance.photo_id})


@receiver(post_page_move, dispatch_uid="refile_moved")
def refile_moved(instance: Any, **_: Any) -> None:
    """A moved page, and with a moved section all that is under it, take their new place."""
    page = instance.specific
    if isinstance(page, Listed):
        services.refile([page])
    elif isinstance(page, Section):
        for model in (Story, Gallery):
            services.refile(model.objects.child_of(page))
