"""Reads for the API: keyset-paged, the same number of queries whatever the archive's size."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from django.conf import settings
from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.utils import timezone

from broadsheet.newsroom.models import Author, Gallery, GalleryItem, Section, Story, Topic
from broadsheet.newsroom.models.people import Slugged
from broadsheet.newsroom.selectors import Cursor, older_than, page_of, public, restricted
from broadsheet.pictures.models import Picture, RenditionState
from broadsheet.pictures.selectors import Image, images

from ..models import StoryEvent
from .asking import LARGEST_ID, Galleries
from .problems import NOT_FOUND, Problem

AnyModel = TypeVar("AnyModel", bound=Model)


def cursor(text: str | None) -> Cursor | None:
    """Raises `Problem` for one that we never gave out."""
    found = Cursor.parse(text) if text else None
    if text and found is None:
        raise Problem(NOT_FOUND, "There is no such place in this list.")
    return found


def section_of(place: str, language: str | None) -> Section:
    """By id, or by slug in a language. Raises `Problem`."""
    sections = public_sections().filter(_named(place))
    if not place.isdecimal():
        sections = sections.filter(locale__language_code=language or settings.LANGUAGE_CODE)
    return _found(sections.first(), "section", place)


def public_sections() -> QuerySet[Section]:
    """Those that a reader may know of."""
    return Section.objects.filter(~restricted(), live=True).select_related("locale")


def filed_under(model: type[AnyModel], place: str, language: str | None) -> AnyModel:
    rows = model._default_manager.select_related("locale").filter(_named(place))
    if not place.isdecimal():
        rows = rows.filter(locale__language_code=language or settings.LANGUAGE_CODE)
    return _found(rows.first(), model.__name__.lower(), place)


def _named(place: str) -> Q:
    return Q(pk=min(int(place), LARGEST_ID)) if place.isdecimal() else Q(slug=place)


def _found(row: AnyModel | None, what: str, place: str) -> AnyModel:
    if row is None:
        raise Problem(NOT_FOUND, f"There is no {what} “{place}”; a slug is looked for in `language`.")
    return row


def was_public(story: int) -> bool:
    """Whether a story of this id was public until lately and is not any more; one query."""
    last = StoryEvent.objects.filter(story=story).order_by("-pk").values_list("kind", flat=True).first()
    return last == StoryEvent.Kind.UNPUBLISHED


def public_galleries() -> QuerySet[Gallery]:
    """Those that a reader may know of."""
    return public(Gallery.objects.select_related("desk"))


def galleries(asked: Galleries) -> tuple[QuerySet[Gallery], str, list[str]]:
    """As `stories`."""
    found, language, lists = public_galleries(), asked.language, []
    if asked.section:
        section = section_of(asked.section, language)
        language = language or section.locale.language_code
        found, lists = found.filter(desk=section), [f"latest/section/{section.pk}"]
    language = language or settings.LANGUAGE_CODE
    return found.filter(language=language), language, lists or [f"latest/{language}"]


def items_of(galleries: Iterable[Gallery]) -> dict[int, list[tuple[GalleryItem, Image]]]:
    """Of each gallery its pictures in order: two queries."""
    items = list(GalleryItem.objects.filter(gallery__in=[g.pk for g in galleries]).order_by("sort_order"))
    shown = images(item.picture_id for item in items)
    found: dict[int, list[tuple[GalleryItem, Image]]] = {}
    for item in items:
        if item.picture_id in shown:
            found.setdefault(item.gallery_id, []).append((item, shown[item.picture_id]))
    return found


def gallery_keys(
    galleries: Iterable[Gallery], items: Mapping[int, Sequence[tuple[GalleryItem, Image]]]
) -> list[str]:
    """The surrogate keys of galleries and all that they show."""
    found = []
    for gallery in galleries:
        found += [f"gallery/{gallery.pk}", f"card/{gallery.pk}", f"section/{gallery.desk_id}"]
        found += [image.surrogate_key for _, image in items.get(gallery.pk, ())]
    return found


def public_pictures() -> QuerySet[Picture]:
    """What a stranger may see: pictures that lead a public story, stand in a public gallery or show an author. One that
    stands only in the text of a premium story is part of that text."""
    leads = Exists(public(Story.objects.filter(lead_picture=OuterRef("pk"))).order_by())
    hung = Exists(
        GalleryItem.objects.filter(picture=OuterRef("pk"), gallery__in=public(Gallery.objects.order_by()))
    )
    shows = Exists(Author.objects.filter(photo=OuterRef("pk")))
    has_rights = Q(rights_expire_at__isnull=True) | Q(rights_expire_at__gt=timezone.now())
    return Picture.objects.filter(
        has_rights, leads | hung | shows, released=True, rendition_state=RenditionState.READY
    )


def authors(language: str | None) -> QuerySet[Author]:
    return _of_language(Author.objects.select_related("locale"), language)


def topics(language: str | None) -> QuerySet[Topic]:
    return _of_language(Topic.objects.select_related("locale"), language)


AnySlugged = TypeVar("AnySlugged", bound=Slugged)


def _of_language(rows: QuerySet[AnySlugged], language: str | None) -> QuerySet[AnySlugged]:
    return rows.filter(locale__language_code=language) if language else rows


def by_time(
    rows: QuerySet[Gallery], before: Cursor | None, limit: int
) -> tuple[Sequence[Gallery], Cursor | None]:
    """One page, newest first, and where the next begins: one query."""
    return page_of(list(older_than(rows, before)[: limit + 1]), limit)


def by_id(rows: QuerySet[AnyModel], before: int | None, limit: int) -> tuple[Sequence[AnyModel], int | None]:
    """One page, highest id first, and where the next begins: one query."""
    if before:
        rows = rows.filter(pk__lt=before)
    found = list(rows.order_by("-pk")[: limit + 1])
    return found[:limit], found[limit - 1].pk if len(found) > limit else None
