"""Changed terms are everywhere at once, and no site map names what is no longer public."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from wagtail.models import Page, PageViewRestriction
from wagtail.signals import post_page_move

from broadsheet.newsroom.bulk import NewStory
from broadsheet.newsroom.events import stories_created
from broadsheet.newsroom.models import Gallery, Story
from broadsheet.pictures.events import files_changed
from broadsheet.press import log
from broadsheet.press.events import page_changed

from ..models import StoryEvent
from .cards.making import pictures_changed
from .models import CrawlerRule, MachineTerms
from .months import MODELS, Kind, mark
from .rsl import KEY

KINDS = {model: kind for kind, model in MODELS.items()}
# Of the facts that `press` compares, those that site maps show.
SHOWN = ("url_path", "language", "title", "published_at", "updated_at", "lead_picture_id", "desk_id")


@receiver(post_save, sender=MachineTerms, dispatch_uid="engines_terms")
@receiver(post_save, sender=CrawlerRule, dispatch_uid="engines_rule")
@receiver(post_delete, sender=CrawlerRule, dispatch_uid="engines_no_rule")
def changed_terms(**_: Any) -> None:
    """Whatever holds the terms is out of date."""
    log.write({KEY}, is_hard=True)


@receiver(page_changed, dispatch_uid="engines_page")
def changed_page(
    sender: type[Page], before: dict[str, Any] | None, after: dict[str, Any] | None, **_: Any
) -> None:
    """A story or gallery that is public changed in what site maps say of it; of stories that come or go, events tell."""
    kind = KINDS.get(sender)
    if kind is None:
        return
    sides = [side for side in (before, after) if side and side["live"] and side["published_at"]]
    shown = [tuple(side.get(name) for name in SHOWN) for side in sides]
    if len(set(shown)) > 1 or (kind == Kind.GALLERIES and sides):
        is_gone = len({side["url_path"] for side in sides}) > 1 or sides == [before]
        places = {(side["language"], side["published_at"]) for side in sides}
        mark(kind, places, is_withdrawn=is_gone)


@receiver(post_save, sender=StoryEvent, dispatch_uid="engines_event")
def happened(instance: StoryEvent, **_: Any) -> None:
    """A story came or went, by whatever road, or has a correction."""
    if instance.kind != StoryEvent.Kind.UPDATED:
        _mark(Story, instance.story, is_withdrawn=instance.kind == StoryEvent.Kind.UNPUBLISHED)


@receiver(stories_created, dispatch_uid="engines_bulk")
def created_in_bulk(entries: Sequence[NewStory], **_: Any) -> None:
    """An archive moved in."""
    stories = [entry.story for entry in entries if entry.story.live]
    mark(Kind.STORIES, [(story.language, story.published_at) for story in stories if story.published_at])


@receiver(post_save, sender=PageViewRestriction, dispatch_uid="engines_restricted")
@receiver(post_delete, sender=PageViewRestriction, dispatch_uid="engines_unrestricted")
def restricted(instance: PageViewRestriction, **_: Any) -> None:
    """A gallery is closed or open again; of sections the files bear the keys."""
    _mark(Gallery, instance.page.pk)


@receiver(post_page_move, dispatch_uid="engines_moved")
def moved(instance: Any, url_path_before: str, url_path_after: str, **_: Any) -> None:
    """A story or gallery has another address."""
    if url_path_before != url_path_after:
        for model in KINDS:
            _mark(model, instance.pk)


def _mark(model: type[Story] | type[Gallery], pk: int, *, is_withdrawn: bool = True) -> None:
    """Its month, if it has one; a page that is not there, or of another kind, has none."""
    place = model._default_manager.filter(pk=pk, published_at__isnull=False)
    mark(KINDS[model], place.values_list("language", "published_at"), is_withdrawn=is_withdrawn)


@receiver(files_changed, dispatch_uid="engines_pictures")
def redrawn(keys: Iterable[str], **_: Any) -> None:
    """Pictures have other files, or may be had no longer: so share cards that show them."""
    pictures_changed(int(key.partition("/")[2]) for key in keys if key.startswith("picture/"))
