"""The newsroom's hooks into Wagtail's admin."""

from __future__ import annotations

from typing import Any

from wagtail import hooks

from .links import OurPageLinkHandler


@hooks.register("register_rich_text_features", order=100)
def link_to_our_pages(features: Any) -> None:
    """Page links in rich text are ours to resolve."""
    features.register_link_type(OurPageLinkHandler)
