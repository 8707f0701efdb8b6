"""A gallery as a story's document: for formats that know no galleries, it is a story that holds one."""

from __future__ import annotations

from collections.abc import Sequence

from broadsheet.pictures.selectors import Image, images

from . import document as d
from .models import Gallery, GalleryItem
from .models.story import Genre
from .selectors import page_path, section_named


def gallery_documents(galleries: Sequence[Gallery]) -> list[d.Document]:
    """The documents of public galleries in order: two queries, however many."""
    items: dict[int, list[GalleryItem]] = {}
    for item in GalleryItem.objects.filter(gallery__in=[g.pk for g in galleries]).order_by("sort_order"):
        items.setdefault(item.gallery_id, []).append(item)
    shown = images(item.picture_id for found in items.values() for item in found)
    return [
        _document(
            gallery,
            [
                shown[item.picture_id].with_words(caption=item.caption, credit=item.credit)
                for item in items.get(gallery.pk, ())
                if item.picture_id in shown
            ],
        )
        for gallery in galleries
    ]


def _document(gallery: Gallery, pictures: Sequence[Image]) -> d.Document:
    path = page_path(gallery.url_path, gallery.language)
    return d.Document(
        id=gallery.pk,
        path=path,
        headline=gallery.title,
        social_headline=gallery.title,
        seo_title=gallery.seo_title or gallery.title,
        description=gallery.search_description or gallery.standfirst,
        kicker="",
        standfirst=gallery.standfirst,
        section=section_named(gallery.desk, gallery.language) if gallery.desk else None,
        bylines=(d.Profile(gallery.byline_text, "", ""),) if gallery.byline_text else (),
        topics=(),
        labels=("PHOTO",),
        genre=Genre.NEWS.value,
        genre_name=str(Genre.NEWS.label),
        access="free",
        language=gallery.language,
        dateline="",
        published=gallery.published_at or gallery.latest_revision_created_at,
        updated=None,
        lead=d.Lead(),
        blocks=(d.Pictures(pictures),) if pictures else (),
        corrections=(),
        uid=f"{gallery.translation_key}:{gallery.language}",
    )
