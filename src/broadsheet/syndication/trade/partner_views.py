"""What partners pull: `/partners/<token>/stories.ninjs|.newsml|.rss`, theirs alone and kept by nobody on the way."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.templatetags.static import static
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from broadsheet.newsroom.document import Document
from broadsheet.newsroom.selectors import Cursor, web

from ..feeds.entries import entry
from ..feeds.feed import TYPES, Feed, Person
from ..feeds.rss import rss
from ..markup import line
from . import partners
from .items import Item, Withdrawal
from .models import Partner
from .views import EPOCH, FORMS, answered, several

HEADERS = {
    "Cache-Control": "private, no-cache",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "Referrer-Policy": "no-referrer",
}
# What leads from a list to what has become of it since.
CHANGES = "https://broadsheet.example/rel/changes"
ALLOWED = {"ninjs": "by_ninjs", "newsml": "by_newsml", "rss": "by_rss"}


@require_safe
def stories(request: HttpRequest, token: str, form: str) -> HttpResponse:
    """The newest fifty (`?before=` leads on, and withdrawals stand before the first), or with `?changes=` what became of
    stories since, withdrawals among them, oldest first. `Link` names both ways on."""
    partner = partners.behind(token)
    if partner is None:
        raise Http404("no such partner")
    if not getattr(partner, ALLOWED[form]):
        return _refused("This form was not agreed.", HTTPStatus.FORBIDDEN)
    before, changes = request.GET.get("before", ""), request.GET.get("changes", "")
    cursor = Cursor.parse(before) if before else None
    if (before and cursor is None) or (changes and not _is_number(changes)) or (before and changes):
        return _refused("before or changes is none that was given out.", HTTPStatus.BAD_REQUEST)
    if form == "rss":
        if changes:
            return _refused("RSS can't take anything back: use ninjs or NewsML-G2.", HTTPStatus.BAD_REQUEST)
        body, links = _rss(request, partner, cursor)
        return _private(request, answered(f"{TYPES['rss']}; charset=utf-8", body), links)
    if changes:
        items, newest = partners.changes_of(partner, int(changes))
        links = [(_at(request, changes=newest), CHANGES)]
    else:
        items, links = _newest(request, partner, cursor)
    partners.note(partner, items)
    # The token stays out of what is kept.
    uri = f"{web('/partners/')}{partner.start}/stories.{form}"
    return _private(request, answered(FORMS[form].media_type, several(form, items, uri)), links)


def _newest(
    request: HttpRequest, partner: Partner, before: Cursor | None
) -> tuple[list[Item | Withdrawal], list[tuple[str, str]]]:
    # Read first: what happens while the list is made comes once more, and is never missed.
    newest = partners.newest_event()
    rows, older = partners.page_for(partner, before)
    items: list[Item | Withdrawal] = list(partners.items_of(partner, rows))
    links = [(_at(request, before=older), "next")] if older else []
    if before is None:
        items = [*partners.lately_withdrawn(partner), *items]
        links.append((_at(request, changes=newest), CHANGES))
    return items, links


def _rss(
    request: HttpRequest, partner: Partner, before: Cursor | None
) -> tuple[bytes, list[tuple[str, str]]]:
    rows, older = partners.page_for(partner, before)
    documents = partners.documents_of(partner, rows)
    partners.note(partner, partners.items_of(partner, rows))
    following = _at(request, before=older) if older else ""
    own = web(request.get_full_path())
    return rss(_feed(partner, documents, own, following)), [(following, "next")] if older else []


def _feed(partner: Partner, documents: Sequence[Document], own: str, following: str) -> Feed:
    paper, rights = line(settings.PAPER.name), partners.rights_of(partner)
    entries = [entry(document) for document in documents]
    return Feed(
        kind="rss",
        title=f"{paper}: {line(partner.name)}",
        description=" ".join(part for part in (line(rights.notice), line(rights.usage_terms)) if part),
        language=settings.PAPER.languages[0],
        home=web("/"),
        own=own,
        first=own,
        updated=max((one.updated for one in entries), default=EPOCH),
        rights=line(rights.notice),
        icon=web(static("site/touch-icon.png")),
        entries=entries,
        paper=Person(paper, web("/")),
        next=following,
    )


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


def _at(request: HttpRequest, **given: object) -> str:
    return web(f"{request.path}?{urlencode(given)}")


def _private(request: HttpRequest, answer: HttpResponse, links: Sequence[tuple[str, str]]) -> HttpResponse:
    if links:
        answer.headers["Link"] = ", ".join(f'<{address}>; rel="{rel}"' for address, rel in links)
    done = get_conditional_response(request, etag=answer.headers["ETag"], response=answer) or answer
    for name, value in HEADERS.items():
        done.headers[name] = value
    return done


def _refused(words: str, status: HTTPStatus) -> HttpResponse:
    return HttpResponse(
        f"{words}\n", status=status, content_type="text/plain; charset=utf-8", headers=HEADERS
    )
