"""Which date and which place of a sentence belong to which trigger."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..dates import DateMention
from ..places import PlaceMention
from .parties import Party
from .triggers import Trigger

_BORDER = re.compile(r";|\bwhile\b")
# A date right after one of these is that thing's own: "the agreement of 5 May", "established in 1992".
_OF_A_THING = re.compile(
    r"\b(?:(?:agreement|treaty|resolution|declaration|memorandum|convention|statement|decree|law|accord|elections?|report)\s+(?:of|dated|from|in)"
    r"|since|until|dated|(?:adopted|established|founded|born|elected|concluded|launched|granted|held|began|started|scheduled|planned|accused|status)\s+(?:\w+\s+)?(?:in|on|of|for))\s*(?:the\s+)?$",
    re.IGNORECASE,
)
_CLOSE = re.compile(
    r"^\s*(?:(?!said|told|was|were|be|is|has)[\w’'-]+\s+){0,3}?(?:on|in|of|from|this|last|held on|held in|dated|,)?\s*(?:the\s+)?$"
)
_ONLY_JOINED = re.compile(r"^[\s,]*(?:(?:of|by|to|with|between|in|and|the|at|from|on|his|her|a|an)[\s,]+)*$")
_BEFORE_NOUN = re.compile(
    r"['’]?s?,?\s*(?:(?:the|a|an|(?!for|to|of|at|in|that|and|on|with|said)[a-z-]+)\s+){0,2}"
)
_STRETCH = re.compile(r"\bfor\s+(?:the\s+)?(?:(?:period|years?)\s+)?(?:of\s+)?$")
_VISIT_TO = re.compile(r"\b(?:to|in|at|of|for)\s+(?:the\s+)?(?:[a-z]+\s+){0,3}(?:the\s+)?$")
_FRAME_PLACE = re.compile(
    r"(?:^|[,;.]\s*)(?:[Ii]n|[Aa]t|[Ww]hile in|[Dd]uring [\w ]+ (?:to|in))\s+(?:the\s+)?$"
)


def own_date(
    dates: Sequence[DateMention],
    trigger: Trigger,
    offset: int,
    low: int,
    high: int,
    claimed: set[int],
    text: str,
) -> tuple[DateMention | None, bool]:
    """A trigger's date between `low` and `high` (places in the text), and whether it only opens the sentence.

    Days go before years, after the trigger before ahead of it.
    """
    start, end = trigger.start + offset, trigger.end + offset
    if trigger.is_undated:
        return None, False
    usable = [
        d
        for d in dates
        if d.start not in claimed
        and not d.is_derived
        and not (len(d.edtf) in {4, 9} and _STRETCH.search(text[max(0, d.start - 30) : d.start]))
    ]
    inside = [d for d in usable if start <= d.start and d.end <= end]
    if inside:
        return inside[0], False
    if trigger.family.type == "establishment-of-relations":
        derived = [d for d in dates if d.is_derived]
        if derived and trigger.form != "verb":
            return derived[0], False
    later = [
        d
        for d in usable
        if end <= d.start
        and d.end <= high
        and not _BORDER.search(text[end : d.start])
        and (not _OF_A_THING.search(text[end : d.start]) or _is_own(text[end : d.start]))
    ]
    earlier = [
        d
        for d in usable
        if low <= d.start
        and d.end <= start
        and (
            d.start >= trigger.subject_end + offset
            or not _OF_A_THING.search(text[max(low - 40, 0) : d.start])
        )
    ]
    for fine in (True, False):
        for group, which in ((later, 0), (earlier, -1)):
            found = [d for d in group if (len(d.edtf) >= 10) == fine]
            if found:
                return found[which], False
    frame = [d for d in dates if d.is_frame and d.end <= start and not d.is_derived]
    return (frame[0], True) if frame else (None, False)


def _is_own(between: str) -> bool:
    """ "was scheduled for", "held on": the words belong to the trigger itself."""
    return (
        bool(
            re.fullmatch(
                r",?\s*(?:which |that )?(?:(?:was|were|is|are|has been|to be|will be)\s+)?(?:\w+\s+)?(?:scheduled|planned|held|began|started|launched|concluded|adopted|established)\s+(?:\w+\s+){0,2}(?:in|on|for)\s*(?:the\s+)?",
                between,
            )
        )
        or bool(
            re.search(
                r"\b(?:was|were|is|are|been|to be)\s+(?:\w+ly\s+)?(?:held|scheduled|planned|launched|concluded|adopted|established)\s+(?:\w+\s+){0,3}(?:in|on|for)\s*$",
                between,
            )
        )
        or bool(re.search(r"\b(?:began|started|scheduled|planned)\s+(?:in|on|for)\s*$", between))
    )


def is_close(
    trigger: Trigger,
    when: DateMention,
    offset: int,
    text: str,
    parties: Sequence[Party],
    places: Sequence[PlaceMention],
) -> bool:
    """Whether a date stands so near a noun that it can only be its own: "the meeting (of X with Y in Z) on 14 December"."""
    start, end = trigger.start + offset, trigger.end + offset
    if when.start >= end:
        gap = _without(
            text, end, when.start, [*((p.lead, p.tail) for p in parties), *((p.start, p.end) for p in places)]
        )
        return (
            (when.start - end <= 45 and bool(_CLOSE.match(text[end : when.start])))
            or bool(_ONLY_JOINED.match(gap))
            or _is_own(text[end : when.start])
        )
    if when.end <= start:
        return start - when.end <= 18 and bool(_BEFORE_NOUN.fullmatch(text[when.end : start]))
    return True


def _without(text: str, start: int, end: int, spans: Sequence[tuple[int, int]]) -> str:
    """The text between two places with who and where cut out of it."""
    kept, at = [], start
    for first, last in sorted(spans):
        if first >= at and last <= end:
            kept.append(text[at:first])
            at = last
    return " ".join([*kept, text[at:end]])


def own_place(
    places: Sequence[PlaceMention],
    trigger: Trigger,
    offset: int,
    low: int,
    high: int,
    text: str,
    parties: Sequence[Party] = (),
) -> PlaceMention | None:
    """A trigger's place, between `low` and `high`: where it goes for a visit, else what stands after "in" or "at"."""
    start, end = trigger.start + offset, trigger.end + offset
    places = [
        p
        for p in places
        if not any(party.kind == "person" and party.lead <= p.start < party.tail for party in parties)
        and (p.kind == "place" or not re.match(r"['’]s?\b", text[p.end : p.end + 3]))
    ]
    later = [p for p in places if end <= p.start < high and not _BORDER.search(text[end : p.start])]
    if trigger.family.type == "visit":
        for p in later[:2]:
            gap = text[end : p.start]
            if (gap.strip() in {"", "the"} or _VISIT_TO.search(gap)) and p.form != "demonym":
                return p
        inside = [p for p in places if start <= p.start and p.end <= end and p.form != "demonym"]
        if inside:
            return inside[-1]
    for p in later:
        is_located = p.kind == "place" and p.rule in {"place.position", "place.after-in"}
        is_country = p.kind == "country" and p.form == "name"
        is_there = is_located or (
            is_country and re.search(r"\b(?:in|at)\s+(?:the\s+)?$", text[end : p.start])
        )
        if is_there and not re.search(
            r"\b(?:situation|conflict|war|fighting|people|forces|crisis|developments|elections?|embassy|ambassador|implementation|security|peace|stability|operations)\s+(?:\w+\s+)?in\s+(?:the\s+)?$",
            text[end : p.start],
        ):
            return p
    for p in places:
        if (
            low <= p.start < start
            and p.rule in {"place.position", "place.after-in"}
            and _FRAME_PLACE.search(text[max(0, p.start - 40) : p.start])
        ):
            return p
    return None
