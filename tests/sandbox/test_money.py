from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.sandbox import money, periods

AMOUNT = st.integers(-(10**8), 10**8)


@given(AMOUNT, st.integers(0, 10**7), st.integers(1, 10**7))
def test_a_credit_is_the_charge_turned_round(amount, part, whole):
    assert money.share(-amount, part, whole) == -money.share(amount, part, whole)
    assert abs(2 * whole * money.share(amount, part, whole) - 2 * amount * part) <= whole


@given(st.integers(0, 10**8), st.lists(st.integers(0, 10**6), min_size=1, max_size=8))
def test_what_is_spread_adds_up(total, weights):
    parts = money.spread(total, weights)

    assert sum(parts) == (total if any(weights) else 0)
    assert all(part >= 0 for part in parts)


@pytest.mark.parametrize(
    ("amount", "code", "words"),
    [
        (450, "eur", "4.50 EUR"),
        (500, "jpy", "500 JPY"),
        (-123456, "usd", "-1,234.56 USD"),
        (1500, "kwd", "1.500 KWD"),
    ],
)
def test_money_is_written_in_its_own_units(amount, code, words):
    assert money.shown(amount, code) == words


def test_percentages_are_exact():
    assert money.percent_of(1005, "0.5") == 5
    assert money.percent_of(250, "19") == 48
    assert money.included(1190, "19") == 190
    assert money.percent_of(-250, "19") == -48


@given(
    st.integers(1_500_000_000, 2_000_000_000), st.sampled_from(["day", "week", "month", "year"]), st.integers(1, 6),
    st.integers(0, 100_000_000),
)  # fmt: skip
def test_the_following_boundary_is_the_next_one(anchor, interval, count, later):
    after = anchor + later

    end = periods.following(anchor, interval, count, after)

    boundaries = [periods.boundary(anchor, interval, count, n) for n in range(1, 4)]
    assert end > after
    assert boundaries == sorted(set(boundaries))
    assert all(b <= after or b >= end for b in boundaries)


def test_leap_days_come_back():
    start = int(datetime(2028, 2, 29, tzinfo=UTC).timestamp())

    years = [
        datetime.fromtimestamp(periods.boundary(start, "year", 1, n), UTC).date().isoformat() for n in (1, 4)
    ]

    assert years == ["2029-02-28", "2032-02-29"]
