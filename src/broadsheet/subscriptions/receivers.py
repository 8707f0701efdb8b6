"""What follows from a payment, in the transaction in which it is recorded."""

from __future__ import annotations

from typing import Any

from . import buying, gifts
from .checkouts import checkout_paid
from .ledger import payment_returned
from .models import Checkout


def connect() -> None:
    """Called once, when apps are ready."""
    checkout_paid.connect(_on_paid, dispatch_uid="subscriptions_bought")
    payment_returned.connect(_on_returned, dispatch_uid="subscriptions_returned")


def _on_paid(checkout: Checkout, **_: Any) -> None:
    """The stories that led here are noted; a gift is made ready."""
    if checkout.purpose == "subscription":
        buying.note_stories(checkout)
    elif checkout.purpose == "gift":
        gifts.make(checkout)


def _on_returned(gateway: str, payment: str, **_: Any) -> None:
    """A gift whose money went back is none."""
    gifts.reconsider(gateway, payment)
