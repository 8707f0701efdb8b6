"""What a subscriber does with a running subscription: pause, resume, change the plan, the payment method.

Each act is one call to the gateway with a key that its form brought, so that a repeated form acts once; what came of it
goes through the ledger like everything that a gateway says.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from broadsheet.readers.models import User

from . import gifts, ledger
from .buying import running, terms_of
from .events import Event
from .gateways import registry
from .gateways.protocol import Gateway, GatewayAway, GatewayError, Quote
from .models import Price, Subscription

log = logging.getLogger("broadsheet.managing")
PAUSES = (1, 2, 3)


class CannotDo(Exception):
    """Why nothing was changed: `str()` is the line for the reader."""


def pause(subscription: Subscription, months: int, key: UUID) -> Subscription:
    """Charge nothing for some months, from the end of what is paid. Raises `CannotDo`."""
    if months not in PAUSES:
        raise CannotDo(_("Choose one, two or three months."))
    if subscription.status not in {"active", "paused"}:
        raise CannotDo(_("Only a running subscription can be paused."))
    start = subscription.period_end or timezone.now()
    until = gifts.months_after(start, months).replace(microsecond=0)
    return act(subscription, f"pause-{key}", lambda gateway, at: gateway.pause(subscription.ref, until, at))


def resume(subscription: Subscription, key: UUID) -> Subscription:
    """End a pause. Raises `CannotDo`."""
    if subscription.status != "paused":
        raise CannotDo(_("This subscription is not paused."))
    return act(subscription, f"resume-{key}", lambda gateway, at: gateway.resume(subscription.ref, at))


def quote(subscription: Subscription, price: Price) -> Quote:
    """What a change to `price` comes to if it is made now. Raises `CannotDo`."""
    _check_change(subscription, price)
    try:
        return registry.get(subscription.gateway).preview(
            subscription.ref, terms_of(price), subscription.quantity
        )
    except GatewayAway as error:
        log.warning("no quote for %s: %s", subscription, error)
        raise CannotDo(away_line()) from error
    except GatewayError as error:
        log.warning("no quote for %s: %s", subscription, error)
        raise CannotDo(_("That did not work, and nothing was changed. Please write to us.")) from error


def change(subscription: Subscription, price: Price, key: UUID, moment: datetime) -> Subscription:
    """Another plan or interval in the same currency; dearer ones at once, cheaper ones likewise with the rest credited.

    `moment` is that of the quote which was shown. Raises `CannotDo`.
    """
    _check_change(subscription, price)
    terms = terms_of(price)
    return act(
        subscription,
        f"change-{key}",
        lambda gateway, at: gateway.change(
            subscription.ref, terms, subscription.quantity, prorate=True, key=at, moment=moment
        ),
    )


def _check_change(subscription: Subscription, price: Price) -> None:
    if subscription.status not in {"trialing", "active"}:
        raise CannotDo(_("The plan can be changed once the subscription runs and is paid."))
    if price.replaced_at is not None or not price.plan.is_offered or price.plan.seats:
        raise CannotDo(_("This price is no longer offered. Please choose again."))
    if subscription.price is None or price.currency != subscription.price.currency:
        raise CannotDo(_("The plan can only be changed within the same currency."))
    # The tax that was agreed on is inside the price or on top of it, for good.
    if price.is_tax_inclusive != subscription.price.is_tax_inclusive:
        raise CannotDo(_("This price is no longer offered. Please choose again."))
    if price.pk == subscription.price_id:
        raise CannotDo(_("This is the plan that you have."))


def portal(subscription: Subscription, return_url: str, language: str) -> str:
    """The gateway's page for cards and addresses. Raises `CannotDo`."""
    if not subscription.customer_ref:
        raise CannotDo(_("There is no payment method to change."))
    try:
        return registry.get(subscription.gateway).portal(subscription.customer_ref, return_url, language)
    except GatewayError as error:
        log.warning("no portal for %s: %s", subscription, error)
        raise CannotDo(away_line()) from error


def act(
    subscription: Subscription, key: str, call: Callable[[Gateway, str], Sequence[Event]]
) -> Subscription:
    """Have the gateway do something, and the ledger take in what came of it. Raises `CannotDo`."""
    try:
        events = call(registry.get(subscription.gateway), key)
    except GatewayAway as error:
        log.warning("%s on %s: %s", key, subscription, error)
        raise CannotDo(away_line()) from error
    except GatewayError as error:
        log.warning("%s on %s was refused: %s", key, subscription, error)
        raise CannotDo(_("That did not work, and nothing was changed. Please write to us.")) from error
    ledger.record(subscription.gateway, events)
    subscription.refresh_from_db()
    return subscription


def away_line() -> str:
    """What a reader is told while the gateway does not answer."""
    return _("Our payment service does not answer at the moment. Nothing was changed; please try again soon.")


def own(reader: User) -> Subscription | None:
    """The subscription that `reader`'s account page is about: the running one, else the last one."""
    return (
        running(reader)
        or Subscription.objects.filter(reader=reader)
        .exclude(started_at=None)
        .select_related("price__plan")
        .order_by("-started_at")
        .first()
    )


def other_prices(subscription: Subscription) -> list[Price]:
    """What it could be changed to."""
    if subscription.price is None:
        return []
    now = subscription.price
    prices = Price.objects.on_sale().filter(
        currency=now.currency, is_tax_inclusive=now.is_tax_inclusive, plan__seats=0
    )
    return list(
        prices.exclude(pk=subscription.price.pk).select_related("plan").order_by("plan__position", "interval")
    )
