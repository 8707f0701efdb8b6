"""Webhooks, as the newsroom sets them up."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.forms import CheckboxSelectMultiple, ModelMultipleChoiceField
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, MultiFieldPanel, ObjectList
from wagtail.admin.widgets.button import Button
from wagtail.snippets.views.snippets import IndexView, SnippetViewSet

from broadsheet.newsroom.models import Section
from broadsheet.outward.errors import OutsideError, RefusedAddress
from broadsheet.outward.fetch import checked_addresses

from ..shown_once import AddShownOnce
from . import signing
from .models import Webhook

# A name that does not resolve by then may do so later; it is looked at again at each sending.
PATIENCE = 3.0


class SectionsField(ModelMultipleChoiceField):  # type: ignore[type-arg]  # generic in the stubs only
    """Sections of all languages, told apart."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.title} ({obj.locale.language_code})"


class WebhookForm(WagtailAdminModelForm):
    """Says at once what would be refused at each sending."""

    sections = SectionsField(
        Section.objects.select_related("locale").order_by("path"),
        required=False,
        widget=CheckboxSelectMultiple,
        label=Webhook._meta.get_field("sections").verbose_name,
        help_text=Webhook._meta.get_field("sections").help_text,
    )

    def clean_url(self) -> str:
        url = str(self.cleaned_data["url"])
        parts = urlsplit(url)
        try:
            checked_addresses(parts.hostname or "", parts.port or 443, seconds=PATIENCE)
        except RefusedAddress:
            raise ValidationError(_("This leads into a private network.")) from None
        except OutsideError:
            pass
        return url


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
    edit_handler = ObjectList(
        [
            FieldPanel("name"),
            FieldPanel("url"),
            MultiFieldPanel(
                [FieldPanel(f"on_{kind}") for kind in ("published", "updated", "corrected", "unpublished")],
                heading=_("It is told when"),
            ),
            FieldPanel("sections"),
            FieldPanel("is_active"),
        ],
        base_form_class=WebhookForm,
    )
