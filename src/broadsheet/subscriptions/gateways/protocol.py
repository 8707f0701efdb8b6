"""The one protocol that every gateway speaks. A gateway takes money; it never decides who may read.

Register one as an entry point of the group `broadsheet.gateways`: a callable that takes a `Setup` and gives a
`Gateway`. `tests/subscriptions/contract.py` is the contract as tests.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from ..events import Event


class GatewayError(Exception):
    """The gateway refused or failed: `str()` is the line for the person. Nothing was changed."""


class GatewayAway(GatewayError):
    """The gateway can't be reached or is too slow: try again later, with the same key."""


class BadWebhook(GatewayError):
    """A webhook that is not the gateway's: wrong signature, too old, or not readable."""


@dataclass(frozen=True, slots=True)
class Setup:
    """What a gateway is made from: the paper's settings for it, by name (`key`, `webhook_secret`, `api_base`…)."""

    name: str
    settings: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Terms:
    """One price as the gateway must know it. `local` is our id; amounts in minor units."""

    local: str
    plan: str
    plan_name: str
    interval: str
    currency: str
    amount: int
    is_tax_inclusive: bool
    intro_amount: int | None = None
    intro_periods: int = 0


@dataclass(frozen=True, slots=True)
class Reduction:
    """One promotion code as the gateway must know it."""

    local: str
    code: str
    percent_off: int | None
    amount_off: int | None
    currency: str
    periods: int


@dataclass(frozen=True, slots=True)
class Order:
    """What somebody wants to buy. `key` is stable over repeats. Either `terms`, or `amount` with `currency` (once).

    `reader` comes back in every snapshot of the subscription. `tax_basis_points` is the rate of `country`, where the
    buyer is; it and the country come back in every invoice's facts. An `amount` holds its tax if `is_tax_inclusive`.
    """

    key: str
    email: str
    language: str
    return_url: str
    cancel_url: str
    reader: int | None = None
    customer: str = ""
    terms: Terms | None = None
    trial_days: int = 0
    quantity: int = 1
    reduction: Reduction | None = None
    tax_name: str = ""
    tax_basis_points: int = 0
    country: str = ""
    amount: int = 0
    is_tax_inclusive: bool = True
    currency: str = ""
    label: str = ""

    @property
    def tax_label(self) -> str:
        """The tax as invoices name it: `VAT 18 %`; empty for none."""
        return f"{self.tax_name} {self.tax_basis_points / 100:g} %" if self.tax_basis_points else ""


@dataclass(frozen=True, slots=True)
class Payment:
    """Where the buyer goes to pay: `url`, and the gateway's name for it."""

    ref: str
    url: str
    expires: datetime | None = None


@dataclass(frozen=True, slots=True)
class Quote:
    """What a change of price comes to, in minor units: `due` is charged at once, `credit` goes against later charges.

    It holds for a change that is reckoned from `moment`.
    """

    due: int
    credit: int
    currency: str
    moment: datetime


class Gateway(Protocol):
    """Takes money. Every write takes a `key`: repeated with the same key it is done once.

    Every method may raise `GatewayError`, and `GatewayAway` when it is worth trying again.
    """

    name: str

    def begin(self, order: Order) -> Payment:
        """A page where the buyer pays for `order`."""

    def checkout(self, ref: str) -> Sequence[Event]:
        """What came of a payment page: the checkout's event, and what belongs to it. Asked when the buyer returns."""

    def expire(self, ref: str, key: str) -> None:
        """Close a payment page that was not used."""

    def portal(self, customer: str, return_url: str, language: str) -> str:
        """A page where the customer changes how they pay."""

    def cancel(self, subscription: str, *, at_once: bool, key: str) -> Sequence[Event]:
        """Stop renewing, or end now."""

    def keep(self, subscription: str, key: str) -> Sequence[Event]:
        """Take a cancellation at the period's end back."""

    def pause(self, subscription: str, until: datetime | None, key: str) -> Sequence[Event]:
        """Charge nothing until `until`, or until resumed."""

    def resume(self, subscription: str, key: str) -> Sequence[Event]:
        """End a pause."""

    def preview(self, subscription: str, terms: Terms, quantity: int) -> Quote:
        """What `change` with `prorate` would come to now. Changes nothing."""

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
        """Another price; `prorate` settles the difference now, else from the next period.

        `moment` is that of a quote: the difference is reckoned from then, so that what was shown is charged.
        """

    def refund(self, invoice: str, amount: int, key: str) -> Sequence[Event]:
        """Give back `amount` of what was paid on an invoice."""

    def webhook(self, body: bytes, headers: Mapping[str, str]) -> Sequence[Event]:
        """The events in a webhook; empty for one that is of no interest. Raises `BadWebhook`. No network."""

    def observe(self, subscription: str) -> Event:
        """How a subscription stands right now, as an observation."""

    def subscriptions(self) -> Iterator[Event]:
        """Every subscription as an observation, in a stream; for reconciliation."""

    def since(self, moment: datetime) -> Iterator[Event]:
        """Every event since `moment`, in any order; for what webhooks lost."""

    def forget(self, customer: str, key: str) -> None:
        """Erase a customer's personal data as far as the gateway can."""

    def check(self) -> str:
        """One line that says the gateway answers."""
