"""What crawlers ask for by a fixed name."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from broadsheet.press import headers

from . import entries, maps, rsl
from .adverts import ads_text
from .models import MachineTerms, SiteMapMonth
from .months import NOW, Kind, key
from .robots import robots_text

TEXT, XML = "text/plain; charset=utf-8", "application/xml; charset=utf-8"


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """`/robots.txt`: two queries."""
    answer = HttpResponse(robots_text(MachineTerms.current()), content_type=TEXT)
    return headers.publish(request, answer, {rsl.KEY})


@require_safe
def licence(request: HttpRequest) -> HttpResponse:
    """`/license.xml`."""
    answer = HttpResponse(rsl.licence_document(MachineTerms.current()), content_type=rsl.MEDIA_TYPE)
    return headers.publish(request, answer, {rsl.KEY})


@require_safe
def ads(request: HttpRequest) -> HttpResponse:
    """`/ads.txt`."""
    answer = HttpResponse(ads_text(MachineTerms.current().ads), content_type=TEXT)
    return headers.publish(request, answer, {rsl.KEY})


@require_safe
def index_now_key(request: HttpRequest, key: str) -> HttpResponse:
    """`/<key>.txt`: by it a search engine knows that the paper itself told it of changes."""
    terms = MachineTerms.current()
    if not terms.is_announcing or key != terms.index_now_key:
        raise Http404("no such key")
    return headers.publish(request, HttpResponse(key, content_type=TEXT), {rsl.KEY})


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """`/sitemap.xml`."""
    answer = HttpResponse(maps.index(), content_type=XML)
    return headers.publish(request, answer, {NOW, *_front_keys()})


@require_safe
def month(
    request: HttpRequest, language: str, name: str, number: str, kind: str = Kind.STORIES
) -> HttpResponse:
    """`/sitemap-<language>-<year>-<month>-<n>.xml`: five queries."""
    wanted, at = int(number), maps.month_named(name)
    row = SiteMapMonth.objects.filter(kind=kind, language=language, month=at).first() if at else None
    if row is None or wanted > len(row.parts):
        raise Http404("no such site map")
    keys = {key(kind, language, row.month), f"chrome/{language}"}
    return _file(request, entries.of_part(row, wanted), keys)


@require_safe
def pages(request: HttpRequest, language: str) -> HttpResponse:
    """`/sitemap-<language>-pages.xml`: seven queries."""
    return _file(request, entries.places(language), {NOW, f"latest/{language}", f"chrome/{language}"})


@require_safe
def named(request: HttpRequest, language: str, kind: str, number: str) -> HttpResponse:
    """`/sitemap-<language>-authors-<n>.xml` and topics: one query."""
    return _file(request, entries.named(kind, language, int(number)), {NOW, f"chrome/{language}"})


@require_safe
def news(request: HttpRequest) -> HttpResponse:
    """`/news-sitemap.xml`."""
    found = entries.news()
    names = {language: front.title for language, front in entries.fronts().items()}
    keys = {NOW, *_front_keys(), *(f"latest/{code}" for code, _ in settings.LANGUAGES)}
    keys |= {f"section/{pk}" for pk in found.sections}
    return headers.publish(request, HttpResponse(maps.news(found.entries, names), content_type=XML), keys)


def _file(request: HttpRequest, found: entries.File, keys: set[str]) -> HttpResponse:
    """One file; an empty one is none (the schema wants an address)."""
    if not found.entries:
        raise Http404("nothing is in this site map")
    keys |= {f"section/{pk}" for pk in found.sections}
    return headers.publish(request, HttpResponse(maps.urls(found.entries), content_type=XML), keys)


def _front_keys() -> set[str]:
    """Of what shows each language's front page: its name, and whether it is open."""
    return {f"chrome/{code}" for code, _ in settings.LANGUAGES}
