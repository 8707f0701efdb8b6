"""What the origin tells edges alone: `/-/log`, the invalidation log, and `/-/rights`, what stands of passes and networks."""

from __future__ import annotations

from django.http import Http404, HttpRequest, JsonResponse
from django.views.decorators.http import require_GET

from . import log, networks, selectors
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


@require_GET
def rights(request: HttpRequest) -> JsonResponse:
    """`{"revoked": [[reader, unix seconds]…], "networks": [[cidr, [scopes]]…]}`; for an edge's own questions alone."""
    asking = asking_of(request)
    # What an edge passes on for somebody names their address.
    if asking is None or asking.client:
        raise Http404
    return JsonResponse(
        {"revoked": selectors.standing(), "networks": networks.listed()},
        headers={"Cache-Control": "no-store"},
    )
