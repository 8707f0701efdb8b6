"""The record's pages: dossiers under `/topic/`, the calendar, open data, and what was corrected."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.conf import settings
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponsePermanentRedirect,
    StreamingHttpResponse,
)
from django.http.response import HttpResponseBase
from django.utils import timezone, translation

from broadsheet.newsroom.selectors import language_prefix
from broadsheet.press import headers
from broadsheet.press.keys import MISSING
from broadsheet.press.lists import cursor_of
from broadsheet.press.pages import page
from broadsheet.record import calendars, changes, exporting
from broadsheet.record.dossiers import Head, dossier, find
from broadsheet.record.models import Address, EventType
from broadsheet.record.timelines import Filters, Place
from broadsheet.record.wording import month_words

from ..chrome import chrome

YEARS = range(1, 9999)


def topic_of_record(request: HttpRequest, slug: str) -> HttpResponse:
    """`/topic/<slug>/` of a pair, an entity or a storyline. `?year=`, `?type=`, `?with=<slug>` narrow its timeline, `?until=` leads on
    in it, `?before=` in its stories. Raises `Http404`."""
    language = translation.get_language() or ""
    found = find(slug)
    if found is None:
        raise Http404("nothing in the record at this address")
    if found.head is None:
        to = HttpResponsePermanentRedirect(f"{language_prefix(language)}/topic/{found.moved_to}/")
        return headers.publish(request, to, {MISSING})
    made = dossier(found, before=cursor_of(request), until=_place(request), filters=_filters(request))
    paths = [(code, found.head.path_in(code)) for code, _ in settings.LANGUAGES]
    context = {
        "chrome": chrome(request, paths),
        "dossier": made,
        "types": EventType.choices,
        "year": request.GET.get("year", ""),
        "type": request.GET.get("type", ""),
        "with": request.GET.get("with", ""),
        "is_narrowed": any(request.GET.get(name) for name in ("year", "type", "with", "until", "before")),
    }
    return page(request, "site/record/dossier.html", context)


def _place(request: HttpRequest) -> Place | None:
    text = request.GET.get("until", "")
    place = Place.parse(text) if text else None
    if text and place is None:
        raise Http404("no such place in the timeline")
    return place


def _filters(request: HttpRequest) -> Filters:
    """What the form says; a year that is none, a kind that is none and a person that is none are refused, empty ones are not."""
    year, kind, slug = (request.GET.get(name, "").strip() for name in ("year", "type", "with"))
    if year and not (year.isascii() and year.isdigit() and int(year[:5]) in YEARS):
        raise Http404("no such year")
    if kind and kind not in EventType.values:
        raise Http404("no such kind of event")
    person = 0
    if slug:
        person = Address.objects.filter(pk=slug).values_list("entity_id", flat=True).first() or 0
        if not person:
            raise Http404("nobody of that name")
    return Filters(int(year) if year else 0, kind, person)


def calendar_of(request: HttpRequest, slug: str) -> HttpResponse:
    """`/topic/<slug>/calendar.ics`: the dated events of a pair or an entity."""
    found = find(slug)
    head = found.head if found else None
    if found is None or head is None or head.kind == "storyline":
        raise Http404("no such calendar")
    events = calendars.of_pair(head.id) if head.kind == "dyad" else calendars.of_entity(head.id)
    return _ics(request, head.name, events, head)


def _ics(request: HttpRequest, name: str, events: calendars.Events, head: Head) -> HttpResponse:
    text = calendars.feed(name, events, settings.PAPER.base_url.rstrip("/"), timezone.localdate())
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    return headers.publish(request, response, {head.surrogate_key, "calendar"})


def calendar(request: HttpRequest, year: int = 0, month: int = 0) -> HttpResponse:
    """`/calendar/` shows this month, `/calendar/<year>/<month>/` any other. Only what is known to the day."""
    today = timezone.localdate()
    year, month = year or today.year, month or today.month
    if year not in YEARS or not 1 <= month <= 12:
        raise Http404("no such month")
    first = date(year, month, 1)
    prefix = language_prefix(translation.get_language() or "")
    steps = [divmod(year * 12 + month - 1 + by, 12) for by in (-1, 1)]
    before, after = (f"{prefix}/calendar/{y}/{m + 1:02d}/" if y in YEARS else "" for y, m in steps)
    paths = [
        (code, f"{language_prefix(code)}/calendar/{year}/{month:02d}/") for code, _ in settings.LANGUAGES
    ]
    context = {
        "chrome": chrome(request, paths, canonical=f"{prefix}/calendar/{year}/{month:02d}/"),
        "days": calendars.month(year, month),
        "month": month_words(first),
        "before": before,
        "after": after,
    }
    return page(request, "site/record/calendar.html", context, keys=("calendar",))


def changed(request: HttpRequest) -> HttpResponse:
    """`/record/changes/`: corrections to facts, newest first, and older with `?before=`."""
    log, older = changes.public_changes(cursor_of(request))
    context = {"chrome": chrome(request), "changes": log, "older": older}
    return page(request, "site/record/changes.html", context, keys=("record/changes",))


def export_lines(request: HttpRequest) -> HttpResponseBase:
    """`/record/export.jsonl`: everything public of the record, an object a line."""
    return _streamed(
        exporting.lines(settings.PAPER.base_url.rstrip("/")), "application/jsonl", "record.jsonl"
    )


def export_rows(request: HttpRequest) -> HttpResponseBase:
    """`/record/export.csv`: the events alone."""
    return _streamed(exporting.rows(settings.PAPER.base_url.rstrip("/")), "text/csv", "record-events.csv")


def _streamed(lines: Iterable[str], kind: str, name: str) -> HttpResponseBase:
    response = StreamingHttpResponse(lines, content_type=f"{kind}; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    # As long as it is, and different with every decision: nobody keeps it.
    response.headers["Cache-Control"] = "private, no-store"
    return response
