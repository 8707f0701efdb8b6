"""What is asked in the background: doubts, payments nobody heard of, the night's run, and a gateway that is away."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from broadsheet.subscriptions import ledger, reconciling, sweeping
from broadsheet.subscriptions.gateways import registry
from broadsheet.subscriptions.models import Checkout, Reconciliation, Subscription

from .contract import Sale, key, sale
from .servers import Sandbox
from .test_gateways import SandboxDesk, adapter, server

__all__ = ["sale", "server"]


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeping, "patience", sweeping.Patience())


@pytest.fixture
def desk(sale: Sale, server: Sandbox) -> SandboxDesk:
    return SandboxDesk(sale, server)


def test_waiting_grows_and_a_success_ends_it() -> None:
    now = 0.0
    patience = sweeping.Patience(lambda: now)
    waits = []
    for _ in range(8):
        patience.failed("x")
        start = now
        while not patience.is_over("x"):
            now += 10
        waits.append(now - start)
    assert waits == [20, 40, 80, 160, 320, 640, 900, 900]
    patience.succeeded("x")
    assert patience.is_over("x")


def test_a_payment_that_nobody_reported_is_found(desk: SandboxDesk) -> None:
    payment = desk.begin(desk.sale.order())
    desk.pay(payment)
    assert sweeping.recover_checkouts(desk.gateway) == 0
    Checkout.objects.update(created_at=timezone.now() - timedelta(minutes=3))
    assert sweeping.recover_checkouts(desk.gateway) == 1
    assert Checkout.objects.get().state == "paid"
    assert Subscription.objects.get().status == "active"


def test_a_page_that_is_open_for_a_day_is_closed(desk: SandboxDesk) -> None:
    desk.begin(desk.sale.order())
    Checkout.objects.update(created_at=timezone.now() - timedelta(hours=25))
    sweeping.recover_checkouts(desk.gateway)
    assert Checkout.objects.get().state == "expired"


def test_the_night_finds_what_was_lost_and_says_so(desk: SandboxDesk, monkeypatch: Any) -> None:
    row = desk.buy()
    desk.gateway.cancel(row.ref, at_once=False, key=key())
    monkeypatch.setattr(desk.gateway, "since", lambda moment: iter(()))
    report = reconciling.reconcile(desk.gateway)
    assert (report.checked, report.different, report.errors) == (1, 1, [])
    assert report.differences[0]["what"] == "cancel_at"
    row.refresh_from_db()
    assert row.status == "cancelled"
    assert reconciling.reconcile(desk.gateway).different == 0


def test_a_gateway_that_is_away_leaves_the_run_to_the_next(
    desk: SandboxDesk, tmp_path: Path, monkeypatch: Any
) -> None:
    other = Sandbox(tmp_path)
    gateway = adapter(other)
    other.stop()
    monkeypatch.setattr(registry, "default", lambda: gateway)
    report = reconciling.reconcile(gateway)
    assert report.finished_at is None
    assert len(report.errors) == 1
    Subscription.objects.create(gateway="sandbox", ref="sub_x", needs_fetch=True)
    sweeping.sweep()
    assert not sweeping.patience.is_over("sandbox")
    assert Subscription.objects.get(ref="sub_x").needs_fetch


def test_a_doubt_is_settled_by_a_look(desk: SandboxDesk) -> None:
    row = desk.buy()
    Subscription.objects.update(needs_fetch=True)
    assert sweeping.fetch_doubtful(desk.gateway) == 1
    row.refresh_from_db()
    assert not row.needs_fetch
    assert ledger.watermark() > 0


def test_one_run_a_night(desk: SandboxDesk, monkeypatch: Any) -> None:
    now = timezone.localtime().replace(hour=4)
    monkeypatch.setattr(timezone, "localtime", lambda *_: now)
    assert sweeping.is_night_run_due("sandbox")
    Reconciliation.objects.create(gateway="sandbox", started_at=now, finished_at=now)
    assert not sweeping.is_night_run_due("sandbox")
    now = now.replace(hour=2)
    assert not sweeping.is_night_run_due("sandbox")


def test_the_command_reports(desk: SandboxDesk, monkeypatch: Any, capsys: Any) -> None:
    desk.buy()
    monkeypatch.setattr(registry, "default", lambda: desk.gateway)
    call_command("reconcile", "--json")
    assert '"checked": 1' in capsys.readouterr().out
