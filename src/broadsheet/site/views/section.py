"""A section's page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from broadsheet.newsroom.models import Section
from broadsheet.newsroom.selectors import galleries_of, of_section, page_path, section_named
from broadsheet.press import pages
from broadsheet.press.lists import cursor_of, list_key

from ..chrome import chrome


def section(request: HttpRequest, page: Section) -> HttpResponse:
    """Newest stories of one section; its galleries on the first page only."""
    language = page.locale.language_code
    before = cursor_of(request)
    same = Section.objects.live().filter(translation_key=page.translation_key).select_related("locale")
    paths = [(s.locale.language_code, page_path(s.url_path, s.locale.language_code)) for s in same]
    context = {
        "chrome": chrome(request, paths),
        "section": section_named(page, language),
        "accent": page.accent,
        "listing": of_section(page, before),
        "galleries": [] if before else galleries_of(page),
        "before": before,
    }
    return pages.page(request, "site/section.html", context, keys=list_key(request, f"section/{page.pk}"))
