"""What every gateway must do, as tests. A gateway's own tests subclass `GatewayContract` and give it a `Desk`.

class TestMine(GatewayContract):
    @pytest.fixture
    def desk(self, sale): return MyDesk(sale)
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from broadsheet.readers.models import User
from broadsheet.subscriptions import ledger, reconciling
from broadsheet.subscriptions.events import Event, Kind, Snapshot, Stage
from broadsheet.subscriptions.gateways.protocol import (
    BadWebhook,
    Gateway,
    GatewayAway,
    GatewayError,
    Order,
    Payment,
    Terms,
)
from broadsheet.subscriptions.models import (
    Checkout,
    GatewayRef,
    Invoice,
    LedgerEntry,
    Plan,
    Price,
    Subscription,
)
from broadsheet.subscriptions.standing import fold


@dataclass
class Sale:
    """What the paper sells in these tests, and to whom."""

    reader: User
    price: Price
    dearer: Price

    def order(self, **changes: Any) -> Order:
        """One subscription, unless told otherwise."""
        return replace(
            Order(
                key=str(uuid4()),
                email=self.reader.email,
                language="en",
                return_url="http://testserver/back",
                cancel_url="http://testserver/left",
                reader=self.reader.pk,
                terms=terms(self.price),
            ),
            **changes,
        )


def terms(price: Price) -> Terms:
    """A price as the gateway must know it."""
    return Terms(
        local=str(price.pk),
        plan=price.plan.slug,
        plan_name=price.plan.name,
        interval=price.interval,
        currency=price.currency,
        amount=price.amount,
        is_tax_inclusive=price.is_tax_inclusive,
        intro_amount=price.intro_amount,
        intro_periods=price.intro_periods,
    )


@dataclass
class Desk:
    """A gateway with hands: what people and time do to it. Subclasses say how."""

    sale: Sale
    gateway: Gateway = field(init=False)

    def pay(self, payment: Payment) -> None:
        """The buyer pays on the page."""
        raise NotImplementedError

    def pass_time(self, days: float) -> None:
        """Time goes by where the gateway lives, and it does what is due."""
        raise NotImplementedError

    def pay_what_is_open(self) -> None:
        """Renewals that somebody has to pay by hand are paid."""

    def reports(self) -> list[Event]:
        """Everything that the gateway has to say by now."""
        return list(self.gateway.since(self.start))

    def begin(self, order: Order) -> Payment:
        Checkout.objects.get_or_create(
            key=order.key, defaults={"gateway": self.gateway.name, "email": order.email}
        )
        payment = self.gateway.begin(order)
        Checkout.objects.filter(key=order.key).update(ref=payment.ref, url=payment.url)
        return payment

    def buy(self, **changes: Any) -> Subscription:
        """A subscription that is paid and in the ledger."""
        payment = self.begin(self.sale.order(**changes))
        self.pay(payment)
        self.take(self.gateway.checkout(payment.ref))
        self.take(self.reports())
        return Subscription.objects.exclude(started_at=None).latest("pk")

    def take(self, events: Any) -> None:
        ledger.record(self.gateway.name, events)


def key() -> str:
    return f"test-{uuid4()}"


@pytest.fixture
def sale(db: None) -> Sale:
    reader = User.objects.create_user("aysel@reader.example")
    plan = Plan.objects.create(name="Digital", slug="digital", scopes=["stories"])
    better = Plan.objects.create(name="All", slug="all", scopes=["stories", "archive"])
    return Sale(
        reader=reader,
        price=Price.objects.create(plan=plan, interval="month", currency="EUR", amount=499),
        dearer=Price.objects.create(plan=better, interval="month", currency="EUR", amount=999),
    )


class GatewayContract:
    """Twenty promises."""

    @pytest.fixture
    def desk(self, sale: Sale) -> Desk:
        raise NotImplementedError

    def test_the_same_key_opens_the_same_page(self, desk: Desk) -> None:
        order = desk.sale.order()
        assert desk.begin(order).ref == desk.begin(order).ref
        assert desk.begin(desk.sale.order()).ref != desk.begin(order).ref

    def test_a_page_that_nobody_paid_opens_nothing(self, desk: Desk) -> None:
        payment = desk.begin(desk.sale.order())
        assert payment.url.startswith("http")
        desk.take(desk.gateway.checkout(payment.ref))
        assert Checkout.objects.get(ref=payment.ref).state == "open"
        assert not Subscription.objects.filter(access_until__isnull=False).exists()

    def test_a_page_that_is_paid_makes_a_subscription(self, desk: Desk) -> None:
        row = desk.buy()
        assert Checkout.objects.get().state == "paid"
        assert (row.status, row.reader, row.price) == ("active", desk.sale.reader, desk.sale.price)
        assert row.period_start is not None
        assert row.period_end is not None
        assert timedelta(days=27) < row.period_end - row.period_start < timedelta(days=32)
        bill = Invoice.objects.get(kind="invoice")
        assert (bill.state, bill.total, bill.paid, bill.currency) == ("paid", 499, 499, "EUR")
        assert bill.number

    def test_a_trial_costs_nothing_and_then_the_price(self, desk: Desk) -> None:
        row = desk.buy(trial_days=7)
        assert row.status == "trialing"
        assert sum(Invoice.objects.values_list("paid", flat=True)) == 0
        desk.pass_time(8)
        desk.pay_what_is_open()
        desk.take(desk.reports())
        row.refresh_from_db()
        assert row.status == "active"
        assert sum(Invoice.objects.values_list("paid", flat=True)) == 499

    def test_an_introductory_price_is_for_its_periods_only(self, desk: Desk) -> None:
        price = desk.sale.price
        cheap = replace(terms(price), intro_amount=100, intro_periods=2)
        desk.buy(terms=cheap)
        for _ in range(2):
            desk.pass_time(31)
            desk.pay_what_is_open()
        desk.take(desk.reports())
        paid = Invoice.objects.filter(state="paid").order_by("period_start")
        assert list(paid.values_list("total", flat=True)) == [100, 100, 499]

    def test_taxes_add_up(self, desk: Desk) -> None:
        desk.buy(tax_name="VAT", tax_basis_points=1800)
        bill = Invoice.objects.get()
        assert (bill.net, bill.tax, bill.total) == (423, 76, 499)

    def test_something_is_sold_once(self, desk: Desk) -> None:
        order = desk.sale.order(terms=None, amount=2500, currency="EUR", label="A gift")
        payment = desk.begin(order)
        desk.pay(payment)
        desk.take(desk.gateway.checkout(payment.ref))
        desk.take(desk.reports())
        assert Checkout.objects.get().state == "paid"
        assert not Subscription.objects.exists()
        assert Invoice.objects.get().total == 2500

    def test_a_subscription_renews(self, desk: Desk) -> None:
        row = desk.buy()
        first = row.period_end
        assert first is not None
        desk.pass_time(32)
        desk.pay_what_is_open()
        desk.take(desk.reports())
        row.refresh_from_db()
        assert row.status == "active"
        assert row.period_end is not None
        assert row.period_end > first
        assert Invoice.objects.filter(state="paid").count() == 2

    def test_cancelled_at_the_periods_end_and_kept(self, desk: Desk) -> None:
        row = desk.buy()
        again = key()
        for _ in range(2):
            desk.take(desk.gateway.cancel(row.ref, at_once=False, key=again))
        row.refresh_from_db()
        assert (row.status, row.cancel_at) == ("cancelled", row.period_end)
        desk.take(desk.gateway.keep(row.ref, key()))
        row.refresh_from_db()
        assert (row.status, row.cancel_at) == ("active", None)

    def test_a_cancelled_one_ends_with_its_period(self, desk: Desk) -> None:
        row = desk.buy()
        desk.take(desk.gateway.cancel(row.ref, at_once=False, key=key()))
        desk.pass_time(35)
        desk.take(desk.reports())
        row.refresh_from_db()
        assert row.ended_at == row.period_end
        assert Invoice.objects.filter(state="paid").count() == 1

    def test_ended_at_once_twice(self, desk: Desk) -> None:
        row = desk.buy()
        again = key()
        for _ in range(2):
            desk.take(desk.gateway.cancel(row.ref, at_once=True, key=again))
        row.refresh_from_db()
        assert row.ended_at is not None

    def test_paused_and_resumed(self, desk: Desk) -> None:
        row = desk.buy()
        assert row.period_end is not None
        until = row.period_end + timedelta(days=30)
        desk.take(desk.gateway.pause(row.ref, until, key()))
        row.refresh_from_db()
        assert (row.status, row.resumes_at, row.access_until) == ("paused", until, row.period_end)
        desk.take(desk.gateway.resume(row.ref, key()))
        row.refresh_from_db()
        assert (row.status, row.resumes_at) == ("active", None)

    def test_an_old_answer_is_not_taken_for_news(self, desk: Desk) -> None:
        row = desk.buy()
        first = key()
        desk.take(desk.gateway.cancel(row.ref, at_once=False, key=first))
        desk.take(desk.gateway.keep(row.ref, key()))
        desk.take(desk.gateway.cancel(row.ref, at_once=False, key=first))
        row.refresh_from_db()
        assert row.cancel_at is None

    def test_another_price_from_the_next_period(self, desk: Desk) -> None:
        row = desk.buy()
        desk.take(
            desk.gateway.change(row.ref, terms(desk.sale.dearer), row.quantity, prorate=False, key=key())
        )
        row.refresh_from_db()
        assert row.price == desk.sale.price
        assert Invoice.objects.filter(state="paid").count() == 1
        desk.pass_time(32)
        desk.pay_what_is_open()
        desk.take(desk.reports())
        row.refresh_from_db()
        assert row.price == desk.sale.dearer
        newest = Invoice.objects.filter(state="paid").order_by("-period_start").first()
        assert newest is not None
        assert newest.total == 999

    def test_a_refund_is_given_once(self, desk: Desk) -> None:
        desk.buy()
        bill = Invoice.objects.get()
        again = key()
        for _ in range(2):
            desk.take(desk.gateway.refund(bill.ref, 200, again))
        desk.take(desk.reports())
        bill.refresh_from_db()
        assert bill.refunded == 200
        assert Invoice.objects.get(kind="credit_note").total == -200
        with pytest.raises(GatewayError):
            desk.gateway.refund(bill.ref, 300, key())

    def test_an_unused_page_is_closed(self, desk: Desk) -> None:
        payment = desk.begin(desk.sale.order())
        desk.gateway.expire(payment.ref, key())
        desk.take(desk.gateway.checkout(payment.ref))
        assert Checkout.objects.get().state == "expired"

    def test_what_is_observed_is_what_the_ledger_says(self, desk: Desk) -> None:
        row = desk.buy()
        seen = desk.gateway.observe(row.ref)
        assert seen.kind is Kind.OBSERVATION
        standing = fold(ledger.events_of(desk.gateway.name, row.ref))
        assert standing is not None
        assert Snapshot.of(seen.facts) == standing.snapshot
        assert [event.subject for event in desk.gateway.subscriptions()] == [row.ref]

    def test_reconciliation_finds_nothing_to_mend_and_mends_what_was_lost(self, desk: Desk) -> None:
        row = desk.buy()
        reconciling.look(desk.gateway, row.ref)
        report = reconciling.reconcile(desk.gateway)
        assert (report.checked, report.different, report.errors) == (1, 0, [])
        assert report.finished_at is not None

    def test_order_and_repetition_change_nothing(self, desk: Desk) -> None:
        row = desk.buy()
        desk.take(desk.gateway.cancel(row.ref, at_once=False, key=key()))
        events = ledger.events_of(desk.gateway.name, row.ref)
        expected = fold(events)
        for seed in range(20):
            chance = random.Random(seed)
            told = events + chance.choices(events, k=5)
            chance.shuffle(told)
            assert fold(told) == expected

    def test_what_is_not_there_is_refused_in_one_line(self, desk: Desk) -> None:
        for call in (
            lambda: desk.gateway.observe("sub_nothing"),
            lambda: desk.gateway.cancel("sub_nothing", at_once=True, key=key()),
            lambda: desk.gateway.refund("in_nothing", 100, key()),
        ):
            with pytest.raises(GatewayError) as refused:
                call()
            assert not isinstance(refused.value, GatewayAway)
            assert "\n" not in str(refused.value)

    def test_a_webhook_of_somebody_else_is_refused(self, desk: Desk) -> None:
        for body in (b"", b"{}", b"\xff\xfe", b"[" * 10_000):
            with pytest.raises(BadWebhook):
                desk.gateway.webhook(body, {"Stripe-Signature": "t=1,v1=00"})

    def test_a_customer_is_forgotten_twice(self, desk: Desk) -> None:
        row = desk.buy()
        for _ in range(2):
            desk.gateway.forget(row.customer_ref or "cus_nothing", key())
        assert not GatewayRef.objects.filter(kind="customer", ref=row.customer_ref or "-").exists()

    def test_nothing_personal_stands_in_the_ledgers_names(self, desk: Desk) -> None:
        desk.buy()
        for entry in LedgerEntry.objects.all():
            assert "@" not in f"{entry.event_id}{entry.subject}{entry.subscription_ref}"

    def test_it_says_that_it_answers(self, desk: Desk) -> None:
        assert "\n" not in desk.gateway.check()


__all__ = ["Desk", "GatewayContract", "Sale", "Stage", "sale", "terms"]
