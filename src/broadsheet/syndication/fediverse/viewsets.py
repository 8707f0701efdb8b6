"""Accounts and blocked domains, as editors set them up."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.admin.ui.tables import BooleanColumn, Column
from wagtail.snippets.views.snippets import SnippetViewSet

from . import addresses
from .models import Actor, BlockedDomain


class _Followers(Column):
    def get_value(self, instance: Any) -> int:
        return int(instance.followings.count())


class _Address(Column):
    def get_value(self, instance: Any) -> str:
        return f"@{addresses.address_of(instance)}"


class ActorViewSet(SnippetViewSet):
    """Who of the paper is there, and switched on."""

    model = Actor
    icon = "globe"
    menu_label = _("Fediverse")
    list_display = (
        "handle",
        _Address("address", label=_("Address")),
        BooleanColumn("is_on", label=_("Switched on")),
        _Followers("followers", label=_("Followers")),
    )
    search_fields = ("handle",)
    copy_view_enabled = False
    panels = (
        FieldRowPanel([FieldPanel("handle"), FieldPanel("is_on")]),
        MultiFieldPanel(
            [
                FieldPanel("section"),
                FieldPanel("author"),
                FieldPanel("language", widget=forms.Select(choices=[("", "—"), *settings.LANGUAGES])),
            ],
            heading=_("Whose account"),
        ),
        FieldPanel("summary"),
        FieldPanel("picture"),
        FieldPanel("hides_followers"),
    )


class BlockedDomainViewSet(SnippetViewSet):
    """Whom the paper does not hear."""

    model = BlockedDomain
    icon = "cross"
    menu_label = _("Blocked domains")
    list_display = ("domain", "reason", "made_at")
    search_fields = ("domain", "reason")
    copy_view_enabled = False
    panels = (FieldPanel("domain"), FieldPanel("reason"))
