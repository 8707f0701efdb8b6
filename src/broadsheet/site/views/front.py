"""The front page."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import translation

from broadsheet.newsroom.models import FrontPage
from broadsheet.newsroom.selectors import filled_containers, front_page, page_path
from broadsheet.pictures.selectors import images
from broadsheet.press import pages

from ..chrome import chrome_of
from ..sharing import share_picture


def home(request: HttpRequest) -> HttpResponse:
    """`/` and `/<lang>/`."""
    found = front_page(translation.get_language() or settings.LANGUAGE_CODE)
    if found is None:
        raise Http404("no front page")
    return front(request, found)


def front(request: HttpRequest, page: FrontPage) -> HttpResponse:
    """One language's front page, live or as an editor previews it."""
    language = page.locale.language_code
    containers, latest = filled_containers(page, language)
    others = FrontPage.objects.live().filter(translation_key=page.translation_key).select_related("locale")
    paths = [(p.locale.language_code, page_path(p.url_path, p.locale.language_code)) for p in others]
    chrome = chrome_of(page, page_path(page.url_path, language), language, paths)
    share = images({page.share_picture_id}).get(page.share_picture_id) if page.share_picture_id else None
    context = {
        "chrome": chrome,
        "containers": containers,
        "latest": latest,
        "share_image": share_picture(share),
    }
    keys = (f"front/{page.pk}", f"latest/{language}")
    return pages.page(request, "site/front.html", context, keys=keys)
