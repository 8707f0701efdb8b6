"""The ledger in the database: what it folds into rows, however its events come."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from broadsheet.readers.models import User
from broadsheet.subscriptions import ledger
from broadsheet.subscriptions.entitlements import scopes_of
from broadsheet.subscriptions.events import Event, Kind, Stage
from broadsheet.subscriptions.models import Invoice, LedgerEntry, Price, Subscription
from broadsheet.subscriptions.models.ledger import LedgerIsFinal

from .test_standing import MONTH, START, snapshot

pytestmark = pytest.mark.django_db


def life(reader: User) -> list[Event]:
    """Paid, renewed, refunded in part; the payment is linked to its invoice by a report of its own."""
    future = START + timedelta(days=4000)
    sold = {"currency": "EUR", "net": 423, "tax": 76, "total": 499}
    return [
        snapshot(START, Stage.INCOMPLETE, 0, reader=reader.pk),
        snapshot(START, Stage.ACTIVE, 1, reader=reader.pk, period_end=START + MONTH),
        snapshot(START + MONTH, Stage.ACTIVE, 2, reader=reader.pk, period_end=future),
        Event(
            "in_a", Kind.INVOICE, START, "in_1", "sub_1", "in_1", facts={**sold, "status": "open", "paid": 0}
        ),
        Event(
            "in_b",
            Kind.INVOICE,
            START,
            "in_1",
            "sub_1",
            "in_1",
            facts={**sold, "status": "paid", "paid": 499},
        ),
        Event("pay", Kind.PAYMENT, START, "pi_1", invoice="in_1", payment="pi_1"),
        Event(
            "re", Kind.REFUND, START + MONTH, "re_1", payment="pi_1", facts={"amount": 100, "currency": "EUR"}
        ),
    ]


def outcome() -> list[object]:
    """What matters of every row, numbers of invoices aside."""
    rows = Subscription.objects.values_list(
        "ref", "reader", "price", "status", "period_end", "access_until", "needs_fetch"
    )
    bills = Invoice.objects.order_by("kind").values_list(
        "kind", "state", "total", "paid", "refunded", "reader"
    )
    return [*rows, *bills]


def test_any_order_any_number_of_times(reader: User, price: Price) -> None:
    events = life(reader)
    ledger.record("test", events)
    expected = outcome()
    for seed in range(12):
        chance = random.Random(seed)
        told = events + chance.choices(events, k=5)
        chance.shuffle(told)
        Invoice.objects.filter(kind="credit_note").delete()
        Invoice.objects.all().delete()
        Subscription.objects.all().delete()
        LedgerEntry.objects.all()._raw_delete("default")
        for event in told:
            ledger.record("test", [event])
        assert outcome() == expected, seed
    assert Invoice.objects.get(kind="credit_note").total == -100


def test_a_paid_subscription_opens_what_its_plan_says(reader: User, price: Price) -> None:
    assert scopes_of(reader) == frozenset()
    ledger.record("test", life(reader))
    assert scopes_of(reader) == {"stories"}


def test_a_chargeback_closes_and_a_verdict_opens_again(reader: User, price: Price) -> None:
    ledger.record("test", life(reader))
    opened = Event("dp", Kind.DISPUTE, START + MONTH, "dp_1", payment="pi_1", facts={"status": "open"})
    ledger.record("test", [opened])
    assert scopes_of(reader) == frozenset()
    won = Event("dpw", Kind.DISPUTE, START + MONTH, "dp_1", payment="pi_1", facts={"status": "won"})
    ledger.record("test", [won])
    assert scopes_of(reader) == {"stories"}


def test_a_duplicate_adds_nothing(reader: User, price: Price) -> None:
    events = life(reader)
    assert ledger.record("test", events) == len(events)
    assert ledger.record("test", events) == 0
    assert LedgerEntry.objects.count() == len(events)


def test_numbers_have_no_gaps(reader: User, price: Price) -> None:
    for number in range(5):
        facts = {"currency": "EUR", "net": 423, "tax": 76, "total": 499, "status": "paid", "paid": 499}
        ledger.record(
            "test",
            [Event(f"i{number}", Kind.INVOICE, START, f"in_{number}", "", f"in_{number}", facts=facts)],
        )
    numbers = sorted(Invoice.objects.values_list("number", flat=True))
    assert [int(number.rpartition("-")[2]) for number in numbers] == [1, 2, 3, 4, 5]


def test_nobody_changes_the_ledger(reader: User, price: Price) -> None:
    ledger.record("test", life(reader))
    entry = LedgerEntry.objects.first()
    assert entry is not None
    for change in (
        entry.save,
        entry.delete,
        LedgerEntry.objects.all().delete,
        lambda: LedgerEntry.objects.update(kind="x"),
    ):
        with pytest.raises(LedgerIsFinal):
            change()
