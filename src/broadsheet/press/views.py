"""`/-/log`: the invalidation log for edges."""

from __future__ import annotations

from django.http import Http404, HttpRequest, JsonResponse
from django.views.decorators.http import require_GET

from . import log
from .middleware import asking_of

LONGEST_WAIT = 25.0


@require_GET
def follow(request: HttpRequest) -> JsonResponse:
    """`?after=<position>&epoch=<epoch>&wait=<seconds>` → `{"epoch", "position", "rows", "flush"}`; for edges alone."""
    if asking_of(request) is None:
        raise Http404
    try:
        after = int(request.GET.get("after", "0"))
        seconds = min(float(request.GET.get("wait", "0")), LONGEST_WAIT)
    except ValueError:
        return JsonResponse({"error": "after and wait are numbers"}, status=400)
    told = log.wait(after, request.GET.get("epoch", ""), seconds)
    return JsonResponse(
        {"epoch": told.epoch, "position": told.position, "rows": told.rows, "flush": told.flush},
        headers={"Cache-Control": "no-store"},
    )
