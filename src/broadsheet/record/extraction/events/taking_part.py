"""Who takes part in what one trigger tells of: its subject and object, or who a pronoun or "the ministers" stands for."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from ..analysis import Analysis
from .parties import Party, objects, subjects, unique
from .triggers import Trigger

_HEADS = (
    r"(?:deputy |foreign |prime |defen[cs]e |finance |vice |first deputy |federal )*(?:minister|president|secretary|chancellor|ambassador|secretary-general|secretary general|commissioner|premier|"
    r"chairman|speaker|king|director-general|director general|high representative|envoy|official|head of state|diplomat|tánaiste|taoiseach|governor|emir|amir|pope|patriarch|ombudsperson|ombudsman|chairperson)"
)
_AUX = r"(?:,?\s*(?:will|would|also|then|later|has|had|is|was|then|today|yesterday|on [A-Z]\w+(?: \d+)?|to|be|been|separately|instead|again|scheduled|due|expected|\w+ly)\b\s*)*"
_ONE = re.compile(
    rf"\b(?P<word>he|she|(?-i:EAM|PM|FM)|(?:the|his|her) (?P<head>{_HEADS}))\b\s*{_AUX}$", re.IGNORECASE
)
_SEVERAL = re.compile(
    rf"\b(?:they|both|(?:the )?(?:two |both )?(?:foreign |prime |defen[cs]e |trade )?(?:ministers|leaders|presidents|sides|parties|officials|interlocutors|delegations|diplomats|premiers|chancellors|heads of (?:state|diplomacy|government|delegations?)))\b\s*{_AUX}$",
    re.IGNORECASE,
)
_GOES_ON = re.compile(
    r"\b(?:and|then|also|before|after)\s*(?:\w+ly\s*)?(?:will\s*|also\s*|then\s*|to\s*)*$|,\s*(?:\w+ly\s*)?$"
)
_AND_VERB = re.compile(r"\b(?:and|then)\s+(?:to\s+|will\s+|also\s+|then\s+|later\s+)*$")
_INVITED = re.compile(r"\bat the invitation of\b", re.IGNORECASE)
_PASSIVE = re.compile(r"\b(?:was|were|been|be|is|being)\s+(?:\w+\s+)?$")
_ACTIVE = re.compile(r"(?:re-?)?(?:appoint|nominat|named|elect|dismiss|sack)")


@dataclass(frozen=True, slots=True)
class Scene:
    """A trigger's surroundings: the parties of its sentence, and where its stretch of it begins and ends."""

    analysis: Analysis
    number: int
    parties: list[Party]
    low: int
    high: int
    is_first: bool
    last: list[Party]
    last_subject: list[Party]
    told: list[Party]
    """The subject of the last thing told of, in this sentence or the two before."""

    @property
    def text(self) -> str:
        return self.analysis.document.text

    @property
    def offset(self) -> int:
        return self.analysis.readings[self.number].sentence.start

    @property
    def end(self) -> int:
        return self.analysis.readings[self.number].sentence.end


def parties_of_trigger(scene: Scene, trigger: Trigger) -> tuple[list[Party], list[Party]]:
    """The subject's group, and everyone who takes part."""
    takes = trigger.family.takes
    object_start = trigger.object_start + scene.offset
    if takes == "related":
        # An anniversary is of what is named after it, other events among it.
        high = scene.end if trigger.family.type == "anniversary" else scene.high
        related = _related(scene, object_start, high)
        if not related and trigger.is_prospect:
            related = [p for p in subjects_of(scene, trigger) if p.kind == "country"]
            related = [replace(p, is_inferred=True) for p in related]
        return [], related
    own = subjects_of(scene, trigger)
    if takes == "subject":
        return own, _travellers(scene, trigger, own, object_start)
    if takes == "appointee":
        return own, _appointees(scene, trigger, own, object_start)
    others = objects(scene.parties, scene.text, object_start, scene.high, direct=trigger.form == "verb")
    if trigger.form == "with" and len(others) == 1 and others[0].kind == "person" and not trigger.is_generic:
        own = _speaker(scene, trigger, others[0])
    if not others and trigger.form == "held" and own and trigger.subject_end == trigger.start:
        own = [p for p in own if p.kind != "organisation"]
    return own, unique([*own, *others])


def subjects_of(scene: Scene, trigger: Trigger) -> list[Party]:
    """Who does it: named, or meant by a pronoun, an office or a verb that goes on."""
    if trigger.form not in {"verb", "held"} and not trigger.is_prospect:
        if trigger.family.type == "call" and trigger.form == "alone":
            return _first_group(scene, trigger.start + scene.offset)
        return []
    end = trigger.subject_end + scene.offset
    floor = scene.offset if scene.is_first else scene.low
    before = scene.text[scene.offset : end]
    own: list[Party] = []
    if not scene.is_first and _AND_VERB.search(before):
        return [replace(p, is_inferred=True) for p in _first_group(scene, scene.low)]
    if not _ONE.search(before) and not _SEVERAL.search(before):
        own = subjects(scene.parties, scene.text, floor, end)
    if not own:
        own = _meant(scene, before)
    if not own and not scene.is_first and _goes_on(scene, end):
        own = [replace(p, is_inferred=True) for p in _first_group(scene, scene.low)]
    return own


def _speaker(scene: Scene, trigger: Trigger, other: Party) -> list[Party]:
    """ "During a meeting with X, Y said", "… said Y during a meeting with X": the sentence's own subject is the other side."""
    before = _first_group(scene, trigger.start + scene.offset)
    if before:
        return [replace(p, is_inferred=True) for p in before[:1]]
    after = [
        p for p in scene.parties if p.kind == "person" and p.start > other.end and p.entity != other.entity
    ]
    if after and re.fullmatch(r"\s*(?:[^,;]{0,60})?,\s*", scene.text[other.tail : after[0].lead]):
        return [replace(after[0], is_inferred=True)]
    return []


def _goes_on(scene: Scene, end: int) -> bool:
    """ "X met Y and visited Z": the subject of the first verb is that of the second."""
    if _GOES_ON.search(scene.text[scene.low : end]):
        return True
    return not any(scene.low <= party.start and party.end <= end for party in scene.parties)


def _first_group(scene: Scene, end: int) -> list[Party]:
    """The sentence's first people and who is joined to them."""
    first = next((p for p in scene.parties if p.tail <= end and p.kind == "person"), None)
    if first is None:
        return []
    group = [first]
    for party in scene.parties:
        if (
            party.start > group[-1].start
            and party.tail <= end
            and re.match(r"^\s*(?:,|and|,\s*and)\s*$", scene.text[group[-1].tail : party.lead])
        ):
            group.append(party)
    return [p for p in group if p.kind == "person"]


def _meant(scene: Scene, before: str) -> list[Party]:
    """Who "he", "the minister" or "the ministers" right before a verb is, inferred."""
    if _SEVERAL.search(before):
        people = scene.last_subject or [p for p in scene.last if p.kind == "person"]
        word = _SEVERAL.search(before)
        if word is not None and word.group(0).lower().startswith("they"):
            return [replace(p, is_inferred=True) for p in people] if len(people) >= 2 else []
        people = [p for p in scene.last if p.kind in {"person", "country"}] or people
        return [replace(p, is_inferred=True) for p in people] if len(people) >= 2 else []
    match = _ONE.search(before)
    if match is None:
        return []
    head = (match["head"] or "").lower()
    if match["word"] in {"EAM", "PM", "FM"}:
        head = "minister"
    at = scene.offset + match.start()
    if not head:
        here = [p for p in scene.parties if p.kind == "person" and p.tail <= at]
        if here:
            return [replace(here[0], is_inferred=True)]
    if not head:
        opener = _opener(scene)
        if opener is not None:
            return [replace(opener, start=at, end=at, lead=at, tail=at, is_inferred=True)]
    if not head and len(scene.told) == 1 and scene.told[0].kind == "person":
        return [replace(scene.told[0], start=at, end=at, lead=at, tail=at, is_inferred=True)]
    for earlier in range(scene.number - 1, max(-1, scene.number - 5), -1):
        if scene.analysis.readings[earlier].sentence.zone != "body":
            break
        mentions = scene.analysis.people.mentions[earlier]
        last_word = head.split()[-1] if head else ""
        fitting = [m for m in mentions if not head or any(h.split()[-1] == last_word for h in m.person.heads)]
        if fitting:
            person = fitting[0].person
            return [
                Party(at, at, at, at, person.name, "person", person.entity, person.country, is_inferred=True)
            ]
    return []


def _opener(scene: Scene) -> Party | None:
    """Whoever the sentence before begins with."""
    before = scene.number - 1
    if before < 0 or scene.analysis.readings[before].sentence.zone != "body":
        return None
    reading = scene.analysis.readings[before]
    for mention in scene.analysis.people.mentions[before][:1]:
        if reading.tokens[mention.lead].start - reading.sentence.start <= 4:
            person = mention.person
            return Party(0, 0, 0, 0, person.name, "person", person.entity, person.country)
    return None


def _travellers(scene: Scene, trigger: Trigger, own: list[Party], object_start: int) -> list[Party]:
    if trigger.form == "with":
        own = objects(scene.parties, scene.text, object_start, scene.high, direct=False)
    if trigger.family.type != "visit":
        return unique(own)
    found = [replace(p, capacity="guest") for p in own]
    invited = _INVITED.search(scene.text, scene.offset, scene.end)
    if invited:
        hosts = [p for p in scene.parties if p.kind == "person" and p.lead >= invited.end() - 1][:1]
        found = [p for p in found if p.entity not in {host.entity for host in hosts}]
        found += [replace(p, capacity="host") for p in hosts]
    return unique(found)


def _appointees(scene: Scene, trigger: Trigger, own: list[Party], start: int) -> list[Party]:
    """Who gets or leaves an office; not who gives it."""
    people = [p for p in own if p.kind == "person"]
    after = [
        p
        for p in scene.parties
        if p.kind == "person" and p.start >= start and p.lead < min(scene.high, scene.end)
    ]
    first = trigger.start + scene.offset
    is_passive = bool(_PASSIVE.search(scene.text[max(0, first - 24) : first])) or bool(
        re.match(r"(?:was|were|been|has been|is|be)\b", scene.text[first:start])
    )
    is_active = bool(_ACTIVE.match(scene.text[first:start])) and not is_passive
    chosen = after[:1] if (is_active and after) or not people else people
    return [replace(p, capacity="subject") for p in chosen]


def _related(scene: Scene, start: int, end: int) -> list[Party]:
    """Parties only where the words say between whom: belligerents and the like are never filled in."""
    match = re.search(r"\b(?:between|with|among)\b", scene.text[start:end])
    if match is None:
        return []
    return objects(scene.parties, scene.text, start + match.start(), end, direct=False)
