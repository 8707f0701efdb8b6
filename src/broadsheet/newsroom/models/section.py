"""Sections: the paper's desks and the first part of every story's address."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.models import Page

from ..rendering import Rendered


class Section(Rendered):
    """A desk. `show_in_menus` puts it in the navigation; its place among its siblings is its place there."""

    description = models.TextField(_("description"), blank=True)
    accent = models.CharField(
        _("accent"),
        max_length=12,
        blank=True,
        choices=[(name, name) for name in ("red", "blue", "green", "ochre", "violet", "teal")],
    )

    parent_page_types: ClassVar = ["newsroom.FrontPage"]
    subpage_types: ClassVar = ["newsroom.Story", "newsroom.Gallery"]
    content_panels: ClassVar = [*Page.content_panels, FieldPanel("description"), FieldPanel("accent")]

    class Meta:
        verbose_name = _("section")
        verbose_name_plural = _("sections")
