"""A plain information page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from wagtail.rich_text import expand_db_html

from broadsheet.newsroom.models import InfoPage
from broadsheet.newsroom.selectors import page_path
from broadsheet.press import pages

from ..chrome import chrome


def info(request: HttpRequest, page: InfoPage) -> HttpResponse:
    """About, contact, privacy and the like."""
    same = InfoPage.objects.live().filter(translation_key=page.translation_key).select_related("locale")
    paths = [(p.locale.language_code, page_path(p.url_path, p.locale.language_code)) for p in same]
    context = {
        "chrome": chrome(request, paths),
        "page": {"title": page.title, "body_html": expand_db_html(page.body)},
    }
    return pages.page(request, "site/info.html", context, keys=(f"page/{page.pk}",))
