"""The API's keys, as the newsroom gives and takes them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.snippets.views.snippets import SnippetViewSet

from ..shown_once import AddShownOnce
from . import keys
from .models import ApiKey


class AddKey(AddShownOnce):
    def give(self, what: Any) -> str:
        return keys.give(what)


class ApiKeyViewSet(SnippetViewSet):
    """Keys; what a key opens may be changed, the key itself is shown when it is made."""

    model = ApiKey
    icon = "key"
    menu_label = _("API keys")
    add_view_class = AddKey
    list_display = ("name", "start", "per_minute", "may_read_whole", "is_active", "used_on")
    search_fields = ("name", "contact", "start")
    copy_view_enabled = False
    panels = (
        FieldPanel("name"),
        FieldPanel("contact"),
        FieldRowPanel([FieldPanel("per_minute"), FieldPanel("may_read_whole")]),
        FieldPanel("is_active"),
    )
