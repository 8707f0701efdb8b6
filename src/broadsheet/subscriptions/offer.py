"""What the offer page shows: at most three plans, each with its price in one currency and interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from babel.core import Locale, UnknownLocaleError, get_global
from babel.numbers import get_territory_currencies
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .models import Plan, Price, Seller, TaxRate
from .money import Money

MOST_PLANS = 3


@dataclass(frozen=True, slots=True)
class Offered:
    """One plan at one price. `saving` is what a year costs less than twelve months, in whole percent."""

    plan: Plan
    price: Price
    saving: int = 0


@dataclass(frozen=True, slots=True)
class Offer:
    """The page: what stands on it, and between what its reader can switch."""

    plans: Sequence[Offered]
    interval: str
    intervals: Sequence[str]
    currency: str
    currencies: Sequence[str]
    tax: TaxRate | None

    def price(self, pk: int) -> Price | None:
        return next((offered.price for offered in self.plans if offered.price.pk == pk), None)


def offer(*, interval: str = "", currency: str = "", language: str = "en") -> Offer:
    """The plans on sale for one interval and currency; what isn't sold gives way to what is. Two queries."""
    prices = [
        price
        for price in Price.objects.on_sale().filter(plan__seats=0).select_related("plan")
        if price.plan.scopes
    ]
    currencies = sorted({price.currency for price in prices})
    chosen = next(
        (code for code in (currency.upper(), *_at_home(language), "EUR", *currencies) if code in currencies),
        "",
    )
    here = [price for price in prices if price.currency == chosen]
    intervals = [code for code in ("month", "year") if any(price.interval == code for price in here)]
    period = interval if interval in intervals else next(iter(intervals), "month")
    monthly = {price.plan_id: price.amount for price in here if price.interval == "month"}
    shown = sorted(
        (price for price in here if price.interval == period), key=lambda p: (p.plan.position, p.plan.pk)
    )
    return Offer(
        plans=[Offered(price.plan, price, _saving(price, monthly)) for price in shown[:MOST_PLANS]],
        interval=period,
        intervals=intervals,
        currency=chosen,
        currencies=currencies,
        tax=tax(),
    )


def tax() -> TaxRate | None:
    """The tax that is on our prices: the seller's country's."""
    country = Seller.current().country
    return TaxRate.objects.filter(country=country).first() if country else None


def _saving(price: Price, monthly: dict[int, int]) -> int:
    year = 12 * monthly.get(price.plan_id, 0)
    return (year - price.amount) * 100 // year if price.interval == "year" and year > price.amount else 0


def _at_home(language: str) -> list[str]:
    """The money of the country where a language is most spoken."""
    try:
        likely = Locale.parse(get_global("likely_subtags").get(language, language))
    except (UnknownLocaleError, ValueError):
        return []
    return get_territory_currencies(likely.territory) if likely.territory else []


def tax_words(price: Price, rate: TaxRate | None) -> str:
    """Whether tax is in the price, in words."""
    if rate is None:
        return _("Tax is included.") if price.is_tax_inclusive else _("Tax is added at payment.")
    values = {"tax": rate.name, "rate": f"{rate.basis_points / 100:g}"}
    if price.is_tax_inclusive:
        return _("%(tax)s of %(rate)s %% is included.") % values
    return _("%(tax)s of %(rate)s %% is added.") % values


def price_words(price: Price, money: Money, language: str) -> str:
    """`€4.99 a month`."""
    amount = money.text(language)
    if price.interval == "year":
        return _("%(amount)s a year") % {"amount": amount}
    return _("%(amount)s a month") % {"amount": amount}


def intro_words(price: Price, language: str) -> str:
    """`The first 3 months cost €1 each, then €4.99 a month`; nothing without an introductory price."""
    intro = price.intro_money
    if intro is None:
        return ""
    values = {
        "intro": intro.text(language),
        "count": price.intro_periods,
        "price": price_words(price, price.money, language),
    }
    if price.interval == "year":
        return (
            ngettext(
                "The first year costs %(intro)s, then %(price)s.",
                "The first %(count)s years cost %(intro)s each, then %(price)s.",
                price.intro_periods,
            )
            % values
        )
    return (
        ngettext(
            "The first month costs %(intro)s, then %(price)s.",
            "The first %(count)s months cost %(intro)s each, then %(price)s.",
            price.intro_periods,
        )
        % values
    )


def trial_words(plan: Plan) -> str:
    """What a trial is worth, and to whom; nothing without one."""
    if not plan.trial_days:
        return ""
    return ngettext(
        "Free for %(count)s day if you are new here; nothing is charged before it ends.",
        "Free for %(count)s days if you are new here; nothing is charged before they end.",
        plan.trial_days,
    ) % {"count": plan.trial_days}


def renewal_words(price: Price, language: str) -> str:
    """What comes after, before anything is paid."""
    cost = price_words(price, price.money, language)
    if price.interval == "year":
        return _("Renews every year at %(price)s until you cancel.") % {"price": cost}
    return _("Renews every month at %(price)s until you cancel.") % {"price": cost}
