"""Who takes part in an event: whom the trigger's words name as subject and object, never who only reports it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from ..analysis import Analysis
from ..grammar import lexicon
from ..reading import Reading

_JOIN = re.compile(
    r"^[\s,]*(?:and|as well as|together with|along with|alongside|accompanied by|with|,|&|on one side|both|the|led by|headed by|his|her|their|his [\w ]{0,30}|her [\w ]{0,30}|between|[-–—]|also|visiting|respectively|including|and the|and his|and her)*[\s,]*(?:(?:H\.?E\.?|Mr|Ms|Mrs|Dr|Sir|the)\.?\s*)*$"
)
_CUT = re.compile(
    r"\b(?:to (?:discuss|continue|review|address|exchange|explore|mark|sign|launch|strengthen|deepen|consider|hold talks about|talk about|express|thank|congratulate|coordinate|prepare)|during which|where|who|whom|which|that|discuss(?:ed|ing|es)|focus(?:ed|ing|es|sed)?|regarding|"
    r"concerning|about|on issues|in order to|said|says|told|according|after which|following|ahead of|before|after|as part of|within the (?:framework|scope)|because|while|when|reports?|reported|announced|noted|stressed|aimed|dedicated|devoted|as|since|until|amid|despite|over the|and (?:discussed|signed|exchanged|expressed|agreed|stressed|reviewed|thanked|called|said|underlined|emphasi[sz]ed|praised|briefed|will|the two|both))\b|;|—|:"
)
_TOPIC_NOUN = re.compile(
    r"\b(?:relations|ties|cooperation|co-operation|partnership|conflict|war|border|situation|agreement|dispute|tensions|normali[sz]ation|trade|reconciliation|friendship)\s+(?:between|with|of|among)\s*$"
)
_NOT_LEFT = re.compile(
    r"\b(?:said|says|that|told|reported|announced|noted|stressed|added|according|who said|after|following|before|ahead of|thanked|when|while|if)\b|;"
)
_SUBJECT_AUX = re.compile(
    r"^[\s,]*(?:(?:(?:will|would|shall|should|could|can|may|might|to|has|have|had|is|are|was|were|also|today|yesterday|then|later|on|in|jointly|both|each|all|together|again|recently|earlier|briefly|this|week|\w+ly|who|separately|officially|been|be|for|the first time|expected|scheduled|due|set|plan|plans|planning|intend|intends|hope|hopes|decided|agreed|not|did|not|refused|declined)\b|\d{1,4}|January|February|March|April|May|June|July|August|September|October|November|December|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)[\s,]*)*$"
)


# Words before a country that make it a place.
PLACE_WORDS = frozenset({"in", "near", "across", "throughout", "inside", "outside", "from", "into"})


@dataclass(frozen=True, slots=True)
class Party:
    """Someone or something that takes part. `start` and `end` are places in the text."""

    start: int
    end: int
    lead: int
    tail: int
    name: str
    kind: str
    entity: str
    country: str = ""
    capacity: str = "participant"
    is_inferred: bool = False


def parties_of(analysis: Analysis, number: int) -> list[Party]:
    """Everyone and everything in a sentence that could take part, by place; offices belong to their holders."""
    reading = analysis.readings[number]
    tokens = reading.tokens
    found: list[Party] = []
    covered: set[int] = set()
    for mention in analysis.people.mentions[number]:
        lead, tail = _extent(reading, mention.lead, mention.tail)
        covered.update(range(mention.lead, mention.tail))
        found.append(
            Party(
                mention.start,
                mention.end,
                lead,
                tail,
                mention.person.name,
                "person",
                mention.person.entity,
                mention.person.country,
            )
        )
    for title in analysis.people.titles[number]:
        covered.update(range(title.lead, title.last))
    for org in analysis.organisations[number]:
        if org.first in covered:
            continue
        before = (
            tokens[
                org.first - 2 if org.first > 1 and tokens[org.first - 1].low == "the" else org.first - 1
            ].low
            if org.first
            else ""
        )
        if before in {"of", "at", "in", "from", "within", "under", "to", "into", "for", "on"}:
            continue
        covered.update(range(org.first, org.last))
        found.append(
            Party(org.start, org.end, org.start, org.end, org.name, "organisation", org.entity, org.country)
        )
    left_out: int | None = None
    for place in analysis.places[number]:
        if place.kind != "country" or place.form not in {"name", "metonym"} or place.first in covered:
            continue
        if place.form == "metonym":
            continue
        before = tokens[place.first - 1].low if place.first else ""
        after = tokens[place.last].low if place.last < len(tokens) else ""
        is_listed = left_out is not None and all(
            token.low in {",", "and", "the"} for token in tokens[left_out : place.first]
        )
        if before == "the" and place.first > 1:
            before = tokens[place.first - 2].low
        if after in {"'s", "'"} or before in PLACE_WORDS or is_listed:
            left_out = place.last if before in PLACE_WORDS or is_listed else None
            continue
        if any(org.start == place.end + 1 for org in analysis.organisations[number]):
            continue  # "US Department of State"
        hit = reading.hits_from(place.first, "country")
        label = hit[0].known.label if hit else place.value
        found.append(
            Party(place.start, place.end, place.start, place.end, label, "country", place.entity, place.iso)
        )
    return sorted(found, key=lambda party: party.start)


def _extent(reading: Reading, lead: int, tail: int) -> tuple[int, int]:
    tokens = reading.tokens
    return tokens[lead].start, tokens[min(tail, len(tokens)) - 1].end


def subjects(parties: list[Party], text: str, floor: int, end: int) -> list[Party]:
    """The group that stands as subject before `end`: the nearest party and those joined to it, back to `floor`."""
    before = [party for party in parties if floor <= party.start and party.end <= end]
    if not before:
        return []
    last = len(before) - 1
    if not _SUBJECT_AUX.match(text[before[last].tail : end]):
        # Nothing stands right before the verb: the nearest person, unless a reporting verb stands between.
        people = [n for n, party in enumerate(before) if party.kind == "person"]
        while (
            people
            and _NOT_LEFT.search(text[before[people[-1]].tail : end])
            and not _is_relative(text[before[people[-1]].tail : end])
        ):
            people.pop()
        if not people:
            return []
        last = people[-1]
    group = [before[last]]
    for party in reversed(before[:last]):
        if not _JOIN.match(text[party.tail : group[0].lead]) and not _JOIN.match(
            text[party.end : group[0].lead]
        ):
            break
        group.insert(0, party)
    if any(party.kind == "person" for party in group):
        group = [
            party
            for party in group
            if party.kind == "person"
            or (party.kind == "organisation" and not party.entity.startswith("org:ministry"))
        ]
    return group


def _is_relative(between: str) -> bool:
    """ ", who is on a visit to Baku, met": the words between belong to the person."""
    return bool(
        re.match(r"^,?\s*(?:who|accompanied|currently|on a)\b", between)
    ) and between.rstrip().endswith(",")


def objects(parties: list[Party], text: str, start: int, end: int, *, direct: bool) -> list[Party]:
    """The group named after a trigger, up to where the sentence turns to what was talked about."""
    region = text[start:end]
    cut = next(
        (m.start() for m in _CUT.finditer(region) if not _inside(parties, start + m.start())), len(region)
    )
    stop = start + cut
    after = [party for party in parties if party.start >= start and party.lead < stop]
    if not after:
        return []
    first = 0
    gap = text[start : after[0].lead]
    if _TOPIC_NOUN.search(gap):
        return []
    if not direct and not re.search(
        r"\b(?:with|between|of|by|to|among|including|and|from|participation)\b",
        text[start : after[0].start] + " ",
    ):
        return []
    if after[0].kind != "person":
        # "talks in Geneva with …", "the meeting of the EU with …": people win when they are named in the same breath.
        people = next((n for n, party in enumerate(after) if party.kind == "person"), None)
        if people is not None and re.search(
            r"\b(?:with|between|by|to|of)\b[^,;]*$", text[start : after[people].lead]
        ):
            first = people
    group = [after[first]]
    for party in after[first + 1 :]:
        gap = text[group[-1].tail : party.lead]
        if not _JOIN.match(gap) and not re.match(
            r"^\s*(?:,|and|,\s*and)?\s*(?:(?:also|then|later|as well as) )?with(?: the| his| her)?\s*$", gap
        ):
            break
        group.append(party)
    if any(party.kind == "person" for party in group):
        group = [party for party in group if party.kind == "person"]
    return group


def _inside(parties: list[Party], place: int) -> bool:
    """A cutting word inside of somebody's title cuts nothing: "Minister for Relations with …"."""
    return any(party.lead <= place < party.tail for party in parties)


def mark_sources(analysis: Analysis) -> None:
    """Organisations that only report: "the ministry said", "according to the ministry", "told AZERTAC"."""
    for number, reading in enumerate(analysis.readings):
        marked = []
        for org in analysis.organisations[number]:
            before = " ".join(token.low for token in reading.tokens[max(0, org.first - 3) : org.first])
            following = [token.low for token in reading.tokens[org.last : org.last + 4]]
            is_source = (
                any(word in lexicon.SOURCE_VERBS for word in following[:1])
                or (
                    following[:1] in (["has"], ["have"], ["also"])
                    and any(word in lexicon.SOURCE_VERBS for word in following[1:3])
                )
                or bool(
                    re.search(
                        r"\b(?:according to|citing|told|reports?|quoting|statement (?:by|from|of)|data of)(?: the)?$",
                        before,
                    )
                )
            )
            marked.append(replace(org, is_source=is_source))
        analysis.organisations[number] = marked


def unique(parties: list[Party]) -> list[Party]:
    """Each once, the first mention stays."""
    seen: dict[str, Party] = {}
    for party in parties:
        seen.setdefault(party.entity, party)
    return list(seen.values())
