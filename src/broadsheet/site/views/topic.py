"""A topic's page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import translation

from broadsheet.newsroom.models import Topic
from broadsheet.newsroom.selectors import on_topic, topic_named
from broadsheet.press.lists import cursor_of, list_key
from broadsheet.press.pages import page

from ..chrome import chrome
from .dossier import topic_of_record


def topic(request: HttpRequest, slug: str) -> HttpResponse:
    """`/topic/<slug>/`: what we wrote about it in this language; what is no topic may be the record's."""
    language = translation.get_language() or ""
    found = Topic.objects.select_related("locale").filter(slug=slug, locale__language_code=language).first()
    if found is None:
        return topic_of_record(request, slug)
    same = Topic.objects.filter(translation_key=found.translation_key).select_related("locale")
    paths = [(t.locale.language_code, topic_named(t, t.locale.language_code).path) for t in same]
    context = {
        "chrome": chrome(request, paths),
        "topic": topic_named(found, language),
        "listing": on_topic(found, cursor_of(request)),
    }
    return page(request, "site/topic.html", context, keys=list_key(request, f"topic/{found.pk}"))
