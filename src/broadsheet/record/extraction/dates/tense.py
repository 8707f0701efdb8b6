"""Whether the words around a date look back or ahead: decides the year of "April 4" and the week of "Monday"."""

from __future__ import annotations

import re
from typing import Literal

Tense = Literal["past", "future", "none"]

_FUTURE = re.compile(
    r"\b(?:will|shall|won['’]t|(?:is|are|was|were) (?:to|set to|due to|going to|expected to|scheduled|slated|planned|likely to)\b|"
    r"to be held|to take place|plans? to|planning to|intends? to|expects? to|look(?:s|ed|ing)? forward to|upcoming|forthcoming|scheduled (?:for|to)|due (?:on|in|to|by)|"
    r"planned for|expected (?:on|in|to)|would (?:meet|visit|hold|take|travel|begin|start|host|attend|be)|starting (?:on|from)|ahead of|deadline|"
    r"no later than|by the end of|until)\b",
    re.IGNORECASE,
)
# The words of a future verb group after its first: "will also be held".
_GROUP = re.compile(r"(?:\s+(?:be|also|been|have|not|jointly|then|again|\w+ly))*\s+[a-z]+")
_REPORTED = re.compile(
    r"\b(?:said|told|announced|reported|stated|confirmed|wrote|tweeted|posted|released|issued|published|noted|informed)"
    r"(?:\s+(?!that\b)[\w'’-]+){0,4}?(?:\s+in an?\s+(?:\w+\s+){0,2}(?:statement|post|interview|tweet|release|briefing))?,?(?:\s+(?:late\s+|earlier\s+)?on)?\s*$",
    re.IGNORECASE,
)
_PAST = re.compile(
    r"\b(?:was|were|had|has|have|did|held|took|met|spoke|began|went|came|left|became|gave|made|paid|led|saw|won|lost|sent|brought|"
    r"discussed|arrived|[a-z]{2,}(?:ed))\b"
)
_ATTRIBUTION = re.compile(
    r"\b(?:said|says|announced|reported|told|added|noted|stated|confirmed|according|revealed|informed|stressed|declared|published|has been|have been)\b",
    re.IGNORECASE,
)
_PAST_CUES = re.compile(
    r"\b(?:last|ago|since|previous(?:ly)?|earlier|following the|during (?:the|his|her|their)|in the wake)\b",
    re.IGNORECASE,
)


def tense_around(sentence: str, start: int, end: int) -> Tense:
    """The tense of the verb group nearest to `sentence[start:end]`; attribution ("said") counts only when alone."""
    if _REPORTED.search(sentence, 0, start):
        return "past"
    best: tuple[float, Tense] | None = None
    futures = []
    for match in _FUTURE.finditer(sentence):
        group = _GROUP.match(sentence, match.end())
        futures.append((match.start(), group.end() if group and group.end() <= start else match.end()))
    for where in futures:
        best = _nearer(best, where, start, end, "future", sentence)
    weak: Tense = "none"
    for match in _PAST.finditer(sentence):
        if any(a <= match.start() < b for a, b in futures):
            continue
        if _ATTRIBUTION.match(match.group(0)):
            weak = "past"
            continue
        best = _nearer(best, (match.start(), match.end()), start, end, "past", sentence)
    for match in _PAST_CUES.finditer(sentence):
        if abs(start - match.end()) <= 3:
            best = (0, "past")
    return best[1] if best else weak


def _nearer(
    best: tuple[float, Tense] | None,
    where: tuple[int, int],
    start: int,
    end: int,
    tense: Tense,
    sentence: str,
) -> tuple[float, Tense]:
    if where[1] <= start:
        between = sentence[where[1] : start]
        distance: float = start - where[1]
    else:
        between = sentence[end : where[0]]
        # A date after its verb is the usual order: one before it has to be clearly nearer.
        distance = (where[0] - end) * 1.5
    # A clause's border counts as a long way.
    distance += 60 * len(re.findall(r";|\b(?:who|which|where|when|while|after|before|and that)\b", between))
    return (distance, tense) if best is None or distance < best[0] else best
