"""The newsroom's hooks into Wagtail's admin: links, menu, the way to a new story, new sections' groups."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component
from wagtail.permission_policies.pages import PagePermissionPolicy
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from . import views
from .links import OurPageLinkHandler
from .models import Author, Section, Topic
from .roles import install_section


@hooks.register("register_rich_text_features", order=100)
def link_to_our_pages(features: Any) -> None:
    """Page links in rich text are ours to resolve."""
    features.register_link_type(OurPageLinkHandler)


class AuthorViewSet(SnippetViewSet):
    """Authors, with what a list of them should show."""

    model = Author
    icon = "user"
    menu_label = _("Authors")
    list_display = ("name", "role", "beat", "locale")
    search_fields = ("name",)


class TopicViewSet(SnippetViewSet):
    """Topics."""

    model = Topic
    icon = "tag"
    menu_label = _("Topics")
    list_display = ("name", "slug", "locale")
    search_fields = ("name",)


class FilingGroup(SnippetViewSetGroup):
    """Authors and topics under one heading of the main menu."""

    items = (AuthorViewSet, TopicViewSet)
    menu_icon = "folder-open-inverse"
    menu_label = _("People and topics")
    menu_order = 250


register_snippet(FilingGroup)


@hooks.register("register_admin_urls")
def newsroom_urls() -> list[Any]:
    """Our own admin views."""
    return [
        path("new-story/", views.new_story, name="newsroom_new_story"),
        path("undo/<int:page_id>/", views.undo, name="newsroom_undo"),
    ]


class _NewStoryItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        """To whoever may add pages anywhere: circulation may not."""
        return bool(PagePermissionPolicy().user_has_permission(request.user, "add"))


@hooks.register("register_admin_menu_item")
def new_story_item() -> MenuItem:
    """The first item of the menu is the newsroom's first act."""
    return _NewStoryItem(_("New story"), reverse("newsroom_new_story"), icon_name="plus", order=1)


class DesksPanel(Component):
    """The home page's first panel: a button for each section that the person may write in."""

    order = 10

    def __init__(self, sections: Sequence[Section]) -> None:
        self.sections = sections

    def render_html(self, parent_context: Any = None) -> SafeString:
        from django.template.loader import render_to_string

        return SafeString(
            render_to_string("newsroom/panels/desks.html", {"desks": views.by_language(self.sections)})
        )


@hooks.register("construct_homepage_panels")
def desks_first(request: HttpRequest, panels: list[Any]) -> None:
    """New story, in one click."""
    panels.insert(0, DesksPanel(views.sections_to_write_in(request.user)))


@hooks.register("after_publish_page")
def groups_for_new_section(request: HttpRequest, page: Any) -> None:
    """A section that an editor makes gets its two groups at once."""
    if isinstance(page, Section):
        install_section(page)


@hooks.register("insert_global_admin_css")
def our_admin_css() -> SafeString:
    """A few rules of ours."""
    return format_html('<link rel="stylesheet" href="{}">', static("newsroom/admin.css"))


@hooks.register("register_page_header_buttons")
def undo_button(page: Any, user: Any, view_name: str, next_url: str | None = None) -> Any:
    """Undo, on the front page's editor."""
    from wagtail.admin.widgets.button import Button

    from .models import FrontPage

    if isinstance(page, FrontPage) and view_name == "edit":
        yield Button(
            _("Undo last change"), reverse("newsroom_undo", args=[page.pk]), icon_name="undo", priority=5
        )
