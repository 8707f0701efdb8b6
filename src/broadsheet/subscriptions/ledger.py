"""Takes events in and folds them: the only writer of subscriptions, invoices' states and checkouts' states."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from django.db import connection, transaction
from django.dispatch import Signal
from django.utils import timezone

from broadsheet.readers.models import User

from . import checkouts, invoices, terms
from .events import Event, Kind, Stage
from .models import GatewayRef, Invoice, LedgerEntry, Price, Subscription
from .standing import Standing, fold

# Sent inside the transaction: `subscription` after every fold that changed it, with `before` (its status, or "").
subscription_changed = Signal()
# The same for an invoice: `invoice`.
invoice_changed = Signal()
# Sent inside the transaction when money went back, or came back, on a payment: `gateway`, `payment`.
payment_returned = Signal()


# One fold at a time: two that did not see each other's entries would both leave something out.
RETURNS = {Kind.REFUND, Kind.DISPUTE}
LOCK = 0x6C65646765720001


def record(gateway: str, events: Iterable[Event]) -> int:
    """Append what is new and fold what it touches, in one transaction. Gives the number of new entries."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        new = _append(gateway, list(events))
        for ref in sorted(_touched(gateway, new)):
            refold(gateway, ref)
        for ref in sorted(_touched_invoices(gateway, new)):
            if (invoice := invoices.refold(gateway, ref)) is not None:
                invoice_changed.send(Invoice, invoice=invoice)
        for ref in sorted({event.subject for event in new if event.kind is Kind.CHECKOUT}):
            checkouts.refold(gateway, ref)
        for payment in sorted({event.payment for event in new if event.kind in RETURNS and event.payment}):
            payment_returned.send(LedgerEntry, gateway=gateway, payment=payment)
    return len(new)


def watermark() -> int:
    """Where the ledger stands: what has a place up to here happened before now. Read before a gateway is asked."""
    return LedgerEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def observed(gateway: str, event: Event, mark: int) -> Event:
    """An observation that was asked for at `mark`, with the entries that it is newer than.

    Its moment is lifted to the newest of them: the clocks of a gateway's machines differ.
    """
    entries = LedgerEntry.objects.filter(
        gateway=gateway, subscription_ref=event.subscription, kind=Kind.SUBSCRIPTION.value, pk__lte=mark
    )
    older = list(entries.filter(at__gte=event.at).values_list("event_id", "at"))
    at = max([event.at, *(moment for _, moment in older)])
    return replace(event, at=at, facts={**event.facts, "covers": sorted(name for name, _ in older)})


def _append(gateway: str, events: Sequence[Event]) -> list[Event]:
    unique = {event.id: event for event in events}
    known = set(
        LedgerEntry.objects.filter(gateway=gateway, event_id__in=unique).values_list("event_id", flat=True)
    )
    new = [event for event in unique.values() if event.id not in known]
    # Two deliveries at the same moment both think that they are new: the constraint lets one of them in.
    LedgerEntry.objects.bulk_create(
        [
            LedgerEntry(
                gateway=gateway,
                event_id=event.id,
                kind=event.kind.value,
                at=event.at,
                subject=event.subject,
                subscription_ref=event.subscription,
                invoice_ref=event.invoice,
                payment_ref=event.payment,
                facts=dict(event.facts),
            )
            for event in new
        ],
        ignore_conflicts=True,
    )
    return new


def _touched(gateway: str, events: Sequence[Event]) -> set[str]:
    """The subscriptions that these events say something of, directly or through an invoice or a payment."""
    refs = {event.subscription for event in events if event.subscription}
    payments = {event.payment for event in events if event.payment and not event.subscription}
    invoices = {event.invoice for event in events if event.invoice and not event.subscription}
    entries = LedgerEntry.objects.filter(gateway=gateway)
    if payments:
        linked = entries.filter(payment_ref__in=payments).exclude(invoice_ref="")
        invoices |= set(linked.values_list("invoice_ref", flat=True))
    if invoices:
        owned = entries.filter(invoice_ref__in=invoices).exclude(subscription_ref="")
        refs |= set(owned.values_list("subscription_ref", flat=True))
    return refs


def _touched_invoices(gateway: str, events: Sequence[Event]) -> set[str]:
    """The invoices that these events say something of, directly or through a payment."""
    payments = {event.payment for event in events if event.payment}
    linked = LedgerEntry.objects.filter(gateway=gateway, payment_ref__in=payments).exclude(invoice_ref="")
    found = set(linked.values_list("invoice_ref", flat=True)) if payments else set()
    return found | {event.invoice for event in events if event.invoice}


def events_of(gateway: str, ref: str) -> list[Event]:
    """Everything that the ledger holds about one subscription, its invoices and their payments."""
    entries = LedgerEntry.objects.filter(gateway=gateway)
    own = list(entries.filter(subscription_ref=ref))
    invoices = {entry.invoice_ref for entry in own if entry.invoice_ref}
    linked = list(entries.filter(invoice_ref__in=invoices)) if invoices else []
    payments = {entry.payment_ref for entry in (*own, *linked) if entry.payment_ref}
    paid = list(entries.filter(payment_ref__in=payments)) if payments else []
    return [entry.event for entry in {entry.pk: entry for entry in (*own, *linked, *paid)}.values()]


@transaction.atomic
def refold(gateway: str, ref: str) -> Subscription | None:
    """Make the row of one subscription what its ledger says; None when no event has described it yet."""
    # The row is made before it is locked, so that two folds of a new subscription queue up.
    Subscription.objects.get_or_create(gateway=gateway, ref=ref)
    row = Subscription.objects.select_for_update().get(gateway=gateway, ref=ref)
    standing = fold(events_of(gateway, ref))
    if standing is None:
        # Something spoke of it, nothing described it: its own reports may be lost.
        Subscription.objects.filter(pk=row.pk, needs_fetch=False).update(needs_fetch=True)
        return None
    before = row.status if row.started_at else ""
    if _apply(row, standing):
        row.save()
        subscription_changed.send(Subscription, subscription=row, before=before)
    _own_invoices(row)
    return row


def _own_invoices(row: Subscription) -> None:
    """An invoice may have come before the subscription that says whose it is."""
    if row.reader is None:
        return
    for invoice in Invoice.objects.filter(subscription=row, reader=None):
        invoice.reader = row.reader
        invoice.save()
        invoice_changed.send(Invoice, invoice=invoice)


def _apply(row: Subscription, standing: Standing) -> bool:
    """Copy the fold into the row; whether that changed anything."""
    now, snapshot = timezone.now(), standing.snapshot
    patience = terms.patience()
    until = standing.access_until(patience)
    values = {
        "reader_id": _known_reader(snapshot.reader),
        "customer_ref": snapshot.customer,
        "price_id": _price_of(row.gateway, snapshot.price),
        "quantity": snapshot.quantity,
        "status": standing.status(patience, now).value,
        "period_start": snapshot.period_start,
        "period_end": snapshot.period_end,
        "trial_end": snapshot.trial_end,
        "cancel_at": snapshot.cancel_at,
        "ended_at": snapshot.ended_at,
        "resumes_at": snapshot.resumes_at,
        "past_due_since": standing.past_due_since,
        "access_until": until,
        "is_disputed": standing.is_disputed,
        "needs_fetch": standing.is_ambiguous or _is_overdue(standing, until, now),
        "started_at": standing.started_at,
    }
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, values[name])
    return bool(changed)


def _is_overdue(standing: Standing, until: datetime | None, now: datetime) -> bool:
    """Whether a renewal should have been reported by now, and was not."""
    runs = standing.snapshot.stage in {Stage.TRIALING, Stage.ACTIVE} and standing.snapshot.cancel_at is None
    return runs and until is not None and until <= now


def _known_reader(pk: int | None) -> int | None:
    return User.objects.filter(pk=pk).values_list("pk", flat=True).first() if pk is not None else None


def _price_of(gateway: str, ref: str) -> int | None:
    found = GatewayRef.objects.filter(gateway=gateway, kind="price", ref=ref).first()
    return Price.objects.filter(pk=int(found.local)).values_list("pk", flat=True).first() if found else None


def age_statuses() -> int:
    """Let time do its part: what ran out since its last event is called so. Gives the number of changes."""
    now = timezone.now()
    stale = Subscription.objects.filter(access_until__lte=now, needs_fetch=False).exclude(
        status__in=["expired", "paused", "past_due"]
    )
    changed = 0
    for gateway, ref in stale.order_by("access_until").values_list("gateway", "ref")[:500]:
        changed += refold(gateway, ref) is not None
    return changed
