"""Partners, as the newsroom sets them up. A token is shown when it is made; the key for SFTP is the paper's, and public."""

from __future__ import annotations

from typing import Any

from django.forms import CheckboxSelectMultiple
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList
from wagtail.admin.widgets.button import Button
from wagtail.snippets.views.snippets import IndexView, SnippetViewSet

from broadsheet.newsroom.models import Section

from ..shown_once import AddShownOnce
from . import partners
from .models import Partner


class PartnerForm(WagtailAdminModelForm):
    """Sections of one name in several languages are told apart."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["sections"]
        field.queryset = Section.objects.select_related("locale").order_by("path")
        field.label_from_instance = _section_label


def _section_label(section: Section) -> str:
    return f"{section.title} ({section.locale.get_display_name()})"


class AddPartner(AddShownOnce):
    def give(self, what: Any) -> str:
        return partners.give(what)

    def get_success_url(self) -> str:
        return reverse("syndication:partner", args=[self.object.pk])


class Partners(IndexView):
    """The list, with the way to what each one was given."""

    def get_list_more_buttons(self, instance: Any) -> list[Any]:
        given = Button(
            _("Addresses and deliveries"),
            reverse("syndication:partner", args=[instance.pk]),
            icon_name="history",
            priority=20,
        )
        return [*super().get_list_more_buttons(instance), given]


class PartnerViewSet(SnippetViewSet):
    """Newsrooms that the paper supplies."""

    model = Partner
    icon = "group"
    menu_label = _("Partners")
    add_view_class = AddPartner
    index_view_class = Partners
    list_display = ("name", "start", "valid_until", "is_active", "used_on")
    search_fields = ("name", "contact", "start")
    copy_view_enabled = False
    edit_handler = ObjectList(
        [
            FieldPanel("name"),
            FieldPanel("contact"),
            FieldRowPanel([FieldPanel("valid_until"), FieldPanel("is_active")]),
            MultiFieldPanel(
                [
                    FieldPanel("sections", widget=CheckboxSelectMultiple),
                    FieldPanel("topics"),
                    FieldPanel("languages"),
                    FieldPanel("only_free"),
                    FieldPanel("with_others"),
                ],
                heading=_("Which stories"),
            ),
            MultiFieldPanel(
                [FieldPanel("is_whole"), FieldPanel("with_pictures"), FieldPanel("embargo")],
                heading=_("How much of them, and when"),
            ),
            MultiFieldPanel([FieldPanel("usage_terms"), FieldPanel("may_print")], heading=_("Rights")),
            MultiFieldPanel(
                [FieldPanel("by_ninjs"), FieldPanel("by_newsml"), FieldPanel("by_rss")], heading=_("Pulled")
            ),
            MultiFieldPanel(
                [
                    FieldPanel("push_url"),
                    FieldPanel("push_format"),
                    FieldPanel("host_key"),
                    FieldPanel("push_token"),
                ],
                heading=_("Pushed"),
            ),
        ],
        base_form_class=PartnerForm,
    )


def may_change(request: HttpRequest) -> bool:
    """Whether somebody may see and do what stands on a partner's page."""
    return bool(request.user.has_perm("syndication.change_partner"))
