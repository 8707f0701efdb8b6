"""Webhooks, as the newsroom sets them up."""

from __future__ import annotations

from typing import Any

from django.forms import CheckboxSelectMultiple
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.admin.widgets.button import Button
from wagtail.snippets.views.snippets import IndexView, SnippetViewSet

from ..shown_once import AddShownOnce
from . import signing
from .models import Webhook


class AddWebhook(AddShownOnce):
    def give(self, what: Any) -> str:
        what.secret = signing.new_secret()
        return str(what.secret)

    def get_success_url(self) -> str:
        return reverse("syndication:webhook", args=[self.object.pk])


class Webhooks(IndexView):
    """The list, with the way to each one's log."""

    def get_list_more_buttons(self, instance: Any) -> list[Any]:
        log = Button(
            _("Log and secret"),
            reverse("syndication:webhook", args=[instance.pk]),
            icon_name="history",
            priority=20,
        )
        return [*super().get_list_more_buttons(instance), log]


class WebhookViewSet(SnippetViewSet):
    """Who is told."""

    model = Webhook
    icon = "rotate"
    menu_label = _("Webhooks")
    add_view_class = AddWebhook
    index_view_class = Webhooks
    list_display = ("name", "url", "is_active")
    search_fields = ("name", "url")
    copy_view_enabled = False
    panels = (
        FieldPanel("name"),
        FieldPanel("url"),
        MultiFieldPanel(
            [FieldPanel(f"on_{kind}") for kind in ("published", "updated", "corrected", "unpublished")],
            heading=_("It is told when"),
        ),
        FieldPanel("sections", widget=CheckboxSelectMultiple),
        FieldPanel("is_active"),
    )
