"""What each line of a story is: headline, dateline, by-line, body, or page furniture around it.

Archives and saved pages bring menus, crawl dates and subscription blocks along; none of it may become a fact. Lines are the
unit, joined where the text was wrapped.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from .sentences import sentence_spans

Zone = Literal["headline", "dateline", "byline", "body", "subhead", "furniture"]

_TERMINAL = re.compile(r"[.!?…:;؟۔][\"'”’»)\]]*$")
_BYLINE = re.compile(
    r"^(?:By\s+(?=[^\W\d_])(?!\w+ing\b)|(?:Written|Reporting|Reported|Edited|Editing|Photos?|Pictures?|Text|Interview(?:ed)?)\s+by\b"
    r"|Author\s*:|Editor\s*:|Correspondent\s*:|Müəllif\s*:|Автор\s*:|بقلم\b)",
)
_FURNITURE = re.compile(
    r"^(?:follow (?:us|@)|subscribe|sign up|log ?in|read (?:more|also|next)|see (?:also|more)|related|share|tags?\s*:|topics?\s*:|loading|"
    r"advertis|slider|gallery|image\b|photo\b|photos\s*:|copyright|©|all rights reserved|print\b|cookie|newsletter|latest|most read|"
    r"comments?\b|menu|home\b|contact|source\s*:|click here|download|watch\s*:|listen|skip to|search\b|thank you!?$|"
    r"for (?:more|further|media) (?:information|details|enquir|inquir)|press contact|media contact|here we are to serve|last updated|"
    r"www\.|https?://|e-?mail\s*:|tel\s*:|phone\s*:|you can also follow|by subscribing|choose to support|back to)",
    re.IGNORECASE,
)
_ENDING = re.compile(
    r"^(?:follow (?:us|@)|you can also follow|subscribe|sign up|by subscribing|loading\b|share this|related (?:news|articles|stories|content|topics|posts)|"
    r"latest (?:news|see)|most read|read also|all rights reserved|©|copyright)",
    re.IGNORECASE,
)
_RULE_LINE = re.compile(r"^[\s\-_*=•·–—#]{3,}$")
_MONTHS = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?|"
    "yanvar|fevral|mart|aprel|may|iyun|iyul|avqust|sentyabr|oktyabr|noyabr|dekabr|"
    "января|февраля|марта|апреля|мая|июня|июля|августа|сентября|октября|ноября|декабря"
)
_DATE_ONLY = re.compile(
    r"^(?:(?:published|posted|updated|date|issued|released)?(?:\s+on)?\s*[:|]?\s*)"
    r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s+)?"
    rf"(?:\d{{1,2}}(?:st|nd|rd|th)?\s+(?:{_MONTHS})\.?,?\s+\d{{4}}|(?:{_MONTHS})\.?\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+\d{{4}}|"
    r"\d{4}-\d{2}-\d{2}|\d{1,2}[./]\d{1,2}[./]\d{4})"
    r"[\s,|–—-]*(?:(?:at\s+)?\d{1,2}[:.]\d{2}(?::\d{2})?\s*(?:[ap]\.?m\.?)?)?\s*(?:\(?(?:UTC|GMT|[A-Z]{2,4})?\s*(?:[+-]\d{1,2}(?::?\d{2})?)?\)?)?\s*$",
    re.IGNORECASE,
)
MIN_HEADLINE_WORDS = 3
LONG_PARAGRAPH = 30


@dataclass(frozen=True, slots=True)
class Block:
    """A line, or lines that were wrapped: a span of the text and what it is."""

    zone: Zone
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Sentence:
    """`paragraph` counts body paragraphs from 0, `index` sentences of the body; both are -1 outside the body."""

    zone: Zone
    start: int
    end: int
    paragraph: int
    index: int


def blocks(text: str) -> list[Block]:
    """The lines of a story, in order, each with its zone. Blank lines are left out."""
    spans = _joined(text)
    zones: list[Block] = []
    in_body = ended = False
    for number, (start, end) in enumerate(spans):
        line = text[start:end]
        zone: Zone
        if ended:
            zone = "furniture"
        elif _RULE_LINE.match(line) or _FURNITURE.match(line):
            ended = in_body and _is_end(text, spans, number)
            zone = "furniture"
        elif _BYLINE.match(line) and len(line.split()) <= 12 and not line.endswith("."):
            zone = "byline"
        elif _DATE_ONLY.match(line):
            zone = "dateline"
        elif _is_body(line):
            in_body = True
            zone = "body"
        elif in_body:
            zone = "subhead"
        elif len(line.split()) >= MIN_HEADLINE_WORDS:
            zone = "headline"
        else:
            zone = "furniture"
        zones.append(Block(zone, start, end))
    if zones and not any(block.zone == "body" for block in zones):
        return [Block("body", b.start, b.end) if b.zone == "headline" else b for b in zones]
    return zones


def sentences(text: str, found: list[Block]) -> list[Sentence]:
    """The sentences of all blocks but the furniture; by-lines and date lines stay whole."""
    made: list[Sentence] = []
    paragraph = index = 0
    for block in found:
        if block.zone == "body":
            for start, end in sentence_spans(text, block.start, block.end):
                made.append(Sentence("body", start, end, paragraph, index))
                index += 1
            paragraph += 1
        elif block.zone != "furniture":
            made.append(Sentence(block.zone, block.start, block.end, -1, -1))
    return made


def _is_body(line: str) -> bool:
    words = len(line.split())
    if _TERMINAL.search(line):
        return words >= 4
    return words >= 18 or (line[:1] in "-•*–" and words >= 3)


def _is_end(text: str, spans: list[tuple[int, int]], number: int) -> bool:
    line = text[slice(*spans[number])]
    if _ENDING.match(line):
        return True
    if not _RULE_LINE.match(line):
        return False
    rest = [text[start:end] for start, end in spans[number + 1 :]]
    return any(_ENDING.match(line) for line in rest[:2]) or not any(
        len(line.split()) >= LONG_PARAGRAPH for line in rest
    )


def _joined(text: str) -> list[tuple[int, int]]:
    lines = [(m.start(), m.end()) for m in re.finditer(r"[^\r\n\u2028\u2029]+", text)]
    spans = [_trimmed(text, *line) for line in lines]
    wrapped = _is_wrapped(text, spans)
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if start == end:
            continue
        if joined and wrapped and _continues(text, joined[-1], start):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def _is_wrapped(text: str, spans: list[tuple[int, int]]) -> bool:
    """Whether lines were broken at a width: most lines are alike in length and run on in lower case."""
    runs = 0
    for (start, end), (after, _) in pairwise(spans):
        if start < end and text[end:after].count("\n") == 1 and text[after : after + 1].islower():
            runs += 1
    return runs >= 2 and max(end - start for start, end in spans) <= 120


def _continues(text: str, last: tuple[int, int], start: int) -> bool:
    gap = text[last[1] : start]
    line = text[text.rfind("\n", 0, last[1]) + 1 : last[1]]
    return gap.count("\n") == 1 and len(line) >= 45 and not re.search(r"[.!?][\"'”’]*$", line)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and (text[start].isspace() or text[start] == "\ufeff"):
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
