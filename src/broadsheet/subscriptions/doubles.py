"""The same plan paid twice by one reader: the later one is ended and given back, by itself.

Holds make it all but impossible; a payment that arrives late, or one made behind our back, is found here when the ledger
learns of it. What was found is a row, so that a killed worker goes on where it stopped.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from django.utils import timezone

from . import ledger, notices
from .gateways.protocol import Gateway, GatewayAway, GatewayError
from .models import Double, Invoice, LedgerEntry, Subscription
from .money import Money

log = logging.getLogger("broadsheet.doubles")
RUNNING = ("trialing", "active")
# An old pair that moves in with an archive is a matter for people.
NEW_FOR = timedelta(days=3)
AT_ONCE = 20


def notice(subscription: Subscription) -> None:
    """Note which of a reader's subscriptions are one too many. Called in the transaction of the change."""
    price, reader = subscription.price, subscription.reader
    if price is None or reader is None or subscription.status not in RUNNING:
        return
    rows = Subscription.objects.select_for_update(of=("self",)).filter(
        reader=reader, price__plan=price.plan_id, status__in=RUNNING
    )
    # The first row made is the first one that we heard of, where both began in the same second.
    first, *later = rows.exclude(started_at=None).order_by("started_at", "pk") or [subscription]
    for row in later:
        if row.started_at is not None and timezone.now() - row.started_at < NEW_FOR:
            Double.objects.get_or_create(subscription=row, defaults={"kept": first})


def settle(gateway: Gateway) -> int:
    """End what is double and give back what was paid for it. Gives how many were settled. Raises `GatewayAway`."""
    waiting = Double.objects.filter(settled_at=None, subscription__gateway=gateway.name)
    done = 0
    for double in waiting.select_related("subscription__reader", "kept").order_by("pk")[:AT_ONCE]:
        try:
            done += _settle(gateway, double)
        except GatewayAway:
            raise
        except GatewayError as error:
            log.warning("%s is double and could not be given back: %s", double.subscription, error)
    return done


def _settle(gateway: Gateway, double: Double) -> bool:
    row = double.subscription
    if double.kept.status not in RUNNING and row.ended_at is None:
        # The other one ended meanwhile: this one is the reader's now.
        double.delete()
        return False
    _learn(gateway, row)
    key = f"double:{row.ref}"
    ledger.record(gateway.name, gateway.cancel(row.ref, at_once=True, key=f"{key}:end"))
    given, currency = 0, ""
    for bill in Invoice.objects.filter(gateway=gateway.name, subscription=row, kind="invoice", state="paid"):
        left, currency = bill.paid - bill.refunded, bill.currency
        if left > 0:
            ledger.record(gateway.name, gateway.refund(bill.ref, left, f"{key}:{bill.ref}"))
        given += bill.paid
    double.refunded, double.settled_at = given, timezone.now()
    double.save(update_fields=["refunded", "settled_at"])
    log.warning("%s was double: ended, %s %s given back", row, given, currency)
    if row.reader is not None:
        notices.owe(
            key,
            "double_payment",
            email=row.reader.email,
            reader=row.reader,
            subscription=double.kept.pk,
            given=Money(given, currency).text(row.reader.language or "en") if given else "",
        )
    return True


def _learn(gateway: Gateway, row: Subscription) -> None:
    """What was paid may not have been reported yet."""
    told = LedgerEntry.objects.filter(gateway=gateway.name, kind="checkout", subscription_ref=row.ref)
    for ref in set(told.values_list("subject", flat=True)):
        ledger.record(gateway.name, gateway.checkout(ref))
