"""Serves media files, each after an access check: a file is public only while something public shows it."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from .selectors import public_file

# A rendition never changes under its name; an hour is how long a browser may show one after it was withdrawn.
PUBLIC = "public, max-age=3600, s-maxage=86400, stale-while-revalidate=86400, stale-if-error=172800"
PRIVATE = "private, no-store"


@require_safe
def media(request: HttpRequest, name: str) -> HttpResponseBase:
    """One media file; 404 alike for what is not there and what is not for this reader."""
    key = public_file(name)
    if not key and not _is_newsroom(request):
        raise Http404
    try:
        file = default_storage.open(name)
    except (FileNotFoundError, IsADirectoryError, SuspiciousFileOperation, ValueError):
        raise Http404 from None
    response = FileResponse(file)
    response.headers["Cache-Control"] = PUBLIC if key else PRIVATE
    if key:
        response.headers["Surrogate-Key"] = key
    # Uploads are inert: nothing in them may run, whatever a browser takes them for.
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _is_newsroom(request: HttpRequest) -> bool:
    user = getattr(request, "user", AnonymousUser())
    return bool(user.is_active and user.has_perm("wagtailadmin.access_admin"))
