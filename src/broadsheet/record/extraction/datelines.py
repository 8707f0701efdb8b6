"""A date line on its own: "5 April 2022 12:51 (UTC+04:00)", as EDTF with the time where it is given."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from .dates import find_dates
from .zones import Sentence

_TIME = re.compile(
    r"(?<!\d)(?P<h>\d{1,2})[:.](?P<m>\d{2})(?::\d{2})?\s*(?P<half>[ap]\.?m\.?)?", re.IGNORECASE
)
_ZONE = re.compile(r"(?:UTC|GMT)?\s*(?P<sign>[+-])(?P<h>\d{1,2})(?::?(?P<m>\d{2}))?\)?\s*$")
# Any day will do to read a line that has its year.
_ANY_DAY = date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class DateLine:
    """The span is the date's, with its time and zone."""

    start: int
    end: int
    edtf: str
    day: date


def dateline_date(text: str, sentence: Sentence) -> DateLine | None:
    """What a date line says; None when it has no whole date."""
    found = [d for d in find_dates(text, sentence.start, sentence.end, _ANY_DAY) if len(d.edtf) == 10]
    if not found or found[0].start_day is None:
        return None
    mention = found[0]
    rest = text[mention.end : sentence.end]
    time = _TIME.search(rest)
    if time is None or int(time["h"]) > 23 or int(time["m"]) > 59:
        return DateLine(mention.start, mention.end, mention.edtf, found[0].start_day)
    hour = int(time["h"])
    if time["half"]:
        hour = hour % 12 + (12 if time["half"][0] in "pP" else 0)
    value = f"{mention.edtf}T{hour:02d}:{time['m']}"
    zone = _ZONE.search(rest, time.end())
    end = mention.end + time.end()
    if zone is not None:
        value += f"{zone['sign']}{int(zone['h']):02d}:{zone['m'] or '00'}"
        end = sentence.end
    elif re.match(r"\s*\(?(?:UTC|GMT)", rest[time.end() :]):
        value += "Z"
    return DateLine(mention.start, end, value, found[0].start_day)
