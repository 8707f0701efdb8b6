"""What site maps list: addresses of public pages, when they last changed, their pictures and their translations.

A file holds a thousand of them, so these are rows, not documents; nothing of a story's text is read here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from broadsheet.newsroom.models import (
    Author,
    FrontPage,
    Gallery,
    GalleryItem,
    InfoPage,
    Section,
    Story,
    Topic,
)
from broadsheet.newsroom.selectors import language_prefix, page_path, public, restricted
from broadsheet.pictures.models import Rendition
from broadsheet.pictures.renditions import SHARE, WIDTHS, spec

from .models import SiteMapMonth
from .months import PER_FILE, Kind, bounds, changed, corrections, in_month

# What the protocol allows a picture list of one address; a news map's addresses and age.
MOST_PICTURES, MOST_NEWS, NEWS = 1000, 1000, timedelta(hours=48)
MOST_ENTRIES = 50_000
Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One address. `translations` are (language, path), this page included; none when there is only this one."""

    path: str
    language: str
    changed: datetime | None = None
    pictures: tuple[str, ...] = ()
    translations: Pairs = ()
    title: str = ""
    published: datetime | None = None


@dataclass(frozen=True, slots=True)
class File:
    """The entries of one file, and the sections that they stand in."""

    entries: list[Entry]
    sections: frozenset[int] = frozenset()


# -- stories and galleries --------------------------------------------------------------------------------------------


def of_part(row: SiteMapMonth, number: int) -> File:
    """The file `number`, from 1, of a month, as it is now: four queries."""
    start, end = bounds(row.month)
    pages: QuerySet[Any] = in_month(row.kind, row.language, start, end)
    if number > 1:
        moment, pk = _mark(row.parts[number - 1])
        pages = pages.filter(published_at__gte=moment).filter(
            Q(published_at__gt=moment) | Q(page_ptr__gte=pk)
        )
    if number < len(row.parts):
        moment, pk = _mark(row.parts[number])
        pages = pages.filter(published_at__lte=moment).filter(Q(published_at__lt=moment) | Q(page_ptr__lt=pk))
    return _file(row.kind, public(pages)[:MOST_ENTRIES])


def news() -> File:
    """Stories of the last 48 hours in every language, newest first: a query for each language, and three."""
    since = timezone.now() - NEWS
    found: list[tuple[Any, ...]] = []
    for language, _ in settings.LANGUAGES:
        pages = public(Story.objects.filter(language=language, published_at__gte=since))
        found += pages.order_by("-published_at", "-page_ptr").values_list(*_FIELDS)[:MOST_NEWS]
    found.sort(key=lambda row: (row[3], row[0]), reverse=True)
    return _file_of(Kind.STORIES, found[:MOST_NEWS])


def _mark(part: list[Any]) -> tuple[datetime, int]:
    return datetime.fromisoformat(part[0]), int(part[1])


_GALLERY_FIELDS = ("pk", "url_path", "translation_key", "published_at", "desk_id", "title", "language")
_FIELDS = (*_GALLERY_FIELDS, "updated_at", "lead_picture_id")


def _file(kind: str, pages: QuerySet[Any]) -> File:
    return _file_of(kind, list(pages.values_list(*(_FIELDS if kind == Kind.STORIES else _GALLERY_FIELDS))))


def _file_of(kind: str, rows: list[tuple[Any, ...]]) -> File:
    ids = [row[0] for row in rows]
    is_story = kind == Kind.STORIES
    shown: dict[int, tuple[int, ...]] = (
        {row[0]: (row[8],) for row in rows if row[8]} if is_story else _gallery_pictures(ids)
    )
    corrected = corrections(ids) if is_story else {}
    files = _picture_files({pk for pks in shown.values() for pk in pks})
    same = _translations(Story if is_story else Gallery, [row[2] for row in rows])
    entries = [
        Entry(
            path=page_path(url_path, language),
            language=language,
            changed=changed(published, *rest[:1], corrected.get(pk)),
            pictures=tuple(files[i] for i in shown.get(pk, ()) if i in files),
            translations=same.get(key, ()),
            title=title,
            published=published,
        )
        for pk, url_path, key, published, _, title, language, *rest in rows
    ]
    return File(entries, frozenset(row[4] for row in rows))


def _gallery_pictures(ids: list[int]) -> dict[int, tuple[int, ...]]:
    found: dict[int, list[int]] = {}
    items = GalleryItem.objects.filter(gallery__in=ids).order_by("sort_order")
    for gallery, picture in items.values_list("gallery_id", "picture_id"):
        found.setdefault(gallery, []).append(picture)
    return {gallery: tuple(pictures[:MOST_PICTURES]) for gallery, pictures in found.items()}


def _picture_files(ids: set[int]) -> Mapping[int, str]:
    """By picture, the address of its widest file that readers may have: one query."""
    if not ids:
        return {}
    widest = spec(WIDTHS[-1])
    may = Q(image__rights_expire_at__isnull=True) | Q(image__rights_expire_at__gt=timezone.now())
    rows = Rendition.objects.filter(may, image__in=ids, image__released=True, filter_spec__in=(widest, SHARE))
    files: dict[int, str] = {}
    for picture, made, file in rows.order_by().values_list("image_id", "filter_spec", "file"):
        if made == widest or picture not in files:
            files[picture] = settings.MEDIA_URL + file
    return files


def _translations(model: type[Story] | type[Gallery], keys: list[Any]) -> Mapping[Any, Pairs]:
    """By translation key, every language's path where there are several: one query, none in a paper of one language."""
    if len(settings.LANGUAGES) < 2 or not keys:
        return {}
    found: dict[Any, list[tuple[str, str]]] = {}
    pages: QuerySet[Any] = model.objects.filter(translation_key__in=keys)
    for key, language, url_path in public(pages).values_list("translation_key", "language", "url_path"):
        found.setdefault(key, []).append((language, page_path(url_path, language)))
    return {key: tuple(sorted(pairs)) for key, pairs in found.items() if len(pairs) > 1}


# -- the other pages --------------------------------------------------------------------------------------------------


def fronts() -> dict[str, FrontPage]:
    """Each language's public front page: two queries."""
    return {page.locale.language_code: page for page in _open(FrontPage.objects.all())}


def _open(pages: QuerySet[Any]) -> list[Any]:
    """Those that readers may see of a kind of page of which there are few, in the editors' order: two queries.

    They are named by their ids: a planner that is free to choose begins with the million pages of their language.
    """
    ids = list(pages.model._default_manager.order_by().values_list("pk", flat=True))
    found = pages.filter(~restricted(), pk__in=ids, live=True).select_related("locale").order_by()
    return sorted(found, key=lambda page: page.path)


def newest(language: str) -> datetime | None:
    """When the newest public story of a language was published."""
    pages = public(Story.objects.filter(language=language)).order_by("-published_at", "-page_ptr")
    return pages.values_list("published_at", flat=True).first()


def places(language: str) -> File:
    """The front page, its lists, sections and information pages of one language: seven queries."""
    home, latest = language_prefix(language) + "/", newest(language)
    open_fronts = fronts()
    if language not in open_fronts:
        return File([])
    codes = sorted(open_fronts)
    entries = [
        _same_everywhere(language, codes, "/", latest),
        _same_everywhere(language, codes, "/latest/", latest),
        Entry(home + "corrections/", language),
    ]
    inside = public(Story.objects.filter(desk=OuterRef("pk"))).order_by("-published_at", "-page_ptr")
    sections = Section.objects.annotate(at=inside.values("published_at")[:1])
    entries += _tree(sections, language)
    entries += _tree(InfoPage.objects.all(), language)
    return File(entries)


def _same_everywhere(language: str, codes: list[str], path: str, at: datetime | None) -> Entry:
    pairs = tuple((code, language_prefix(code) + path) for code in codes)
    return Entry(language_prefix(language) + path, language, at, translations=pairs if len(pairs) > 1 else ())


def _tree(pages: QuerySet[Any], language: str) -> Iterable[Entry]:
    rows = _open(pages)
    same: dict[Any, list[tuple[str, str]]] = {}
    for page in rows:
        code = page.locale.language_code
        same.setdefault(page.translation_key, []).append((code, page_path(page.url_path, code)))
    for page in rows:
        if page.locale.language_code == language:
            pairs = tuple(sorted(same[page.translation_key]))
            at = page.at if hasattr(page, "at") else page.last_published_at
            path = page_path(page.url_path, language)
            yield Entry(path, language, at, translations=pairs if len(pairs) > 1 else ())


# -- authors and topics -----------------------------------------------------------------------------------------------

NAMED: dict[str, tuple[type[Author] | type[Topic], str]] = {
    "authors": (Author, "bylines__author"),
    "topics": (Topic, "topics"),
}


def named_parts(kind: str, language: str) -> list[int]:
    """Which files of authors or topics there are: each holds a range of ids; a query for each."""
    found, names = [], _named(kind, language).order_by("pk").values_list("pk", flat=True)
    pk = names.first()
    while pk is not None:
        found.append(pk // PER_FILE + 1)
        pk = names.filter(pk__gte=found[-1] * PER_FILE).first()
    return found


def named(kind: str, language: str, number: int) -> File:
    """One of those files."""
    rows = _named(kind, language).filter(pk__gte=(number - 1) * PER_FILE, pk__lt=number * PER_FILE)
    prefix = f"{language_prefix(language)}/{kind[:-1]}"
    return File(
        [Entry(f"{prefix}/{slug}/", language) for slug in rows.order_by("pk").values_list("slug", flat=True)]
    )


def _named(kind: str, language: str) -> QuerySet[Any]:
    """Those of whom readers know: there is a public story."""
    model, link = NAMED[kind]
    stories = public(Story.objects.filter(**{link: OuterRef("pk")}))
    return model._default_manager.filter(Exists(stories), locale__language_code=language)
