"""Connects what happened to what is said of it: the ledger's signals to the mails that are owed."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from broadsheet.readers import newsletters

from . import checkouts, doubles, ledger, notices
from .models import Checkout, Invoice, Subscription


def connect() -> None:
    """Called once, when the app is ready."""
    newsletters.register_kind(
        newsletters.Kind(notices.OFFERS, _("Offers"), _("Now and then, when a subscription costs less."))
    )
    ledger.subscription_changed.connect(_subscription, dispatch_uid="notices")
    ledger.invoice_changed.connect(_invoice, dispatch_uid="notices")
    checkouts.checkout_paid.connect(_checkout, dispatch_uid="notices")


def _subscription(*, subscription: Subscription, before: str, **_kwargs: Any) -> None:
    doubles.notice(subscription)
    notices.on_subscription(subscription, before)


def _invoice(*, invoice: Invoice, **_kwargs: Any) -> None:
    notices.on_invoice(invoice)


def _checkout(*, checkout: Checkout, **_kwargs: Any) -> None:
    notices.on_checkout(checkout)
