"""Dates as they are written (parts that may be missing) and as EDTF (ISO 8601-2:2019, levels 0 and 1, quarters from 2)."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta

EARLIEST, LATEST = 1000, 2150
SEASONS = {"spring": 21, "summer": 22, "autumn": 23, "fall": 23, "winter": 24}


@dataclass(frozen=True, slots=True)
class DateMention:
    """A date in the text: its span, its EDTF, the rule and what was inferred, in words. `is_sure` decides between A and B.

    `start_day` is the first day it may mean (to order and compare); None when it has no beginning.
    """

    start: int
    end: int
    edtf: str
    rule: str
    reason: str
    is_sure: bool = True
    start_day: date | None = None
    is_derived: bool = False
    is_frame: bool = False


def day(value: date) -> str:
    return value.isoformat()


def month(year: int, number: int) -> str:
    return f"{year:04d}-{number:02d}"


def span(first: date, last: date) -> str:
    return f"{first.isoformat()}/{last.isoformat()}"


def is_date(year: int, number: int, day_number: int) -> bool:
    return (
        EARLIEST <= year <= LATEST
        and 1 <= number <= 12
        and 1 <= day_number <= calendar.monthrange(year, number)[1]
    )


def week_of(value: date) -> tuple[date, date]:
    """Monday and Sunday of the ISO week."""
    monday = value - timedelta(days=value.weekday())
    return monday, monday + timedelta(days=6)


def add_months(year: int, number: int, months: int) -> tuple[int, int]:
    count = year * 12 + number - 1 + months
    return count // 12, count % 12 + 1


def first_day(edtf: str) -> date | None:
    """The first day that a date of ours may mean."""
    head = edtf.split("/")[0].split("T")[0].rstrip("~?X")
    parts = head.split("-")
    try:
        if len(parts) == 3:
            return date(int(parts[0]), int(parts[1]), int(parts[2]))
        if len(parts) == 2:
            number = int(parts[1])
            if number > 32:
                number = (number - 33) * 3 + 1
            elif number > 12:
                number = {21: 3, 22: 6, 23: 9, 24: 12}[number]
            return date(int(parts[0]), number, 1)
        return date(int(head.ljust(4, "0")), 1, 1)
    except (ValueError, KeyError):
        return None
