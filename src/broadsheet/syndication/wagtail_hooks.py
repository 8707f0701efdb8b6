"""Syndication's hooks into Wagtail's admin: the menu, addresses, buttons beside a story."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.templatetags.static import static
from django.urls import include, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from wagtail import hooks
from wagtail.admin.widgets.button import Button
from wagtail.snippets.models import register_snippet

from broadsheet.newsroom.models import Story

from .fediverse import moderating
from .sharing import views as sharing
from .trade import newsroom_views as trade
from .viewsets import SyndicationGroup
from .webhooks import views as webhooks

register_snippet(SyndicationGroup)


@hooks.register("register_admin_urls")
def syndication_urls() -> list[Any]:
    """What is done beside the lists."""
    urls = [
        path("replies/", moderating.replies, name="replies"),
        path("replies/<int:pk>/block/", moderating.block, name="block_domain"),
        path("replies/<int:pk>/<slug:act>/", moderating.decide, name="decide_reply"),
        path("share/<int:pk>/", sharing.share, name="share"),
        path("share/<int:pk>/cancel/<int:share>/", sharing.cancel, name="cancel_share"),
        path("partners/<int:pk>/", trade.partner, name="partner"),
        path("partners/<int:pk>/token/", trade.renew, name="partner_renew"),
        path("webhooks/<int:pk>/", webhooks.log, name="webhook"),
        path("webhooks/<int:pk>/ping/", webhooks.ping, name="webhook_ping"),
        path("webhooks/<int:pk>/secret/", webhooks.renew, name="webhook_renew"),
        path("webhooks/<int:pk>/<int:delivery>/again/", webhooks.again, name="webhook_again"),
    ]
    return [path("syndication/", include((urls, "syndication")))]


@hooks.register("register_page_header_buttons")
def share_button(page: Any, user: Any, view_name: str, next_url: str | None = None) -> Iterator[Button]:
    """Where a story is to be shared, from its editor."""
    if isinstance(page, Story) and view_name == "edit" and sharing.may_share(user, page):
        yield Button(_("Share"), reverse("syndication:share", args=[page.pk]), icon_name="link", priority=40)


@hooks.register("insert_global_admin_css")
def syndication_css() -> SafeString:
    """Syndication's own pages."""
    return format_html('<link rel="stylesheet" href="{}">', static("syndication/admin.css"))
