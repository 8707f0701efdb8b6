"""Search follows publishing at once; the sweeper finds what slipped past."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.dispatch import receiver
from wagtail.signals import page_published, page_unpublished, post_page_move

from broadsheet.newsroom.bulk import NewStory
from broadsheet.newsroom.events import stories_created
from broadsheet.newsroom.models import Story

from . import services


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
