"""An author's page."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import translation

from broadsheet.newsroom.documents import profile
from broadsheet.newsroom.models import Author
from broadsheet.newsroom.selectors import author_named, by_author
from broadsheet.pictures.selectors import images
from broadsheet.press.lists import cursor_of, list_key
from broadsheet.press.pages import page

from ..chrome import chrome
from ..sharing import share_picture


def author(request: HttpRequest, slug: str) -> HttpResponse:
    """`/author/<slug>/`: who it is and what they wrote in this language."""
    language = translation.get_language() or ""
    found = Author.objects.select_related("locale").filter(slug=slug, locale__language_code=language).first()
    if found is None:
        raise Http404("no such author")
    photo = images({found.photo_id}).get(found.photo_id) if found.photo_id else None
    same = Author.objects.filter(translation_key=found.translation_key).select_related("locale")
    paths = [(a.locale.language_code, author_named(a, a.locale.language_code).path) for a in same]
    context = {
        "chrome": chrome(request, paths),
        "author": profile(found, language, photo),
        "listing": by_author(found, cursor_of(request)),
        "share_image": share_picture(photo),
    }
    return page(request, "site/author.html", context, keys=list_key(request, f"author/{found.pk}"))
