"""The icon that browsers ask for by a fixed name, on whatever page they stand."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from broadsheet.press.keys import SITE

ICON = "site/favicon.ico"
# An edge drops it together with every page when the paper's looks change; browsers ask again after a week.
AGE, EDGE_AGE = 7 * 86_400, 365 * 86_400


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """The paper's own `static/site/favicon.ico`, else ours."""
    return HttpResponse(
        _drawing(tuple(settings.STATICFILES_DIRS)),
        content_type="image/vnd.microsoft.icon",
        headers={"Cache-Control": f"public, max-age={AGE}, s-maxage={EDGE_AGE}", "Surrogate-Key": SITE},
    )


@cache
def _drawing(own: tuple[str, ...]) -> bytes:
    found = finders.find(ICON)
    if not isinstance(found, str):
        raise Http404(ICON)
    return Path(found).read_bytes()
