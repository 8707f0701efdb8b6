"""The tables of selling: what is offered, what was sold, what gateways said, and who may read because of it."""

from .access import GiftLink, Grant, Group, Seat
from .doubles import Double
from .leaving import Departure
from .ledger import GatewayRef, LedgerEntry, Notice
from .moves import PriceMove
from .offers import INTERVALS, SCOPES, Plan, Price, PromotionCode, TaxRate
from .reconciliation import Reconciliation
from .sales import Checkout, Donation, Gift, Invoice, NumberSeries, Subscription
from .seller import Seller

__all__ = [
    "INTERVALS",
    "SCOPES",
    "Checkout",
    "Departure",
    "Donation",
    "Double",
    "GatewayRef",
    "Gift",
    "GiftLink",
    "Grant",
    "Group",
    "Invoice",
    "LedgerEntry",
    "Notice",
    "NumberSeries",
    "Plan",
    "Price",
    "PriceMove",
    "PromotionCode",
    "Reconciliation",
    "Seat",
    "Seller",
    "Subscription",
    "TaxRate",
]
