"""From what is written to what is meant: the year of "April 4", the day of "Monday", both from the dateline and the tense."""

from __future__ import annotations

from datetime import date, timedelta

from . import edtf
from .tense import Tense

FAR, NEAR = 320, 46


def year_of(
    number: int, day_number: int, published: date, tense: Tense, weekday_number: int | None = None
) -> int | None:
    """The year of a day without one, on which it is the weekday given, if any is; None when no such day is near."""
    near = [
        published.year + shift
        for shift in (-1, 0, 1)
        if edtf.is_date(published.year + shift, number, day_number)
    ]
    if not near:
        return None

    def away(year: int) -> int:
        return (date(year, number, day_number) - published).days

    nearest = min(near, key=lambda year: abs(away(year)))
    if weekday_number is not None:
        fitting = [year for year in near if date(year, number, day_number).weekday() == weekday_number]
        if fitting:
            return min(fitting, key=lambda year: abs(away(year)))
    if tense == "past":
        chosen = max((year for year in near if away(year) <= 0), default=near[0])
    elif tense == "future":
        chosen = min((year for year in near if away(year) >= 0), default=near[-1])
    else:
        return nearest
    # A tense that makes it a year away, of a day that is days away, belonged to another clause.
    return nearest if abs(away(chosen)) > FAR and abs(away(nearest)) < NEAR else chosen


def month_year(number: int, published: date, tense: Tense) -> int:
    """The year of a month without one."""
    if tense == "past":
        return published.year if number <= published.month else published.year - 1
    if tense == "future":
        return published.year if number >= published.month else published.year + 1
    gap = number - published.month
    return published.year + (1 if gap < -6 else -1 if gap > 6 else 0)


def weekday(number: int, published: date, tense: Tense, word: str = "") -> date:
    """A day of the week, Monday 0. Agencies name the dateline's own day by its weekday."""
    back = (published.weekday() - number) % 7
    ahead = (number - published.weekday()) % 7
    if word == "last":
        return published - timedelta(days=back or 7)
    if word in {"next", "coming"}:
        return published + timedelta(days=ahead or 7)
    if word == "this":
        monday, _ = edtf.week_of(published)
        return monday + timedelta(days=number)
    if tense == "future":
        return published + timedelta(days=ahead)
    return published - timedelta(days=back)
