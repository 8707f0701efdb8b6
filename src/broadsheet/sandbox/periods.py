"""Billing periods: from an anchor in whole days, weeks, months or years, so that 31 January is met again in March."""

from __future__ import annotations

import calendar
from datetime import UTC, datetime, timedelta

MINUTE, HOUR, DAY = 60, 3_600, 86_400


def boundary(anchor: int, interval: str, count: int, number: int) -> int:
    """The `number`-th boundary after `anchor`, both in Unix seconds, UTC. A short month ends on its last day."""
    moment = datetime.fromtimestamp(anchor, UTC)
    if interval in ("day", "week"):
        days = count * number * (7 if interval == "week" else 1)
        return int((moment + timedelta(days=days)).timestamp())
    months = moment.year * 12 + moment.month - 1 + count * number * (12 if interval == "year" else 1)
    year, month = divmod(months, 12)
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    return int(moment.replace(year=year, month=month + 1, day=day).timestamp())


def following(anchor: int, interval: str, count: int, after: int) -> int:
    """The first boundary later than `after`."""
    length = {"day": 1, "week": 7, "month": 31, "year": 366}[interval] * count * DAY
    number = max((after - anchor) // length - 1, 1) if after > anchor else 1
    while (end := boundary(anchor, interval, count, number)) <= after:
        number += 1
    return end


def months_after(start: int, months: int) -> int:
    return boundary(start, "month", months, 1)
