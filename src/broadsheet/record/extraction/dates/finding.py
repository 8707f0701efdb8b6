"""Finds dates in a sentence: the grammar of its language, then what each reading means on the dateline."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Protocol

from . import edtf, english, resolving
from .edtf import DateMention
from .other import find_other
from .tense import tense_around
from .units import ago, named_day, named_span

# A year after one of these is a name's part, not a date: "Resolution 1325", "Agenda 2030".
_NUMBERED = re.compile(
    r"(?:\b(?:resolutions?|agenda|vision|strategy|programme|program|expo|horizon|law|no\.?|number|decree|article|articles|version|room|"
    r"flight|windows|office|euro|plan|goals|order|act|directive|regulation|model|route|highway|project|ukraine facility|cop\d*|paris)[- ]?|№\s?|#)$",
    re.IGNORECASE,
)
_YEAR_CUE = re.compile(
    r"\b(?:in|since|by|of|from|until|till|before|after|during|for|to|year|years|early|late|mid|end|and|between|through|,|the|is|–|-|\()\s*$",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"\bbetween\s+(?:the\s+)?$", re.IGNORECASE)
_FRAME = re.compile(
    r"^[\"“'‘(\s]*(?:(?:Earlier|Later|Also|And|But|Then|Meanwhile|Yesterday|Today),?\s+)?(?:(?:on|in|during|by|from|since)\s+)?$",
    re.IGNORECASE,
)
YEARS_AHEAD = 100


class _Maker(Protocol):
    def __call__(
        self, value: str, reason: str, *, is_sure: bool = True, span: tuple[int, int] | None = None
    ) -> DateMention: ...


# "within the next week" is a stretch of time, no date.
_STRETCH = re.compile(r"\b(?:within|over|during|in|for|of) the\s+$", re.IGNORECASE)
_PART_OF_NAME = re.compile(r"(?:\bthe|\ba|['’]s)\s+$")
_UNIT_RULES = frozenset({"named day", "named span", "ago", "from now"})


def find_dates(text: str, start: int, end: int, published: date, language: str = "en") -> list[DateMention]:
    """The dates in `text[start:end]`, one sentence, in order, spans in `text`. Never overlapping."""
    if language != "en":
        found = find_other(text, start, end, published, language)
        if found:
            return found
    sentence = text[start:end]
    if not english.HINT.search(sentence):
        return []
    taken: list[tuple[int, int]] = []
    mentions: list[DateMention] = []
    for rule, pattern in english.GRAMMAR:
        for match in pattern.finditer(sentence):
            a, b = match.span()
            if any(a < d and c < b for c, d in taken):
                continue
            read = _read(rule, match, sentence, published, mentions)
            if read:
                taken.append((a, b))
                mentions.extend(read)
    frames = [_placed(mention, sentence, start) for mention in mentions]
    return sorted(frames, key=lambda mention: mention.start)


def _placed(mention: DateMention, sentence: str, offset: int) -> DateMention:
    return DateMention(
        mention.start + offset,
        mention.end + offset,
        mention.edtf,
        f"date.{mention.rule.replace(' ', '-')}",
        mention.reason,
        mention.is_sure,
        edtf.first_day(mention.edtf),
        mention.is_derived,
        bool(_FRAME.match(sentence[: mention.start])),
    )


def _read(
    rule: str, match: re.Match[str], sentence: str, published: date, before: list[DateMention]
) -> list[DateMention]:
    """What one match means; empty when it is no date after all."""
    groups = match.groupdict()

    def made(
        value: str, reason: str, *, is_sure: bool = True, span: tuple[int, int] | None = None
    ) -> DateMention:
        a, b = span or match.span()
        # Determiners and modifiers before the date belong to the sentence.
        while sentence[a : a + 1].isspace():
            a += 1
        return DateMention(a, b, value, rule, reason, is_sure)

    if rule == "anniversary":
        return _anniversary(match, sentence, published, before)
    if rule in _UNIT_RULES:
        if rule == "named span" and _STRETCH.search(sentence[: match.start()]):
            return []
        tense = tense_around(sentence, *match.span())
        value = {"named day": named_day, "named span": named_span}.get(rule, ago)(groups, published, tense)
        return [made(value[0], value[1])] if value else []
    if rule in {"year", "decade", "years from to", "years from to, short"}:
        return _years(rule, match, sentence, published, made)
    if rule in {"weekday", "weekday of a week"}:
        return _weekday(match, sentence, published, made)
    if groups.get("m") or groups.get("mm"):
        return _month_based(rule, match, sentence, published, made)
    year = int(groups["y"])
    if rule == "quarter":
        word = groups["q"].lower().lstrip("q")
        number = {
            "first": 1,
            "1st": 1,
            "1": 1,
            "second": 2,
            "2nd": 2,
            "2": 2,
            "third": 3,
            "3rd": 3,
            "3": 3,
        }.get(word, 4)
        if "quarter" not in match.group(0) and not groups["q"].startswith("Q"):
            return []
        first = edtf.month(year, number * 3 - 2)
        return [made(f"{first}/{edtf.month(year, number * 3)}", f"quarter {number} of {year}")]
    if rule == "half-year":
        half = (1, 6) if groups["h"] == "first" else (7, 12)
        return [
            made(f"{edtf.month(year, half[0])}/{edtf.month(year, half[1])}", f"{groups['h']} half of {year}")
        ]
    return [made(f"{year}-{edtf.SEASONS[groups['s'].lower()]}", "season and year as written")]


def _month_based(
    rule: str, match: re.Match[str], sentence: str, published: date, made: _Maker
) -> list[DateMention]:
    groups = match.groupdict()
    day, year = _number(groups, "d"), _number(groups, "y")
    word = groups.get("w")
    if rule == "slashed":
        return _slashed(groups, made)
    number = english.month_of(groups["m"]) if groups.get("m") else int(groups["mm"])
    tense = tense_around(sentence, *match.span())
    if word and word != "coming":
        year = published.year + {"this": 0, "last": -1, "next": 1}[word]
    if groups.get("m2") or groups.get("d2"):
        return _range(match, sentence, published, number, made)
    if day is None:
        if year is not None and "year" in rule:
            return [made(edtf.month(year, number), "month and year as written")]
        if rule == "month by name":
            year = _named_month_year(match.group(0).split()[0].lower(), number, published)
        else:
            year = resolving.month_year(number, published, tense)
        return [
            made(edtf.month(year, number), f"month without a year: {_tensed(tense)} the dateline {published}")
        ]
    why = "day, month and year as written"
    if year is None:
        name = groups.get("wd") or groups.get("wd2")
        year = resolving.year_of(number, day, published, tense, english.weekday_of(name) if name else None)
        if year is None:
            return []
        why = f"day without a year: {_tensed(tense)} the dateline {published}"
    if not edtf.is_date(year, number, day):
        return []
    return [made(edtf.day(date(year, number, day)), why)]


def _named_month_year(word: str, number: int, published: date) -> int:
    if word == "last":
        return published.year if number < published.month else published.year - 1
    if word == "next":
        return published.year if number > published.month else published.year + 1
    return published.year


def _tensed(tense: str) -> str:
    return {"past": "the latest before", "future": "the earliest after"}.get(tense, "the nearest to")


def _slashed(groups: dict[str, str | None], made: _Maker) -> list[DateMention]:
    one, two, year = (int(groups[key] or 0) for key in ("d", "mm", "y"))
    day_first, month_first = edtf.is_date(year, two, one), edtf.is_date(year, one, two)
    if not (day_first or month_first):
        return []
    value = date(year, two, one) if day_first else date(year, one, two)
    is_sure = not (day_first and month_first) or one == two
    return [
        made(
            edtf.day(value),
            "numbers; the day is taken to come first" if day_first else "numbers",
            is_sure=is_sure,
        )
    ]


def _range(
    match: re.Match[str], sentence: str, published: date, number: int, made: _Maker
) -> list[DateMention]:
    groups = match.groupdict()
    year, year2 = _number(groups, "y"), _number(groups, "y2")
    number2 = english.month_of(groups["m2"]) if groups.get("m2") else number
    day, day2 = _number(groups, "d"), _number(groups, "d2")
    if day is None or day2 is None:
        if year is None:
            return []
        return [made(f"{edtf.month(year, number)}/{edtf.month(year, number2)}", "months as written")]
    why = "days as written"
    last_year = year2 or year
    if last_year is None:
        last_year = resolving.year_of(number2, day2, published, tense_around(sentence, *match.span()))
        if last_year is None:
            return []
        why = f"days without a year, from the dateline {published}"
    first_year = year or (last_year - 1 if number > number2 else last_year)
    if not (edtf.is_date(first_year, number, day) and edtf.is_date(last_year, number2, day2)):
        return []
    first, last = date(first_year, number, day), date(last_year, number2, day2)
    joined_by_and = re.search(r"\band\b|&", match.group(0)) and not _BETWEEN.search(sentence[: match.start()])
    if first >= last:
        return []
    if joined_by_and and (last - first).days > 1:
        middle = match.end("d")
        return [
            made(edtf.day(first), why, span=(match.start("d"), middle)),
            made(edtf.day(last), why, span=(match.start("d2"), match.end())),
        ]
    return [made(edtf.span(first, last), why)]


def _years(
    rule: str, match: re.Match[str], sentence: str, published: date, made: _Maker
) -> list[DateMention]:
    groups = match.groupdict()
    year = int(groups["y"] or 0)
    if rule == "decade":
        return [made(f"{year // 10}X", "decade as written")]
    before = sentence[: match.start()]
    if year > published.year + YEARS_AHEAD or _NUMBERED.search(before):
        return []
    if rule == "year":
        if _PART_OF_NAME.search(before) and re.match(r"\s+[A-Z][a-z]", sentence[match.end() :]):
            return []
        if (year < 1800 or year > published.year + 15) and not _YEAR_CUE.search(before):
            return []
        return [made(str(year), "year as written")]
    last = int(groups["y2"]) if groups.get("y2") else year // 100 * 100 + int(groups["yy"] or 0)
    if re.search(r"\band\b", match.group(0)) and not _BETWEEN.search(before):
        return [
            made(str(year), "year as written", span=match.span("y")),
            made(str(last), "year as written", span=match.span("y2")),
        ]
    if not year < last <= published.year + YEARS_AHEAD:
        return []
    return [made(f"{year}/{last}", "years as written")]


def _weekday(match: re.Match[str], sentence: str, published: date, made: _Maker) -> list[DateMention]:
    groups = match.groupdict()
    number = english.weekday_of(groups["wd"])
    tense = tense_around(sentence, *match.span())
    week = (groups.get("last") or "").replace("week", "").replace("of", "").strip()
    if week:
        shift = {"last": -7, "next": 7, "this": 0}[week]
        value = edtf.week_of(published)[0] + timedelta(days=number + shift)
    else:
        value = resolving.weekday(number, published, tense, groups.get("w") or "")
    return [made(edtf.day(value), f"weekday: {_tensed(tense)} the dateline {published}")]


def _anniversary(
    match: re.Match[str], sentence: str, published: date, before: list[DateMention]
) -> list[DateMention]:
    count = english.ordinal_of(match.group("o"))
    years = [
        mention
        for mention in before
        if re.match(r"\d{4}", mention.edtf) and "/" not in mention.edtf and not mention.is_derived
    ]
    if not count or not years:
        return []
    year = int(years[0].edtf[:4])
    if year - count < edtf.EARLIEST or abs(year - published.year) > 2:
        return []
    return [
        DateMention(
            *match.span(),
            str(year - count),
            "anniversary",
            f"{year} less {count} years: derived, needs a second source",
            is_sure=False,
            is_derived=True,
        )
    ]


def _number(groups: dict[str, str | None], key: str) -> int | None:
    value = groups.get(key)
    return int(value) if value else None
