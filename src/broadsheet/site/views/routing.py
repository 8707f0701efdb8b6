"""From an address straight to its section, story or gallery in one query.

Wagtail's own router asks the database three times for each part of the path; it still gets what is not found here:
information pages, moved pages, pages behind a password.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import translation
from wagtail import views as wagtail_views

from broadsheet.newsroom.models import Section, Story
from broadsheet.newsroom.selectors import public, public_galleries, restricted

from . import gallery as gallery_view
from . import section as section_view
from . import story as story_view

AnyPage = TypeVar("AnyPage")


def section(request: HttpRequest, section_slug: str) -> HttpResponseBase:
    """`/<section>/`."""
    sections = (
        Section.objects.select_related("locale")
        .filter(~restricted(), live=True, slug=section_slug)
        .order_by()
    )
    found = _in_language(sections, lambda page: page.locale.language_code)
    return section_view.section(request, found) if found else wagtail_views.serve(request, f"{section_slug}/")


def page(request: HttpRequest, section_slug: str, slug: str) -> HttpResponseBase:
    """`/<section>/<slug>/`: a story, else a gallery."""
    here = {"slug": slug, "desk__slug": section_slug}
    stories = public(Story.objects.select_related("desk", "lead_clip")).filter(**here).order_by()
    story = _in_language(stories, lambda page: page.language)
    if story:
        return story_view.story(request, story)
    gallery = _in_language(public_galleries().filter(**here).order_by(), lambda page: page.language)
    if gallery:
        return gallery_view.gallery(request, gallery)
    return wagtail_views.serve(request, f"{section_slug}/{slug}/")


def _in_language(pages: Iterable[AnyPage], language_of: Callable[[AnyPage], str]) -> AnyPage | None:
    """The one in this request's language: of a slug there are a few, of a language a million."""
    language = translation.get_language()
    return next((page for page in pages if language_of(page) == language), None)
