"""The wires' hooks into Wagtail's admin: addresses, menu, notices on the home page and in the editor."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import include, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.ui.components import Component
from wagtail.snippets.models import register_snippet

from broadsheet.newsroom.models import Story
from broadsheet.newsroom.views import sections_to_write_in

from .wires import selectors, views
from .wires.models import WireNotice
from .wires.viewsets import WiresGroup

register_snippet(WiresGroup)


@hooks.register("register_admin_urls")
def wire_urls() -> list[Any]:
    """The inbox, and what is done there."""
    urls = [
        path("", views.inbox, name="inbox"),
        path("health/", views.health, name="health"),
        path("health/<int:pk>/look/", views.look, name="look"),
        path("notices/<int:story>/", views.notices, name="notices"),
        path("notices/<int:pk>/seen/", views.see, name="see"),
        path("<int:pk>/", views.item, name="item"),
        path("<int:pk>/draft/", views.draft, name="draft"),
        path("<int:pk>/drop/", views.put, {"state": "drop"}, name="drop"),
        path("<int:pk>/take-up/", views.put, {"state": "take-up"}, name="take_up"),
    ]
    return [path("wires/", include((urls, "wires")))]


class NoticesPanel(Component):
    """The home page's word on stories whose agency has said more."""

    order = 5

    def __init__(self, notices: list[WireNotice], here: str) -> None:
        self.notices, self.here = notices, here

    def render_html(self, parent_context: Any = None) -> SafeString:
        context = {"notices": self.notices, "here": self.here}
        request = (parent_context or {}).get("request")
        return SafeString(render_to_string("intake/wires/panel.html", context, request=request))


@hooks.register("construct_homepage_panels")
def notices_first(request: HttpRequest, panels: list[Any]) -> None:
    """Kills and corrections come before everything else."""
    desks = [section.pk for section in sections_to_write_in(request.user)]
    if desks and (notices := selectors.open_notices(desks)):
        panels.insert(0, NoticesPanel(notices, request.path))


@hooks.register("before_edit_page")
def notices_in_the_editor(request: HttpRequest, page: Any) -> None:
    """Said each time that the story is opened, until somebody has seen to it."""
    if request.method != "GET" or not isinstance(page, Story):
        return
    for notice in selectors.open_notices(story=page):
        source = notice.by.source.name if notice.by else ""
        say = messages.error if notice.kind == "kill" else messages.warning
        say(
            request,
            f"{notice.get_kind_display()}: {notice.text}" + (f" ({source})" if source else ""),
            buttons=[messages.button(reverse("wires:notices", args=[page.pk]), _("See to it"))],
        )


@hooks.register("insert_global_admin_css")
def wires_css() -> SafeString:
    """The wires' pages and the home page's panel."""
    return format_html('<link rel="stylesheet" href="{}">', static("intake/wires.css"))
