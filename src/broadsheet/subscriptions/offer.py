"""What the offer page shows: at most three plans, each with its price in one currency and interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from babel.core import Locale, UnknownLocaleError, get_global
from babel.numbers import get_territory_currencies
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from . import taxes
from .models import Plan, Price
from .money import Money
from .taxes import Tax

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
    tax: Tax

    def price(self, pk: int) -> Price | None:
        return next((offered.price for offered in self.plans if offered.price.pk == pk), None)


def offer(*, interval: str = "", currency: str = "", language: str = "en", country: str = "") -> Offer:
    """The plans on sale for one interval and currency, taxed as in `country`. What isn't sold gives way to what is.

    Two queries.
    """
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
        tax=taxes.shown(country),
    )


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


def tax_words(price: Price, tax: Tax, language: str) -> str:
    """Which tax is in the price that is shown, in words."""
    if taxes.is_automatic():
        return _("Tax is included.") if price.is_tax_inclusive else _("Tax is added at payment.")
    if not tax.country:
        return _("Tax is included.")
    if not tax.basis_points:
        return _("No tax is charged in this country: %(country)s.") % {
            "country": taxes.country_name(tax.country, language)
        }
    values = {"tax": tax.name, "rate": f"{tax.basis_points / 100:g}"}
    if price.is_tax_inclusive:
        return _("%(tax)s of %(rate)s %% is included.") % values
    return _("%(net)s and %(tax)s of %(rate)s %%, which is %(amount)s.") % {
        **values,
        "net": price.money.text(language),
        "amount": taxes.cost(price, tax).tax.text(language),
    }


def price_words(price: Price, money: Money, language: str) -> str:
    """`€4.99 a month`."""
    amount = money.text(language)
    if price.interval == "year":
        return _("%(amount)s a year") % {"amount": amount}
    return _("%(amount)s a month") % {"amount": amount}


def full_words(price: Price, tax: Tax, language: str) -> str:
    """The same with the tax that comes on top: what is charged."""
    return price_words(price, taxes.cost(price, tax).total, language)


def intro_words(price: Price, tax: Tax, language: str) -> str:
    """`The first 3 months cost €1 each, then €4.99 a month`; nothing without an introductory price."""
    intro = price.intro_money
    if intro is None:
        return ""
    values = {
        "intro": taxes.cost(price, tax, intro).total.text(language),
        "count": price.intro_periods,
        "price": full_words(price, tax, language),
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


def renewal_words(price: Price, tax: Tax, language: str) -> str:
    """What comes after, before anything is paid."""
    cost = full_words(price, tax, language)
    if price.interval == "year":
        return _("Renews every year at %(price)s until you cancel.") % {"price": cost}
    return _("Renews every month at %(price)s until you cancel.") % {"price": cost}
