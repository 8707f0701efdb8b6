"""Lets the reader's site draw newsroom pages without the newsroom importing the site.

`site` registers one function per page class when it starts; `Page.serve` and the editors' preview call it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from wagtail.models import Page

Renderer = Callable[[HttpRequest, Any], HttpResponseBase]
_renderers: dict[type[Page], Renderer] = {}


def register(page_class: type[Page], renderer: Renderer) -> None:
    """Draw pages of `page_class` with `renderer`; a later call for the same class wins (themes)."""
    _renderers[page_class] = renderer


class Rendered(Page):
    """A page that the reader's site draws."""

    class Meta:
        abstract = True

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        renderer = _renderers.get(type(self))
        if renderer is None:
            raise Http404(f"nothing draws {type(self).__name__}")
        return renderer(request, self)
