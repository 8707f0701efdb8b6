"""What staff do to one subscription or invoice: each act once, through the gateway, into the ledger."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .events import Event
from .gateways.protocol import Gateway, GatewayError
from .gateways.registry import get
from .ledger import record
from .models import Invoice, Subscription
from .money import parse

Act = Callable[[Gateway, Subscription, str], Sequence[Event]]

_ACTS: dict[str, Act] = {
    "cancel": lambda gateway, row, key: gateway.cancel(row.ref, at_once=False, key=key),
    "end": lambda gateway, row, key: gateway.cancel(row.ref, at_once=True, key=key),
    "keep": lambda gateway, row, key: gateway.keep(row.ref, key),
    "pause": lambda gateway, row, key: gateway.pause(row.ref, None, key),
    "resume": lambda gateway, row, key: gateway.resume(row.ref, key),
    "look": lambda gateway, row, key: [gateway.observe(row.ref)],
}
ACTS = tuple(_ACTS)


def act(subscription: Subscription, name: str, key: str) -> None:
    """Do `name` (one of `ACTS`). The same key again does nothing more. Raises `GatewayError`."""
    gateway = get(subscription.gateway)
    record(subscription.gateway, _ACTS[name](gateway, subscription, key))


def refund(invoice: Invoice, written: str, key: str) -> None:
    """Give back an amount, written in major units, of a paid invoice.

    Raises `BadAmount` when it can't be read, `GatewayError` when it is more than is left or the gateway refuses.
    """
    amount = parse(written, invoice.currency).amount
    if not 0 < amount <= invoice.paid - invoice.refunded:
        raise GatewayError("that is more than was paid and not given back yet")
    record(invoice.gateway, get(invoice.gateway).refund(invoice.ref, amount, key))
