"""What a bank transfer is asked for: periods, amounts and the bill of one period. Pure."""

from __future__ import annotations

import base64
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any, Self

from .. import money
from .protocol import Order, Reduction, Terms

MONTHS = {"month": 1, "year": 12}


@dataclass(frozen=True, slots=True)
class Deal:
    """What was agreed on, kept with the subscription's lines in the ledger. Amounts in minor units.

    `anchor` is when the first paid period began: all others are counted from it, so that a 31st stays one.
    `reduced` says how many periods the reduction lasts; 0 is for good.
    """

    interval: str
    currency: str
    amount: int
    is_tax_inclusive: bool
    label: str
    quantity: int = 1
    intro_amount: int | None = None
    intro_periods: int = 0
    percent_off: int | None = None
    amount_off: int | None = None
    reduced: int = -1
    tax_basis_points: int = 0
    tax_label: str = ""
    country: str = ""
    anchor: str = ""

    @classmethod
    def of(cls, facts: Mapping[str, Any]) -> Self:
        return cls(**facts)

    def facts(self) -> dict[str, Any]:
        return asdict(self)


def agreed(terms: Terms, order: Order) -> Deal:
    """The deal of an order. As with cards, a code stands in for the introductory price."""
    reduction: Reduction | None = order.reduction
    return Deal(
        interval=terms.interval,
        currency=terms.currency,
        amount=terms.amount,
        is_tax_inclusive=terms.is_tax_inclusive,
        label=terms.plan_name,
        quantity=order.quantity,
        intro_amount=None if reduction else terms.intro_amount,
        intro_periods=0 if reduction else terms.intro_periods,
        percent_off=reduction.percent_off if reduction else None,
        amount_off=reduction.amount_off if reduction else None,
        reduced=reduction.periods if reduction else -1,
        tax_basis_points=order.tax_basis_points,
        tax_label=order.tax_label,
        country=order.country,
    )


def following(anchor: datetime, interval: str, number: int) -> datetime:
    """The end of the `number`th period from `anchor`: the same day of the month, or its last."""
    months = anchor.month - 1 + MONTHS[interval] * number
    year, month = anchor.year + months // 12, months % 12 + 1
    return anchor.replace(year=year, month=month, day=min(anchor.day, monthrange(year, month)[1]))


def number_of(deal: Deal, start: datetime) -> int:
    """Which period begins at `start`, the first being 0."""
    anchor = datetime.fromisoformat(deal.anchor)
    number = 0
    while following(anchor, deal.interval, number) < start:
        number += 1
    return number


def price_of(deal: Deal, number: int) -> int:
    """What the `number`th period costs, before tax where tax comes on top."""
    each = deal.amount
    if deal.intro_amount is not None and number < deal.intro_periods:
        each = deal.intro_amount
    total = each * deal.quantity
    if deal.reduced >= 0 and (deal.reduced == 0 or number < deal.reduced):
        total -= total * (deal.percent_off or 0) // 100 + (deal.amount_off or 0)
    return max(total, 0)


def bill(price: int, *, basis_points: int, is_inclusive: bool, currency: str, label: str) -> dict[str, Any]:
    """The facts of an open pro-forma invoice, but for its dates."""
    if is_inclusive:
        total, tax = price, money.tax_within(price, basis_points)
    else:
        tax = money.tax_upon(price, basis_points)
        total = price + tax
    return {
        "status": "open",
        "is_pro_forma": True,
        "currency": currency,
        "net": total - tax,
        "tax": tax,
        "total": total,
        "paid": 0,
        "lines": [{"label": label, "amount": price, "quantity": 1}],
        "attempts": 0,
    }


def reference(key: str) -> str:
    """What the buyer writes on the transfer: short, without letters that are mistaken for digits."""
    digest = base64.b32encode(blake2b(key.encode(), digest_size=5).digest()).decode()
    return f"T{digest.replace('O', '8').replace('I', '9')}"
