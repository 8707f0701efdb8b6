"""Who may have a document: whoever may read the whole of a public page that links to it."""

from __future__ import annotations

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.http import HttpRequest
from wagtail.models import Page, ReferenceIndex

from broadsheet.newsroom.models import InfoPage, Story
from broadsheet.newsroom.selectors import public

from .variants import has_opened, is_newsroom


def may_read(request: HttpRequest, document: Any) -> bool:
    """Whether this reader may have `document`. Fetching one never spends a read."""
    if is_newsroom(request):
        return True
    pages = ReferenceIndex.objects.filter(
        to_content_type=ContentType.objects.get_for_model(type(document)),
        to_object_id=str(document.pk),
        base_content_type=ContentType.objects.get_for_model(Page),
    ).values_list("object_id", flat=True)
    ids = [int(pk) for pk in pages]
    if any(has_opened(request, story) for story in public(Story.objects.filter(pk__in=ids))):
        return True
    return InfoPage.objects.live().public().filter(pk__in=ids).exists()
