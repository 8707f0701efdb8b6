"""What of syndication is set in the newsroom: one heading of the main menu for all channels."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail.snippets.views.snippets import SnippetViewSetGroup

from .sharing.viewsets import ShareAccountViewSet


class SyndicationGroup(SnippetViewSetGroup):
    """Each channel's receivers and settings."""

    items = (ShareAccountViewSet,)
    menu_icon = "globe"
    menu_label = _("Syndication")
    menu_name = "syndication"
    menu_order = 130
