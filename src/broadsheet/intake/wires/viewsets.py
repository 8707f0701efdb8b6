"""Sources and rules, as editors change them."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.menu import MenuItem
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from . import views
from .models import WireRule, WireSource


class SourceViewSet(SnippetViewSet):
    """What is watched."""

    model = WireSource
    icon = "download"
    menu_label = _("Sources")
    list_display = ("name", "kind", "desk", "is_enabled", "last_ok_at")
    search_fields = ("name", "address")
    copy_view_enabled = False
    panels = (
        FieldPanel("name"),
        FieldRowPanel([FieldPanel("kind"), FieldPanel("interval"), FieldPanel("is_enabled")]),
        FieldPanel("address"),
        FieldRowPanel([FieldPanel("desk"), FieldPanel("language")]),
        MultiFieldPanel([FieldPanel("credit"), FieldPanel("usage_terms")], heading=_("Filled into drafts")),
    )


class RuleViewSet(SnippetViewSet):
    """Where items go."""

    model = WireRule
    icon = "cogs"
    menu_label = _("Rules")
    list_display = ("order", "__str__", "action")
    copy_view_enabled = False
    panels = (
        FieldRowPanel([FieldPanel("order"), FieldPanel("source")]),
        FieldPanel("words"),
        FieldPanel("topic"),
        FieldRowPanel([FieldPanel("desk"), FieldPanel("action")]),
    )


class _OwnItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        """To whoever may write anywhere."""
        return views.may_look(request.user)


class WiresGroup(SnippetViewSetGroup):
    """One heading of the main menu: inbox, health, sources, rules."""

    items = (SourceViewSet, RuleViewSet)
    menu_icon = "download"
    menu_label = _("Wires")
    menu_name = "wires"
    menu_order = 120

    def get_submenu_items(self) -> list[Any]:
        return [
            _OwnItem(_("Inbox"), reverse("wires:inbox"), icon_name="mail", order=0),
            _OwnItem(_("Health"), reverse("wires:health"), icon_name="history", order=1),
            *(viewset.get_menu_item(order) for order, viewset in enumerate(self.registerables, 2)),
        ]
