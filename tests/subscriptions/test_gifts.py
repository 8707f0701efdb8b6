"""A gift whose money goes back, in whichever order that is told."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from django.utils import timezone

from broadsheet.readers.models import User
from broadsheet.subscriptions import gifts, ledger
from broadsheet.subscriptions.entitlements import scopes_of
from broadsheet.subscriptions.events import Event, Kind
from broadsheet.subscriptions.models import Checkout, Gift, Grant, Notice, Price

pytestmark = pytest.mark.django_db
NOW = timezone.now().replace(microsecond=0)


@pytest.fixture
def checkout(price: Price) -> Checkout:
    return Checkout.objects.create(
        purpose="gift",
        email="giver@reader.example",
        price=price,
        amount=1497,
        currency="EUR",
        gateway="test",
        ref="cs_1",
        details={
            "months": 3,
            "recipient": "friend@reader.example",
            "deliver_at": (NOW + timedelta(days=9)).isoformat(),
            "redeem_url": "http://testserver/subscribe/redeem/",
        },
    )


def paid(checkout: Checkout) -> Event:
    facts = {
        "status": "paid",
        "key": str(checkout.key),
        "amount": 1497,
        "currency": "EUR",
        "email": checkout.email,
    }
    return Event("c", Kind.CHECKOUT, NOW, "cs_1", payment="pi_1", facts=facts)


def refund(amount: int, name: str = "re_1", **facts: object) -> Event:
    return Event(
        f"r:{name}:{facts}", Kind.REFUND, NOW, name, payment="pi_1", facts={"amount": amount, **facts}
    )


def dispute(status: str) -> Event:
    return Event(f"d:{status}", Kind.DISPUTE, NOW, "dp_1", payment="pi_1", facts={"status": status})


@pytest.mark.parametrize("seed", range(4))
def test_a_gift_given_back_opens_nothing_and_is_not_mailed(checkout: Checkout, seed: int) -> None:
    told = [paid(checkout), refund(1000), refund(497, "re_2")]
    random.Random(seed).shuffle(told)
    for event in told:
        ledger.record("test", [event])
    assert Gift.objects.get().is_void
    assert not Notice.objects.filter(kind="gift").exists()


def test_part_of_the_money_back_or_a_refund_that_failed_leaves_the_gift(checkout: Checkout) -> None:
    ledger.record("test", [paid(checkout), refund(1000), refund(1497, "re_2", failed=True)])
    assert not Gift.objects.get().is_void


def test_what_a_redeemed_gift_opened_ends_with_a_chargeback_and_comes_back_when_it_is_won(
    checkout: Checkout, reader: User
) -> None:
    ledger.record("test", [paid(checkout)])
    code = Notice.objects.get(kind="gift").facts["address"].partition("code=")[2]
    gifts.redeem(code, reader)
    until = Grant.objects.get().ends_at
    assert scopes_of(reader) == {"stories"}
    ledger.record("test", [dispute("open")])
    assert scopes_of(reader) == frozenset()
    ledger.record("test", [dispute("won")])
    assert scopes_of(reader) == {"stories"}
    assert Grant.objects.get().ends_at == until
