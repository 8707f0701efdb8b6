"""What follows from a payment, in the transaction in which it is recorded."""

from __future__ import annotations

from typing import Any

from . import buying, gifts
from .checkouts import checkout_paid
from .models import Checkout


def connect() -> None:
    """Called once, when apps are ready."""
    checkout_paid.connect(_on_paid, dispatch_uid="subscriptions_bought")


def _on_paid(checkout: Checkout, **_: Any) -> None:
    """The stories that led here are noted; a gift is made ready."""
    if checkout.purpose == "subscription":
        buying.note_stories(checkout)
    elif checkout.purpose == "gift":
        gifts.make(checkout)
