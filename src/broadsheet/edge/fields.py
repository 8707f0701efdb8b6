"""Reads HTTP header fields: directives, dates, entity tags, lists. Forgiving as RFC 9110 asks, and never raises."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable
from email.utils import formatdate
from functools import lru_cache

Headers = list[tuple[bytes, bytes]]
# The largest age that RFC 9111 §1.2.2 asks a cache to count with.
LONGEST_SECONDS = 2**31

# One step of a list: plain bytes, a whole quoted string, a lone quote, a comma. Linear on any input.
_STEP = re.compile(rb'[^,"]+|"(?:[^"\\]|\\.)*"|"|,')
_MONTHS = {
    name: number
    for number, name in enumerate(
        (b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov", b"dec"), 1
    )
}
_DAY = rb"(?:mon|tue|wed|thu|fri|sat|sun)"
_LONG_DAY = rb"(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday)"
_TIME = rb"(\d\d):(\d\d):(\d\d)"
# The three forms of RFC 9110 §5.6.7.
_IMF = re.compile(_DAY + rb", (\d\d) ([a-z]{3}) (\d{4}) " + _TIME + rb" gmt")
_RFC850 = re.compile(_LONG_DAY + rb", (\d\d)-([a-z]{3})-(\d\d) " + _TIME + rb" gmt")
_ASCTIME = re.compile(_DAY + rb" ([a-z]{3}) ([ \d]\d) " + _TIME + rb" (\d{4})")


def values(headers: Headers, name: bytes) -> list[bytes]:
    """Every value of a field, in order; `name` in lower case."""
    return [value for key, value in headers if key == name]


def first(headers: Headers, name: bytes) -> bytes | None:
    """The first value of a field."""
    return next((value for key, value in headers if key == name), None)


def split_list(lines: Iterable[bytes]) -> list[bytes]:
    """The members of a comma-separated field over all its lines; commas inside quotes don't split."""
    found = []
    for line in lines:
        if b'"' not in line:
            found += line.split(b",")
            continue
        part = b""
        for step in _STEP.findall(line):
            if step == b",":
                found.append(part)
                part = b""
            else:
                part += step
        found.append(part)
    return [part for part in (one.strip(b" \t") for one in found) if part]


def directives(lines: Iterable[bytes]) -> dict[bytes, bytes | None]:
    """`Cache-Control`'s directives, names in lower case, quotes taken off; of two with one name the first counts."""
    found: dict[bytes, bytes | None] = {}
    for part in split_list(lines):
        name, equals, value = part.partition(b"=")
        # Whitespace around the equals sign makes it something else (RFC 9111 §5.2 allows none).
        if name != name.strip(b" \t") or (equals and value != value.strip(b" \t")):
            continue
        found.setdefault(name.lower(), unquoted(value) if equals else None)
    return found


def unquoted(value: bytes) -> bytes:
    """A quoted-string's content; anything else as it is."""
    if len(value) >= 2 and value[:1] == value[-1:] == b'"':
        return re.sub(rb"\\(.)", rb"\1", value[1:-1])
    return value


def seconds(value: bytes | None) -> int | None:
    """A delta-seconds, clamped; None when it is not one (RFC 9111 §1.2.2)."""
    if value is None or not value.isdigit() or not value.isascii():
        return None
    return min(int(value[:12]), LONGEST_SECONDS) if len(value) < 13 else LONGEST_SECONDS


@lru_cache(maxsize=512)
def date(value: bytes | None) -> float | None:
    """An HTTP date as seconds since 1970; None when it is not one."""
    if value is None:
        return None
    text = value.lower()
    if found := _IMF.fullmatch(text):
        day, month, year, hour, minute, second = found.groups()
    elif found := _RFC850.fullmatch(text):
        day, month, year, hour, minute, second = found.groups()
        year = b"20" + year if int(year) < 70 else b"19" + year
    elif found := _ASCTIME.fullmatch(text):
        month, day, hour, minute, second, year = found.groups()
    else:
        return None
    if month not in _MONTHS or not (1 <= int(day) <= 31 and int(hour) < 24 and int(minute) < 60):
        return None
    return float(
        calendar.timegm((int(year), _MONTHS[month], int(day), int(hour), int(minute), min(int(second), 59)))
    )


@lru_cache(maxsize=8)
def http_date(moment: int) -> bytes:
    """Seconds since 1970 as an IMF-fixdate."""
    return formatdate(moment, usegmt=True).encode("ascii")


def weak(tag: bytes) -> bytes:
    """An entity tag for weak comparison (RFC 9110 §8.8.3.2)."""
    return tag[2:] if tag.startswith(b"W/") else tag


def tag_matches(field: bytes, tag: bytes | None) -> bool:
    """Whether an `If-None-Match` value names `tag`, by weak comparison; `*` names whatever is there."""
    if field.strip() == b"*":
        return True
    return tag is not None and any(weak(part) == weak(tag) for part in split_list([field]))
