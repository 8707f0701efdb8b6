"""Documents leave by press's decision, as every other part of a story does."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from wagtail import hooks

from .documents import may_read


@hooks.register("before_serve_document", order=0)
def only_for_readers_of_its_story(document: Any, request: HttpRequest) -> HttpResponse | None:
    """404 alike for a document that is not there and one that this reader may not have."""
    if not may_read(request, document):
        raise Http404
    return None
