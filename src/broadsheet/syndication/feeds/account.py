"""What `readers` is told of private feeds: their panel in the account, and what is a reader's to take along or to erase."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from broadsheet.readers import panels, privacy
from broadsheet.readers.selectors import reader_of

from . import private


def register() -> None:
    """Called when apps are ready. After the newsletters (40)."""
    panels.register(panels.Panel("feeds", 45, "syndication/feeds/panel.html", _panel))
    privacy.register_exporter(privacy.Exporter("feeds", _("Private feeds"), private.gathered))
    privacy.register_eraser(privacy.Eraser("feeds", private.forget))


def _panel(request: HttpRequest) -> Mapping[str, Any] | None:
    reader = reader_of(request)
    held = private.of(reader)
    return {"count": len(held)} if held or private.is_subscriber(reader) else None
