"""The appeal on a page of its own. Plans and payment come with `subscriptions`."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from broadsheet.press.pages import page

from ..chrome import chrome


def subscribe(request: HttpRequest) -> HttpResponse:
    """`/subscribe/`."""
    return page(request, "site/subscribe.html", {"chrome": chrome(request)})
