"""What stands at each address: from the reads to an answer."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.utils import timezone
from pydantic import BaseModel

from broadsheet.newsroom.document import Document
from broadsheet.newsroom.models import Story
from broadsheet.newsroom.selectors import web
from broadsheet.pictures.selectors import images
from broadsheet.press.headers import LIFETIME
from broadsheet.press.keys import shown_keys
from broadsheet.site import searching

from .. import stories as leaving
from ..stories import Rule, if_free, public_stories
from . import asking, listing, reading, shapes, showing
from .answering import ROOT, UNTOLD_LIFETIME, Answer
from .keys import Caller
from .problems import GONE, NOT_FOUND, Problem

SEARCH_SECONDS = 15
HREFS = ("stories", "sections", "authors", "topics", "galleries", "pictures", "search")


def rule_of(caller: Caller) -> Rule:
    """What may leave whole to this caller."""
    return _always if caller.may_read_whole else if_free


def _always(story: Story) -> bool:
    return True


def nothing() -> Problem:
    return Problem(NOT_FOUND, "Nothing public has this id.")


def index(asked: asking.One, caller: Caller) -> Answer:
    links = {name: web(ROOT + name) for name in (*HREFS, "openapi.json")}
    made = shapes.Index(
        name=settings.PAPER.name,
        url=web("/"),
        languages=[code for code, _ in settings.LANGUAGES],
        links=links,
    )
    return Answer(made)


def stories(asked: asking.Stories, caller: Caller) -> Answer:
    want, before = listing.wanted(asked), reading.cursor(asked.before)
    has_body = _has_body(asked.fields)
    rows, older = listing.page(want, before, asked.limit, has_body=has_body)
    documents = (leaving.released if has_body else leaving.headed)(rows, rule_of(caller))
    # An edit can bring a story into what these filters let through, and no key says so.
    is_told = not (asked.access or asked.genre or asked.updated_since)
    return Answer(
        items=_shown(documents, asked.fields),
        older=older,
        fields=asked.fields,
        keys=[*shown_keys(documents), *(() if before else want.lists)],
        lifetime=LIFETIME if is_told else UNTOLD_LIFETIME,
        language=want.language,
    )


def _has_body(fields: str | None) -> bool:
    return "body_html" in (fields or "").split(",")


def _shown(documents: Iterable[Document], fields: str | None) -> list[shapes.Story]:
    return [showing.story(document, has_body=_has_body(fields)) for document in documents]


def story(asked: asking.OneStory, caller: Caller, pk: int) -> Answer:
    row = public_stories().filter(pk=pk).order_by().first()
    if row is None:
        raise Problem(GONE, "This story was withdrawn.") if reading.was_public(pk) else nothing()
    document = leaving.released([row], rule_of(caller))[0]
    return Answer(
        showing.story(document), fields=asked.fields, keys=shown_keys(document), language=document.language
    )


def sections(asked: asking.Sections, caller: Caller) -> Answer:
    rows = reading.public_sections()
    if asked.language:
        rows = rows.filter(locale__language_code=asked.language)
    found, older = reading.by_id(rows, asked.before, asked.limit)
    keys = [f"section/{row.pk}" for row in found] + [f"chrome/{code}" for code, _ in settings.LANGUAGES]
    return Answer(items=[showing.section(row) for row in found], older=older, fields=asked.fields, keys=keys)


def section(asked: asking.One, caller: Caller, pk: int) -> Answer:
    row = reading.public_sections().filter(pk=pk).first()
    if row is None:
        raise nothing()
    made = showing.section(row)
    return Answer(made, keys=[f"section/{pk}", f"chrome/{made.language}"], language=made.language)


def authors(asked: asking.Authors, caller: Caller) -> Answer:
    found, older = reading.by_id(reading.authors(asked.language), asked.before, asked.limit)
    photos = images(row.photo_id for row in found if row.photo_id)
    made = [showing.author(row, photos.get(row.photo_id or 0)) for row in found]
    return Answer(
        items=made,
        older=older,
        fields=asked.fields,
        keys=[f"author/{row.pk}" for row in found] + [*shown_keys(photos)],
        lifetime=UNTOLD_LIFETIME,
    )


def author(asked: asking.One, caller: Caller, pk: int) -> Answer:
    row = reading.authors(None).filter(pk=pk).first()
    if row is None:
        raise nothing()
    photos = images({row.photo_id}) if row.photo_id else {}
    made = showing.author(row, photos.get(row.photo_id or 0))
    return Answer(made, keys=[f"author/{pk}", *shown_keys(photos)], language=made.language)


def topics(asked: asking.Topics, caller: Caller) -> Answer:
    found, older = reading.by_id(reading.topics(asked.language), asked.before, asked.limit)
    return Answer(
        items=[showing.topic(row) for row in found],
        older=older,
        fields=asked.fields,
        keys=[f"topic/{row.pk}" for row in found],
        lifetime=UNTOLD_LIFETIME,
    )


def topic(asked: asking.One, caller: Caller, pk: int) -> Answer:
    row = reading.topics(None).filter(pk=pk).first()
    if row is None:
        raise nothing()
    made = showing.topic(row)
    return Answer(made, keys=[f"topic/{pk}"], language=made.language)


def galleries(asked: asking.Galleries, caller: Caller) -> Answer:
    rows, language, lists = reading.galleries(asked)
    before = reading.cursor(asked.before)
    found, older = reading.by_time(rows, before, asked.limit)
    items = reading.items_of(found)
    return Answer(
        items=[showing.gallery(row, items.get(row.pk, ())) for row in found],
        older=older,
        fields=asked.fields,
        keys=[*reading.gallery_keys(found, items), *(() if before else lists)],
        language=language,
    )


def gallery(asked: asking.One, caller: Caller, pk: int) -> Answer:
    row = reading.public_galleries().filter(pk=pk).first()
    if row is None:
        raise nothing()
    items = reading.items_of([row])
    made = showing.gallery(row, items.get(pk, ()))
    return Answer(made, keys=reading.gallery_keys([row], items), language=made.language)


def pictures(asked: asking.Pictures, caller: Caller) -> Answer:
    found, older = reading.by_id(reading.public_pictures(), asked.before, asked.limit)
    shown = images(row.pk for row in found)
    made = [picture for row in found if (picture := showing.picture(shown.get(row.pk)))]
    return Answer(
        items=made, older=older, fields=asked.fields, keys=shown_keys(shown), lifetime=UNTOLD_LIFETIME
    )


def picture(asked: asking.One, caller: Caller, pk: int) -> Answer:
    is_public = reading.public_pictures().filter(pk=pk).exists()
    shown = images({pk}) if is_public else {}
    made = showing.picture(shown.get(pk))
    if made is None:
        raise nothing()
    return Answer(made, keys=shown_keys(shown), lifetime=UNTOLD_LIFETIME)


def search(asked: asking.Search, caller: Caller) -> Answer:
    section = reading.section_of(asked.section, asked.language) if asked.section else None
    zone = settings.PAPER.zone
    wanted = searching.Wanted(
        text=" ".join(asked.q.split()),
        section=section.slug if section else "",
        language=asked.language or (section.locale.language_code if section else ""),
        since=timezone.localtime(asked.since, zone).date() if asked.since else None,
        until=timezone.localtime(asked.until, zone).date() if asked.until else None,
        newest=asked.order == "newest",
    )
    results = searching.find(wanted, reading.cursor(asked.before))
    has_body = _has_body(asked.fields)
    stories = public_stories() if has_body else public_stories().defer("body")
    ids = [hit.card.id for hit in results.found]
    rows = {row.pk: row for row in stories.filter(pk__in=ids).order_by()}
    hits = [hit for hit in results.found if hit.card.id in rows]
    release = leaving.released if has_body else leaving.headed
    documents = release([rows[hit.card.id] for hit in hits], rule_of(caller))
    shown = _shown(documents, asked.fields)
    made: list[BaseModel] = [
        shapes.Hit(story=story, excerpt_html=hit.excerpt) for story, hit in zip(shown, hits, strict=True)
    ]
    return Answer(
        items=made,
        older=results.older,
        fields=asked.fields,
        keys=shown_keys(documents),
        lifetime=SEARCH_SECONDS,
        language=wanted.language,
    )
