"""What we got wrong: every correction of a public story, newest first."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from broadsheet.newsroom.document import Card, Note
from broadsheet.newsroom.models import Correction
from broadsheet.newsroom.selectors import Cursor, card, front_page, public_stories
from broadsheet.press.lists import cursor_of
from broadsheet.press.pages import page

from ..chrome import chrome

LIMIT = 30


@dataclass(frozen=True, slots=True)
class Entry:
    """A correction and the story it belongs to."""

    note: Note
    card: Card


def corrections(request: HttpRequest) -> HttpResponse:
    """`/corrections/`, and older with `?before=<cursor>`."""
    language = translation.get_language() or ""
    before = cursor_of(request)
    rows = Correction.objects.filter(story__in=public_stories().filter(language=language)).order_by(
        "-made_at", "-pk"
    )
    if before:
        rows = rows.filter(Q(made_at__lt=before.published) | Q(made_at=before.published, pk__lt=before.id))
    found = list(rows.select_related("story__desk")[: LIMIT + 1])
    front = front_page(language)
    context = {
        "chrome": chrome(request),
        "intro": front.corrections_intro if front else "",
        "notes": [
            Entry(Note(c.kind, c.get_kind_display(), c.text, c.made_at), card(c.story, {}))
            for c in found[:LIMIT]
        ],
        "older": Cursor(found[LIMIT - 1].made_at, found[LIMIT - 1].pk) if len(found) > LIMIT else None,
    }
    return page(request, "site/corrections.html", context, keys=(f"corrections/{language}",))
