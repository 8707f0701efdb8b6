"""The English date grammar: one alternative per way of writing a date, the longest reading first."""

from __future__ import annotations

import re

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan",
            "february feb",
            "march mar",
            "april apr",
            "may",
            "june jun",
            "july jul",
            "august aug",
            "september sept sep",
            "october oct",
            "november nov",
            "december dec",
        ),
        start=1,
    )
    for name in names.split()
}
WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            "monday mon",
            "tuesday tue tues",
            "wednesday wed",
            "thursday thu thurs",
            "friday fri",
            "saturday sat",
            "sunday sun",
        )
    )
    for name in names.split()
}
NUMBERS = {
    word: number
    for number, word in enumerate(
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"],
        start=1,
    )
} | {"a": 1, "an": 1}
ORDINALS = {
    word: number
    for number, word in enumerate(
        [
            "first",
            "second",
            "third",
            "fourth",
            "fifth",
            "sixth",
            "seventh",
            "eighth",
            "ninth",
            "tenth",
            "eleventh",
            "twelfth",
            "thirteenth",
            "fourteenth",
            "fifteenth",
            "sixteenth",
            "seventeenth",
            "eighteenth",
            "nineteenth",
            "twentieth",
        ],
        start=1,
    )
} | {
    "twenty-fifth": 25,
    "thirtieth": 30,
    "thirty-fifth": 35,
    "fortieth": 40,
    "fiftieth": 50,
    "sixtieth": 60,
    "seventieth": 70,
    "seventy-fifth": 75,
    "eightieth": 80,
    "ninetieth": 90,
    "hundredth": 100,
}

_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December|"
    r"JANUARY|FEBRUARY|MARCH|APRIL|MAY|JUNE|JULY|AUGUST|SEPTEMBER|OCTOBER|NOVEMBER|DECEMBER|"
    r"(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec)\b\.?)"
)
_WEEKDAY = r"(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|(?:Mon|Tues|Tue|Wed|Thurs|Thu|Fri|Sat|Sun)\b\.?)"
_DAY = r"(?:3[01]|[12]\d|0?[1-9])"
_TH = r"(?:\s?(?:st|nd|rd|th)\b)?"
_YEAR = r"(?:1[0-9]|20|21)\d{2}"
_TO = r"\s*(?:-|–|—|to|until|till|through|and|&|/)\s*"
_NUMBER = r"(?:\d{1,3}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|an?)"

# (rule, pattern): groups by name, with y/m/d for parts, a/b for the ends of a range, w for words. Order is priority.
PATTERNS: tuple[tuple[str, str], ...] = (
    ("iso", rf"(?<![\d-])(?P<y>{_YEAR})-(?P<mm>0[1-9]|1[0-2])-(?P<d>0[1-9]|[12]\d|3[01])(?![\d-])"),
    (
        "day-month-year range over months",
        rf"(?P<d>{_DAY}){_TH}\s+(?P<m>{_MONTH})(?:,?\s+(?P<y>{_YEAR}))?{_TO}(?P<d2>{_DAY}){_TH}\s+(?P<m2>{_MONTH})(?:,?\s+(?P<y2>{_YEAR}))?(?!\d)",
    ),
    (
        "month-day-year range over months",
        rf"(?P<m>{_MONTH})\s+(?P<d>{_DAY}){_TH}(?:,?\s+(?P<y>{_YEAR}))?{_TO}(?P<m2>{_MONTH})\s+(?P<d2>{_DAY}){_TH}(?:,?\s+(?P<y2>{_YEAR}))?(?!\d)",
    ),
    (
        "day-month-year range",
        rf"(?:{_WEEKDAY},?\s+)?(?P<d>{_DAY}){_TH}(?:,\s*(?P<dm>{_DAY}){_TH})?{_TO}(?P<d2>{_DAY}){_TH}(?:\s+of)?\s+(?P<m>{_MONTH})(?:,?\s+(?P<y>{_YEAR}))?(?!\d)",
    ),
    (
        "month-day-year range",
        rf"(?P<m>{_MONTH})\s+(?P<d>{_DAY}){_TH}{_TO}(?P<d2>{_DAY}){_TH}(?:,?\s+(?P<y>{_YEAR}))?(?![\d%])(?!\s+(?:{_MONTH}))",
    ),
    (
        "day month year",
        rf"(?:(?:(?P<wd>{_WEEKDAY}),?\s+)?(?:the\s+)?)?(?P<d>{_DAY}){_TH}(?:\s+of)?[\s-]+(?P<m>{_MONTH}),?[\s-]+(?P<y>{_YEAR})(?!\d)",
    ),
    (
        "month day year",
        rf"(?:(?P<wd>{_WEEKDAY}),?\s+)?(?P<m>{_MONTH})\s+(?P<d>{_DAY}){_TH},?\s+(?P<y>{_YEAR})(?!\d)",
    ),
    (
        "day month",
        rf"(?:(?P<wd>{_WEEKDAY}),?\s+)?(?P<d>{_DAY}){_TH}(?:\s+of)?\s+(?P<m>{_MONTH})(?!\w)(?:\s+(?P<w>this|last|next)\s+year\b)?",
    ),
    (
        "month day",
        rf"(?:(?P<wd>{_WEEKDAY}),?\s+)?(?P<m>{_MONTH})\s+(?P<d>{_DAY}){_TH}(?![\d:%])(?:\s+(?P<w>this|last|next)\s+year\b)?(?:\s*\((?P<wd2>{_WEEKDAY})\))?",
    ),
    (
        "month year",
        rf"(?:(?:early|late|mid)[- ])?(?P<m>{_MONTH}),?\s+(?:of\s+)?(?P<y>{_YEAR})(?!\d)",
    ),
    (
        "month of a named year",
        rf"(?P<m>{_MONTH})\s+(?:of\s+)?(?P<w>this|last|next)\s+year\b",
    ),
    (
        "months of a year",
        rf"(?P<m>{_MONTH}){_TO}(?P<m2>{_MONTH})\s+(?P<y>{_YEAR})(?!\d)",
    ),
    (
        "day month year in numbers",
        rf"(?<![\d./-])(?P<d>{_DAY})\.(?P<mm>0?[1-9]|1[0-2])\.(?P<y>{_YEAR})(?![\d/]|\.\d)",
    ),
    (
        "slashed",
        rf"(?<![\d/])(?P<d>{_DAY})/(?P<mm>{_DAY})/(?P<y>{_YEAR})(?![\d/])",
    ),
    (
        "quarter",
        rf"\b(?:the\s+)?(?P<q>first|second|third|fourth|1st|2nd|3rd|4th|last|Q[1-4])(?:\s+quarter)?(?:\s+of)?\s+(?P<y>{_YEAR})(?!\d)",
    ),
    (
        "half-year",
        rf"\b(?:the\s+)?(?P<h>first|second)\s+half\s+of\s+(?P<y>{_YEAR})(?!\d)",
    ),
    (
        "season",
        rf"\b(?:the\s+)?(?P<s>[Ss]pring|[Ss]ummer|[Aa]utumn|[Ff]all|[Ww]inter)(?:\s+of|,)?\s+(?P<y>{_YEAR})(?!\d)",
    ),
    ("decade", r"\b(?:the\s+)?(?:early\s+|late\s+|mid-)?(?P<y>(?:1[5-9]|20)\d0)s\b"),
    (
        "years from to",
        rf"(?<![\d.,$€£#/-])(?P<y>{_YEAR})(?:\s*[-–—]\s*|\s+(?:to|until|and)\s+)(?P<y2>{_YEAR})(?![\d%/]|[.,]\d)",
    ),
    (
        "years from to, short",
        rf"(?<![\d.,$€£#/-])(?P<y>{_YEAR})\s*[-–/]\s*(?P<yy>\d{{2}})(?![\d%/-]|[.,]\d)",
    ),
    (
        "weekday of a week",
        rf"\b(?P<w>last|next|this|coming)\s+(?P<wd>{_WEEKDAY})(?!\w)",
    ),
    (
        "weekday",
        r"\b(?P<wd>Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)(?P<last>\s+(?:of\s+)?(?:last|next|this)\s+week)?(?!\w|['’]s\s+[A-Z])",
    ),
    (
        "named day",
        r"\b(?P<w>[Tt]he day before yesterday|[Tt]he day after tomorrow|[Tt]oday|[Yy]esterday|[Tt]omorrow|[Tt]onight|[Tt]his (?:morning|afternoon|evening)|[Ll]ast night|[Ee]arlier today)\b(?!['’]s\s+(?:world|society|youth|generation))",
    ),
    (
        "named span",
        r"\b(?P<w>[Tt]his|[Ll]ast|[Nn]ext|[Cc]oming|[Pp]ast|[Pp]revious|[Ff]ollowing)\s+(?P<u>weekend|week|month|year|spring|summer|autumn|winter)\b(?!\s+(?:ago|old))",
    ),
    (
        "month by name",
        r"\b(?:last|next|this)\s+(?P<m>January|February|March|April|May|June|July|August|September|October|November|December)\b",
    ),
    (
        "ago",
        rf"\b(?:(?:about|around|nearly|almost|over|more than|some)\s+)?(?P<n>(?i:{_NUMBER}))\s+(?P<u>day|week|month|year|decade)s?\s+(?:ago|earlier)\b",
    ),
    (
        "from now",
        rf"\b(?:in\s+(?P<n>{_NUMBER})\s+(?P<u>day|week|month|year)s?['’]?\s+time|(?P<n2>{_NUMBER})\s+(?P<u2>day|week|month|year)s?\s+from\s+now)\b",
    ),
    (
        "month alone",
        r"(?:(?<=\b[Ii]n )|(?<=\b[Ss]ince )|(?<=\b[Uu]ntil )|(?<=\b[Bb]y )|(?<=\b[Dd]uring )|(?<=\b[Ff]or )|(?<=\b[Ff]rom )|(?<=\b[Oo]f ))(?:(?:early|late|mid)[- ])?"
        r"(?P<m>January|February|March|April|May|June|July|August|September|October|November|December)\b(?!\s+(?:\d|[A-Z][a-z]))",
    ),
    (
        "year",
        rf"(?<![\w.,$€£#/%:-])(?:(?:early|late|mid|end[- ]of)[- ])?(?P<y>{_YEAR})(?![\w%€$:/]|[.,]\d|-\w|\s*(?:people|persons|troops|soldiers|square|metres|meters|km|kilometers|kilometres|tons|tonnes|"
        r"dollars|euros|manats|million|billion|thousand|hectares|families|houses|students|participants|units|megawatts|MW|GMT|hours|items|children|homes|jobs|workers|employees|citizens|refugees|delegates)\b)",
    ),
    (
        "anniversary",
        r"\b(?P<o>\d{1,3}(?:st|nd|rd|th)|[a-z]+(?:-[a-z]+)?(?:th|first|second|third))[- ]anniversary\b",
    ),
)

GRAMMAR = tuple((rule, re.compile(pattern)) for rule, pattern in PATTERNS)
# Nothing in the grammar can match where there is no digit and none of these words.
HINT = re.compile(
    r"\d|day\b|week|month|year|tonight|yesterday|tomorrow|today|morning|afternoon|evening|night|anniversary|spring|summer|autumn|winter|"
    r"January|February|March|April|May|June|July|August|September|October|November|December|decade"
)


def number_of(word: str) -> int | None:
    """ "5", "five", "a"."""
    return int(word) if word.isdigit() else NUMBERS.get(word.lower())


def ordinal_of(word: str) -> int | None:
    """ "30th", "thirtieth"."""
    digits = "".join(c for c in word if c.isdigit())
    return int(digits) if digits else ORDINALS.get(word.lower())


def month_of(word: str) -> int:
    return MONTHS[word.lower().rstrip(".")]


def weekday_of(word: str) -> int:
    return WEEKDAYS[word.lower().rstrip(".")]
