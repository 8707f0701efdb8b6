"""Chooses the variant of a story for a request: the one an edge asks for, else the one this reader may have."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from broadsheet.newsroom.models import Story
from broadsheet.paywall import Access, Grant, Limits, Meter, Reason, Variant, decide, on_network, wall_of

from . import networks
from .middleware import Reader, asking_of


def limits() -> Limits:
    """The paper's meter."""
    return Limits(settings.BROADSHEET_METER_LIMIT, settings.BROADSHEET_METER_DAYS)


def choose(request: HttpRequest, story: Story) -> Grant:
    """The grant for this reader. The newsroom sees everything and is not counted.

    An edge has decided already: it gets what it asks for. A request that only looks ahead (HEAD, prefetch) opens
    nothing and spends nothing.
    """
    asking = asking_of(request)
    if asking is not None and asking.variant in (Variant.FULL, Variant.PREVIEW):
        return _asked(Variant(asking.variant), Access(story.access))
    if is_newsroom(request):
        return Grant(Variant.FULL, Reason.FREE if story.access == Access.FREE else Reason.STAFF)
    reader = getattr(request, "reader", None) or Reader(request)
    meter = reader.meter if _is_reading(request) else Meter.spent()
    grant = decide(Access(story.access), story.pk, reader.pass_, meter, limits(), timezone.now())
    return _on_network(request, story, grant)


def _asked(variant: Variant, access: Access) -> Grant:
    if access is Access.FREE:
        return Grant(Variant.FULL, Reason.FREE)
    return Grant(variant, Reason.ENTITLED) if variant is Variant.FULL else wall_of(access)


def has_opened(request: HttpRequest, story: Story) -> bool:
    """Whether this reader has the whole story open already: by right, or by a read that was spent before."""
    reader = getattr(request, "reader", None) or Reader(request)
    now = timezone.now()
    grant = decide(Access(story.access), story.pk, reader.pass_, reader.meter, limits(), now)
    if grant.reason is Reason.METER and story.pk not in dict(reader.meter.current(limits(), now).reads):
        grant = wall_of(Access(story.access))
    return _on_network(request, story, grant).variant is Variant.FULL


def _on_network(request: HttpRequest, story: Story, grant: Grant) -> Grant:
    if grant.variant is Variant.FULL:
        return grant
    return on_network(grant, story.pk, networks.table().scopes(request.META.get("REMOTE_ADDR", "")))


def is_newsroom(request: HttpRequest) -> bool:
    """Whether staff is asking. Without a log-in cookie the session isn't touched: the answer then varies by nothing."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return False
    user = getattr(request, "user", None)
    return bool(user is not None and user.is_active and user.has_perm("wagtailadmin.access_admin"))


def _is_reading(request: HttpRequest) -> bool:
    purpose = f"{request.headers.get('Sec-Purpose', '')} {request.headers.get('Purpose', '')}"
    return request.method == "GET" and "prefetch" not in purpose
