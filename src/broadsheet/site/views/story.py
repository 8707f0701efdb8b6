"""A story's page: `press` says which variant, and only the blocks of that variant are ever looked at."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from broadsheet.newsroom.documents import document, stored_blocks
from broadsheet.newsroom.models import Story
from broadsheet.newsroom.selectors import card, more_for
from broadsheet.paywall import Variant
from broadsheet.press import headers, pages, preview, variants
from broadsheet.record.boxes import story_box

from ..chrome import chrome
from ..sharing import share_picture_of

# A summit has many pairs; the first are enough to hear of what follows.
MOST_PAIRS = 40


def story(request: HttpRequest, page: Story) -> HttpResponse:
    """One story, whole or as a preview."""
    grant = variants.choose(request, page)
    is_whole = grant.variant is Variant.FULL
    blocks = stored_blocks(page) if is_whole else preview.public_blocks(stored_blocks(page))
    more = more_for(page) if page.desk_id else []
    made, shown = document(page, blocks, is_whole=is_whole, also=more)
    box, pairs = None, set[int]()
    if is_whole and page.published_at is not None:
        # A preview holds nothing that was read out of the part it leaves out.
        box, pairs = story_box(page.pk, timezone.localtime(page.published_at, settings.PAPER.zone).date())
    context = {
        "chrome": chrome(request, made.translations, canonical=made.path),
        "document": made,
        "grant": grant,
        "meter": variants.limits(),
        "box": box,
        "more": [card(other, shown) for other in more],
        "share_image": share_picture_of(made),
    }
    response = pages.page(
        request, "site/story.html", context, keys=[f"dyad/{pk}" for pk in sorted(pairs)[:MOST_PAIRS]]
    )
    return headers.describe(request, response, page, grant)
