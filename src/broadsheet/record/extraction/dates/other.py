"""Dates in Azerbaijani, Russian and Arabic: day, month and year in words or numbers, weekdays, today and its like."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from . import edtf, resolving
from .edtf import DateMention
from .tense import Tense

_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")


@dataclass(frozen=True, slots=True)
class Tables:
    """One language: months and weekdays (1 and 0 based), words for near days, its patterns, what makes a sentence future."""

    months: Mapping[str, int]
    weekdays: Mapping[str, int]
    near: Mapping[str, int]
    patterns: tuple[re.Pattern[str], ...]
    future: re.Pattern[str]


def _numbered(text: str, first: int = 1) -> dict[str, int]:
    return {
        word: number for number, words in enumerate(text.split("|"), start=first) for word in words.split(",")
    }


def _either(words: Mapping[str, int]) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


def _azerbaijani() -> Tables:
    months = _numbered("yanvar|fevral|mart|aprel|may|iyun|iyul|avqust|sentyabr|oktyabr|noyabr|dekabr")
    weekdays = _numbered("bazar ertəsi|çərşənbə axşamı|çərşənbə|cümə axşamı|cümə|şənbə|bazar günü", first=0)
    near = {"bu gün": 0, "dünən": -1, "sabah": 1, "srağagün": -2}
    month, suffix = _either(months), r"(?:ın|in|un|ün|da|də|ında|ində|unda|ündə)?"
    ending = r"(?:-?(?:də|da|dək|dən|dan|ci|cı|cu|cü|i|ı|u|ü|si|sı|nə|na|ə|a|nin|nın|ndə|nda|sində|sında))?"
    year = r"(?P<y>\d{4})(?:-?c[ıiuü])?\s*(?:ilin|ildə|ildən|ilədək|ili|il)?"
    return Tables(
        months,
        weekdays,
        near,
        tuple(
            re.compile(pattern, re.IGNORECASE)
            for pattern in (
                rf"\b{year},?\s+(?P<m>{month}){suffix}\s+(?P<d>\d{{1,2}})(?:\s*[-–]\s*(?P<d2>\d{{1,2}}))?{ending}\b",
                rf"\b(?P<d>\d{{1,2}})(?:\s*[-–]\s*(?P<d2>\d{{1,2}}))?\s+(?P<m>{month}){suffix}\s+{year}\b",
                rf"\b(?P<m>{month})(?:ın|in|un|ün)\s+(?P<d>\d{{1,2}})(?:\s*[-–]\s*(?P<d2>\d{{1,2}}))?{ending}\b",
                rf"\b(?P<d>\d{{1,2}})(?:\s*[-–]\s*(?P<d2>\d{{1,2}}))?\s+(?P<m>{month}){suffix}\b",
                rf"\b{year}\s+(?P<m>{month}){suffix}\b",
                r"(?<!\d)(?P<d>\d{1,2})\.(?P<mm>\d{1,2})\.(?P<y>\d{4})(?!\d)",
                r"\b(?P<y>(?:19|20)\d{2})-?c[ıiuü]\s+(?:ilin|ildə|ildən|ilədək|ili|il)\b",
                rf"\b(?P<near>{_either(near)})\b",
                rf"\b(?P<wd>{_either(weekdays)})\b",
            )
        ),
        re.compile(r"\w+(?:acaq|əcək)\w*|planlaşdır|nəzərdə tutul|gözlənil", re.IGNORECASE),
    )


def _russian() -> Tables:
    months = _numbered(
        "января,январе,январь|февраля,феврале,февраль|марта,марте,март|апреля,апреле,апрель|мая,мае,май|июня,июне,июнь|"
        "июля,июле,июль|августа,августе,август|сентября,сентябре,сентябрь|октября,октябре,октябрь|ноября,ноябре,ноябрь|"
        "декабря,декабре,декабрь"
    )
    weekdays = _numbered(
        "понедельник|вторник|среду,среда|четверг|пятницу,пятница|субботу,суббота|воскресенье", first=0
    )
    near = {"сегодня": 0, "вчера": -1, "завтра": 1, "позавчера": -2, "послезавтра": 2}
    month, year = _either(months), r"(?P<y>\d{4})(?:\s*(?:года|году|год|гг?\.))?"
    return Tables(
        months,
        weekdays,
        near,
        tuple(
            re.compile(pattern, re.IGNORECASE)
            for pattern in (
                rf"\b(?P<d>\d{{1,2}})(?:\s*(?:[-–—]|по)\s*(?P<d2>\d{{1,2}}))?(?:-?го)?\s+(?P<m>{month})\s+{year}(?!\w)",
                rf"\b(?P<d>\d{{1,2}})(?:\s*(?:[-–—]|по)\s*(?P<d2>\d{{1,2}}))?(?:-?го)?\s+(?P<m>{month})\b",
                rf"\b(?P<m>{month})\s+{year}(?!\w)",
                r"(?<!\d)(?P<d>\d{1,2})\.(?P<mm>\d{1,2})\.(?P<y>\d{4})(?!\d)",
                r"\b(?P<y>(?:19|20)\d{2})\s*(?:году|года|год\b|г\.)",
                rf"(?<=\bв )(?P<m>{month})\b",
                rf"\b(?P<near>{_either(near)})\b",
                rf"\b(?P<wd>{_either(weekdays)})\b",
            )
        ),
        re.compile(
            r"\b(?:будет|будут|состоится|состоятся|пройдет|пройдёт|пройдут|планирует\w*|намерен\w*|встретится|встретятся|посетит|прибудет|начнется|начнётся|предстоящ\w+|ожидается|запланирован\w*)\b",
            re.IGNORECASE,
        ),
    )


def _arabic() -> Tables:
    months = _numbered(
        "كانون الثاني,يناير,جانفي|شباط,فبراير,فيفري|آذار,مارس|نيسان,أبريل,ابريل,إبريل,أفريل|أيار,مايو,ماي|حزيران,يونيو,يونيه,جوان|"
        "تموز,يوليو,يوليه,جويلية|آب,أغسطس,اغسطس,أوت|أيلول,سبتمبر|تشرين الأول,أكتوبر,اكتوبر|تشرين الثاني,نوفمبر|كانون الأول,ديسمبر"
    )
    weekdays = _numbered(
        "الاثنين,الإثنين|الثلاثاء|الأربعاء,الاربعاء|الخميس|الجمعة|السبت|الأحد,الاحد", first=0
    )
    near = {"اليوم": 0, "أمس": -1, "امس": -1, "غدا": 1, "غداً": 1, "غدًا": 1}
    name = _either(months)
    month = rf"(?P<m>{name})(?:\s*[/(]\s*(?:{name})\)?)?"
    digits, year = r"[0-9٠-٩]{1,2}", r"(?P<y>[0-9٠-٩]{4})"
    return Tables(
        months,
        weekdays,
        near,
        tuple(
            re.compile(pattern)
            for pattern in (
                rf"(?<![\d٠-٩])(?P<d>{digits})(?:\s*(?:[-–—]|إلى|و)\s*(?P<d2>{digits}))?\s+(?:من\s+)?(?:شهر\s+)?{month}،?\s*(?:من\s+)?(?:عام\s+|سنة\s+)?{year}(?![\d٠-٩])",
                rf"(?<![\d٠-٩])(?P<d>{digits})(?:\s*(?:[-–—]|إلى|و)\s*(?P<d2>{digits}))?\s+(?:من\s+)?(?:شهر\s+)?{month}(?!\w)",
                rf"(?<!\w){month}\s+(?:من\s+)?(?:عام\s+|سنة\s+)?{year}(?![\d٠-٩])",
                rf"(?<![\d٠-٩])(?P<d>{digits})[/.](?P<mm>{digits})[/.]{year}(?![\d٠-٩])",
                rf"(?:عام|سنة|العام|لعام)\s+{year}(?![\d٠-٩])",
                rf"(?<!\w)(?:يوم\s+)?(?P<wd>{_either(weekdays)})(?!\w)",
                rf"(?<!\w)(?P<near>{_either(near)})(?!\w)",
            )
        ),
        re.compile(r"(?<!\w)(?:س[يتن](?!اس)\w{2,}|سوف|المقبل|المقبلة|القادم|القادمة|المزمع|من المقرر)"),
    )


TABLES = {"az": _azerbaijani(), "ru": _russian(), "ar": _arabic()}


def find_other(text: str, start: int, end: int, published: date, language: str) -> list[DateMention]:
    """Dates of one sentence in a language that has tables here; none for other languages."""
    tables = TABLES.get(language)
    if tables is None:
        return []
    sentence = text[start:end]
    tense: Tense = "future" if tables.future.search(sentence) else "past"
    found: list[DateMention] = []
    for pattern in tables.patterns:
        for match in pattern.finditer(sentence):
            a, b = match.start() + start, match.end() + start
            if any(a < other.end and other.start < b for other in found):
                continue
            value = _value(match.groupdict(), tables, published, tense)
            if value is not None:
                found.append(
                    DateMention(
                        a,
                        b,
                        value,
                        f"date.{language}",
                        f"date in words of “{language}”, resolved on the dateline {published}",
                        start_day=edtf.first_day(value),
                    )
                )
    return sorted(found, key=lambda mention: mention.start)


def _value(groups: dict[str, str | None], tables: Tables, published: date, tense: Tense) -> str | None:
    if near := groups.get("near"):
        return edtf.day(published + timedelta(days=tables.near[near.lower()]))
    if name := groups.get("wd"):
        return edtf.day(resolving.weekday(tables.weekdays[name.lower()], published, tense))
    day, last, year, number = (_number(groups.get(key)) for key in ("d", "d2", "y", "mm"))
    if name := groups.get("m"):
        number = tables.months[name.lower()]
    if number is None:
        return str(year) if year else None
    if day is None:
        return edtf.month(year or resolving.month_year(number, published, tense), number)
    if not 1 <= number <= 12:
        return None
    year = year or resolving.year_of(number, day, published, tense)
    if year is None or not edtf.is_date(year, number, day):
        return None
    first = date(year, number, day)
    if last is None:
        return edtf.day(first)
    if not edtf.is_date(year, number, last) or last <= day:
        return None
    return edtf.span(first, date(year, number, last))


def _number(word: str | None) -> int | None:
    return int(word.translate(_DIGITS)) if word else None
