"""Times as feeds write them, with their zone; those without are in the paper's."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from email.utils import parsedate_tz
from time import struct_time

_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)\s*(?:\([^()]*\))?$")
_NAMED = re.compile(r"(?<=[\d\s])(?:Z|UTC?|GMT|[ECMP][SD]T|[A-IK-Y])\s*(?:\([^()]*\))?$", re.IGNORECASE)
_ISO = re.compile(
    r"(\d{4})-?(\d\d)(?:-?(\d\d))?(?:[T ]+(\d\d):?(\d\d)(?::?(\d\d)(?:[.,]\d+)?)?)?\s*(Z|[+-]\d\d:?\d\d)?$",
    re.IGNORECASE,
)
LONGEST = 100
YEARS = range(1400, 2200)


def moment(written: object, parsed: struct_time | None, zone: tzinfo) -> datetime | None:
    """`parsed` is what feedparser made of `written`: in UTC where that names a zone, else as it stands there."""
    text = written.strip()[:LONGEST] if isinstance(written, str) else ""
    if found := iso(text, zone):
        return found
    if parsed is None:
        return _of_mail(text, zone)
    if parsed[0] not in YEARS:
        return None
    try:
        bare = datetime(*parsed[:6])  # noqa: DTZ001 - its zone is found out below
        if match := _OFFSET.search(text):
            return bare.replace(tzinfo=UTC).astimezone(_offset(match[1], match[2], match[3]))
        return bare.replace(tzinfo=UTC) if not text or _NAMED.search(text) else bare.replace(tzinfo=zone)
    except (ValueError, OverflowError):
        return None


def iso(written: object, zone: tzinfo) -> datetime | None:
    """ISO 8601 and RFC 3339, whole days and months too; None for what is neither."""
    match = _ISO.match(written.strip()[:LONGEST]) if isinstance(written, str) else None
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    if year not in YEARS:
        return None
    try:
        # A leap second, which datetime does not know, is the second before it.
        bare = datetime(year, month, day or 1, hour, minute, min(second, 59))  # noqa: DTZ001 - its zone follows
        if not match[7]:
            return bare.replace(tzinfo=zone)
        if match[7] in "Zz":
            return bare.replace(tzinfo=UTC)
        return bare.replace(tzinfo=_offset(match[7][0], match[7][1:3], match[7][-2:]))
    except (ValueError, OverflowError):
        return None


def _of_mail(text: str, zone: tzinfo) -> datetime | None:
    """RFC 822 without its zone, which feedparser refuses."""
    try:
        found = parsedate_tz(text)
        if found is None or found[0] not in YEARS:
            return None
        bare = datetime(*found[:6])  # noqa: DTZ001 - its zone follows
        is_zoned = _OFFSET.search(text) or _NAMED.search(text)
        return bare.replace(tzinfo=timezone(timedelta(seconds=found[9] or 0)) if is_zoned else zone)
    except (ValueError, OverflowError, IndexError, TypeError):
        return None


def _offset(sign: str, hours: str, minutes: str) -> tzinfo:
    size = timedelta(hours=int(hours), minutes=int(minutes))
    return timezone(-size if sign == "-" else size) if size else UTC
