"""Stripe's shapes in our words: on the fixtures of its own specification, and on what made them interesting."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.subscriptions.events import Event, Kind, Stage
from broadsheet.subscriptions.gateways import stripe_events as read

AT = 1_774_000_000
NOW = datetime.fromtimestamp(AT, UTC)


@pytest.fixture
def shapes(corpora: Path) -> dict[str, Any]:
    found = json.loads((corpora / "corpora" / "stripe-shapes" / "fixtures3.json").read_text())
    return dict(found["resources"])


def told(thing: dict[str, Any], kind: str, name: str = "evt_1") -> list[Event]:
    return read.events_of({"id": name, "created": AT, "type": kind, "data": {"object": thing}})


def subscription(**changes: Any) -> dict[str, Any]:
    item = {
        "id": "si_1",
        "price": {"id": "price_1", "recurring": {"interval": "month"}},
        "quantity": 1,
        "current_period_start": AT - 1000,
        "current_period_end": AT + 1000,
    }
    return {
        "object": "subscription",
        "id": "sub_1",
        "status": "active",
        "customer": "cus_1",
        "metadata": {"reader": "7"},
        "items": {"data": [item]},
        **changes,
    }


@pytest.mark.parametrize(
    ("kind", "type_", "expected"),
    [
        ("subscription", "customer.subscription.updated", [Kind.SUBSCRIPTION]),
        ("invoice", "invoice.created", [Kind.INVOICE]),
        ("checkout.session", "checkout.session.completed", [Kind.CHECKOUT]),
        ("refund", "refund.created", [Kind.REFUND]),
        ("dispute", "charge.dispute.created", []),  # the fixture is an inquiry
        ("charge", "charge.refunded", []),
        ("setup_intent", "setup_intent.succeeded", []),
        ("price", "price.updated", []),
        ("customer", "customer.updated", []),
    ],
)
def test_every_shape_of_the_specification_is_read(
    shapes: dict[str, Any], kind: str, type_: str, expected: list[Kind]
) -> None:
    assert [event.kind for event in told(shapes[kind], type_)] == expected


def test_every_shape_is_read_or_passed_over(shapes: dict[str, Any]) -> None:
    for kind, thing in shapes.items():
        told(thing, f"{kind}.updated")


def test_the_specifications_subscription(shapes: dict[str, Any]) -> None:
    (event,) = told(shapes["subscription"], "customer.subscription.updated")
    seen = read.snapshot(shapes["subscription"])
    assert event.facts == seen.facts()
    assert (event.subject, event.subscription, event.at) == (shapes["subscription"]["id"],) * 2 + (NOW,)
    # Paused and cancelled: the fixture has every optional part.
    assert (seen.stage, seen.price) == (Stage.PAUSED, "price_1PgafmB7WZ01zgkW6dKueIc5")
    assert seen.cancel_at == datetime.fromtimestamp(1234567890, UTC)


def test_the_specifications_invoice(shapes: dict[str, Any]) -> None:
    bill = deepcopy(shapes["invoice"])
    bill["total_taxes"] = [{"amount": 160, "tax_behavior": "inclusive"}]
    (event,) = told(bill, "invoice.finalized")
    facts = event.facts
    assert (event.subscription, event.invoice) == ("subscription", bill["id"])
    assert (facts["net"], facts["tax"], facts["total"], facts["currency"]) == (840, 160, 1000, "USD")
    assert facts["lines"] == [
        {"label": "My First Invoice Item (created for API docs)", "amount": 1000, "quantity": 1}
    ]


@pytest.mark.parametrize(
    ("changes", "stage"),
    [
        ({"status": "incomplete"}, Stage.INCOMPLETE),
        ({"status": "incomplete_expired"}, Stage.ENDED),
        ({"status": "trialing"}, Stage.TRIALING),
        ({"status": "active", "pause_collection": {"behavior": "void"}}, Stage.PAUSED),
        ({"status": "past_due", "pause_collection": {"behavior": "void"}}, Stage.PAST_DUE),
        ({"status": "unpaid"}, Stage.PAST_DUE),
        ({"status": "paused"}, Stage.PAUSED),
        ({"status": "canceled", "ended_at": AT}, Stage.ENDED),
    ],
)
def test_stages(changes: dict[str, Any], stage: Stage) -> None:
    assert read.snapshot(subscription(**changes)).stage is stage


def test_a_change_from_the_next_period_keeps_the_price_that_was_paid_until_then() -> None:
    held = {"reader": "7", "held_price": "price_0", "held_until": str(AT + 1000)}
    before = subscription(metadata=held)
    after = deepcopy(before)
    after["items"]["data"][0]["current_period_end"] += 2_592_000
    assert (read.snapshot(before).price, read.snapshot(before).next_price) == ("price_0", "price_1")
    assert (read.snapshot(after).price, read.snapshot(after).next_price) == ("price_1", "")


def test_a_cancellation_at_the_periods_end_has_its_date() -> None:
    seen = read.snapshot(subscription(cancel_at_period_end=True))
    assert seen.cancel_at == seen.period_end


@pytest.mark.parametrize("reader", ["", "x7", "-7", None, 7])
def test_a_reader_that_is_no_number_is_nobody(reader: object) -> None:
    expected = 7 if reader == 7 else None
    assert read.snapshot(subscription(metadata={"reader": reader})).reader == expected


@pytest.mark.parametrize(
    ("changes", "type_", "status"),
    [
        ({"status": "open"}, "", "open"),
        ({"status": "expired"}, "checkout.session.expired", "expired"),
        ({"status": "complete", "payment_status": "paid"}, "checkout.session.completed", "paid"),
        (
            {"status": "complete", "payment_status": "no_payment_required"},
            "checkout.session.completed",
            "paid",
        ),
        ({"status": "complete", "payment_status": "unpaid"}, "checkout.session.completed", "pending"),
        (
            {"status": "complete", "payment_status": "unpaid"},
            "checkout.session.async_payment_failed",
            "failed",
        ),
        (
            {
                "status": "complete",
                "payment_status": "unpaid",
                "payment_intent": {"id": "pi_1", "status": "requires_payment_method"},
            },
            "",
            "failed",
        ),
    ],
)
def test_what_a_checkout_has_come_to(
    shapes: dict[str, Any], changes: dict[str, Any], type_: str, status: str
) -> None:
    (event,) = told({**shapes["checkout.session"], "client_reference_id": "key-1", **changes}, type_)
    assert (event.facts["status"], event.facts["key"]) == (status, "key-1")


def test_refunds_count_once_they_are_done(shapes: dict[str, Any]) -> None:
    under_way = {**shapes["refund"], "status": "pending", "payment_intent": "pi_1"}
    assert told(under_way, "refund.created") == []
    (failed,) = told({**under_way, "status": "failed"}, "refund.failed")
    assert (failed.facts["failed"], failed.payment) == (True, "pi_1")


def test_a_charge_with_two_refunds_makes_two_lines(shapes: dict[str, Any]) -> None:
    parts = [{**shapes["refund"], "id": f"re_{number}", "payment_intent": "pi_1"} for number in (1, 2)]
    charge = {**shapes["charge"], "payment_intent": "pi_1", "refunds": {"data": parts}}
    events = told(charge, "charge.refunded")
    assert [event.id for event in events] == ["evt_1", "evt_1:1"]
    assert {event.subject for event in events} == {"re_1", "re_2"}


@pytest.mark.parametrize(
    ("status", "ours"),
    [("needs_response", "open"), ("under_review", "open"), ("won", "won"), ("lost", "lost")],
)
def test_disputes(shapes: dict[str, Any], status: str, ours: str) -> None:
    (event,) = told(
        {**shapes["dispute"], "payment_intent": "pi_1", "status": status}, "charge.dispute.updated"
    )
    assert (event.facts["status"], event.payment) == (ours, "pi_1")


def test_what_is_fetched_twice_is_one_line_and_a_look_is_one_each(shapes: dict[str, Any]) -> None:
    bill = shapes["invoice"]
    first, again = (read.fetched(bill, NOW, NOW)[0].id for _ in range(2))
    assert first == again
    assert read.fetched({**bill, "attempt_count": 2}, NOW, NOW)[0].id != first
    later = datetime.fromtimestamp(AT + 0.5, UTC)
    looks = {read.fetched(subscription(), NOW, seen)[0].id for seen in (NOW, later)}
    assert len(looks) == 2


@given(st.integers(0, 10**9), st.sampled_from(["EUR", "JPY", "ISK", "UGX", "AZN"]))
def test_amounts_survive_the_way_there_and_back(amount: int, currency: str) -> None:
    assert read.ours(read.theirs(amount, currency), currency) == amount
