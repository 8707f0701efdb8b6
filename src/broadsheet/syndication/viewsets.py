"""What of syndication is set in the newsroom: one heading of the main menu for all channels."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.snippets.views.snippets import SnippetViewSetGroup

from .api.viewsets import ApiKeyViewSet
from .fediverse.moderating import RepliesItem
from .fediverse.viewsets import ActorViewSet, BlockedDomainViewSet
from .sharing.viewsets import ShareAccountViewSet
from .trade.viewsets import PartnerViewSet
from .webhooks.viewsets import WebhookViewSet


class SyndicationGroup(SnippetViewSetGroup):
    """Each channel's receivers and settings."""

    items = (
        ShareAccountViewSet,
        ActorViewSet,
        BlockedDomainViewSet,
        WebhookViewSet,
        ApiKeyViewSet,
        PartnerViewSet,
    )
    menu_icon = "globe"
    menu_label = _("Syndication")
    menu_name = "syndication"
    menu_order = 130

    def get_submenu_items(self) -> list[Any]:
        """What is decided about stands among what is set up."""
        return [
            *super().get_submenu_items(),
            RepliesItem(_("Replies"), reverse("syndication:replies"), icon_name="comment", order=900),
        ]
