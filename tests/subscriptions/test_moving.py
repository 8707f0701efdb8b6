"""Moving running subscriptions to a new price: asked for, resumable, told once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from broadsheet.readers.models import User
from broadsheet.subscriptions import ledger, moving
from broadsheet.subscriptions.events import Snapshot, Stage
from broadsheet.subscriptions.models import GatewayRef, Notice, Price, PriceMove, Subscription

from .fake_gateway import FakeGateway

pytestmark = pytest.mark.django_db


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> FakeGateway:
    fake = FakeGateway()
    monkeypatch.setattr(moving, "get", lambda _name: fake)
    return fake


@pytest.fixture
def raised(gateway: FakeGateway, price: Price) -> Price:
    """The old price, which sixty pay and a new one has replaced."""
    GatewayRef.objects.create(gateway="fake", kind="price", local=str(price.pk), ref="price_old")
    start = timezone.now() - timedelta(days=10)
    for number in range(60):
        reader = User.objects.create_user(f"r{number}@reader.example")
        gateway.subscriptions_[f"sub_{number}"] = Snapshot(
            Stage.ACTIVE,
            "price_old",
            reader=reader.pk,
            period_start=start,
            period_end=start + timedelta(days=30),
        )
        ledger.record("fake", [gateway.observe(f"sub_{number}")])
    Notice.objects.all().delete()
    price.amount = 600
    price.save()
    return Price.objects.get(amount=499)


def test_nobody_is_moved_unasked(raised: Price) -> None:
    assert moving.move_some() == 0
    assert moving.movable(raised).count() == 60


def test_all_move_in_steps_and_each_is_told_once(raised: Price, gateway: FakeGateway) -> None:
    assert moving.ask(raised, User.objects.all()[0].pk) is not None
    assert [moving.move_some() for _ in range(3)] == [50, 10, 0]
    assert set(Subscription.objects.values_list("price__amount", flat=True)) == {600}
    assert Notice.objects.filter(kind="price_change").count() == 60
    move = PriceMove.objects.get()
    assert (move.moved, move.refused, move.finished_at is None) == (60, 0, False)


def test_a_worker_that_dies_between_gateway_and_row_goes_on(
    raised: Price, gateway: FakeGateway, monkeypatch: Any
) -> None:
    moving.ask(raised, User.objects.all()[0].pk)
    real = moving._note
    seen: list[str] = []

    def dies(row: Subscription, key: str, events: Any) -> None:
        if len(seen) == 7:
            raise KeyboardInterrupt
        seen.append(key)
        real(row, key, events)

    monkeypatch.setattr(moving, "_note", dies)
    with pytest.raises(KeyboardInterrupt):
        moving.move_some()
    monkeypatch.setattr(moving, "_note", real)
    while moving.move_some():
        pass
    assert len(gateway.calls) == 60
    assert Notice.objects.filter(kind="price_change").count() == 60


def test_a_gateway_that_is_away_is_asked_again(raised: Price, gateway: FakeGateway) -> None:
    moving.ask(raised, User.objects.all()[0].pk)
    gateway.is_away = True
    assert moving.move_some() == 0
    assert PriceMove.objects.get().finished_at is None
    gateway.is_away = False
    assert moving.move_some() == 50


def test_what_is_over_stays_as_it_was(raised: Price, gateway: FakeGateway) -> None:
    gateway.subscriptions_["sub_0"] = replace(
        gateway.subscriptions_["sub_0"], stage=Stage.ENDED, ended_at=timezone.now()
    )
    ledger.record("fake", [gateway.observe("sub_0")])
    moving.ask(raised, User.objects.all()[0].pk)
    while moving.move_some():
        pass
    assert Subscription.objects.get(ref="sub_0").price == raised
