"""What a reader sees when there is nothing, or when we failed."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from broadsheet.press import headers
from broadsheet.press.keys import MISSING
from broadsheet.press.pages import page

from ..chrome import chrome

# For a paper without a front page in this language, and for files.
PLAIN = "site/plain.html"


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404 in the paper's own dress, with a way on. A file may be there for somebody else, so that answer is nobody's to keep."""
    if request.path.startswith(settings.MEDIA_URL):
        response = render(request, "site/404.html", {"base": PLAIN}, status=404)
        response.headers["Cache-Control"] = "private, no-store"
        return response
    try:
        context = {"base": "site/base.html", "chrome": chrome(request)}
    except Http404:
        context = {"base": PLAIN}
    return page(
        request,
        "site/404.html",
        context,
        keys=(MISSING,),
        lifetime=headers.LIFETIME_OF_NOTHING,
        status=404,
    )


def broken(request: HttpRequest) -> HttpResponse:
    """500; touches no database."""
    return render(request, "site/500.html", status=500)
