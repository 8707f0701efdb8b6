"""ninjs and NewsML-G2 for the public: a story, or the newest of a query; each as free as it is on the site."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from broadsheet.press.headers import publish
from broadsheet.press.keys import MISSING, shown_keys

from ..stories import newest, public_stories, released, web
from . import newsml, ninjs, queries
from .items import Item, Withdrawal, item
from .rights import public_rights
from .versions import versions

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


@require_safe
def story(request: HttpRequest, pk: int, form: str) -> HttpResponse:
    """`/api/v1/stories/<id>.ninjs|.newsml`: 410 with the cancelling item for a story that was withdrawn."""
    found = public_stories().filter(pk=pk).first()
    if found is None:
        gone = queries.withdrawal(pk)
        if gone is None:
            raise Http404("no such story")
        answer = answered(FORMS[form].media_type, FORMS[form].one(gone), status=410)
        return publish(request, answer, [f"story/{pk}", MISSING])
    document = released([found])[0]
    rights = public_rights(document.published.year)
    made = item(document, rights, versions([pk]).get(pk))
    answer = answered(FORMS[form].media_type, FORMS[form].one(made))
    return publish(request, answer, [f"story/{pk}", *shown_keys(document)])


@require_safe
def stories(request: HttpRequest, form: str) -> HttpResponse:
    """`/api/v1/stories.ninjs|.newsml?section=&topic=&author=&language=&since=&until=&before=`: newest first."""
    try:
        query = queries.parse(request.GET.dict())
        found, keys = queries.stories(query)
    except queries.UnknownQuery as error:
        return HttpResponse(f"{error}\n", status=400, content_type="text/plain; charset=utf-8")
    documents, older = newest(found, query.before, limit=queries.MOST)
    known = versions(document.id for document in documents)
    rights = public_rights(timezone.localdate().year)
    items = [item(document, rights, known.get(document.id)) for document in documents]
    answer = answered(FORMS[form].media_type, several(form, items, web(request.get_full_path())))
    if older:
        answer.headers["Link"] = f'<{_next(request, str(older))}>; rel="next"'
    return publish(request, answer, [*keys, *shown_keys(documents)])


def several(form: str, items: Items, uri: str) -> bytes:
    """One document with all of them, as old as the newest change in it."""
    return FORMS[form].several(items, uri, max((_changed(one) for one in items), default=EPOCH))


def answered(media_type: str, body: bytes, status: int = 200) -> HttpResponse:
    """An answer with its ETag."""
    answer = HttpResponse(body, status=status, content_type=media_type)
    answer.headers["ETag"] = f'"{blake2b(body, digest_size=12).hexdigest()}"'
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


def _next(request: HttpRequest, cursor: str) -> str:
    given = {**request.GET.dict(), "before": cursor}
    return web(f"{request.path}?{urlencode(given)}")
