"""Dates as sources give them: a day, a month, a decade, "since April": EDTF, with the bounds by which they are sorted.

Of the Extended Date/Time Format (Library of Congress, 2019; ISO 8601-2) levels 0 and 1 for the years 1 to 9999: dates,
times, seasons, unspecified digits (`199X`, `2004-XX`), qualifiers (`?`, `~`, `%`), intervals with open or unknown ends.
Pure values; what they read like in a language is said in `wording`.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

EARLIEST, LATEST = date.min, date.max


class Precision(StrEnum):
    """How much of a date is known, finest first."""

    MINUTE = "minute"
    DAY = "day"
    MONTH = "month"
    SEASON = "season"
    YEAR = "year"
    DECADE = "decade"
    CENTURY = "century"
    OPEN = "open"
    NONE = "none"

    @property
    def is_exact(self) -> bool:
        """Whether a calendar can show it on a day."""
        return self in (Precision.MINUTE, Precision.DAY)


_COARSER = list(Precision)
# Northern months; EDTF ties seasons to neither hemisphere, these bounds only sort them.
_SEASONS = {21: (3, 5), 22: (6, 8), 23: (9, 11), 24: (12, 12)}
_PART = re.compile(
    r"(?P<year>[0-9]{4}|[0-9]{3}X|[0-9]{2}XX)"
    r"(?:-(?P<month>[0-9]{2}|XX)(?:-(?P<day>[0-9]{2}|XX))?)?"
    r"(?P<time>T[0-9]{2}:[0-9]{2}(?::[0-9]{2})?(?:Z|[+-][0-9]{2}:[0-9]{2})?)?"
    r"(?P<qualifier>[?~%]?)"
)


class BadDate(ValueError):
    """What is no date of the kind this module reads."""

    def __init__(self, text: str) -> None:
        super().__init__(
            f"{text!r} is not an EDTF date (write 2022-04-04, 2022-04, 2022, 199X or 2022-04-04/..)"
        )


@dataclass(frozen=True, slots=True)
class Point:
    """One end of a date: its first and last possible day, and how sure it is."""

    start: date
    end: date
    precision: Precision
    moment: datetime | None = None
    is_approximate: bool = False
    is_uncertain: bool = False

    @property
    def season(self) -> int:
        """21 (spring) to 24 (winter); 0 for what is no season."""
        if self.precision is not Precision.SEASON:
            return 0
        return next(number for number, (first, _) in _SEASONS.items() if first == self.start.month)


@dataclass(frozen=True, slots=True)
class When:
    """A date or an interval. `begin` or `end` is None where it is open or unknown; a single date has both, equal."""

    text: str
    begin: Point | None
    end: Point | None

    @property
    def sort_start(self) -> date:
        return self.begin.start if self.begin else EARLIEST

    @property
    def sort_end(self) -> date:
        return self.end.end if self.end else LATEST

    @property
    def precision(self) -> Precision:
        if self.begin is None or self.end is None:
            return Precision.OPEN
        return max(self.begin.precision, self.end.precision, key=_COARSER.index)

    @property
    def is_interval(self) -> bool:
        return self.begin != self.end

    def overlaps(self, other: When) -> bool:
        return self.sort_start <= other.sort_end and other.sort_start <= self.sort_end

    def __str__(self) -> str:
        return self.text


def parse(text: str) -> When:
    """Read one EDTF string. Raises `BadDate`."""
    text = text.strip()
    first, slash, second = text.partition("/")
    if not slash:
        point = _point(first, text)
        return When(text, point, point)
    begin = None if first in ("", "..") else _point(first, text)
    end = None if second in ("", "..") else _point(second, text)
    if (begin is None and end is None) or (begin and end and begin.start > end.end):
        raise BadDate(text)
    return When(text, begin, end)


def parse_or_none(text: object) -> When | None:
    """As `parse`; None for nothing and for what is no date."""
    try:
        return parse(text) if isinstance(text, str) and text else None
    except BadDate:
        return None


def _point(part: str, whole: str) -> Point:
    match = _PART.fullmatch(part)
    if match is None:
        raise BadDate(whole)
    try:
        start, end, precision = _bounds(match["year"], match["month"], match["day"])
        moment = datetime.fromisoformat(f"{start}{match['time']}") if match["time"] else None
    except ValueError:
        raise BadDate(whole) from None
    if moment and precision is not Precision.DAY:
        raise BadDate(whole)
    mark = match["qualifier"]
    return Point(
        start, end, Precision.MINUTE if moment else precision, moment, mark in ("~", "%"), mark in ("?", "%")
    )


def _bounds(year: str, month: str | None, day: str | None) -> tuple[date, date, Precision]:
    """Raises `ValueError` for what no calendar has."""
    if "X" in year:
        if month is not None:
            raise ValueError("digits of the year must be known where a month is")
        unknown = year.count("X")
        first = int(year.replace("X", "0"))
        precision = Precision.DECADE if unknown == 1 else Precision.CENTURY
        return date(max(first, 1), 1, 1), date(first + 10**unknown - 1, 12, 31), precision
    number = int(year)
    if month is None or month == "XX":
        if day not in (None, "XX"):
            raise ValueError("a day needs its month")
        return date(number, 1, 1), date(number, 12, 31), Precision.YEAR
    if int(month) in _SEASONS:
        if day is not None:
            raise ValueError("a season has no days")
        from_, to = _SEASONS[int(month)]
        return date(number, from_, 1), _month_end(number, to), Precision.SEASON
    if day is None or day == "XX":
        return date(number, int(month), 1), _month_end(number, int(month)), Precision.MONTH
    exact = date(number, int(month), int(day))
    return exact, exact, Precision.DAY


def _month_end(year: int, month: int) -> date:
    if not 1 <= month <= 12:
        raise ValueError("no such month")
    return date(year, month, calendar.monthrange(year, month)[1])
