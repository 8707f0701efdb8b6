"""What gateways report, in our words: immutable, comparable, and nothing of any one gateway in it.

An event says how one object stood at one moment. Times are aware, UTC; amounts are integers in minor units.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from enum import StrEnum
from typing import Any, Self


class Kind(StrEnum):
    """What an event speaks of."""

    SUBSCRIPTION = "subscription"
    OBSERVATION = "observation"  # the same, but fetched by us: it decides between what it covers
    INVOICE = "invoice"
    PAYMENT = "payment"  # which payment settled which invoice
    REFUND = "refund"
    DISPUTE = "dispute"
    CHECKOUT = "checkout"


class Stage(StrEnum):
    """Where a gateway says that a subscription stands. The order is the order of life, and breaks ties."""

    INCOMPLETE = "incomplete"
    TRIALING = "trialing"
    PAST_DUE = "past_due"
    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"


MOMENTS = ("started_at", "period_start", "period_end", "trial_end", "cancel_at", "ended_at", "resumes_at")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A subscription at one moment.

    `price` is the gateway's name of the price that the running period was sold at, `next_price` of the one after it
    where that differs; `reader` our account's id as it was given at checkout. `cancel_at` is set when it will not
    renew; `ended_at` when it is over for good.
    """

    stage: Stage
    price: str = ""
    next_price: str = ""
    quantity: int = 1
    reader: int | None = None
    customer: str = ""
    started_at: datetime | None = None
    period_start: datetime | None = None
    period_end: datetime | None = None
    trial_end: datetime | None = None
    cancel_at: datetime | None = None
    ended_at: datetime | None = None
    resumes_at: datetime | None = None

    def facts(self) -> dict[str, Any]:
        """As JSON."""
        return {
            name: value.isoformat() if isinstance(value, datetime) else value
            for name, value in asdict(self).items()
        }

    @classmethod
    def of(cls, facts: Mapping[str, Any]) -> Self:
        """From what `facts` made. Raises `ValueError` or `TypeError` when it made something else."""
        read = {spec.name: facts[spec.name] for spec in fields(cls) if spec.name in facts}
        for name in MOMENTS:
            if read.get(name):
                read[name] = datetime.fromisoformat(read[name])
        return cls(**{**read, "stage": Stage(read["stage"])})


@dataclass(frozen=True, slots=True)
class Event:
    """One line for the ledger.

    `id` is unique within the gateway. `at` is by the gateway's clock, in whole seconds. `subject` names the object;
    `subscription`, `invoice` and `payment` name what it belongs to, as far as the gateway said so.
    `facts` hold, by kind: a `Snapshot` (subscription, observation; an observation also has `seen`, by our clock to the
    microsecond, and `covers`, the ids of the events of its second that were known before it was asked for); `status`, `currency`, `net`, `tax`, `total`,
    `paid`, `lines`, … (invoice); `amount`, `currency` (refund); `status` (dispute: open, won, lost; checkout: open,
    paid, pending, failed, expired), `key`, `amount`, `currency`, `email` (checkout).
    """

    id: str
    kind: Kind
    at: datetime
    subject: str
    subscription: str = ""
    invoice: str = ""
    payment: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
