"""`/-/hub`: where others ask to be told of our feeds."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from . import hub
from .models import FeedSettings


@csrf_exempt
@require_POST
def wish(request: HttpRequest) -> HttpResponse:
    """Take a wish to subscribe or unsubscribe: 202, and its callback will be asked."""
    if not FeedSettings.current().has_own_hub:
        raise Http404("this paper has no hub")
    try:
        hub.take(hub.parse({key: str(request.POST[key]) for key in request.POST}))
    except hub.Refused as refused:
        return _told(str(refused), refused.status)
    return _told("The callback will be asked.", 202)


def _told(text: str, status: int) -> HttpResponse:
    headers = {"Cache-Control": "no-store"}
    if status == 503:
        headers["Retry-After"] = "600"
    return HttpResponse(f"{text}\n", "text/plain; charset=utf-8", status, headers=headers)
