"""Links to our own pages inside rich text: one query for all of a text's links, and none to what is not public."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.html import escape
from wagtail.models import Page
from wagtail.rich_text.pages import PageLinkHandler

from .selectors import page_path, restricted


class OurPageLinkHandler(PageLinkHandler):
    """Like Wagtail's, which asks three times and links to drafts."""

    @classmethod
    def expand_db_attributes_many(cls, attrs_list: Sequence[dict[str, Any]]) -> list[str]:
        ids = [int(attrs["id"]) for attrs in attrs_list if str(attrs.get("id", "")).isdigit()]
        pages = Page.objects.live().filter(~restricted(), pk__in=ids).select_related("locale")
        paths = {page.pk: page_path(page.url_path, page.locale.language_code) for page in pages}
        found = [
            paths.get(int(attrs["id"])) if str(attrs.get("id", "")).isdigit() else None
            for attrs in attrs_list
        ]
        return [f'<a href="{escape(path)}">' if path else "<a>" for path in found]
