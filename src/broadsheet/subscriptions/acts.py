"""What staff do to one subscription or invoice: each act once, through the gateway, into the ledger."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Protocol, runtime_checkable

from .events import Event
from .gateways.protocol import Gateway, GatewayError
from .gateways.registry import get
from .ledger import record
from .models import Invoice, Subscription
from .money import parse
from .reconciling import look


@runtime_checkable
class TakesTransfers(Protocol):
    """A gateway whose payments staff record."""

    def record_payment(self, invoice: str, amount: int, currency: str, paid_on: date, key: str) -> None:
        """The whole amount of one open invoice, once a `key`."""


Act = Callable[[Gateway, Subscription, str], Sequence[Event]]

_ACTS: dict[str, Act] = {
    "cancel": lambda gateway, row, key: gateway.cancel(row.ref, at_once=False, key=key),
    "end": lambda gateway, row, key: gateway.cancel(row.ref, at_once=True, key=key),
    "keep": lambda gateway, row, key: gateway.keep(row.ref, key),
    "pause": lambda gateway, row, key: gateway.pause(row.ref, None, key),
    "resume": lambda gateway, row, key: gateway.resume(row.ref, key),
}
ACTS = (*_ACTS, "look")


def act(subscription: Subscription, name: str, key: str) -> None:
    """Do `name` (one of `ACTS`). The same key again does nothing more. Raises `GatewayError`."""
    gateway = get(subscription.gateway)
    if name == "look":
        look(gateway, subscription.ref)
    else:
        record(subscription.gateway, _ACTS[name](gateway, subscription, key))


def refund(invoice: Invoice, written: str, key: str) -> None:
    """Give back an amount, written in major units, of a paid invoice.

    Raises `BadAmount` when it can't be read, `GatewayError` when it is more than is left or the gateway refuses.
    """
    amount = parse(written, invoice.currency).amount
    if not 0 < amount <= invoice.paid - invoice.refunded:
        raise GatewayError("that is more than was paid and not given back yet")
    record(invoice.gateway, get(invoice.gateway).refund(invoice.ref, amount, key))


def record_transfer(invoice: Invoice, written: str, paid_on: str, key: str) -> None:
    """Note a bank transfer that came in for an open pro-forma invoice.

    Raises `BadAmount` or `GatewayError` when the amount or the day can't be read or is not what the invoice is over.
    """
    gateway = get(invoice.gateway)
    if not isinstance(gateway, TakesTransfers):
        raise GatewayError("this gateway takes no transfers")
    try:
        day = date.fromisoformat(paid_on)
    except ValueError:
        raise GatewayError(f"{paid_on!r} is not a day such as 2026-11-25") from None
    amount = parse(written, invoice.currency)
    gateway.record_payment(invoice.ref, amount.amount, amount.currency, day, key)
