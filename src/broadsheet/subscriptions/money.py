"""Money: whole minor units of an ISO 4217 currency. No floats anywhere."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from babel.core import Locale, get_global
from babel.numbers import format_currency, get_currency_precision


class BadAmount(ValueError):
    """An amount or currency that can't be used: `str()` is the line for the person."""


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """`amount` in minor units (cents; whole yen), `currency` in capitals."""

    amount: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.amount) is not int:
            raise BadAmount(f"{self.amount!r} is not a whole number of minor units")
        if self.currency not in get_global("all_currencies"):
            raise BadAmount(f"{self.currency!r} is not an ISO 4217 currency code")

    def __add__(self, other: Money) -> Money:
        return Money(self.amount + self._same(other).amount, self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount - self._same(other).amount, self.currency)

    def _same(self, other: Money) -> Money:
        if other.currency != self.currency:
            raise BadAmount(f"{self.currency} and {other.currency} don't add up")
        return other

    @property
    def decimal(self) -> Decimal:
        """In major units."""
        return Decimal(self.amount).scaleb(-get_currency_precision(self.currency))

    def text(self, language: str) -> str:
        """As readers of `language` write it; whole amounts without zeros behind the point."""
        is_whole = self.amount % 10 ** get_currency_precision(self.currency) == 0
        pattern = Locale.parse(language).currency_formats["standard"].pattern
        text: str = format_currency(
            self.decimal,
            self.currency,
            pattern.replace(".00", "") if is_whole else pattern,
            locale=language,
            currency_digits=not is_whole,
        )
        return text


def parse(text: str, currency: str) -> Money:
    """`"4.99"` as money. Raises `BadAmount` for what isn't a plain, non-negative number of at most its precision."""
    try:
        value = Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        raise BadAmount(f"{text!r} is not an amount") from None
    minor = value.scaleb(get_currency_precision(currency)) if value.is_finite() else value
    if not value.is_finite() or value < 0 or minor != minor.to_integral_value() or minor > 10**12:
        raise BadAmount(f"{text!r} is not an amount in {currency}")
    return Money(int(minor), currency)


def tax_within(total: int, basis_points: int) -> int:
    """The tax inside a total that includes it, rounded half up."""
    share = Decimal(total) * basis_points / (10_000 + basis_points)
    return int(share.quantize(Decimal(1), ROUND_HALF_UP))


def tax_upon(net: int, basis_points: int) -> int:
    """The tax that comes on top of a net amount, rounded half up."""
    return int((Decimal(net) * basis_points / 10_000).quantize(Decimal(1), ROUND_HALF_UP))
