"""Sentences of a paragraph, as spans. Abbreviations, initials and decimal points do not end one."""

from __future__ import annotations

import re

ABBREVIATIONS = frozenset(
    [
        "mr",
        "mrs",
        "ms",
        "dr",
        "prof",
        "rev",
        "hon",
        "rt",
        "st",
        "sr",
        "jr",
        "gen",
        "lt",
        "col",
        "maj",
        "capt",
        "cmdr",
        "adm",
        "brig",
        "sgt",
        "gov",
        "sen",
        "rep",
        "amb",
        "pres",
        "min",
        "sec",
        "dep",
        "h.e",
        "h.r.h",
        "h.m",
        "hrh",
        "no",
        "nos",
        "art",
        "vs",
        "etc",
        "e.g",
        "i.e",
        "cf",
        "al",
        "inc",
        "ltd",
        "co",
        "corp",
        "bros",
        "jan",
        "feb",
        "mar",
        "apr",
        "jun",
        "jul",
        "aug",
        "sep",
        "sept",
        "oct",
        "nov",
        "dec",
        "u.s",
        "u.k",
        "u.n",
        "e.u",
        "u.s.a",
        "u.a.e",
        "d.c",
        "a.m",
        "p.m",
        "ph.d",
        "m.p",
        "approx",
        "dept",
        "est",
        "fig",
        "vol",
        "pp",
        "messrs",
        "mme",
        "mlle",
        "m",
        "shri",
        "smt",
        "т.е",
        "т.д",
        "т.п",
        "им",
        "г",
        "гг",
        "ул",
        "стр",
        "млн",
        "млрд",
        "тыс",
        "руб",
        "акад",
        "проф",
        "см",
    ]
)

_END = re.compile(r"[.!?…؟۔。]+[\"'”’»)\]]*(?=\s|$)")
_LAST_WORD = re.compile(r"([\w.’'-]+)$")
# After these, a capital letter still starts a new sentence: "in Washington, D.C. The minister…"
_MAY_END = frozenset(
    {
        "u.s",
        "u.k",
        "u.n",
        "e.u",
        "u.s.a",
        "u.a.e",
        "d.c",
        "a.m",
        "p.m",
        "etc",
        "inc",
        "ltd",
        "co",
        "corp",
        "jr",
        "sr",
        "г",
        "т.д",
        "т.п",
    }
)
_OPENERS = frozenset(
    [
        "The",
        "A",
        "An",
        "In",
        "On",
        "At",
        "He",
        "She",
        "It",
        "They",
        "We",
        "This",
        "That",
        "These",
        "Those",
        "His",
        "Her",
        "Their",
        "After",
        "Before",
        "During",
        "Following",
        "However",
        "But",
        "And",
        "As",
        "For",
        "With",
        "From",
        "To",
        "By",
        "If",
        "When",
        "While",
        "Both",
        "I",
    ]
)


# No sentence is longer, so that what is done with one has a bound whatever the text is.
MAX_CHARACTERS = 900


def sentence_spans(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Spans of the sentences of `text[start:end]`, without the white space around them; longer ones are cut at a space."""
    return [part for span in _spans(text, start, end) for part in _cut(text, *span)]


def _cut(text: str, start: int, end: int) -> list[tuple[int, int]]:
    parts: list[tuple[int, int]] = []
    while end - start > MAX_CHARACTERS:
        space = text.rfind(" ", start + 1, start + MAX_CHARACTERS)
        stop = space if space > start else start + MAX_CHARACTERS
        parts.append(_trimmed(text, start, stop))
        start = stop
    return [*parts, _trimmed(text, start, end)]


def _spans(text: str, start: int, end: int) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    begin = start
    for match in _END.finditer(text, start, end):
        if match.end() < end and not _ends(text, begin, match):
            continue
        spans.append(_trimmed(text, begin, match.end()))
        begin = match.end()
    if text[begin:end].strip():
        spans.append(_trimmed(text, begin, end))
    return spans


def _ends(text: str, begin: int, match: re.Match[str]) -> bool:
    rest = text[match.end() : match.end() + 40].lstrip()
    first = rest[:1]
    if first.islower() or first in {",", ";"}:
        return False
    if match.group(0)[0] != ".":
        return True
    word = _LAST_WORD.search(text[begin : match.start()])
    if word is None:
        return True
    last = word.group(1)
    folded = last.lower()
    if folded in ABBREVIATIONS or folded.rstrip(".") in ABBREVIATIONS:
        following = re.match(r"[\w’']+", rest)
        return folded in _MAY_END and following is not None and following.group(0) in _OPENERS
    # One capital letter is an initial: "J. Blinken".
    return not (len(last) == 1 and last.isupper() and last != "I")


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
