from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.subscriptions.money import BadAmount, Money, parse, tax_upon, tax_within


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [("4.99", "EUR", 499), ("4,9", "EUR", 490), ("500", "JPY", 500), ("1.5", "KWD", 1500)],
)
def test_amounts_are_read_in_the_currencys_own_units(text: str, currency: str, minor: int) -> None:
    assert parse(text, currency) == Money(minor, currency)


@pytest.mark.parametrize("text", ["", "-1", "4.999", "1e400", "NaN", "Infinity", "12 €", "99999999999999"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(BadAmount):
        parse(text, "EUR")


@pytest.mark.parametrize(("amount", "currency"), [(1.5, "EUR"), (True, "EUR"), (1, "EURO"), (1, "eur")])
def test_money_is_whole_units_of_a_known_currency(amount: object, currency: str) -> None:
    with pytest.raises(BadAmount):
        Money(amount, currency)  # type: ignore[arg-type]  # what callers without types do


def test_currencies_are_never_mixed() -> None:
    with pytest.raises(BadAmount):
        Money(1, "EUR") + Money(1, "AZN")


@given(st.integers(0, 10**9), st.integers(0, 5000))
def test_inclusive_and_exclusive_tax_agree(net: int, rate: int) -> None:
    total = net + tax_upon(net, rate)
    assert abs(tax_within(total, rate) - tax_upon(net, rate)) <= 1


def test_readers_see_their_own_way_of_writing() -> None:
    assert Money(499, "EUR").text("en") == "€4.99"
    assert Money(500, "EUR").text("en") == "€5"
    assert Money(500, "JPY").text("en") == "¥500"
