"""Connects what happened to what is said of it: the ledger's signals to the mails that are owed."""

from __future__ import annotations

from typing import Any

from . import checkouts, ledger, notices
from .models import Checkout, Invoice, Subscription


def connect() -> None:
    """Called once, when the app is ready."""
    ledger.subscription_changed.connect(_subscription, dispatch_uid="notices")
    ledger.invoice_changed.connect(_invoice, dispatch_uid="notices")
    checkouts.checkout_paid.connect(_checkout, dispatch_uid="notices")


def _subscription(*, subscription: Subscription, before: str, **_: Any) -> None:
    notices.on_subscription(subscription, before)


def _invoice(*, invoice: Invoice, **_: Any) -> None:
    notices.on_invoice(invoice)


def _checkout(*, checkout: Checkout, **_: Any) -> None:
    notices.on_checkout(checkout)
