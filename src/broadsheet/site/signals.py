"""Search follows publishing at once; the sweeper finds what slipped past. Pages follow the record's decisions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.dispatch import receiver
from wagtail.signals import page_published, page_unpublished, post_page_move

from broadsheet.newsroom.bulk import NewStory
from broadsheet.newsroom.events import stories_created
from broadsheet.newsroom.models import Story
from broadsheet.press import log
from broadsheet.press.keys import MISSING
from broadsheet.record.events import facts_changed

from . import services

# Pages of facts are made anew at once: what is withheld must not be served stale. Stories only gain or lose a box.
_STORY = "story/"


@receiver(page_unpublished, dispatch_uid="search_unpublished")
def forget_story(instance: Any, **_: Any) -> None:
    """Also sent in the middle of a deletion, when the row is still there: an entry made now would be left behind."""
    services.forget(instance.pk)


@receiver(stories_created, dispatch_uid="search_bulk")
def follow_bulk(entries: Sequence[NewStory], **_: Any) -> None:
    services.index_new(entries)


@receiver(page_published, dispatch_uid="search_published")
@receiver(post_page_move, dispatch_uid="search_moved")
def follow_story(instance: Any, **_: Any) -> None:
    """`published` also comes for pages that are only scheduled: `index_story` looks at what is public."""
    page = instance.specific
    if isinstance(page, Story):
        services.index_story(page)


@receiver(facts_changed, dispatch_uid="record_changed")
def follow_record(keys: set[str], **_: Any) -> None:
    """A decision may also have opened an address that was answered with nothing until now."""
    stories = {key for key in keys if key.startswith(_STORY)}
    log.write({*(keys - stories), "record/changes", MISSING}, is_hard=True)
    if stories:
        log.write(stories)
