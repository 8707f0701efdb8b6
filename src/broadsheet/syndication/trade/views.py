"""ninjs and NewsML-G2 beside the API's own form: a story, or the newest of a query, under the API's rules: keys, limits,
parameters. Each is as free as it is on the site, and whole for a key that may read it whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from http import HTTPStatus
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from broadsheet.newsroom.selectors import web
from broadsheet.press.headers import LIFETIME, LIFETIME_OF_NOTHING
from broadsheet.press.keys import MISSING, shown_keys

from ..api import listing, reading
from ..api.answering import UNTOLD_LIFETIME, live, respond
from ..api.asking import LARGEST_ID, Stories, parse
from ..api.finding import rule_of
from ..api.keys import Caller
from ..api.problems import NOT_FOUND, Problem
from ..stories import public_stories, released
from . import newsml, ninjs
from .items import Item, Withdrawal, item
from .rights import public_rights
from .versions import versions
from .withdrawing import withdrawal

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Items = Sequence[Item | Withdrawal]


@dataclass(frozen=True, slots=True)
class Form:
    """How one format writes one item, and several."""

    media_type: str
    one: Callable[[Item | Withdrawal], bytes]
    several: Callable[[Items, str, datetime], bytes]


def _changed(one: Item | Withdrawal) -> datetime:
    return one.at if isinstance(one, Withdrawal) else one.changed


FORMS = {
    "ninjs": Form(
        ninjs.MEDIA_TYPE,
        lambda one: ninjs.text_of(one).encode(),
        lambda items, uri, at: ninjs.package_of(items, uri, at).encode(),
    ),
    "newsml": Form(
        newsml.MEDIA_TYPE,
        lambda one: newsml.message_of([one], one.uri, _changed(one)),
        lambda items, uri, at: newsml.message_of(items, uri, at, is_package=True),
    ),
}


def story(request: HttpRequest, pk: int, form: str) -> HttpResponse:
    """`/api/v1/stories/<id>.ninjs|.newsml`: 410 with the cancelling item for a story that was withdrawn."""
    return respond(request, lambda caller: _story(request, caller, pk, form))


def _story(request: HttpRequest, caller: Caller, pk: int, form: str) -> HttpResponse:
    found = public_stories().filter(pk=min(pk, LARGEST_ID)).first()
    if found is None:
        gone = withdrawal(min(pk, LARGEST_ID))
        if gone is None:
            raise Problem(NOT_FOUND, f"There is no story {pk}.")
        answer = answered(FORMS[form].media_type, FORMS[form].one(gone), HTTPStatus.GONE)
        return live(request, answer, caller, [f"story/{pk}", MISSING], LIFETIME_OF_NOTHING)
    document = released([found], rule_of(caller))[0]
    made = item(document, public_rights(document.published.year), versions([pk]).get(pk))
    answer = answered(FORMS[form].media_type, FORMS[form].one(made))
    return live(request, answer, caller, [f"story/{pk}", *shown_keys(document)])


def stories(request: HttpRequest, form: str) -> HttpResponse:
    """`/api/v1/stories.ninjs|.newsml`, newest first: the parameters are those of the API's list."""
    return respond(request, lambda caller: _stories(request, caller, form))


def _stories(request: HttpRequest, caller: Caller, form: str) -> HttpResponse:
    asked = parse(Stories, request)
    want, before = listing.wanted(asked), reading.cursor(asked.before)
    rows, older = listing.page(want, before, asked.limit, has_body=True)
    documents = released(rows, rule_of(caller))
    known = versions(document.id for document in documents)
    rights = public_rights(timezone.localdate().year)
    items = [item(document, rights, known.get(document.id)) for document in documents]
    answer = answered(FORMS[form].media_type, several(form, items, web(request.get_full_path())))
    if older:
        answer.headers["Link"] = f'<{_next(request, str(older))}>; rel="next"'
    answer.headers["Content-Language"] = want.language
    # As for the API: an edit can bring a story into what these filters let through, and no key says so.
    is_told = not (asked.access or asked.genre or asked.updated_since)
    keys = [*shown_keys(documents), *(() if before else want.lists)]
    return live(request, answer, caller, keys, LIFETIME if is_told else UNTOLD_LIFETIME)


def several(form: str, items: Items, uri: str) -> bytes:
    """One document with all of them, as old as the newest change in it."""
    return FORMS[form].several(items, uri, max((_changed(one) for one in items), default=EPOCH))


def answered(media_type: str, body: bytes, status: int = HTTPStatus.OK) -> HttpResponse:
    """An answer with its tag."""
    answer = HttpResponse(body, status=status, content_type=media_type)
    answer.headers["ETag"] = f'"{blake2b(body, digest_size=12).hexdigest()}"'
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


def _next(request: HttpRequest, cursor: str) -> str:
    given = {**request.GET.dict(), "before": cursor}
    return web(f"{request.path}?{urlencode(given)}")
