"""Galleries: ordered pictures with their own words, a page of their own and reusable in stories."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, InlinePanel
from wagtail.models import Orderable, Page, TranslatableMixin

from .listed import Listed


class Gallery(Listed):
    """A picture story. The page's title is its headline."""

    standfirst = models.TextField(_("standfirst"), blank=True)
    byline_text = models.CharField(_("by-line"), max_length=255, blank=True)

    parent_page_types: ClassVar = ["newsroom.Section"]
    subpage_types: ClassVar[list[str]] = []
    content_panels: ClassVar = [
        *Page.content_panels,
        FieldPanel("standfirst"),
        FieldPanel("byline_text"),
        FieldPanel("published_at"),
        InlinePanel("items", label=_("Picture"), heading=_("Pictures"), min_num=1),
    ]

    class Meta:
        verbose_name = _("gallery")
        verbose_name_plural = _("galleries")
        indexes: ClassVar = [
            models.Index(fields=["language", "-published_at", "-page_ptr"], name="gallery_latest"),
            models.Index(fields=["desk", "-published_at", "-page_ptr"], name="gallery_by_desk"),
        ]


class GalleryItem(TranslatableMixin, Orderable):
    """One picture of a gallery; empty words fall back to the picture's own."""

    gallery = ParentalKey(Gallery, on_delete=models.CASCADE, related_name="items")
    picture = models.ForeignKey(
        "pictures.Picture", on_delete=models.PROTECT, related_name="+", verbose_name=_("picture")
    )
    caption = models.TextField(_("caption"), blank=True)
    credit = models.CharField(_("credit"), max_length=255, blank=True)

    panels: ClassVar = [FieldPanel("picture"), FieldPanel("caption"), FieldPanel("credit")]

    class Meta(TranslatableMixin.Meta, Orderable.Meta):
        pass
