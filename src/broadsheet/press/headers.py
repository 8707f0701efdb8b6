"""Writes on an answer what it is: access, variant, surrogate keys, and how long whoever may keep it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from broadsheet.newsroom.models import Story
from broadsheet.paywall import Grant, Reason, encode_meter

from .keys import SITE
from .middleware import METER_COOKIE, asking_of
from .variants import limits

# The edge hears of every change, so it may keep a page long; whoever else asks hears of none.
LIFETIME, UNTOLD_LIFETIME = 300, 60
LIFETIME_OF_NOTHING = 10
STALE_ON_ERROR = 2 * 86_400
PERSONAL = "private, no-cache"


def publish(
    request: HttpRequest, response: HttpResponse, keys: Iterable[str], lifetime: int = LIFETIME
) -> HttpResponse:
    """Mark an answer that is the same for everybody who may have it."""
    if getattr(request, "is_preview", False):
        response.headers["Cache-Control"] = "private, no-store"
        return response
    fresh = min(
        lifetime, LIFETIME if asking_of(request) else UNTOLD_LIFETIME, seconds_to_midnight(timezone.now())
    )
    response.headers["Cache-Control"] = (
        f"public, max-age=0, s-maxage={fresh}, stale-while-revalidate=60, stale-if-error={STALE_ON_ERROR}"
    )
    response.headers["Surrogate-Key"] = " ".join(sorted({SITE, *keys}))
    return response


def describe(request: HttpRequest, response: HttpResponse, story: Story, grant: Grant) -> HttpResponse:
    """Mark a story's answer; sets the meter's cookie when the grant spent one.

    To the edge it names the variant that was asked for. To anybody else all but a free story depends on the
    reader's cookies and is private.
    """
    response.headers["Broadsheet-Access"] = f"{story.access}; story={story.pk}"
    asking = asking_of(request)
    if asking is not None and asking.variant:
        response.headers["Broadsheet-Variant"] = grant.variant.value
        return response
    if grant.reason is not Reason.FREE:
        response.headers["Cache-Control"] = PERSONAL
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


def seconds_to_midnight(now: datetime) -> int:
    """Until the date in the masthead is yesterday's, in the paper's zone; at least one."""
    here = timezone.localtime(now, settings.PAPER.zone)
    midnight = (here + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return max(1, int((midnight - here).total_seconds()))
