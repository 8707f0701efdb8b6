"""Which tax is on what somebody in a country buys, what it then costs, and the countries to choose from.

A country without a rate in the newsroom's table pays no tax. Where the gateway reckons (`gateway_tax = "automatic"`)
nothing is known of it before the gateway has an address.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from babel.core import Locale
from django.conf import settings

from broadsheet.readers.models import User

from .models import Checkout, Price, Seller, Subscription, TaxRate
from .money import Money, tax_upon, tax_within

# In the list of territories, but nobody's country.
NO_COUNTRIES = {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"}


@dataclass(frozen=True, slots=True)
class Tax:
    """The tax of `country` (ISO 3166-1, two letters) in hundredths of a percent; 0 where there is none."""

    country: str = ""
    name: str = ""
    basis_points: int = 0

    @property
    def label(self) -> str:
        """`VAT 18 %`; empty for none."""
        return f"{self.name} {self.basis_points / 100:g} %" if self.basis_points else ""


@dataclass(frozen=True, slots=True)
class Cost:
    """What is charged: `total` holds `tax`."""

    total: Money
    tax: Money


def is_automatic() -> bool:
    """Whether the paper's gateway reckons taxes by itself."""
    known = settings.BROADSHEET_GATEWAY_SETTINGS.get(settings.PAPER.gateway, {})
    return bool(known.get("tax") == "automatic")


def tax_of(country: str) -> Tax:
    """The tax of `country` by the newsroom's table. One query."""
    rate = TaxRate.objects.filter(country=country).first() if country else None
    return Tax(country, rate.name, rate.basis_points) if rate else Tax(country)


def shown(country: str) -> Tax:
    """The tax that a buyer in `country` can be told of: none where the gateway reckons it."""
    return Tax(country) if is_automatic() else tax_of(country)


def tax_on(subscription: Subscription) -> Tax:
    """The tax that was agreed on when `subscription` was bought; it stays with it."""
    bought = Checkout.objects.filter(
        reader=subscription.reader, purpose="subscription", state="paid", gateway=subscription.gateway
    )
    found = bought.order_by("-pk").first()
    return kept_tax(found) if found else Tax()


def kept_tax(checkout: Checkout) -> Tax:
    """The tax that a buyer was told of."""
    told = checkout.details.get("tax") or {}
    return Tax(checkout.country, told.get("name", ""), told.get("basis_points", 0))


def cost(price: Price, tax: Tax, money: Money | None = None) -> Cost:
    """What `money` (the price's own unless given) at the terms of `price` comes to in the country of `tax`."""
    return charged(money or price.money, tax, is_inclusive=price.is_tax_inclusive)


def charged(money: Money, tax: Tax, *, is_inclusive: bool) -> Cost:
    """An amount with its tax, rounded half up once."""
    if is_inclusive:
        return Cost(money, Money(tax_within(money.amount, tax.basis_points), money.currency))
    upon = Money(tax_upon(money.amount, tax.basis_points), money.currency)
    return Cost(money + upon, upon)


def guessed(reader: User | None) -> str:
    """Where a buyer probably is: where they bought before, else where the paper is. Empty when nobody knows."""
    if reader is not None:
        before = Checkout.objects.filter(reader=reader, state="paid").exclude(country="")
        if found := before.order_by("-pk").values_list("country", flat=True).first():
            return found
    return Seller.current().country


def is_country(code: str) -> bool:
    """Whether there is such a country."""
    return len(code) == 2 and code.isalpha() and code in Locale("en").territories and code not in NO_COUNTRIES


@lru_cache(maxsize=32)
def countries(language: str) -> tuple[tuple[str, str], ...]:
    """Every country with its name in `language`, by name."""
    names = Locale.parse(language).territories
    found = [(code, str(name)) for code, name in names.items() if is_country(code)]
    return tuple(sorted(found, key=lambda one: one[1].casefold()))


def country_name(code: str, language: str) -> str:
    """A country's name in `language`; what is none stays as it is."""
    return str(Locale.parse(language).territories.get(code, code)) if code else ""
