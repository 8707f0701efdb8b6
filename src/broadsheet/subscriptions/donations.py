"""Donations: an amount of the giver's choice, within reason."""

from __future__ import annotations

from babel.numbers import get_currency_precision
from django.utils.translation import gettext as _

from .buying import CannotBuy
from .money import BadAmount, Money, parse

SUGGESTED = (5, 10, 25, 50)
LEAST, MOST = 1, 5_000


def suggested(currency: str) -> list[Money]:
    """Amounts to choose from."""
    if not currency:
        return []
    return [Money(amount * 10 ** get_currency_precision(currency), currency) for amount in SUGGESTED]


def amount(chosen: str, other: str, currency: str) -> Money:
    """What is given: one of the suggested, else what was typed. Raises `CannotBuy`."""
    try:
        money = parse(other, currency) if other.strip() else None
    except BadAmount:
        raise CannotBuy(_("Please write an amount such as 20 or 7.50."), "amount") from None
    if money is None:
        money = next((m for m in suggested(currency) if str(m.amount) == chosen), None)
    if money is None:
        raise CannotBuy(_("Please choose an amount."), "amount")
    if not LEAST <= money.decimal <= MOST:
        raise CannotBuy(
            _("Please choose an amount between %(least)s and %(most)s.") % {"least": LEAST, "most": MOST},
            "amount",
        )
    return money
