"""Words of a sentence that tell of an event: which family, happened or ahead, and whether they are enough on their own."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from .families import FAMILIES, HINTS, Family

Life = Literal["occurred", "planned", "cancelled", "postponed", "refused", "suggested"]
Form = Literal["verb", "held", "dated", "with", "alone"]

_LIGHT = (
    r"(?:held|hold|holds|holding|had|has|have|having|conducted|conduct|co-chaired|chaired|chair|chairs|co-chair|attended|attend|attends|attending|convened|convene|convenes|hosted|host|hosts|hosting|"
    r"took part in|takes? part in|taking part in|participated in|participate[sd]? in|participating in|joined|paid|pays?|paying|made|makes?|making|undertook|undertake|undertakes|began|begins?|beginning|started|starts?|"
    r"concluded|concludes?|completed|wrapped up|kicked off|embarked on|embarks on|addressed|opened|organi[sz]ed|led|leads?|exchanged|spoke at|speaks? at|speaking at|delivered (?:\w+ ){1,4}at|arrived (?:[\w,]+ ){0,6}?(?:on|for)|on|"
    r"gave|give|gives|given|postponed|cancelled|canceled|called off|rescheduled|delayed|suspended|received|receives|closed|closes|witnessed|ended|continued|resumed|launched|staged|carried out|co-hosted|won|called|calls?|announced|declared|set)"
)
_BEFORE = re.compile(
    rf"\b(?P<light>{_LIGHT})\s+(?:(?!(?:before|after|during|for|to|that|who|which|said|says|told|as|but|when|where|while|from|about|at|was|were|is|are)\b)(?!(?!(?:extended|expanded|dedicated|scheduled|related|enlarged)\b)\w+ed\b)[\w’'.–-]+\s+){{0,8}}$"
)
_AFTER = re.compile(
    r"^(?:\s+(?!said\b|told\b|noted\b|discussed\b|which\b|who\b)[\w“”\"'’()/&.–-]+,?){0,16}?,?\s+(?P<verb>(?:that\s+)?(?:was|were|is|are|has been|have been|will be|to be|is to be|is being|are being|had been|would be)\s+(?:also\s+|now\s+|\w+ly\s+)?"
    r"(?:held|convened|hosted|organi[sz]ed|scheduled|planned|expected|due|postponed|cancelled|canceled|called off|delayed|underway|under way|opened|concluded|launched|set|to take place|to be held|chaired|attended|conducted|resumed|carried out|rescheduled|co-chaired)"
    r"|(?:scheduled|planned|due|slated)\s+(?:for|on|to)|(?:took|takes|take|taken|will take|has taken|is taking|to take|taking) place|began|begins|started|starts|opened|opens|kicked off|kicks off|ended|concluded|is underway|will begin|will start|will open|will continue|got underway|convened|will convene)\b"
)
_HOSTED = re.compile(
    r"^[\w ]{0,40}?,?\s+which\s+(?:\w+\s+){0,3}(?:will|is to|is due to)\s+(?:host|hold|be held|take place)\b"
)
_ON_VISIT = re.compile(
    r"\b(?:is|was|are|were|be|been|arrived|arrives|currently)\s+(?:[\w,]+\s+){0,5}?(?:on|for|in [A-Z]\w+ (?:on|for))\s+(?:an?\s+|his\s+|her\s+|their\s+)?(?:[\w-]+\s+){0,4}$"
)
_AUX = re.compile(
    r"(?P<aux>\b(?:will|would|shall|should|could|can|may|might|must|won['’]t|to|has|have|had|is|are|was|were|be|been|being|not|did not|didn['’]t|does not|do not|having)\b(?:\s+(?:also|now|then|again|jointly|not|be|been|have|\w+ly))*\s*)+$"
)
_FUTURE = re.compile(
    r"\b(?:will|shall|(?:is|are|was|were) (?:also |now |currently |reportedly )?(?:to|set to|due to|going to|expected to|scheduled to|scheduled for|scheduled|slated|planned|due|expected)\b|to be held|plans? to|planning to|intends? to|upcoming|forthcoming|to take place|next (?:week|month|year|round)|agreed to|decided to|look(?:s|ed|ing)? forward to|invited)\b",
    re.IGNORECASE,
)
_REFUSED = re.compile(
    r"\b(?:refus(?:ed|es|ing|al)|declin(?:ed|es|ing)|reject(?:ed|s|ing)|turned down|ruled out|won['’]t|will not|would not|did not|didn['’]t|does not|do not|has not|have not|had not|never|failed to|unwilling to|no longer|not to|boycott\w*|snubbed|skipped|denied|denies|without|no plans?|there (?:was|were|is) no)\b(?:\s+[\w’']+){0,6}\s*$",
    re.IGNORECASE,
)
_WISHED = re.compile(
    r"\b(?:demand(?:ed|s|ing)?|request(?:ed|s|ing)?|call(?:ed|s|ing)? (?:for|on)|propos(?:ed|es|ing|al)|urg(?:ed|es|ing)|sought|seeks?|seeking|offer(?:ed|s|ing)?|suggest(?:ed|s|ing)?|ready (?:to|for)|readiness (?:to|for)|willing(?:ness)? to|wants? to|wanted to|wish(?:es|ed)? to|hop(?:es?|ed|ing) (?:to|for)|"
    r"possib(?:le|ility of)|potential|prospects? (?:of|for)|if|whether|(?-i:could|may|might|should|would|can|must)|need(?:s|ed)? (?:to|for)|opportunity (?:to|for)|importance of|interest in|in favou?r of|support(?:s|ed|ing)? (?:for )?|tried to|trying to|able to|in order to|necessary to|invitation to|invited (?:\w+ ){0,6}to|aim(?:s|ed|ing)? (?:to|at)|speculation|rumou?rs)\b"
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
_ADJUNCT = re.compile(
    r"\b(?:at|during|in|within|on the (?:sidelines|margins|eve|occasion|fringes) of|(?:with)?in the framework of|as part of|for|to attend|throughout)\s+(?:(?:an?|the|his|her|their|its|this|that|recent|[\w’'-]+)\s+){0,4}?$",
    re.IGNORECASE,
)
_AFTERMATH = re.compile(
    r"\b(?:after|before|following|ahead of|since|prior to|upon|until)\s+(?:(?:an?|the|his|her|their|its|this|that|[\w’'-]+)\s+){0,4}?$",
    re.IGNORECASE,
)
_DEFINITE = re.compile(r"\b(?:the|this|that|these|said)\s+$", re.IGNORECASE)
_JOINING = re.compile(
    r"^(?:attend|took part|takes? part|taking part|participat|join|chair|address|open|co-chair|spoke at|speaks? at)"
)
_RETURNED = re.compile(
    r"\b(?:return\w*|back|came)\b[^,;]*\bfrom\s+(?:an?|his|her|their|the)\s+(?:[\w’'-]+\s+){0,3}$"
)
_TOLD_AT = re.compile(
    r"\b(?:told|at|in|during|to|by)\s+(?:(?:an?|the|his|her|their|its|joint|weekly|regular|daily|online|virtual|subsequent|final|closing|today[’']s|[A-Z]\w+[’']s)\s+)*$",
    re.IGNORECASE,
)
_PURPOSE = re.compile(r"\bfor\s+(?:(?:an?|the|further|more|separate|\w+ly|\w+al|series of|round of)\s+)*$")
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
    is_adjunct: bool = False
    """Named only as the occasion of something else: "during the visit", "on the sidelines of the summit"."""
    is_anaphoric: bool = False
    """"the meeting": one that has been told of."""
    is_undated: bool = False


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
    low = sentence.lower()
    for family in FAMILIES:
        if not HINTS[family.type].search(low):
            continue
        if family.verbs is not None:
            for match in family.verbs.finditer(sentence):
                told = _verb(family, match, sentence)
                if told is not None:
                    add(told)
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
    return _without_parts(sorted(found, key=lambda trigger: trigger.start), sentence)


_GATHERINGS = frozenset({"meeting", "conference", "summit", "consultation", "negotiation"})


def _without_parts(triggers: list[Trigger], sentence: str) -> list[Trigger]:
    """ "the meeting of the Joint Commission was held" is one event: the second noun says whose."""
    kept: list[Trigger] = []
    for trigger in triggers:
        last = kept[-1] if kept else None
        if (
            last is not None
            and {last.family.type, trigger.family.type} <= _GATHERINGS
            and last.form in {"alone", "with", "held"}
            and trigger.form in {"alone", "with", "held"}
            and re.fullmatch(r"\s+of\s+(?:the\s+)?", sentence[last.end : trigger.start])
        ):
            if trigger.form == "held" and last.form != "held":
                kept[-1] = replace(
                    last, form="held", life=trigger.life, object_start=trigger.object_start, is_adjunct=False
                )
            continue
        kept.append(trigger)
    return kept


def _verb(family: Family, match: re.Match[str], sentence: str) -> Trigger | None:
    before = sentence[: match.start()]
    if family.type == "appointment" and re.search(
        r"\b(?:newly|recently|the|new)[ -]$", before, re.IGNORECASE
    ):
        return None
    aux = _AUX.search(before)
    subject_end = aux.start() if aux else match.start()
    life = _life(sentence, subject_end, match.start(), match.end(), match.group(0))
    return Trigger(family, match.start(), match.end(), "verb", life, subject_end, match.end())


def _noun(family: Family, match: re.Match[str], sentence: str) -> Trigger | None:
    start, end = match.span()
    before, after = sentence[:start], sentence[end:]
    noun = match.group(0)
    is_press = bool(re.search(r"(?:[Pp]ress|[Nn]ews) [Cc]onference|[Bb]riefing", noun))
    generic = bool(_GENERIC_BEFORE.search(before))
    definite = (
        bool(_DEFINITE.search(before))
        and not re.match(r"\s+(?:with|between|of)\b", after)
        and noun[0].islower()
    )
    returned = _RETURNED.search(before) if family.type == "visit" else None
    if returned is not None:
        return Trigger(family, start, end, "held", "occurred", returned.start(), end, is_undated=True)
    light = _light(family, before)
    if light is not None and not (is_press and _JOINING.match(light["light"])):
        head = sentence[: light.start()]
        aux = _AUX.search(head)
        subject_end = aux.start() if aux else light.start()
        life = _life(sentence, subject_end, light.start(), end, light["light"])
        joins = bool(_JOINING.match(light["light"]))
        return Trigger(
            family,
            start,
            end,
            "held",
            life,
            subject_end,
            end,
            is_generic=generic and _is_plural(family, noun, after),
            is_anaphoric=definite and joins,
        )
    hosted = _HOSTED.match(after)
    if hosted:
        return Trigger(family, start, end, "held", "planned", start, end)
    held = _AFTER.match(after)
    if held:
        life = _life(sentence, start, start, end + held.end(), held["verb"])
        return Trigger(
            family, start, end, "held", life, start, end, is_anaphoric=definite and life == "occurred"
        )
    if is_press and _TOLD_AT.search(before):
        return None
    if (
        family.type == "call"
        and not re.search(r"\b(?:in|during|by|over|on)\s+(?:an?|the|their|his|her)\s+(?:\w+\s+)?$", before)
        and not re.match(r"\s+(?:with|between)\b", after)
    ):
        return None
    adjunct = bool(_ADJUNCT.search(before))
    life = _life(sentence, start, start, end, "")
    if family.type == "anniversary":
        life = "planned" if life == "planned" else "occurred"
    if _PURPOSE.search(before):
        life = "planned" if life == "occurred" else life
    with_whom = bool(re.match(r"\s+(?:with|between|of)\b", after)) and family.takes != "related"
    return Trigger(
        family,
        start,
        end,
        "with" if with_whom else "alone",
        life,
        start,
        end,
        is_generic=generic,
        is_adjunct=adjunct or bool(_AFTERMATH.search(before)),
        is_anaphoric=definite,
    )


def _light(family: Family, before: str) -> re.Match[str] | None:
    """The verb that holds what a noun names; some verbs hold only some things."""
    light = _BEFORE.search(before)
    if light is None:
        return None
    verb = light["light"]
    if verb == "on":
        return light if family.type == "visit" and _ON_VISIT.search(before) else None
    if verb in {"announced", "called", "set", "won"} and family.type not in {"election", "visit", "summit"}:
        return None
    if verb in {"received", "receives"} and family.type != "call":
        return None
    if verb in {"gave", "give", "gives", "given"} and family.type != "conference":
        return None
    return light


def _is_plural(family: Family, noun: str, after: str) -> bool:
    """Several in general: "regular meetings", but neither "talks" nor "consultations"."""
    if family.type in {"negotiation", "consultation"} or "talks" in noun:
        return False
    return noun.endswith("s") and not re.match(r"\s+(?:with|between)\b", after)


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
    if words.startswith("to ") and not _WISHED.search(before):
        return "planned"
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
