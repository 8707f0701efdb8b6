"""`/oembed` and the card that it names, `/embed/<id>/`: framable by anybody, without cookies or scripts."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.views.decorators.http import require_safe

from broadsheet.newsroom.selectors import web
from broadsheet.press import headers
from broadsheet.press.keys import MISSING, shown_keys

from ..stories import public_stories, released
from . import oembed

FORMATS = ("json", "xml")
MOST_DIGITS = 6
FRAMED_BY_ANYBODY = {"frame-ancestors": ["*"], "script-src": ["'none'"]}


@require_safe
def provide(request: HttpRequest) -> HttpResponse:
    """`/oembed?url=…`; 404 for what is not a public story of this paper, whatever else it is."""
    wanted = request.GET.get("format") or "json"
    if wanted not in FORMATS:
        return _refusal(request, 501, f"The formats are {' and '.join(FORMATS)}.")
    try:
        room = oembed.Room(_pixels(request, "maxwidth"), _pixels(request, "maxheight"))
    except ValueError:
        return _refusal(request, 400, "maxwidth and maxheight are whole pixels.")
    story = oembed.story_at(request.GET.get("url", ""))
    if story is None:
        return _refusal(request, 404, "There is no public story at this address.")
    document = released([story])[0]
    members = oembed.answer(document, room)
    response: HttpResponse = (
        HttpResponse(oembed.as_xml(members), content_type="text/xml; charset=utf-8")
        if wanted == "xml"
        else JsonResponse(members, json_dumps_params={"ensure_ascii": False})
    )
    response.headers["Access-Control-Allow-Origin"] = "*"
    return headers.publish(request, response, shown_keys(document))


def _pixels(request: HttpRequest, name: str) -> int | None:
    """Raises `ValueError` for what is no number of pixels that a frame can have."""
    text = request.GET.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS and int(text)):
        raise ValueError(text)
    return int(text)


def _refusal(request: HttpRequest, status: int, words: str) -> HttpResponse:
    response = HttpResponse(words, status=status, content_type="text/plain; charset=utf-8")
    response.headers["Access-Control-Allow-Origin"] = "*"
    return headers.publish(request, response, (MISSING,), headers.LIFETIME_OF_NOTHING)


@require_safe
def card(request: HttpRequest, pk: int) -> HttpResponse:
    """A story on other people's pages; where it was withdrawn, a card that says so."""
    story = public_stories().filter(pk=min(pk, 2**63 - 1)).order_by().first()
    if story is None:
        return headers.publish(
            request, _page({}, settings.LANGUAGE_CODE, 404), (MISSING,), headers.LIFETIME_OF_NOTHING
        )
    document = released([story])[0]
    response = _page({"document": document, "address": web(document.path)}, document.language)
    return headers.publish(request, response, shown_keys(document))


def _page(context: dict[str, object], language: str, status: int = 200) -> HttpResponse:
    with translation.override(language):
        context |= {
            "paper": settings.PAPER,
            "home": web("/"),
            "language": language,
            "direction": "rtl" if translation.get_language_bidi() else "ltr",
        }
        # Without the request: nothing of whoever reads it has a part in it.
        text = render_to_string("syndication/embedding/card.html", context)
    response = HttpResponse(text, status=status, headers={"Content-Language": language})
    # django-csp's and Django's own way, as their decorators do, which know no view with a parameter.
    setattr(response, "_csp_replace", FRAMED_BY_ANYBODY)  # noqa: B010
    setattr(response, "xframe_options_exempt", True)  # noqa: B010
    return response
