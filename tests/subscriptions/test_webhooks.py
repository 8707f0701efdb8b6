"""The end point that gateways report to: what it believes, and what it answers."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from broadsheet.subscriptions.gateways import registry
from broadsheet.subscriptions.models import LedgerEntry, Subscription

from .test_gateways import sign
from .test_stripe_events import subscription

pytestmark = pytest.mark.django_db
SECRET = "whsec_for_this_test"
URL = "/-/gateways/stripe/"


@pytest.fixture(autouse=True)
def stripe(settings: Any) -> None:
    settings.BROADSHEET_GATEWAY_SETTINGS = {"stripe": {"key": "sk_test_x", "webhook_secret": SECRET}}
    registry.get.cache_clear()


def report(name: str = "evt_1", **changes: Any) -> bytes:
    told = {
        "id": name,
        "object": "event",
        "type": "customer.subscription.updated",
        "created": int(time.time()),
        "data": {"object": subscription(metadata={})},
        **changes,
    }
    return json.dumps(told).encode()


def post(body: bytes, signature: str | None = None, url: str = URL, **more: Any) -> Any:
    if signature is None:
        signature = sign(body, int(time.time()), SECRET)
    return Client(enforce_csrf_checks=True).post(
        url, body, content_type="application/json", headers={"Stripe-Signature": signature}, **more
    )


def test_a_report_is_in_the_ledger_when_it_is_answered(django_assert_max_num_queries: Any) -> None:
    body = report()
    with django_assert_max_num_queries(25):
        answer = post(body)
    assert (answer.status_code, answer.content) == (200, b"1 new\n")
    assert not answer.cookies
    assert Subscription.objects.get().status == "active"


def test_a_replay_adds_nothing() -> None:
    body = report()
    assert [post(body).content for _ in range(3)] == [b"1 new\n", b"0 new\n", b"0 new\n"]
    assert LedgerEntry.objects.count() == 1


@pytest.mark.parametrize(
    "signature",
    ["", "nonsense", "t=,v1=", "t=1,v1=00", "v1=00", "t=NOW,v1=" + "0" * 64, "t=9e99,v1=1"],
)
def test_another_signature_is_refused(signature: str) -> None:
    answer = post(report(), signature.replace("NOW", str(int(time.time()))))
    assert answer.status_code == 400
    assert answer.content.count(b"\n") == 1
    assert not LedgerEntry.objects.exists()


def test_a_byte_that_was_changed_is_refused() -> None:
    body = report()
    assert post(body + b" ", sign(body, int(time.time()), SECRET)).status_code == 400


@pytest.mark.parametrize(("age", "status"), [(-200, 200), (200, 200), (400, 400), (-400, 400)])
def test_clocks_may_differ_by_five_minutes(age: int, status: int) -> None:
    body = report()
    assert post(body, sign(body, int(time.time()) - age, SECRET)).status_code == status


def test_without_a_secret_nothing_is_believed(settings: Any) -> None:
    settings.BROADSHEET_GATEWAY_SETTINGS = {"stripe": {"key": "sk_test_x"}}
    registry.get.cache_clear()
    body = report()
    assert post(body, sign(body, int(time.time()), "")).status_code == 400
    assert not LedgerEntry.objects.exists()


def test_what_is_of_no_interest_is_taken() -> None:
    for name, thing in (("setup_intent.created", {"object": "setup_intent", "id": "seti_1"}), ("x.y", {})):
        answer = post(report(type=name, data={"object": thing}))
        assert (answer.status_code, answer.content) == (200, b"of no interest\n")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff",
        b'{"id": "evt_1"}',
        report(created="soon"),
        report(created=10**30),
        report(data={"object": {"object": "subscription", "id": "sub_1"}}),
        report(data={"object": subscription(status="new-stage")}),
        report(data={"object": subscription(items={"data": []})}),
        report(data={"object": {"object": "invoice", "id": "in_1", "currency": 5, "total": "x"}}),
        report(data=7),
    ],
)
def test_what_is_signed_and_no_event_is_refused_in_one_line(body: bytes) -> None:
    answer = post(body)
    assert answer.status_code == 400
    assert answer.content.count(b"\n") == 1
    assert len(answer.content) < 400
    assert not LedgerEntry.objects.exists()


def test_more_than_a_mebibyte_is_refused() -> None:
    assert post(report(padding="x" * 1_048_576)).status_code == 413


def test_only_gateways_that_are_set_up_and_only_posts() -> None:
    assert post(report(), url="/-/gateways/sandbox/").status_code == 404
    assert post(report(), url="/-/gateways/os.path/").status_code == 404
    assert Client().get(URL).status_code == 405


def test_half_a_report_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """What fails after the line was written takes the line along, and the gateway is told to come again."""

    def broken(*_: Any) -> None:
        raise RuntimeError("pulled the plug")

    body = report()
    with monkeypatch.context() as patch:
        patch.setattr("broadsheet.subscriptions.ledger.refold", broken)
        with pytest.raises(RuntimeError):
            post(body)
    assert not LedgerEntry.objects.exists()
    assert post(body).content == b"1 new\n"


def test_a_subscription_that_was_only_mentioned_is_looked_for() -> None:
    session = {"object": "checkout.session", "id": "cs_1", "status": "complete", "payment_status": "paid"}
    post(report(type="checkout.session.completed", data={"object": {**session, "subscription": "sub_9"}}))
    row = Subscription.objects.get(ref="sub_9")
    assert (row.needs_fetch, row.started_at, row.access_until) == (True, None, None)
    assert row.updated_at <= timezone.now()
