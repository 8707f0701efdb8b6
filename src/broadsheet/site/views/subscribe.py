"""The appeal on a page of its own. Plans and payment come with `subscriptions`."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from ..chrome import chrome


def subscribe(request: HttpRequest) -> HttpResponse:
    """`/subscribe/`."""
    return render(request, "site/subscribe.html", {"chrome": chrome(request)})
