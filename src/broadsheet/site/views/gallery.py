"""A gallery's page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from broadsheet.newsroom.document import Named
from broadsheet.newsroom.models import Gallery
from broadsheet.newsroom.selectors import (
    cards,
    older_than,
    page_path,
    public,
    public_galleries,
    section_named,
)
from broadsheet.pictures.selectors import Image, images
from broadsheet.press import pages

from ..chrome import chrome
from ..sharing import share_picture


@dataclass(frozen=True, slots=True)
class GalleryDocument:
    """A gallery, ready to be shown."""

    id: int
    path: str
    headline: str
    standfirst: str
    byline_text: str
    published: datetime
    language: str
    section: Named | None
    images: Sequence[Image]

    @property
    def surrogate_key(self) -> str:
        return f"gallery/{self.id}"


def gallery(request: HttpRequest, page: Gallery) -> HttpResponse:
    """Every picture in order, each with its words."""
    items = list(page.items.order_by("sort_order")) if page.live else list(page.items.all())
    shown = images(item.picture_id for item in items)
    same = public(Gallery.objects.filter(translation_key=page.translation_key)).values_list(
        "language", "url_path"
    )
    paths = [(language, page_path(url_path, language)) for language, url_path in same]
    made = GalleryDocument(
        id=page.pk,
        path=page_path(page.url_path, page.language),
        headline=page.title,
        standfirst=page.standfirst,
        byline_text=page.byline_text,
        published=page.published_at or timezone.now(),
        language=page.language,
        section=section_named(page.desk, page.language) if page.desk else None,
        images=[
            shown[item.picture_id].with_words(caption=item.caption, credit=item.credit)
            for item in items
            if item.picture_id in shown
        ],
    )
    others = older_than(public_galleries().filter(language=page.language).exclude(pk=page.pk), None)[:4]
    context = {
        "chrome": chrome(request, paths, canonical=made.path),
        "gallery": made,
        "more": cards(others),
        "share_image": share_picture(made.images[0] if made.images else None),
    }
    return pages.page(request, "site/gallery.html", context)
