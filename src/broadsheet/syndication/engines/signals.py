"""Changed terms are everywhere at once, and no site map names what is no longer public."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from wagtail.models import Page, PageViewRestriction
from wagtail.signals import post_page_move

from broadsheet.newsroom.bulk import NewStory
from broadsheet.newsroom.events import stories_created
from broadsheet.newsroom.models import Gallery, Story
from broadsheet.press import log
from broadsheet.press.events import page_changed

from ..models import StoryEvent
from .models import CrawlerRule, MachineTerms
from .months import MODELS, Kind, mark
from .rsl import KEY

KINDS = {model: kind for kind, model in MODELS.items()}


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
    """A story or gallery came, went or changed: the month that it stood in, and that it stands in."""
    kind = KINDS.get(sender)
    if kind is None:
        return
    sides = [side for side in (before, after) if side and side["live"] and side["published_at"]]
    places = {(side["language"], side["published_at"]) for side in sides}
    # Its event tells where a story stands; here only what it left behind.
    if kind == Kind.STORIES and len(places) < 2:
        return
    is_gone = len({side["url_path"] for side in sides}) > 1 or sides == [before]
    mark(kind, places, is_withdrawn=is_gone)


@receiver(post_save, sender=StoryEvent, dispatch_uid="engines_event")
def happened(instance: StoryEvent, **_: Any) -> None:
    """Whatever else the public can see of a story: moves, closed places, corrections."""
    place = Story.objects.filter(pk=instance.story, published_at__isnull=False)
    for language, published in place.values_list("language", "published_at"):
        is_gone = instance.kind == StoryEvent.Kind.UNPUBLISHED
        mark(Kind.STORIES, [(language, published)], is_withdrawn=is_gone)


@receiver(stories_created, dispatch_uid="engines_bulk")
def created_in_bulk(entries: Sequence[NewStory], **_: Any) -> None:
    """An archive moved in."""
    stories = [entry.story for entry in entries if entry.story.live]
    mark(Kind.STORIES, [(story.language, story.published_at) for story in stories if story.published_at])


@receiver(post_save, sender=PageViewRestriction, dispatch_uid="engines_restricted")
@receiver(post_delete, sender=PageViewRestriction, dispatch_uid="engines_unrestricted")
def restricted(instance: PageViewRestriction, **_: Any) -> None:
    """A gallery is closed or open again; of sections the files bear the keys, of stories the events tell."""
    _gallery(instance.page.pk)


@receiver(post_page_move, dispatch_uid="engines_moved")
def moved(instance: Any, url_path_before: str, url_path_after: str, **_: Any) -> None:
    """A gallery has another address."""
    if url_path_before != url_path_after:
        _gallery(instance.pk)


def _gallery(pk: int) -> None:
    found = Gallery.objects.filter(pk=pk, live=True, published_at__isnull=False)
    mark(Kind.GALLERIES, found.values_list("language", "published_at"), is_withdrawn=True)
