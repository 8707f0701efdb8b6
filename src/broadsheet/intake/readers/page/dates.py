"""Reads the moments that pages print: many formats and languages, with zone. Never guesses a date out of prose."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone, tzinfo

import dateparser

ZONE = re.compile(
    r"\(?\b(?:UTC|GMT)\s*([+\-−–])\s*(\d{1,2})(?::?(\d{2}))?\)?|([+\-−])(\d{2}):?(\d{2})\b(?=\s*\)?$)",
    re.IGNORECASE,
)
UTC_WORD = re.compile(r"\(?\b(?:UTC|GMT|Z)\b\)?", re.IGNORECASE)
NAMED = {
    "EST": -5,
    "EDT": -4,
    "CST": -6,
    "CDT": -5,
    "MST": -7,
    "MDT": -6,
    "PST": -8,
    "PDT": -7,
    "CET": 1,
    "CEST": 2,
    "BST": 1,
    "MSK": 3,
    "AZT": 4,
    "IST": 5.5,
}
NAMED_ZONE = re.compile(rf"\b({'|'.join(NAMED)})\b")
PREFIX = re.compile(
    r"^(?:published|posted|updated|last updated|last modified|first published|date|on|created|publication date|"
    r"dərc edilib|yenilənib|tarix|nəşr|опубликовано|обновлено|дата|نشر|نشرت|تاريخ النشر|آخر تحديث)\s*(?:on|at|в|في)?\s*[:：|]?\s*",
    re.IGNORECASE,
)
MONTHS = (
    r"jan\w*|feb\w*|mar\w*|apr\w*|may|jun\w*|jul\w*|aug\w*|sep\w*|oct\w*|nov\w*|dec\w*|"
    r"yanvar|fevral|mart|aprel|iyun|iyul|avqust|sentyabr|oktyabr|noyabr|dekabr|"
    r"январ\w+|феврал\w+|март\w?|апрел\w+|ма[йя]|июн\w+|июл\w+|август\w?|сентябр\w+|октябр\w+|ноябр\w+|декабр\w+|"
    r"يناير|فبراير|مارس|أبريل|ابريل|مايو|يونيو|يوليو|أغسطس|اغسطس|سبتمبر|أكتوبر|اكتوبر|نوفمبر|ديسمبر|"
    r"كانون الثاني|شباط|آذار|نيسان|أيار|حزيران|تموز|آب|أيلول|تشرين الأول|تشرين الثاني|كانون الأول|"
    r"janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre|"
    r"januar|februar|märz|juni|juli|oktober|dezember|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre|"
    r"ocak|şubat|nisan|mayıs|haziran|temmuz|ağustos|eylül|ekim|kasım|aralık"
)
LEVANT = {
    "كانون الثاني": "يناير",
    "شباط": "فبراير",
    "آذار": "مارس",
    "نيسان": "أبريل",
    "أيار": "مايو",
    "حزيران": "يونيو",
    "تموز": "يوليو",
    "آب": "أغسطس",
    "أيلول": "سبتمبر",
    "تشرين الأول": "أكتوبر",
    "تشرين الثاني": "نوفمبر",
    "كانون الأول": "ديسمبر",
}
SHAPE = re.compile(
    rf"\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}|\d{{1,2}}[-/.]\d{{1,2}}[-/.]\d{{2,4}}|"
    rf"\b\d{{1,2}}(?:st|nd|rd|th|\.)?\s+(?:de\s+)?(?:{MONTHS})\b.{{0,6}}?\d{{4}}|\b(?:{MONTHS})\.?\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+\d{{4}}",
    re.IGNORECASE,
)
CLOCK = re.compile(
    r"(?:\b|(?<=\dT))([01]?\d|2[0-3])[:.h]([0-5]\d)(?::[0-5]\d)?(?:\s*([ap])\.?m\.?)?", re.IGNORECASE
)
LONGEST = 80
LANGUAGES = ["en", "az", "ru", "ar", "tr", "fr", "de", "es", "it", "uk"]


def clock_line(line: str) -> tuple[int, int] | None:
    """(hour, minute) of a line that holds a time of day and nothing else."""
    match = CLOCK.fullmatch(_ascii_digits(line.strip()))
    return _hour_and_minute(match) if match else None


def _ascii_digits(text: str) -> str:
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text)


def _hour_and_minute(clock: re.Match[str]) -> tuple[int, int]:
    hour, half = int(clock.group(1)), (clock.group(3) or "").lower()
    return (hour % 12 + (12 if half == "p" else 0) if half else hour), int(clock.group(2))


def _is_american(zone: tzinfo) -> bool:
    """Whether `4/5` is the fifth of April there; where the zone says nothing of the place, we take it so."""
    key = getattr(zone, "key", "")
    return not key or key.startswith(("America/", "US/", "UTC", "Etc/", "GMT"))


def date_line(line: str, zone: tzinfo) -> tuple[datetime, bool] | None:
    """(moment, whether the line tells the time of day) for a line that is a date and little else, else None."""
    text = PREFIX.sub("", _ascii_digits(line.strip()))
    if len(text) > LONGEST or not (shape := SHAPE.search(text)):
        return None
    clock = CLOCK.search(text, shape.end()) or CLOCK.search(text[: shape.start()])
    rest = SHAPE.sub("", text, count=1)
    rest = ZONE.sub("", CLOCK.sub("", rest, count=1))
    letters = re.sub(
        r"[\W\d_]+",
        "",
        re.sub(
            rf"\b(?:{'|'.join(NAMED)}|UTC|GMT|am|pm|at|monday|tuesday|wednesday|thursday|friday|saturday|sunday|mon|tue|wed|thu|fri|sat|sun|ist|hrs|baku time|local time)\b",
            "",
            rest,
            flags=re.IGNORECASE,
        ),
    )
    if len(letters) > 14:
        return None
    moment = parse(text, zone)
    return (moment, clock is not None) if moment else None


def parse(text: str, zone: tzinfo) -> datetime | None:
    """A printed or ISO moment as an aware datetime; without a zone of its own it is in `zone`."""
    text = _ascii_digits(text.strip())
    try:
        found = datetime.fromisoformat(text)
        return _plausible(found if found.tzinfo else found.replace(tzinfo=zone))
    except ValueError:
        pass
    own = _zone_in(text)
    bare = NAMED_ZONE.sub(" ", UTC_WORD.sub(" ", ZONE.sub(" ", text)))
    shape = SHAPE.search(bare)
    if not shape:
        return None
    day = shape.group()
    for old, new in LEVANT.items():
        day = day.replace(old, new)
    order = (
        "DMY"
        if re.match(r"\d{1,2}[.]", day)
        or (re.match(r"\d{1,2}/", day) and (int(re.split(r"\D", day)[0]) > 12 or not _is_american(zone)))
        else "MDY"
    )
    if re.match(r"\d{4}", day):
        order = "YMD"
    settings = {
        "DATE_ORDER": order,
        "RETURN_AS_TIMEZONE_AWARE": False,
        "PREFER_DAY_OF_MONTH": "first",
        "STRICT_PARSING": True,
    }
    parsed = dateparser.parse(day, languages=LANGUAGES, settings=settings)
    if parsed is None:
        return None
    clock = CLOCK.search(bare, shape.end()) or CLOCK.search(bare[: shape.start()])
    hour, minute = _hour_and_minute(clock) if clock else (0, 0)
    return _plausible(parsed.replace(hour=hour, minute=minute, second=0, microsecond=0, tzinfo=own or zone))


def _zone_in(text: str) -> tzinfo | None:
    if match := ZONE.search(text):
        sign, hours, minutes = (
            (match.group(1), match.group(2), match.group(3)) if match.group(1) else match.group(4, 5, 6)
        )
        offset = timedelta(hours=int(hours), minutes=int(minutes or 0))
        if offset <= timedelta(hours=14):
            return timezone(-offset if sign in "-−–" else offset)
    if match := NAMED_ZONE.search(text):
        return timezone(timedelta(hours=NAMED[match.group(1)]))
    if re.search(r"\b(?:UTC|GMT)\b", text):
        return UTC
    return None


def _plausible(moment: datetime) -> datetime | None:
    """News is neither older than printing nor from after tomorrow."""
    try:
        return moment if moment.year > 1600 and moment <= datetime.now(UTC) + timedelta(days=2) else None
    except OverflowError:
        return None
