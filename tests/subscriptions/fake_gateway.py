"""A gateway in memory that keeps its promises: one page per key, one subscription per paid page."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from broadsheet.subscriptions.events import Event, Kind, Snapshot, Stage
from broadsheet.subscriptions.gateways.protocol import (
    GatewayAway,
    GatewayError,
    Order,
    Payment,
    Quote,
    Reduction,
    Terms,
)
from broadsheet.subscriptions.models import GatewayRef

MONTH = timedelta(days=30)


class FakeGateway:
    """`pay(ref)` is the buyer; `is_away` makes every call fail; `calls` counts what was really done, by key."""

    name = "fake"

    def __init__(self) -> None:
        self.orders: dict[str, Order] = {}
        self.pages: dict[str, str] = {}
        self.status: dict[str, str] = {}
        self.expired: set[str] = set()
        self.subscriptions_: dict[str, Snapshot] = {}
        self.calls: dict[str, str] = {}
        self.moments: list[datetime | None] = []
        self.is_away = False
        self.refuses = ""
        self._numbers = itertools.count(1)

    def _here(self) -> None:
        if self.is_away:
            raise GatewayAway("fake: away")
        if self.refuses:
            raise GatewayError(self.refuses)

    def begin(self, order: Order) -> Payment:
        self._here()
        if order.key in self.pages:
            assert self.orders[self.pages[order.key]] == order, "the same key for another order"
        else:
            ref = f"cs_{next(self._numbers)}"
            self.pages[order.key] = ref
            self.orders[ref], self.status[ref] = order, "open"
        ref = self.pages[order.key]
        return Payment(ref, f"https://pay.example/{ref}")

    def pay(self, ref: str, status: str = "paid") -> None:
        assert ref not in self.expired, "this page is closed"
        self.status[ref] = status
        order = self.orders[ref]
        if status == "paid" and order.terms is not None:
            now = timezone.now().replace(microsecond=0)
            GatewayRef.objects.get_or_create(
                gateway=self.name, kind="price", local=order.terms.local, ref=f"price_{order.terms.local}"
            )
            stage = Stage.TRIALING if order.trial_days else Stage.ACTIVE
            self.subscriptions_.setdefault(
                f"sub_{ref}",
                Snapshot(
                    stage,
                    price=f"price_{order.terms.local}",
                    reader=order.reader,
                    customer=f"cus_{order.reader}",
                    period_start=now,
                    period_end=now + MONTH,
                    trial_end=now + timedelta(days=order.trial_days) if order.trial_days else None,
                ),
            )

    def checkout(self, ref: str) -> Sequence[Event]:
        self._here()
        order, status = self.orders[ref], self.status[ref]
        sub = f"sub_{ref}" if f"sub_{ref}" in self.subscriptions_ else ""
        facts = {"status": status, "key": order.key, "email": order.email}
        told = [Event(f"{ref}:{status}", Kind.CHECKOUT, timezone.now(), ref, sub, facts=facts)]
        return [*([self.observe(sub)] if sub else []), *told]

    def expire(self, ref: str, key: str) -> None:
        self._here()
        self.expired.add(ref)
        self.status[ref] = "expired"

    def portal(self, customer: str, return_url: str, language: str) -> str:
        self._here()
        return f"https://portal.example/{customer}"

    def _changed(self, ref: str, key: str, **changes: Any) -> Sequence[Event]:
        self._here()
        if key not in self.calls:
            self.calls[key] = ref
            self.subscriptions_[ref] = replace(self.subscriptions_[ref], **changes)
        return [self.observe(ref)]

    def cancel(self, subscription: str, *, at_once: bool, key: str) -> Sequence[Event]:
        held = self.subscriptions_[subscription]
        if at_once:
            return self._changed(subscription, key, stage=Stage.ENDED, ended_at=timezone.now())
        return self._changed(subscription, key, cancel_at=held.period_end)

    def keep(self, subscription: str, key: str) -> Sequence[Event]:
        return self._changed(subscription, key, cancel_at=None)

    def pause(self, subscription: str, until: datetime | None, key: str) -> Sequence[Event]:
        return self._changed(subscription, key, stage=Stage.PAUSED, resumes_at=until)

    def resume(self, subscription: str, key: str) -> Sequence[Event]:
        return self._changed(subscription, key, stage=Stage.ACTIVE, resumes_at=None)

    def preview(self, subscription: str, terms: Terms, quantity: int) -> Quote:
        self._here()
        return Quote(250, 0, terms.currency, timezone.now())

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
        self.moments.append(moment)
        GatewayRef.objects.get_or_create(
            gateway=self.name, kind="price", local=terms.local, ref=f"price_{terms.local}"
        )
        return self._changed(subscription, key, price=f"price_{terms.local}")

    def reduce(self, subscription: str, reduction: Reduction, key: str) -> Sequence[Event]:
        return self._changed(subscription, key)

    def refund(self, invoice: str, amount: int, key: str) -> Sequence[Event]:
        return []

    def webhook(self, body: bytes, headers: Mapping[str, str]) -> Sequence[Event]:
        return []

    def observe(self, subscription: str) -> Event:
        now = timezone.now()
        return Event(
            f"{subscription}@{now.isoformat()}",
            Kind.OBSERVATION,
            now,
            subscription,
            subscription,
            facts=self.subscriptions_[subscription].facts(),
        )

    def subscriptions(self) -> Iterator[Event]:
        yield from map(self.observe, self.subscriptions_)

    def since(self, moment: datetime) -> Iterator[Event]:
        return iter(())

    def forget(self, customer: str, key: str) -> None:
        self._here()
        self.calls[key] = customer

    def check(self) -> str:
        return "fake: here"
