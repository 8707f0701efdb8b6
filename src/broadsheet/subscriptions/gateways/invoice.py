"""Bank transfer: an open pro-forma invoice, and staff who record what came in.

Nobody else keeps its books: what it decides goes into the ledger as events of its own, and how things stand is read from
there. Each subscription's events are a second apart at least, so that no two of them are ever of one moment.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urljoin

from django.db import transaction

from .. import ledger
from ..events import Event, Kind, Snapshot, Stage
from ..models import GatewayRef, Invoice, LedgerEntry, Seller, Subscription
from ..money import Money
from ..standing import fold
from .protocol import BadWebhook, GatewayError, Order, Payment, Quote, Setup, Terms
from .transfer_terms import Deal, agreed, bill, following, number_of, price_of, reference

AHEAD = timedelta(days=14)
PAYABLE = timedelta(days=14)
SECOND = timedelta(seconds=1)


def make(setup: Setup) -> InvoiceGateway:
    """The entry point."""
    return InvoiceGateway(setup.name)


class InvoiceGateway:
    """Takes transfers for the account in the newsroom's selling settings."""

    def __init__(self, name: str = "invoice") -> None:
        self.name = name

    def begin(self, order: Order) -> Payment:
        ref = reference(order.key)
        url = urljoin(order.return_url, f"/subscribe/transfer/{order.key}/")
        now = _now()
        with transaction.atomic():
            if not self._entries(subject=ref, kind=Kind.CHECKOUT.value).exists():
                ledger.record(self.name, self._opening(ref, order, now))
        return Payment(ref, url)

    def _opening(self, ref: str, order: Order, now: datetime) -> list[Event]:
        if order.terms is None:
            facts = bill(
                order.amount * order.quantity,
                basis_points=order.tax_basis_points,
                is_inclusive=order.is_tax_inclusive,
                currency=order.currency,
                label=order.label,
            )
            facts |= {"country": order.country, "tax_label": order.tax_label}
            return [
                self._invoice(ref, f"{order.key}:invoice", now, self._dated(facts, now, order)),
                self._checkout(ref, order, now, "open", facts["total"], order.currency),
            ]
        deal = agreed(order.terms, order)
        trial = now + timedelta(days=order.trial_days) if order.trial_days else None
        snapshot = Snapshot(
            stage=Stage.TRIALING if trial else Stage.INCOMPLETE,
            price=self._price(order.terms),
            quantity=order.quantity,
            reader=order.reader,
            started_at=now,
            period_start=now if trial else None,
            period_end=trial,
            trial_end=trial,
        )
        deal = Deal.of({**deal.facts(), "anchor": trial.isoformat() if trial else ""})
        born = self._report(ref, f"{order.key}:begun", now, snapshot, deal)
        if trial:
            return [born, self._checkout(ref, order, now, "paid", 0, deal.currency, subscription=ref)]
        facts = self._bill_of(deal, 0)
        return [
            born,
            self._invoice(ref, f"{order.key}:invoice", now, self._dated(facts, now, order), subscription=ref),
            self._checkout(ref, order, now, "open", facts["total"], deal.currency, subscription=ref),
        ]

    def _dated(self, facts: dict[str, Any], now: datetime, order: Order) -> dict[str, Any]:
        return {
            **facts,
            "due_at": (now + PAYABLE).isoformat(),
            "issued_at": now.isoformat(),
            "email": order.email,
            "reader": "" if order.reader is None else str(order.reader),
        }

    def checkout(self, ref: str) -> Sequence[Event]:
        """Nothing that is not in the ledger already."""
        return [entry.event for entry in self._entries(subject=ref, kind=Kind.CHECKOUT.value)]

    def expire(self, ref: str, key: str) -> None:
        now = _now()
        with transaction.atomic():
            row = Invoice.objects.select_for_update().filter(gateway=self.name, ref=ref).first()
            if row is None or row.state != "open":
                raise GatewayError(f"{self.name}: {ref} is not waiting to be paid")
            events = [self._invoice(ref, f"{key}:void", now, {**self._facts(ref), "status": "void"})]
            opened = self._entries(subject=ref, kind=Kind.CHECKOUT.value).first()
            if opened is not None:
                facts = {**opened.facts, "status": "expired"}
                events.append(Event(f"{key}:expired", Kind.CHECKOUT, now, ref, facts=facts))
            if self._is_subscription(ref):
                at, snapshot, deal = self._standing(ref, now)
                over = _with(snapshot, stage=Stage.ENDED, ended_at=at)
                events.append(self._report(ref, f"{key}:ended", at, over, deal))
            ledger.record(self.name, events)

    def portal(self, customer: str, return_url: str, language: str) -> str:
        raise GatewayError(f"{self.name}: this subscription is paid by transfer; there is no card to change")

    def cancel(self, subscription: str, *, at_once: bool, key: str) -> Sequence[Event]:
        at, now, deal = self._standing(subscription, _now())
        if at_once or now.period_end is None or now.stage in {Stage.INCOMPLETE, Stage.PAST_DUE}:
            changed = _with(now, stage=Stage.ENDED, ended_at=at, cancel_at=None)
        else:
            changed = _with(now, cancel_at=now.period_end)
        return [self._report(subscription, key, at, changed, deal), *self._voided(subscription, key, at)]

    def keep(self, subscription: str, key: str) -> Sequence[Event]:
        at, now, deal = self._standing(subscription, _now())
        return [self._report(subscription, key, at, _with(now, cancel_at=None), deal)]

    def pause(self, subscription: str, until: datetime | None, key: str) -> Sequence[Event]:
        at, now, deal = self._standing(subscription, _now())
        if now.stage is not Stage.ACTIVE:
            raise GatewayError(f"{self.name}: only a subscription that is paid can be paused")
        changed = _with(now, stage=Stage.PAUSED, resumes_at=until)
        return [self._report(subscription, key, at, changed, deal), *self._voided(subscription, key, at)]

    def resume(self, subscription: str, key: str) -> Sequence[Event]:
        at, now, deal = self._standing(subscription, _now())
        if now.stage is not Stage.PAUSED:
            raise GatewayError(f"{self.name}: this subscription is not paused")
        # What was paid for before the pause may be over: then a new period begins with the next payment.
        runs = now.period_end is not None and now.period_end > at
        changed = _with(now, stage=Stage.ACTIVE if runs else Stage.INCOMPLETE, resumes_at=None)
        events = [self._report(subscription, key, at, changed, deal)]
        if not runs:
            facts = {**self._bill_of(deal, number_of(deal, at)), "issued_at": at.isoformat()}
            facts["due_at"] = (at + PAYABLE).isoformat()
            bill_ref = f"{subscription}-{at:%y%m%d}"
            events.append(self._invoice(bill_ref, f"{key}:invoice", at, facts, subscription=subscription))
        return events

    def preview(self, subscription: str, terms: Terms, quantity: int) -> Quote:
        return Quote(0, 0, terms.currency, _now())

    def change(
        self,
        subscription: str,
        terms: Terms,
        quantity: int,
        *,
        prorate: bool,
        key: str,
        moment: datetime | None = None,
    ) -> Sequence[Event]:
        """From the next period on: what was transferred is not reckoned up in the middle of one."""
        at, now, deal = self._standing(subscription, _now())
        if terms.currency != deal.currency:
            raise GatewayError(f"{self.name}: {deal.currency} can't become {terms.currency}")
        if terms.interval != deal.interval:
            raise GatewayError(f"{self.name}: another interval needs a new subscription")
        price = self._price(terms)
        new = Deal.of(
            {**deal.facts(), "amount": terms.amount, "label": terms.plan_name, "quantity": quantity}
        )
        changed = _with(now, next_price="" if price == now.price else price, quantity=quantity)
        return [self._report(subscription, key, at, changed, new), *self._voided(subscription, key, at)]

    def refund(self, invoice: str, amount: int, key: str) -> Sequence[Event]:
        row = Invoice.objects.filter(gateway=self.name, ref=invoice, kind="invoice", state="paid").first()
        paid = self._entries(invoice_ref=invoice, kind=Kind.PAYMENT.value).first()
        if row is None or paid is None:
            raise GatewayError(f"{self.name}: nothing was paid on invoice {invoice}")
        known = self._entries(event_id=f"{key}:refund").first()
        if known is not None:
            return [known.event]
        if not 0 < amount <= row.paid - row.refunded:
            left = Money(row.paid - row.refunded, row.currency).text("en")
            raise GatewayError(f"{self.name}: at most {left} of invoice {invoice} can be given back")
        facts = {"amount": amount, "currency": row.currency, "failed": False}
        ref = f"R-{key}"[:120]
        return [Event(f"{key}:refund", Kind.REFUND, _now(), ref, payment=paid.payment_ref, facts=facts)]

    def record_payment(self, invoice: str, amount: int, currency: str, paid_on: date, key: str) -> None:
        """A transfer that came in: the whole amount of one open invoice. Done once a `key`.

        Raises `GatewayError`, and changes nothing, when the invoice is not open or the money is not what it is over.
        """
        with transaction.atomic():
            Invoice.objects.select_for_update().filter(gateway=self.name, ref=invoice).first()
            ledger.record(self.name, self.payment(invoice, amount, currency, paid_on, key))

    def payment(self, invoice: str, amount: int, currency: str, paid_on: date, key: str) -> Sequence[Event]:
        """What the payment of an invoice comes to; nothing when `key` was recorded before. Raises as above."""
        row = Invoice.objects.filter(gateway=self.name, ref=invoice).first()
        if row is None:
            raise GatewayError(f"{self.name}: there is no invoice {invoice}")
        if self._entries(event_id=f"{key}:paid").exists():
            return []
        self._check_amount(row, amount, currency, paid_on)
        return self._payment(row, paid_on, key, _now())

    def _check_amount(self, row: Invoice, amount: int, currency: str, paid_on: date) -> None:
        if row.state != "open":
            raise GatewayError(f"{self.name}: invoice {row.ref} is {row.get_state_display()}, not open")
        if currency != row.currency:
            raise GatewayError(f"{self.name}: invoice {row.ref} is in {row.currency}, not in {currency}")
        if paid_on > _now().date() + timedelta(days=1):
            raise GatewayError(f"{self.name}: {paid_on} is still to come")
        wanted, came = Money(row.total, currency).text("en"), Money(amount, currency).text("en")
        if amount < row.total:
            raise GatewayError(
                f"{self.name}: {came} came in and {wanted} is asked for; ask for the rest first"
            )
        if amount > row.total:
            raise GatewayError(
                f"{self.name}: {came} came in and {wanted} is asked for; record {wanted}, give the rest back"
            )

    def _payment(self, row: Invoice, paid_on: date, key: str, now: datetime) -> list[Event]:
        facts = {**self._facts(row.ref), "status": "paid", "paid": row.total}
        facts["paid_at"] = datetime(paid_on.year, paid_on.month, paid_on.day, 12, tzinfo=UTC).isoformat()
        payment = f"P-{key}"[:120]
        events = [
            Event(f"{key}:payment", Kind.PAYMENT, now, payment, invoice=row.ref, payment=payment),
        ]
        opened = self._entries(subject=row.ref, kind=Kind.CHECKOUT.value).first()
        if opened is not None:
            told = {**opened.facts, "status": "paid"}
            events.append(Event(f"{key}:checkout", Kind.CHECKOUT, now, row.ref, facts=told))
        subscription = "" if row.subscription is None else row.subscription.ref
        if subscription:
            at, standing, deal = self._standing(subscription, now)
            if standing.stage is Stage.ENDED:
                raise GatewayError(f"{self.name}: {subscription} has ended; give the money back")
            snapshot, deal = _paid(standing, deal, row, at)
            events.append(self._report(subscription, f"{key}:active", at, snapshot, deal))
            facts["period_start"], facts["period_end"] = (
                snapshot.period_start.isoformat() if snapshot.period_start else "",
                snapshot.period_end.isoformat() if snapshot.period_end else "",
            )
        return [self._invoice(row.ref, f"{key}:paid", now, facts, subscription=subscription), *events]

    def webhook(self, body: bytes, headers: Mapping[str, str]) -> Sequence[Event]:
        raise BadWebhook("transfers are recorded by hand; nothing is reported here")

    def observe(self, subscription: str) -> Event:
        at, snapshot, deal = self._standing(subscription, _now())
        name = f"{subscription}:seen:{at.isoformat()}"
        facts = {**snapshot.facts(), "deal": deal.facts(), "seen": at.isoformat(timespec="microseconds")}
        return Event(name, Kind.OBSERVATION, at, subscription, subscription=subscription, facts=facts)

    def subscriptions(self) -> Iterator[Event]:
        rows = Subscription.objects.filter(gateway=self.name).exclude(started_at=None)
        for ref in rows.order_by("pk").values_list("ref", flat=True).iterator(500):
            yield self.observe(ref)

    def since(self, moment: datetime) -> Iterator[Event]:
        return iter(())

    def forget(self, customer: str, key: str) -> None:
        """Nothing is kept outside the paper."""

    def check(self) -> str:
        if not Seller.current().bank_details:
            raise GatewayError(f"{self.name}: the bank details are missing; Settings → Selling")
        return f"{self.name}: transfers are taken"

    def due(self, ref: str, now: datetime, grace: timedelta) -> list[Event]:
        """What time alone does to one subscription by `now`: the next invoice, overdue, over. Ids are by period."""
        at, standing, deal = self._standing(ref, now)
        end, name = (
            standing.period_end,
            f"{ref}:{standing.period_end:%Y%m%dT%H%M}" if standing.period_end else "",
        )
        if standing.stage is Stage.PAUSED and standing.resumes_at and standing.resumes_at <= now:
            return list(self.resume(ref, f"{ref}:{standing.resumes_at:%Y%m%dT%H%M}:resumed"))
        if standing.stage is Stage.INCOMPLETE or end is None or standing.stage is Stage.PAUSED:
            return []
        if standing.cancel_at is not None:
            if standing.cancel_at > now:
                return []
            over = _with(standing, stage=Stage.ENDED, ended_at=standing.cancel_at)
            return [self._report(ref, f"{name}:over", at, over, deal)]
        if standing.stage is Stage.PAST_DUE:
            if end + grace > now:
                return []
            over = _with(standing, stage=Stage.ENDED, ended_at=end + grace)
            return [
                self._report(ref, f"{name}:given-up", at, over, deal),
                *self._voided(ref, f"{name}:given-up", at, status="uncollectible"),
            ]
        events = []
        if end - AHEAD <= now and not self._has_open(ref):
            facts = self._bill_of(deal, number_of(deal, end))
            facts |= {
                "due_at": end.isoformat(),
                "issued_at": now.isoformat(),
                "period_start": end.isoformat(),
                "period_end": _after(deal, end).isoformat(),
                "reader": "" if standing.reader is None else str(standing.reader),
            }
            events.append(
                self._invoice(f"{ref}-{end:%y%m%d}", f"{name}:invoice", now, facts, subscription=ref)
            )
        if end <= now:
            events.append(
                self._report(ref, f"{name}:overdue", at, _with(standing, stage=Stage.PAST_DUE), deal)
            )
        return events

    def _has_open(self, ref: str) -> bool:
        return Invoice.objects.filter(gateway=self.name, subscription__ref=ref, state="open").exists()

    def _entries(self, **which: str) -> Any:
        return LedgerEntry.objects.filter(gateway=self.name, **which).order_by("pk")

    def _is_subscription(self, ref: str) -> bool:
        return bool(self._entries(subscription_ref=ref, kind=Kind.SUBSCRIPTION.value).exists())

    def _facts(self, ref: str) -> dict[str, Any]:
        """The newest facts of one invoice."""
        return dict(self._entries(subject=ref, kind=Kind.INVOICE.value).last().facts)

    def _standing(self, ref: str, now: datetime) -> tuple[datetime, Snapshot, Deal]:
        """The next free second, how a subscription stands, and what was agreed."""
        events = ledger.events_of(self.name, ref)
        found = fold(events)
        if found is None:
            raise GatewayError(f"{self.name}: there is no subscription {ref}")
        told = max((e for e in events if "deal" in e.facts), key=lambda event: (event.at, event.id))
        newest = max(e.at for e in events if e.kind in {Kind.SUBSCRIPTION, Kind.OBSERVATION})
        return max(now, newest + SECOND), found.snapshot, Deal.of(told.facts["deal"])

    def _price(self, terms: Terms) -> str:
        found, _made = GatewayRef.objects.get_or_create(
            gateway=self.name, kind="price", local=terms.local, defaults={"ref": f"price-{terms.local}"}
        )
        return found.ref

    def _bill_of(self, deal: Deal, number: int) -> dict[str, Any]:
        facts = bill(
            price_of(deal, number),
            basis_points=deal.tax_basis_points,
            is_inclusive=deal.is_tax_inclusive,
            currency=deal.currency,
            label=deal.label,
        )
        return {**facts, "country": deal.country, "tax_label": deal.tax_label}

    def _voided(self, subscription: str, key: str, at: datetime, status: str = "void") -> list[Event]:
        """Invoices that will not be paid any more."""
        rows = Invoice.objects.filter(gateway=self.name, subscription__ref=subscription, state="open")
        return [
            self._invoice(
                row.ref, f"{key}:{row.ref}", at, {**self._facts(row.ref), "status": status}, subscription=subscription
            )
            for row in rows
        ]  # fmt: skip

    def _report(self, ref: str, name: str, at: datetime, snapshot: Snapshot, deal: Deal) -> Event:
        facts = {**snapshot.facts(), "deal": deal.facts()}
        return Event(name, Kind.SUBSCRIPTION, at, ref, subscription=ref, facts=facts)

    def _invoice(
        self, ref: str, name: str, at: datetime, facts: dict[str, Any], subscription: str = ""
    ) -> Event:
        return Event(name, Kind.INVOICE, at, ref, subscription=subscription, invoice=ref, facts=facts)

    def _checkout(
        self, ref: str, order: Order, at: datetime, status: str, amount: int, currency: str, subscription: str = ""
    ) -> Event:  # fmt: skip
        facts = {
            "status": status,
            "key": order.key,
            "amount": amount,
            "currency": currency,
            "email": order.email,
        }
        return Event(f"{order.key}:checkout", Kind.CHECKOUT, at, ref, subscription=subscription, facts=facts)


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def _with(snapshot: Snapshot, **changes: Any) -> Snapshot:
    return Snapshot(**{**{name: getattr(snapshot, name) for name in snapshot.__slots__}, **changes})


def _after(deal: Deal, start: datetime) -> datetime:
    anchor = datetime.fromisoformat(deal.anchor)
    return following(anchor, deal.interval, number_of(deal, start) + 1)


def _paid(standing: Snapshot, deal: Deal, row: Invoice, at: datetime) -> tuple[Snapshot, Deal]:
    """The period that a payment opens: its invoice's own, or one that begins now."""
    start = row.period_start or at
    if not deal.anchor or row.period_start is None:
        deal = Deal.of({**deal.facts(), "anchor": start.isoformat()})
    return (
        _with(
            standing,
            stage=Stage.ACTIVE,
            period_start=start,
            period_end=_after(deal, start),
            price=standing.next_price or standing.price,
            next_price="",
        ),
        deal,
    )
