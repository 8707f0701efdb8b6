"""The contract, kept by the sandbox (a real process, over HTTP) and by bank transfer."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import ModuleType

import pytest
import stripe

from broadsheet.subscriptions import sweeping
from broadsheet.subscriptions.events import Event
from broadsheet.subscriptions.gateways import invoice as transfers
from broadsheet.subscriptions.gateways.invoice import InvoiceGateway
from broadsheet.subscriptions.gateways.protocol import GatewayAway, GatewayError, Payment, Reduction, Setup
from broadsheet.subscriptions.gateways.stripe import StripeGateway
from broadsheet.subscriptions.models import GatewayRef, Invoice, Price, Seller, Subscription
from broadsheet.subscriptions.sweeping import sweep_transfers

from .contract import Desk, GatewayContract, Sale, key, sale, terms
from .servers import KEY, SECRET, Sandbox

__all__ = ["sale"]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    sandbox = Sandbox(tmp_path_factory.mktemp("sandbox"))
    yield sandbox
    sandbox.stop()


def adapter(server: Sandbox, **more: str) -> StripeGateway:
    return StripeGateway(
        Setup(
            "sandbox", {"key": KEY, "webhook_secret": SECRET, "api_base": server.url, "paper": "test", **more}
        )
    )


@dataclass
class SandboxDesk(Desk):
    """The reader's customer lives on a test clock."""

    server: Sandbox

    def __post_init__(self) -> None:
        self.server.control("reset", {})
        self.gateway = adapter(self.server)
        self.client = stripe.StripeClient(KEY, base_addresses={"api": self.server.url})
        self.start = datetime.now(UTC) - timedelta(minutes=1)
        self.clock = self.client.v1.test_helpers.test_clocks.create({"frozen_time": int(time.time())}).id
        customer = self.client.v1.customers.create(
            {"email": self.sale.reader.email, "test_clock": self.clock}
        )
        GatewayRef.objects.create(
            gateway="sandbox", kind="customer", local=str(self.sale.reader.pk), ref=customer.id
        )

    def pay(self, payment: Payment) -> None:
        assert self.server.pay(payment.url) == 303

    def pass_time(self, days: float) -> None:
        clocks = self.client.v1.test_helpers.test_clocks
        now = clocks.retrieve(self.clock).frozen_time
        clocks.advance(self.clock, {"frozen_time": now + int(days * 86_400)})
        end = time.monotonic() + 20
        while clocks.retrieve(self.clock).status != "ready":
            assert time.monotonic() < end
            time.sleep(0.02)


@pytest.mark.slow
class TestSandbox(GatewayContract):
    @pytest.fixture
    def desk(self, sale: Sale, server: Sandbox) -> Desk:
        return SandboxDesk(sale, server)

    def test_a_change_with_proration_settles_the_difference(self, desk: SandboxDesk) -> None:
        row = desk.buy()
        desk.pass_time(15)
        desk.take(
            desk.gateway.change(row.ref, terms(desk.sale.dearer), row.quantity, prorate=True, key=key())
        )
        desk.take(desk.reports())
        row.refresh_from_db()
        assert row.price == desk.sale.dearer
        assert sum(Invoice.objects.values_list("paid", flat=True)) in range(740, 760)

    @pytest.mark.parametrize(("rate", "is_inclusive"), [(0, True), (1900, True), (1900, False)])
    def test_what_a_change_is_said_to_cost_is_charged_later_too(
        self, desk: SandboxDesk, rate: int, is_inclusive: bool
    ) -> None:
        Price.objects.update(is_tax_inclusive=is_inclusive)
        desk.sale.price.refresh_from_db()
        desk.sale.dearer.refresh_from_db()
        cost = {"country": "DE", "tax_name": "MwSt", "tax_basis_points": rate}
        row = desk.buy(terms=terms(desk.sale.price), **cost)
        desk.pass_time(15)
        up = desk.gateway.preview(row.ref, terms(desk.sale.dearer), row.quantity)
        assert up.due > 0
        assert up.credit == 0
        assert not Invoice.objects.filter(total=up.due).exists()
        # Whoever thinks it over for a while is charged what was shown.
        desk.pass_time(0.04)
        desk.take(
            desk.gateway.change(
                row.ref, terms(desk.sale.dearer), 1, prorate=True, key=key(), moment=up.moment
            )
        )
        desk.take(desk.reports())
        assert Invoice.objects.latest("pk").paid == up.due
        paid = sum(Invoice.objects.values_list("paid", flat=True))
        desk.pass_time(3)
        down = desk.gateway.preview(row.ref, terms(desk.sale.price), row.quantity)
        # The same days of both plans are reckoned against one another, three days later.
        assert (down.due, 0 < down.credit < up.due) == (0, True)
        desk.take(
            desk.gateway.change(
                row.ref, terms(desk.sale.price), 1, prorate=True, key=key(), moment=down.moment
            )
        )
        desk.take(desk.reports())
        assert sum(Invoice.objects.values_list("paid", flat=True)) == paid
        assert desk.client.v1.customers.retrieve(row.customer_ref).balance == -down.credit

    def test_another_interval_costs_what_it_is_said_to(self, desk: SandboxDesk) -> None:
        row = desk.buy()
        yearly = Price.objects.create(plan=desk.sale.price.plan, interval="year", currency="EUR", amount=4990)
        desk.pass_time(10)
        quote = desk.gateway.preview(row.ref, terms(yearly), row.quantity)
        assert 4990 - 499 < quote.due < 4990
        desk.pass_time(0.04)
        desk.take(
            desk.gateway.change(row.ref, terms(yearly), 1, prorate=True, key=key(), moment=quote.moment)
        )
        desk.take(desk.reports())
        assert Invoice.objects.latest("pk").paid == quote.due

    def test_a_change_in_a_trial_costs_nothing_now(self, desk: SandboxDesk) -> None:
        row = desk.buy(trial_days=14)
        quote = desk.gateway.preview(row.ref, terms(desk.sale.dearer), row.quantity)
        assert (quote.due, quote.credit) == (0, 0)

    def test_who_stays_after_all_pays_less_from_the_next_charge_on(self, desk: SandboxDesk) -> None:
        row = desk.buy()
        name = key()
        for _ in range(2):
            desk.take(desk.gateway.reduce(row.ref, Reduction("9", "STAY", 50, None, "", 3), name))
        desk.pass_time(32)
        desk.take(desk.reports())
        totals = [bill.total for bill in Invoice.objects.filter(kind="invoice", state="paid").order_by("pk")]
        assert totals in ([499, 249], [499, 250]), list(Invoice.objects.values_list("kind", "state", "total"))

    def test_a_new_price_is_another_one_and_the_old_one_is_still_paid(self, desk: SandboxDesk) -> None:
        row = desk.buy()
        old = desk.sale.price.pk
        new = desk.sale.price
        new.amount = 599
        new.save()
        desk.begin(desk.sale.order(terms=terms(new)))
        refs = GatewayRef.objects.filter(kind="price")
        assert refs.count() == 2
        desk.pass_time(32)
        desk.take(desk.reports())
        row.refresh_from_db()
        assert row.price_id == old != new.pk
        assert set(Invoice.objects.values_list("total", flat=True)) == {499}

    @pytest.mark.parametrize("number", ["4000000000000002", "4000000000009995"])
    def test_a_declined_card_buys_nothing(self, desk: SandboxDesk, number: str) -> None:
        payment = desk.begin(desk.sale.order())
        assert desk.server.pay(payment.url, number) == 402
        desk.take(desk.gateway.checkout(payment.ref))
        desk.take(desk.reports())
        assert not Subscription.objects.filter(access_until__isnull=False).exists()

    def test_a_chargeback_closes_what_was_paid(self, desk: SandboxDesk) -> None:
        row = desk.buy()
        paid = desk.client.v1.payment_intents.list().data[0].id
        opened = desk.server.control("disputes", {"payment_intent": paid})
        desk.take(desk.reports())
        row.refresh_from_db()
        assert (row.is_disputed, row.access_until) == (True, None)
        desk.server.control(f"disputes/{opened['id']}/close", {"status": "won"})
        desk.take(desk.reports())
        row.refresh_from_db()
        assert not row.is_disputed

    def test_a_failed_renewal_is_past_due_and_recovers(self, desk: SandboxDesk) -> None:
        row = desk.buy()
        desk.server.control("settings", {"payments": {"fail_next": 1}})
        desk.pass_time(31.2)
        desk.take(desk.reports())
        row.refresh_from_db()
        assert row.status == "past_due"
        owed = Invoice.objects.get(state="open")
        assert owed.attempts == 1
        assert owed.next_attempt_at is not None
        desk.pass_time(5)
        desk.take(desk.reports())
        row.refresh_from_db()
        assert (row.status, row.past_due_since) == ("active", None)

    def test_a_gateway_that_is_away_says_so_and_the_same_key_works_afterwards(
        self, desk: SandboxDesk, tmp_path: Path
    ) -> None:
        other = Sandbox(tmp_path)
        gateway = adapter(other)
        other.stop()
        order = desk.sale.order(reader=None)
        with pytest.raises(GatewayAway):
            gateway.begin(order)
        other.start()
        try:
            assert gateway.begin(order).ref == gateway.begin(order).ref
        finally:
            other.stop()

    def test_an_answer_that_was_lost_charges_nobody_twice(self, desk: SandboxDesk) -> None:
        row = desk.buy()
        bill = Invoice.objects.get()
        desk.server.control("settings", {"api": {"close": 1, "when": "after"}})
        desk.take(desk.gateway.refund(bill.ref, 100, key()))
        assert len(desk.client.v1.refunds.list().data) == 1
        assert row.price is not None
        desk.server.control("settings", {"api": {"close": 1, "when": "after"}})
        desk.take(desk.gateway.change(row.ref, terms(desk.sale.dearer), 1, prorate=True, key=key()))
        assert len(desk.client.v1.invoices.list({"subscription": row.ref}).data) == 2

    def test_a_wrong_key_is_said(self, desk: SandboxDesk) -> None:
        with pytest.raises(GatewayError, match="gateway_key"):
            adapter(desk.server, key="sk_test_other").check()

    def test_check_looks_for_the_end_point(self, desk: SandboxDesk) -> None:
        with pytest.raises(GatewayError, match="no enabled webhook"):
            adapter(desk.server, webhook_url="http://127.0.0.1:9/x").check()
        desk.client.v1.webhook_endpoints.create({"url": "http://127.0.0.1:9/x", "enabled_events": ["*"]})
        assert "webhooks go to" in adapter(desk.server, webhook_url="http://127.0.0.1:9/x").check()

    def test_what_the_sandbox_reports_is_signed_and_read(self, desk: SandboxDesk) -> None:
        desk.buy()
        reports = [report.to_dict() for report in desk.client.v1.events.list({"limit": 100}).data]
        read = 0
        for report in reports:
            body = json.dumps(report, default=str).encode()
            read += len(desk.gateway.webhook(body, {"Stripe-Signature": sign(body, int(time.time()))}))
        assert read > 5


def sign(body: bytes, at: int, secret: str = SECRET) -> str:
    digest = hmac.new(secret.encode(), str(at).encode() + b"." + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


@dataclass
class TransferDesk(Desk):
    """Staff at the paper, and a clock that can be set."""

    monkeypatch: pytest.MonkeyPatch

    def __post_init__(self) -> None:
        self.gateway = InvoiceGateway()
        self.start = datetime.now(UTC)
        self.now = self.start.replace(microsecond=0)
        self.monkeypatch.setattr(transfers, "_now", lambda: self.now)
        seller = Seller.current()
        seller.bank_details = "IBAN AZ00"
        seller.save()

    def pay(self, payment: Payment) -> None:
        for bill in Invoice.objects.filter(ref=payment.ref):
            self.receive(bill.ref, bill.total)

    def receive(self, ref: str, amount: int, currency: str = "EUR", paid_on: date | None = None) -> None:
        assert isinstance(self.gateway, InvoiceGateway)
        self.gateway.record_payment(ref, amount, currency, paid_on or self.now.date(), f"staff-{ref}")

    def pass_time(self, days: float) -> None:
        for _ in range(int(days)):
            self.now += timedelta(days=1)
            sweep_transfers(self.now)

    def pay_what_is_open(self) -> None:
        for bill in Invoice.objects.filter(gateway="invoice", state="open"):
            self.receive(bill.ref, bill.total)

    def reports(self) -> list[Event]:
        return []


class TestTransfer(GatewayContract):
    @pytest.fixture
    def desk(self, sale: Sale, monkeypatch: pytest.MonkeyPatch) -> Desk:
        return TransferDesk(sale, monkeypatch)

    @pytest.mark.parametrize(
        ("amount", "currency", "line"),
        [(300, "EUR", "ask for the rest"), (500, "EUR", "give the rest back"), (499, "AZN", "not in AZN")],
    )
    def test_money_that_is_not_what_was_asked_for(
        self, desk: TransferDesk, amount: int, currency: str, line: str
    ) -> None:
        payment = desk.begin(desk.sale.order())
        with pytest.raises(GatewayError, match=line):
            desk.receive(payment.ref, amount, currency)
        assert Invoice.objects.get().state == "open"

    def test_a_payment_is_recorded_once(self, desk: TransferDesk) -> None:
        row = desk.buy()
        bill = Invoice.objects.get()
        desk.receive(bill.ref, 499)
        with pytest.raises(GatewayError, match="not open"):
            desk.gateway.record_payment(bill.ref, 499, "EUR", desk.now.date(), "another")  # type: ignore[attr-defined]  # ours
        row.refresh_from_db()
        assert Invoice.objects.get(kind="invoice").paid == 499

    def test_a_pro_forma_invoice_has_a_number_once_it_is_paid(self, desk: TransferDesk) -> None:
        payment = desk.begin(desk.sale.order())
        bill = Invoice.objects.get()
        assert (bill.kind, bill.number) == ("pro_forma", None)
        desk.pay(payment)
        bill.refresh_from_db()
        assert bill.kind == "invoice"
        assert bill.number

    def test_the_next_one_is_asked_for_ahead_then_overdue_then_over(self, desk: TransferDesk) -> None:
        row = desk.buy()
        assert row.period_end is not None
        desk.pass_time((row.period_end - desk.now).days - 13)
        asked = Invoice.objects.get(state="open")
        assert (asked.due_at, asked.kind, asked.reader) == (row.period_end, "pro_forma", desk.sale.reader)
        desk.pass_time(14)
        row.refresh_from_db()
        assert row.status == "past_due"
        desk.pass_time(15)
        row.refresh_from_db()
        assert row.ended_at == row.period_end + timedelta(days=14)
        asked.refresh_from_db()
        assert asked.state == "uncollectible"
        with pytest.raises(GatewayError):
            desk.receive(asked.ref, asked.total)

    def test_a_31st_stays_one(self, desk: TransferDesk) -> None:
        desk.now = datetime(2027, 1, 31, 12, tzinfo=UTC)
        row = desk.buy()
        ends = []
        for _ in range(3):
            row.refresh_from_db()
            assert row.period_end is not None
            ends.append(row.period_end.strftime("%m-%d"))
            desk.pass_time((row.period_end - desk.now).days - 3)
            desk.pay_what_is_open()
        assert ends == ["02-28", "03-31", "04-30"]


GUIDE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "add-a-gateway.md"


def documented() -> ModuleType:
    """The example of the documentation, as a module."""
    code = GUIDE.read_text(encoding="utf-8").split("```python\n")[1].split("```")[0]
    module = ModuleType("broadsheet_kiosk")
    exec(compile(code, str(GUIDE), "exec"), module.__dict__)
    return module


@dataclass
class KioskDesk(TransferDesk):
    """The documented example; its payments come as signed reports."""

    def __post_init__(self) -> None:
        super().__post_init__()
        settings = {"webhook_secret": SECRET, "api_base": "https://kiosk.example/pay"}
        self.gateway = documented().make(Setup("kiosk", settings))
        self.monkeypatch.setattr(sweeping, "_own_books", lambda: {"kiosk": self.gateway})

    def receive(self, ref: str, amount: int, currency: str = "EUR", paid_on: date | None = None) -> None:
        said = {
            "id": ref,
            "ref": ref,
            "amount": amount,
            "currency": currency,
            "paid_on": str(self.now.date()),
        }
        body = json.dumps(said).encode()
        digest = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        self.take(self.gateway.webhook(body, {"Kiosk-Signature": digest}))

    def pay_what_is_open(self) -> None:
        for bill in Invoice.objects.filter(gateway="kiosk", state="open"):
            self.receive(bill.ref, bill.total)


class TestDocumentedExample(GatewayContract):
    @pytest.fixture
    def desk(self, sale: Sale, monkeypatch: pytest.MonkeyPatch) -> Desk:
        return KioskDesk(sale, monkeypatch)

    def test_it_is_short(self) -> None:
        assert len(GUIDE.read_text(encoding="utf-8").splitlines()) < 150
