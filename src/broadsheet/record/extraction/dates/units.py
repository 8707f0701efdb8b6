"""Dates counted from the dateline: "yesterday", "last week", "two years ago", "in three days' time"."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from . import edtf, english
from .tense import Tense

_DAYS = {"today": 0, "tonight": 0, "yesterday": -1, "tomorrow": 1, "last night": -1}
_SEASON_MONTHS = {"spring": 3, "summer": 6, "autumn": 9, "winter": 12}


def named_day(groups: Mapping[str, str | None], published: date, tense: Tense) -> tuple[str, str] | None:
    """EDTF and reason of "today" and its like."""
    word = (groups["w"] or "").lower()
    shift = _DAYS.get(word, 0)
    if word == "the day before yesterday":
        shift = -2
    elif word == "the day after tomorrow":
        shift = 2
    return edtf.day(published + timedelta(days=shift)), f"“{word}”, counted from the dateline {published}"


def named_span(groups: Mapping[str, str | None], published: date, tense: Tense) -> tuple[str, str] | None:
    """EDTF and reason of "last week", "next month", "this summer"."""
    word, unit = (groups["w"] or "").lower(), groups["u"] or ""
    if word in {"past", "previous", "following"}:
        # "the past year" is a stretch that ends today, "the following month" hangs on what came before.
        return None
    shift = {"this": 0, "last": -1, "next": 1, "coming": 1}[word]
    why = f"“{word} {unit}”, counted from the dateline {published}"
    if unit == "week":
        return edtf.span(*edtf.week_of(published + timedelta(weeks=shift))), why
    if unit == "weekend":
        monday, _ = edtf.week_of(published + timedelta(weeks=_weekend_shift(word, published, tense)))
        return edtf.span(monday + timedelta(days=5), monday + timedelta(days=6)), why
    if unit == "month":
        return edtf.month(*edtf.add_months(published.year, published.month, shift)), why
    if unit == "year":
        return str(published.year + shift), why
    year = published.year
    first = _SEASON_MONTHS[unit]
    if word == "last" and published.month < first + 3:
        year -= 1
    elif word == "next" and published.month >= first:
        year += 1
    return f"{year}-{edtf.SEASONS[unit]}", why


def _weekend_shift(word: str, published: date, tense: Tense) -> int:
    if word == "last":
        return 0 if published.weekday() == 6 else -1
    if word in {"next", "coming"}:
        return 0 if published.weekday() < 5 else 1
    # On a Monday "this weekend", said of what is over, is the one that has just been.
    return -1 if tense == "past" and published.weekday() < 3 else 0


def ago(groups: Mapping[str, str | None], published: date, tense: Tense) -> tuple[str, str] | None:
    """EDTF and reason of "two weeks ago" and "in three days' time"."""
    back = "n2" not in groups
    count = english.number_of(groups.get("n") or groups.get("n2") or "")
    unit = groups.get("u") or groups.get("u2") or ""
    if count is None:
        return None
    count = -count if back else count
    why = f"{abs(count)} {unit}(s) {'before' if back else 'after'} the dateline {published}"
    if unit == "day":
        return edtf.day(published + timedelta(days=count)), why
    if unit == "week":
        return edtf.span(*edtf.week_of(published + timedelta(weeks=count))), why
    if unit == "month":
        return edtf.month(*edtf.add_months(published.year, published.month, count)), why
    year = published.year + count * (10 if unit == "decade" else 1)
    return (str(year), why) if year >= edtf.EARLIEST else None
