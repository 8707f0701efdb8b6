"""Checkouts as the ledger leaves them, and what a paid one is worth: a gift, a donation."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.dispatch import Signal
from django.utils import timezone

from .billing import fold_checkout
from .models import Checkout, Donation, LedgerEntry

# Sent once, in the transaction in which a checkout turns paid: `checkout`.
checkout_paid = Signal()


@transaction.atomic
def refold(gateway: str, ref: str) -> Checkout | None:
    """Make one checkout what the ledger says; None when it isn't one of ours."""
    entries = LedgerEntry.objects.filter(gateway=gateway, kind="checkout", subject=ref)
    report = fold_checkout(entry.event for entry in entries)
    if report is None:
        return None
    checkout = _ours(gateway, ref, report.facts.get("key", ""))
    if checkout is None or checkout.state in {"paid", report.facts["status"]}:
        return checkout
    checkout.state = report.facts["status"]
    checkout.ref = checkout.ref or ref
    if checkout.state in {"failed", "expired"}:
        checkout.hold = None
    if checkout.state == "paid":
        checkout.finished_at = timezone.now()
    checkout.save()
    if checkout.state == "paid":
        _deliver(checkout)
        checkout_paid.send(Checkout, checkout=checkout)
    return checkout


def _ours(gateway: str, ref: str, key: str) -> Checkout | None:
    rows = Checkout.objects.select_for_update().filter(gateway=gateway)
    found = rows.filter(ref=ref).first()
    if found is None and key:
        try:
            found = rows.filter(key=UUID(key)).first()
        except ValueError:
            return None
    return found


def _deliver(checkout: Checkout) -> None:
    if checkout.purpose == "donation":
        Donation.objects.create(
            checkout=checkout, amount=checkout.amount, currency=checkout.currency, paid_at=timezone.now()
        )
