"""What the account's home says about subscriptions: plan and next charge, payment, bills, gifts and groups."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from broadsheet.readers import panels
from broadsheet.readers.models import User

from . import groups, links, managing, offer, taxes
from .models import Grant, Invoice, Subscription

MOST_BILLS = 24


def register() -> None:
    """Called when apps are ready. Between the person (10) and the log-in (20)."""
    for order, (key, context) in enumerate((("plan", _plan), ("bills", _bills), ("given", _given))):
        panels.register(panels.Panel(key, 12 + order, f"subscriptions/panels/{key}.html", context))


def facts(request: HttpRequest) -> Mapping[str, Any]:
    """For the script on each page: `subscription` is `past_due`, `trial` or `cancelled`, with `until` as a day."""
    if not request.user.is_authenticated:
        return {}
    subscription = managing.own(request.user)
    if subscription is None:
        return {}
    told: dict[str, Any] = {"subscription": subscription.status}
    if subscription.status == "trialing" and subscription.trial_end:
        told["trial_ends_in"] = max(0, (subscription.trial_end - timezone.now()).days)
    if subscription.status == "cancelled" and subscription.access_until:
        told["cancelled_until"] = timezone.localdate(subscription.access_until).isoformat()
    if subscription.status == "past_due" and subscription.access_until:
        told["past_due"] = timezone.localdate(subscription.access_until).isoformat()
    return told


def _plan(request: HttpRequest) -> Mapping[str, Any]:
    reader = _person(request)
    language = translation.get_language() or "en"
    subscription = managing.own(reader)
    now = timezone.now()
    grants = Grant.objects.filter(reader=reader, starts_at__lte=now).select_related("plan")
    told: dict[str, Any] = {
        "subscription": subscription,
        "key": uuid.uuid4(),
        "grants": [grant for grant in grants if grant.ends_at is None or grant.ends_at > now],
        "pauses": managing.PAUSES,
    }
    if subscription is None:
        return told
    price = subscription.price
    told["cost"] = offer.full_words(price, taxes.tax_on(subscription), language) if price else ""
    told["is_renewing"] = subscription.status in {"trialing", "active"}
    told["next_charge"] = (
        subscription.trial_end if subscription.status == "trialing" else subscription.period_end
    )
    told["may_change"] = told["is_renewing"] and bool(managing.other_prices(subscription))
    told["status"] = status_words(subscription)
    return told


def status_words(subscription: Subscription) -> str:
    """One word for where it stands."""
    return {
        "trialing": _("free trial"),
        "active": _("active"),
        "past_due": _("payment overdue"),
        "paused": _("paused"),
        "cancelled": _("cancelled"),
        "expired": _("ended"),
    }.get(subscription.status, "")


def _bills(request: HttpRequest) -> Mapping[str, Any] | None:
    language = translation.get_language() or "en"
    found = Invoice.objects.filter(reader=_person(request)).exclude(number=None).order_by("-issued_at")
    bills = [(bill, bill.money.text(language)) for bill in found[:MOST_BILLS]]
    return {"bills": bills} if bills else None


def _given(request: HttpRequest) -> Mapping[str, Any] | None:
    reader = _person(request)
    managed = list(groups.managed(reader)[:20])
    given = list(reader.gift_links.filter(ends_at__gt=timezone.now()).order_by("-created_at")[:5])
    if not managed and not given:
        return None
    return {"groups": managed, "links": given, "left": links.left(reader)}


def _person(request: HttpRequest) -> User:
    assert request.user.is_authenticated
    return request.user
