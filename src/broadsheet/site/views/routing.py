"""From an address straight to its section, story or gallery in one query.

Wagtail's own router asks the database three times for each part of the path; it still gets what is not found here:
information pages, moved pages, pages behind a password.
"""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import translation
from wagtail import views as wagtail_views

from broadsheet.newsroom.models import Section, Story
from broadsheet.newsroom.selectors import public, public_galleries, restricted

from . import gallery as gallery_view
from . import section as section_view
from . import story as story_view


def section(request: HttpRequest, section_slug: str) -> HttpResponseBase:
    """`/<section>/`."""
    language = translation.get_language()
    found = (
        Section.objects.select_related("locale")
        .filter(~restricted(), live=True, slug=section_slug, locale__language_code=language)
        .first()
    )
    return section_view.section(request, found) if found else wagtail_views.serve(request, f"{section_slug}/")


def page(request: HttpRequest, section_slug: str, slug: str) -> HttpResponseBase:
    """`/<section>/<slug>/`: a story, else a gallery."""
    story = _find(public(Story.objects.select_related("desk", "lead_clip")), section_slug, slug)
    if story:
        return story_view.story(request, story)
    gallery = _find(public_galleries(), section_slug, slug)
    if gallery:
        return gallery_view.gallery(request, gallery)
    return wagtail_views.serve(request, f"{section_slug}/{slug}/")


def _find(pages, section_slug: str, slug: str):  # type: ignore[no-untyped-def]  # a query set of either page class
    return pages.filter(slug=slug, desk__slug=section_slug, language=translation.get_language()).first()
