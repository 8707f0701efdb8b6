"""Private feeds: whole stories for whoever holds the address. Nothing of it may be kept by anybody but the feed's reader."""

from __future__ import annotations

from hashlib import blake2b

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from broadsheet.newsroom.selectors import language_prefix
from broadsheet.press.lists import cursor_of

from . import lists, private
from .feed import TYPES, Kind
from .making import made
from .views import language_of

HEADERS = {
    "Cache-Control": "private, no-cache",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "Referrer-Policy": "no-referrer",
}


@require_safe
def feed(request: HttpRequest, token: str, kind: Kind, slug: str = "") -> HttpResponse:
    """`/feeds/private/<token>/latest.rss`, and `/feeds/private/<token>/<section>/feed.rss`."""
    held = private.behind(token)
    if held is None or private.is_leaving(held.reader):
        raise Http404("no such feed")
    wait = private.note_use(held, timezone.now())
    if wait:
        return _too_many(wait)
    language = language_of()
    chosen = lists.section(language, slug) if slug else lists.latest(language)
    if chosen is None:
        raise Http404("no such list")
    rights = private.rights_of(held.reader)
    notice = gettext("Your subscription has ended: only previews are shown here.") if rights.has_ended else ""
    done = made(
        chosen,
        kind,
        cursor_of(request),
        is_whole=rights.is_whole,
        path=f"{language_prefix(language)}/feeds/private/{token}/{f'{slug}/feed' if slug else 'latest'}",
        notice=notice,
        has_ended=rights.has_ended,
    )
    etag = f'"{blake2b(done.body, digest_size=12).hexdigest()}"'
    response = HttpResponse(done.body, f"{TYPES[kind]}; charset=utf-8", headers={**HEADERS, "ETag": etag})
    answer = get_conditional_response(request, etag=etag, response=response) or response
    for name, value in HEADERS.items():
        answer.headers[name] = value
    return answer


def _too_many(wait: int) -> HttpResponse:
    answer = HttpResponse(
        gettext("This address is asked for too often.") + "\n",
        "text/plain; charset=utf-8",
        429,
        headers={**HEADERS, "Retry-After": str(wait)},
    )
    # Django notes each refusal with its path, and this one holds a secret.
    answer._has_been_logged = True  # type: ignore[attr-defined]  # Django's own mark
    return answer
