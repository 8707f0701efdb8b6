"""What dates and places in the record are called in a language."""

from __future__ import annotations

from datetime import date

from babel import Locale
from babel.core import UnknownLocaleError
from babel.dates import format_date, format_interval, format_skeleton
from django.utils.translation import get_language, gettext

from .edtf import Point, Precision, When

# Day before month, as the rest of the paper writes.
_LOCALES = {"en": "en_GB", "en-us": "en_US"}


def locale_of(language: str = "") -> Locale:
    """CLDR's locale of a language, the active one by default; English where CLDR has none."""
    code = language or get_language() or "en"
    try:
        return Locale.parse(_LOCALES.get(code, code.replace("-", "_")))
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en_GB")


def country_name(iso3166: str, language: str = "") -> str:
    """`AZ` → `Azerbaijan`, in CLDR's words; the code itself where it has none."""
    return str(locale_of(language).territories.get(iso3166, iso3166))


def when_words(when: When | None) -> str:
    """A date as precise as it is known: `4 April 2022`, `April 2022`, `1992`, `the 1990s`, `since 4 April 2022`."""
    if when is None:
        return gettext("date not known")
    if when.begin is None:
        assert when.end is not None, "a date has at least one end"
        return gettext("until %(date)s") % {"date": point_words(when.end)}
    if when.end is None:
        return gettext("since %(date)s") % {"date": point_words(when.begin)}
    if not when.is_interval:
        return point_words(when.begin)
    if when.begin.precision is when.end.precision is Precision.DAY:
        return format_interval(when.begin.start, when.end.start, "yMMMMd", locale=locale_of())
    return f"{point_words(when.begin)} – {point_words(when.end)}"


def point_words(point: Point) -> str:
    words = _plain(point)
    if point.is_approximate:
        words = gettext("about %(date)s") % {"date": words}
    if point.is_uncertain:
        words = gettext("%(date)s (not certain)") % {"date": words}
    return words


def _plain(point: Point) -> str:
    locale = locale_of()
    if point.precision is Precision.DECADE:
        return gettext("the %(year)ss") % {"year": point.start.year // 10 * 10}
    if point.precision is Precision.CENTURY:
        return gettext("the years %(first)s to %(last)s") % {
            "first": point.start.year,
            "last": point.end.year,
        }
    if point.precision is Precision.YEAR:
        return f"{point.start.year:04d}"
    if point.precision is Precision.SEASON:
        names = {21: gettext("spring"), 22: gettext("summer"), 23: gettext("autumn"), 24: gettext("winter")}
        return f"{names[point.season]} {point.start.year}"
    if point.precision is Precision.MONTH:
        return format_skeleton("yMMMM", point.start, locale=locale)
    words = day_words(point.start)
    return f"{words}, {point.moment:%H:%M}" if point.moment else words


def day_words(day: date) -> str:
    return format_date(day, "long", locale=locale_of())


def month_words(day: date) -> str:
    """`April 2022`."""
    return str(format_skeleton("yMMMM", day, locale=locale_of()))
