"""Leaving: a reason if one is given, perhaps an offer, and reading on until the end of what is paid."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable
from uuid import UUID

from django.utils.translation import gettext as _

from .buying import reduction_of
from .events import Event
from .gateways import registry
from .gateways.protocol import Gateway, Reduction
from .managing import CannotDo, act
from .models import Departure, PromotionCode, Seller, Subscription
from .promotions import BadCode, check


@runtime_checkable
class Reducing(Protocol):
    """A gateway that can make a running subscription cheaper; those that can't make no offers to leavers."""

    def reduce(self, subscription: str, reduction: Reduction, key: str) -> Sequence[Event]:
        """Charge less from the next invoice on."""


def cancel(subscription: Subscription, reason: str, note: str, key: UUID) -> Subscription:
    """Renew no more. Raises `CannotDo`; then the reason is not kept either."""
    if subscription.status not in {"trialing", "active", "past_due", "paused"}:
        raise CannotDo(_("There is nothing to cancel: this subscription does not renew."))
    # What is overdue is not going to be read on: there is no paid time left to wait for.
    at_once = subscription.status == "past_due"
    act(
        subscription,
        f"cancel-{key}",
        lambda gateway, name: gateway.cancel(subscription.ref, at_once=at_once, key=name),
    )
    known = dict(Departure.REASONS)
    Departure.objects.create(
        subscription=subscription,
        reason=reason if reason in known else "",
        note=note[:500].replace("\x00", ""),
    )
    return subscription


def keep(subscription: Subscription, key: UUID) -> Subscription:
    """Take the cancellation back while there is something left to read. Raises `CannotDo`."""
    if subscription.status != "cancelled" or subscription.ended_at is not None:
        raise CannotDo(_("This subscription is over. You are welcome to subscribe again."))
    act(subscription, f"keep-{key}", lambda gateway, name: gateway.keep(subscription.ref, name))
    Departure.objects.filter(subscription=subscription).update(is_kept=True)
    return subscription


def retention(subscription: Subscription) -> PromotionCode | None:
    """What is offered to this subscriber before they go: the paper's code, if it is good for their price now, once."""
    code = Seller.current().retention_code
    if code is None or subscription.price is None or subscription.status not in {"active", "trialing"}:
        return None
    if not isinstance(registry.get(subscription.gateway), Reducing) or _was_offered(subscription):
        return None
    try:
        return check(code.code, subscription.price)
    except BadCode:
        return None


def stay(subscription: Subscription, key: UUID) -> Subscription:
    """Take the offer: cheaper from the next charge on. Raises `CannotDo`."""
    code = retention(subscription)
    if code is None:
        raise CannotDo(_("This offer is no longer open."))
    reduction = reduction_of(code)

    def call(gateway: Gateway, name: str) -> Sequence[Event]:
        assert isinstance(gateway, Reducing)
        return gateway.reduce(subscription.ref, reduction, name)

    act(subscription, f"stay-{key}", call)
    Departure.objects.create(subscription=subscription, reason="price", is_kept=True)
    return subscription


def _was_offered(subscription: Subscription) -> bool:
    return Departure.objects.filter(subscription=subscription, is_kept=True).exists()
