"""Writes on an answer what it is: access, variant, surrogate keys, and how long whoever may keep it."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse

from broadsheet.newsroom.models import Story
from broadsheet.paywall import Grant, Reason, encode_meter

from .keys import surrogate_keys
from .middleware import METER_COOKIE
from .variants import limits

PUBLIC = "public, max-age=0, s-maxage=60, stale-while-revalidate=60, stale-if-error=86400"
PERSONAL = "private, no-cache"


def describe(response: HttpResponse, story: Story, grant: Grant) -> HttpResponse:
    """Mark a story's answer; sets the meter's cookie when the grant spent one.

    Until the edge splits variants, everything but a free story depends on the reader's cookies and is private.
    """
    response.headers["Broadsheet-Access"] = f"{story.access}; story={story.pk}"
    response.headers["Surrogate-Key"] = " ".join(surrogate_keys(story))
    response.headers["Cache-Control"] = PUBLIC if grant.reason is Reason.FREE else PERSONAL
    if grant.meter is not None:
        response.set_cookie(
            METER_COOKIE,
            encode_meter(grant.meter, settings.BROADSHEET_KEYS),
            max_age=limits().period,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return response
