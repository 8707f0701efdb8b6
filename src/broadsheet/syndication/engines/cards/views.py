"""Serves share cards: as long as the story is public and the picture's rights run."""

from __future__ import annotations

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from broadsheet.newsroom.models import ShareCard, Story
from broadsheet.newsroom.selectors import public, share_card_path
from broadsheet.press import headers

# As a picture's file: it never changes under its address.
KEPT = "public, max-age=3600, s-maxage=86400, stale-while-revalidate=86400, stale-if-error=172800"


@require_safe
def share_card(request: HttpRequest, story: int, digest: str) -> HttpResponseBase:
    """`/share/<story>-<digest>.jpg`; an older digest leads to what the card is now. Two queries."""
    row = ShareCard.objects.filter(pk=story).exclude(digest="").select_related("picture").first()
    place = public(Story.objects.filter(pk=story)).values("desk_id", "language").first()
    if row is None or place is None or (row.picture is not None and not row.picture.has_rights):
        raise Http404("no such card")
    keys = {f"story/{story}", f"section/{place['desk_id']}", f"chrome/{place['language']}"}
    if row.picture_id:
        keys.add(f"picture/{row.picture_id}")
    if digest != row.digest:
        moved = HttpResponseRedirect(share_card_path(story, row.digest))
        headers.publish(request, moved, keys)
        return moved
    try:
        response = FileResponse(default_storage.open(row.file), content_type="image/jpeg")
    except FileNotFoundError:
        raise Http404("no such card") from None
    response.headers["Cache-Control"] = KEPT
    response.headers["Surrogate-Key"] = " ".join(sorted(keys))
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
