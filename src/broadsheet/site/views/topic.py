"""A topic's page."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import translation

from broadsheet.newsroom.models import Topic
from broadsheet.newsroom.selectors import on_topic, topic_named
from broadsheet.press.pages import page

from ..chrome import chrome
from .section import cursor_of, list_key


def topic(request: HttpRequest, slug: str) -> HttpResponse:
    """`/topic/<slug>/`: what we wrote about it in this language."""
    language = translation.get_language() or ""
    found = Topic.objects.select_related("locale").filter(slug=slug, locale__language_code=language).first()
    if found is None:
        raise Http404("no such topic")
    same = Topic.objects.filter(translation_key=found.translation_key).select_related("locale")
    paths = [(t.locale.language_code, topic_named(t, t.locale.language_code).path) for t in same]
    context = {
        "chrome": chrome(request, paths),
        "topic": topic_named(found, language),
        "listing": on_topic(found, cursor_of(request)),
    }
    return page(request, "site/topic.html", context, keys=list_key(request, f"topic/{found.pk}"))
