"""What a reader sees when there is nothing, or when we failed."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from broadsheet.press import headers
from broadsheet.press.keys import MISSING


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404, with a way on. A file may be there for somebody else, so that answer is nobody's to keep."""
    response = render(request, "site/404.html", status=404)
    if request.path.startswith(settings.MEDIA_URL):
        response.headers["Cache-Control"] = "private, no-store"
        return response
    return headers.publish(request, response, (MISSING,), headers.LIFETIME_OF_NOTHING)


def broken(request: HttpRequest) -> HttpResponse:
    """500; touches no database."""
    return render(request, "site/500.html", status=500)
