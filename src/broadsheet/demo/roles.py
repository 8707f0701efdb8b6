"""As whom a visitor looks at the demo: a stranger, a subscriber, an editor."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import translation

from broadsheet.readers import passes

SUBSCRIBER = "subscriber@courier.example"
EDITOR = "chief@courier.example"


def role_of(request: HttpRequest) -> str:
    """`reader`, `subscriber` or `editor`."""
    user = request.user
    if not user.is_authenticated:
        return "reader"
    if user.has_perm("wagtailadmin.access_admin"):
        return "editor"
    return "subscriber" if passes.pass_for(user).scopes else "reader"


def bar(request: HttpRequest) -> dict[str, Any]:
    """The demo's bar for the top of each page, in the language of the page that asks."""
    language = request.GET.get("language", "")
    with translation.override(language if translation.check_for_language(language) else None):
        return {"bar": render_to_string("demo/bar.html", {"role": role_of(request)})}
