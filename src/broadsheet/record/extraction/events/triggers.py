"""Words of a sentence that tell of an event: which family, happened or ahead, and whether they are enough on their own."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from .families import FAMILIES, Family

Life = Literal["occurred", "planned", "cancelled", "postponed", "refused", "suggested"]
Form = Literal["verb", "held", "dated", "with", "alone"]

_LIGHT = (
    r"(?:held|hold|holds|holding|had|has|have|having|conducted|conduct|co-chaired|chaired|chair|chairs|co-chair|attended|attend|attends|attending|convened|convene|convenes|hosted|host|hosts|hosting|"
    r"took part in|takes? part in|taking part in|participated in|participate[sd]? in|participating in|joined|paid|pays?|paying|made|makes?|making|undertook|undertake|undertakes|began|begins?|beginning|started|starts?|"
    r"concluded|concludes?|completed|wrapped up|kicked off|embarked on|embarks on|addressed|opened|organi[sz]ed|led|leads?|exchanged|spoke at|speaks? at|speaking at|delivered (?:\w+ ){1,4}at|arrived (?:[\w,]+ ){0,6}?(?:on|for)|on|"
    r"ended|continued|resumed|launched|staged|carried out|co-hosted|won|called|calls?|announced|declared|set)"
)
_BEFORE = re.compile(
    rf"\b(?P<light>{_LIGHT})\s+(?:(?:an?|the|their|his|her|its|another|several|two|three|four|five|series of|a number of|number of|round of|rounds of|out|in|separate|some|first-ever|such|part in|with|by|over|of|s|’s|'s|[\w-]+day|[A-Z][\w–-]*|[a-z-]+al|[a-z-]+ic|[a-z]+ly|[a-z-]+ive|and|top-level|visiting|maiden|\d{{1,3}}(?:st|nd|rd|th)|[\w-]+-level|regular|joint)\s+){{0,8}}$"
)
_AFTER = re.compile(
    r"^(?:\s+(?!said\b|told\b|noted\b|discussed\b|which\b|who\b)[\w“”\"'’()/&.–-]+,?){0,16}?,?\s+(?P<verb>(?:that\s+)?(?:was|were|is|are|has been|have been|will be|to be|is to be|is being|are being|had been|would be)\s+(?:also\s+|now\s+|\w+ly\s+)?"
    r"(?:held|convened|hosted|organi[sz]ed|scheduled|planned|expected|due|postponed|cancelled|canceled|called off|delayed|underway|under way|opened|concluded|launched|set|to take place|to be held|chaired|attended|conducted|resumed|carried out|rescheduled|co-chaired)"
    r"|(?:took|takes|take|taken|will take|has taken|is taking|to take|taking) place|began|begins|started|starts|opened|opens|kicked off|kicks off|ended|concluded|is underway|will begin|will start|will open|will continue|got underway|convened|will convene)\b"
)
_ON_VISIT = re.compile(
    r"\b(?:is|was|are|were|be|been|arrived|arrives|currently)\s+(?:[\w,]+\s+){0,5}?(?:on|for|in [A-Z]\w+ (?:on|for))\s+(?:an?\s+|his\s+|her\s+|their\s+)?(?:[\w-]+\s+){0,4}$"
)
_AUX = re.compile(
    r"(?P<aux>\b(?:will|would|shall|should|could|can|may|might|must|won['’]t|to|has|have|had|is|are|was|were|be|been|being|not|did not|didn['’]t|does not|do not|having)\b(?:\s+(?:also|now|then|again|jointly|not|be|been|have|\w+ly))*\s*)+$"
)
_FUTURE = re.compile(
    r"\b(?:will|shall|(?:is|are|was|were) (?:to|set to|due to|going to|expected to|scheduled to|scheduled for|scheduled|slated|planned|due|expected)\b|to be held|plans? to|planning to|intends? to|upcoming|forthcoming|to take place|next (?:week|month|year|round)|agreed to|decided to|looks? forward to|looking forward to|invited)\b",
    re.IGNORECASE,
)
_REFUSED = re.compile(
    r"\b(?:refus(?:ed|es|ing|al)|declin(?:ed|es|ing)|reject(?:ed|s|ing)|turned down|ruled out|won['’]t|will not|would not|did not|didn['’]t|does not|do not|has not|have not|had not|never|failed to|unwilling to|no longer|not to|boycott\w*|snubbed|skipped|denied|denies|without|no plans?|there (?:was|were|is) no)\b(?:\s+[\w’']+){0,6}\s*$",
    re.IGNORECASE,
)
_WISHED = re.compile(
    r"\b(?:demand(?:ed|s|ing)?|request(?:ed|s|ing)?|call(?:ed|s|ing)? (?:for|on)|propos(?:ed|es|ing|al)|urg(?:ed|es|ing)|sought|seeks?|seeking|offer(?:ed|s|ing)?|suggest(?:ed|s|ing)?|ready (?:to|for)|readiness (?:to|for)|willing(?:ness)? to|wants? to|wanted to|wish(?:es|ed)? to|hop(?:es?|ed|ing) (?:to|for)|"
    r"possib(?:le|ility of)|potential|prospects? (?:of|for)|if|whether|could|may|might|should|would|can|must|need(?:s|ed)? (?:to|for)|opportunity (?:to|for)|importance of|interest in|in favou?r of|support(?:s|ed|ing)? (?:for )?|tried to|trying to|able to|in order to|necessary to|invitation to|invited (?:\w+ ){0,6}to|aim(?:s|ed|ing)? (?:to|at)|speculation|rumou?rs)\b"
    r"(?:\s+[\w’']+){0,5}\s*$",
    re.IGNORECASE,
)
_CANCELLED = re.compile(
    r"\b(?:cancel(?:l)?ed|called off|scrapped|cancel(?:s|ling|ing)?|cancellation of)\b", re.IGNORECASE
)
_POSTPONED = re.compile(
    r"\b(?:postponed|postpones|delayed|rescheduled|put off|suspended|postponement of)\b", re.IGNORECASE
)
_GENERIC_BEFORE = re.compile(
    r"\b(?:regular|frequent|such|any|all|many|high-level|mutual|future|further|more|no|previous|past|various|numerous|other|exchange of|reciprocal|continued|active|intensive|ongoing|these|those|every|each|political)\s+$",
    re.IGNORECASE,
)
_CONTINUE = re.compile(
    r"\b(?:decided|agreed|undertook|pledged|committed)\s+to\s+(?:continue|resume|hold|convene|maintain)\s+(?:[\w-]+\s+){0,4}(?P<noun>consultations?|talks|meetings?|negotiations|dialogue|discussions)\b(?:\s+in the future)?"
)
_PROSPECT = re.compile(
    r"\b(?:peace (?:agreement|treaty|deal|accord)|free trade agreement|trade agreement|trade deal)\b"
)
_PAST_WORDS = re.compile(
    r"\b(?:took|was|were|has|have|had|\w+ed|held|began|met|spoke|made|paid|led|gave|won)\b"
)
_QUOTES = re.compile(r"[“\"][^“”\"]{3,}[”\"]|[«][^»]{3,}[»]")


@dataclass(frozen=True, slots=True)
class Trigger:
    """A span of the sentence (offsets within it). `subject_end` and `object_start` are where to look for who took part."""

    family: Family
    start: int
    end: int
    form: Form
    life: Life
    subject_end: int
    object_start: int
    is_quoted: bool = False
    is_generic: bool = False
    is_prospect: bool = False


def find_triggers(sentence: str) -> list[Trigger]:
    """Triggers of one sentence, left to right; of overlapping ones the family that comes first."""
    found: list[Trigger] = []
    quotes = [match.span() for match in _QUOTES.finditer(sentence)]

    def add(trigger: Trigger) -> None:
        if any(trigger.start < other.end and other.start < trigger.end for other in found):
            return
        if any(a < trigger.start and trigger.end < b for a, b in quotes):
            trigger = replace(trigger, is_quoted=True)
        found.append(trigger)

    for match in _CONTINUE.finditer(sentence):
        kind = {
            "consultation": "consultation",
            "consultations": "consultation",
            "negotiations": "negotiation",
        }.get(match["noun"], "meeting")
        family = next(f for f in FAMILIES if f.type == kind)
        add(
            Trigger(
                family,
                match.start(),
                match.end(),
                "alone",
                "planned",
                match.start(),
                match.end(),
                is_prospect=True,
            )
        )
    for family in FAMILIES:
        if family.verbs is not None:
            for match in family.verbs.finditer(sentence):
                add(_verb(family, match, sentence))
        if family.nouns is not None:
            for match in family.nouns.finditer(sentence):
                trigger = _noun(family, match, sentence)
                if trigger is not None:
                    add(trigger)
    for match in _PROSPECT.finditer(sentence):
        family = Family("agreement", "AGREE", takes="related")
        if _FUTURE.search(sentence) or re.search(
            r"\b(?:prospects?|draft|negotiat\w+|towards?|conclu\w+|finali[sz]\w+|text of)\b", sentence
        ):
            add(
                Trigger(
                    family,
                    match.start(),
                    match.end(),
                    "alone",
                    "planned",
                    match.start(),
                    match.end(),
                    is_prospect=True,
                )
            )
    return sorted(found, key=lambda trigger: trigger.start)


def _verb(family: Family, match: re.Match[str], sentence: str) -> Trigger:
    before = sentence[: match.start()]
    aux = _AUX.search(before)
    subject_end = aux.start() if aux else match.start()
    life = _life(sentence, subject_end, match.start(), match.end(), match.group(0))
    return Trigger(family, match.start(), match.end(), "verb", life, subject_end, match.end())


def _noun(family: Family, match: re.Match[str], sentence: str) -> Trigger | None:
    start, end = match.span()
    before, after = sentence[:start], sentence[end:]
    generic = bool(_GENERIC_BEFORE.search(before))
    light = _BEFORE.search(before)
    if (
        light
        and (light["light"] != "on" or family.type == "visit")
        and not (
            light["light"] in {"announced", "called", "set", "won"}
            and family.type not in {"election", "visit", "summit"}
        )
    ):
        if light["light"] == "on":
            on = _ON_VISIT.search(before)
            if not on:
                light = None
        if light:
            head = sentence[: light.start()]
            aux = _AUX.search(head)
            subject_end = aux.start() if aux else light.start()
            life = _life(sentence, subject_end, light.start(), end, light["light"])
            plural = (
                re.search(r"s$", match.group(0)) is not None
                and re.match(r"^\s+(?:with|between)\b", after) is None
                and family.type not in {"negotiation", "consultation"}
                and "talks" not in match.group(0)
            )
            return Trigger(family, start, end, "held", life, subject_end, end, is_generic=generic and plural)
    held = _AFTER.match(after)
    if held:
        life = _life(sentence, start, start, end + held.end(), held["verb"])
        return Trigger(family, start, end, "held", life, start, end)
    life = _life(sentence, start, start, end, "")
    if re.match(r"^\s+(?:with|between|of)\b", after) and family.takes != "related":
        return Trigger(family, start, end, "with", life, start, end, is_generic=generic)
    return Trigger(family, start, end, "alone", life, start, end, is_generic=generic)


def _life(sentence: str, verb_start: int, start: int, end: int, words: str) -> Life:
    """What became of it: cancelled, refused, wished for, ahead or past, from the words before and in the trigger."""
    before = sentence[max(0, verb_start - 70) : start]
    clause = sentence[max(0, start - 60) : end + 60]
    near = sentence[max(0, start - 40) : min(len(sentence), end + 40)]
    if _CANCELLED.search(near):
        return "cancelled"
    if _POSTPONED.search(near):
        return "postponed"
    if _REFUSED.search(before):
        return "refused"
    own = f"{sentence[verb_start:start]} {words}"
    if _WISHED.search(before) and not re.search(r"\bwill\b", own):
        return "suggested"
    if _FUTURE.search(own) or re.search(r"\b(?:will|to|shall)\b", own.split(words)[0] if words else ""):
        return "planned"
    if words and _PAST_WORDS.search(words):
        return "occurred"
    if _FUTURE.search(sentence[max(0, start - 25) : start]) or re.search(
        r"\b(?:upcoming|forthcoming|next|scheduled)\b", clause[:60]
    ):
        return "planned"
    if (
        not words
        and _FUTURE.search(clause)
        and not re.search(r"\b(?:was|were|held|took|last|during|after|following|ago)\b", clause)
    ):
        return "planned"
    return "occurred"
