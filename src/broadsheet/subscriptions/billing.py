"""What one invoice and one checkout have come to: pure functions of their events, like `standing`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .events import Event, Kind

# How far an invoice or a checkout has got; what stands further right outlasts whatever is reported of the left.
INVOICE_STATES = ("draft", "open", "uncollectible", "void", "paid")
CHECKOUT_STATES = ("open", "pending", "failed", "expired", "paid")


@dataclass(frozen=True, slots=True)
class Bill:
    """An invoice's newest facts, and what was given back, by refund: `{ref: minor units}`."""

    facts: Mapping[str, Any]
    refunds: Mapping[str, int]

    @property
    def refunded(self) -> int:
        return sum(self.refunds.values())


def fold_invoice(events: Iterable[Event]) -> Bill | None:
    """What these events say of one invoice; None when none of them describes it."""
    unique = list({event.id: event for event in events}.values())
    described = [event for event in unique if event.kind is Kind.INVOICE]
    if not described:
        return None
    newest = max(described, key=_invoice_order)
    return Bill(newest.facts, refunds(unique))


def refunds(events: Iterable[Event]) -> dict[str, int]:
    """What was given back, by refund, in minor units; one that failed after all is none."""
    newest: dict[str, Event] = {}
    for event in sorted((e for e in events if e.kind is Kind.REFUND), key=_refund_order):
        newest[event.subject] = event
    return {ref: e.facts["amount"] for ref, e in newest.items() if not e.facts.get("failed")}


def _invoice_order(event: Event) -> tuple[int, int, int, Any, str]:
    """Attempts only grow, and tell two reports of one second apart."""
    facts = event.facts
    state = INVOICE_STATES.index(facts["status"])
    return state, facts.get("attempts", 0), facts.get("paid", 0), event.at, event.id


def _refund_order(event: Event) -> tuple[bool, Any, str]:
    return bool(event.facts.get("failed")), event.at, event.id


def fold_checkout(events: Iterable[Event]) -> Event | None:
    """The report of a checkout that counts; None when there is none."""
    reports = [event for event in events if event.kind is Kind.CHECKOUT]
    return max(reports, key=lambda e: (CHECKOUT_STATES.index(e.facts["status"]), e.at, e.id), default=None)
