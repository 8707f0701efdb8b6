"""From triggers to events: each gets the date and place that are its own, and who is named with it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from ..analysis import Analysis
from ..dates import DateMention
from ..places import PlaceMention
from ..protocol import Scalar, Suggestion, Tier, Value
from .families import SENSITIVE_TYPES
from .parties import Party, mark_sources, objects, parties_of, pronoun_subject, subjects
from .triggers import Trigger, find_triggers

_LED = re.compile(
    r"\b(?:delegations?|sides?|teams?|parties)\b.{0,60}?\b(?:led|headed|chaired|represented)\s+by\b|\b(?:co-)?chaired by\b|\b(?:were|was) (?:led|headed) by\b"
)
_DURATION = re.compile(r"^(\d{1,4})-(day|month|year|hour)\b")
_BORDER = re.compile(r"[.;]|\bwhile\b")
_VISIT_TO = re.compile(r"\b(?:to|in|at|of)\s+(?:the\s+)?(?:[a-z]+\s+){0,3}(?:the\s+)?$")
TALKING = frozenset({"meeting", "consultation", "negotiation", "call", "visit", "conference", "summit"})


@dataclass(slots=True)
class Event:
    """An event being put together; `number` is its sentence's."""

    number: int
    trigger: Trigger
    start: int
    end: int
    when: DateMention | None
    place: PlaceMention | None
    parties: list[Party]
    is_frame_date: bool = False
    tier: Tier = "B"
    reasons: list[str] = field(default_factory=list)
    duration: str = ""
    since: date | None = None

    @property
    def type(self) -> str:
        return self.trigger.family.type

    @property
    def edtf(self) -> str | None:
        if self.since is not None:
            return f"{self.since.isoformat()}/.."
        return self.when.edtf if self.when else None


def find_events(analysis: Analysis) -> list[Suggestion]:
    """The events of a story, each once, at the trigger that tells most of it."""
    mark_sources(analysis)
    events: list[Event] = []
    for number, reading in enumerate(analysis.readings):
        if reading.sentence.zone != "body":
            continue
        made = list(_of_sentence(analysis, number))
        _heads_of_delegations(analysis, number, [*events, *made])
        for event in made:
            same = next((other for other in reversed(events) if _is_same(other, event)), None)
            if same is None:
                events.append(event)
            else:
                _enrich(same, event)
    text = analysis.document.text
    for event in events:
        if event.trigger.is_prospect and event.trigger.form == "alone" and event.type in TALKING:
            earlier = [
                e.when.start_day
                for e in events
                if e.when and e.when.start_day and e.type == event.type and e.number < event.number
            ]
            event.since = earlier[-1] if earlier else None
        _rank(analysis, event)
    return [_suggestion(event, text) for event in events if event.tier]


def _of_sentence(analysis: Analysis, number: int) -> Iterator[Event]:
    reading = analysis.readings[number]
    sentence = reading.body
    offset = reading.sentence.start
    triggers = find_triggers(sentence)
    if not triggers:
        return
    parties = parties_of(analysis, number)
    sources = {org.start for org in analysis.organisations[number] if org.is_source}
    active = [party for party in parties if party.start not in sources]
    claimed: set[int] = set()
    for place, trigger in enumerate(triggers):
        start, end = trigger.start + offset, trigger.end + offset
        before = triggers[place - 1].end + offset if place else offset
        after = triggers[place + 1].start + offset if place + 1 < len(triggers) else reading.sentence.end
        when, is_frame = _date_of(
            reading.dates, start, end, before, after, claimed, reading.text, is_first=not claimed
        )
        if when is not None and not is_frame:
            claimed.add(when.start)
        event = Event(number, trigger, start, end, when, None, [], is_frame)
        event.parties = _parties_of_trigger(analysis, number, trigger, active, offset, before, after, place)
        event.place = _place_of(
            analysis.places[number], reading.text, trigger, start, end, before, after, place == 0
        )
        duration = _DURATION.match(sentence[trigger.start : trigger.end])
        if duration:
            event.duration = (
                f"P{duration[1]}{duration[2][0].upper()}" if duration[2] != "hour" else f"PT{duration[1]}H"
            )
        if _is_event(event):
            yield event


def _is_event(event: Event) -> bool:
    """Whether a trigger says enough: nouns need to be held, dated or had with somebody."""
    trigger = event.trigger
    if trigger.life == "suggested" and trigger.form != "verb":
        return False
    if trigger.form == "verb":
        if trigger.family.takes == "subject" and trigger.family.type in {"statement"}:
            return bool(event.parties) or event.when is not None
        return bool(event.parties) or (event.when is not None and event.place is not None)
    if trigger.is_prospect:
        return True
    if trigger.form == "held":
        return not trigger.is_generic and bool(event.parties or event.when or event.place)
    if trigger.family.noun_stands_alone or trigger.family.takes == "related":
        return (event.when is not None and not event.is_frame_date) or (
            trigger.family.type == "establishment-of-relations" and event.when is not None
        )
    if trigger.is_generic:
        return event.when is not None and bool(event.parties) and not event.is_frame_date
    if event.when is not None and not event.is_frame_date and _is_beside(event):
        return True
    return trigger.form == "with" and any(party.kind == "person" for party in event.parties)


def _is_beside(event: Event) -> bool:
    when = event.when
    assert when is not None
    return -2 <= event.start - when.end <= 25 or 0 <= when.start - event.end <= 45


def _date_of(
    dates: list[DateMention],
    start: int,
    end: int,
    before: int,
    after: int,
    claimed: set[int],
    text: str,
    *,
    is_first: bool,
) -> tuple[DateMention | None, bool]:
    """The trigger's date: after it, else before it, up to the neighbouring triggers; else the sentence's opening one."""
    usable = [d for d in dates if d.start not in claimed]
    inside = [d for d in usable if start <= d.start and d.end <= end and not d.is_derived]
    if inside:
        return inside[0], False
    derived = [d for d in usable if d.is_derived]
    plain = [d for d in usable if not d.is_derived]
    later = [
        d
        for d in plain
        if end <= d.start
        and d.end <= after
        and not _BORDER.search(text[end : d.start])
        and not _is_topic_date(text[end : d.start])
    ]
    fine = [d for d in later if len(d.edtf) >= 10]
    if fine:
        return fine[0], False
    earlier = [d for d in plain if before <= d.start and d.end <= start]
    fine = [d for d in earlier if len(d.edtf) >= 10]
    if fine:
        return fine[-1], False
    if derived and "establishment" in text[start:end]:
        return derived[0], False
    if later:
        return later[0], False
    if earlier:
        return earlier[-1], False
    frame = [d for d in dates if d.is_frame and d.end <= start and not d.is_derived]
    return (frame[0], True) if frame else (None, False)


def _is_topic_date(between: str) -> bool:
    """A date after "the agreement of" or "adopted in" is of something else."""
    return bool(
        re.search(
            r"\b(?:agreement|treaty|resolution|declaration|since|adopted|established|elected|memorandum|signed|founded|born|elections?|until|dated|Convention)\b",
            between,
        )
    ) and not between.lstrip().startswith(("on ", "at "))


def _parties_of_trigger(
    analysis: Analysis,
    number: int,
    trigger: Trigger,
    parties: list[Party],
    offset: int,
    before: int,
    after: int,
    place: int,
) -> list[Party]:
    text = analysis.document.text
    reading = analysis.readings[number]
    takes = trigger.family.takes
    subject_end, object_start = trigger.subject_end + offset, trigger.object_start + offset
    if takes == "related":
        # An anniversary is of what is named after it, other events among it.
        end = reading.sentence.end if trigger.family.type == "anniversary" else after
        return _related(parties, text, object_start, end)
    own: list[Party] = []
    if trigger.form in {"verb", "held"}:
        own = subjects(parties, text, reading.sentence.start, before if place else offset, subject_end)
        if not own:
            own = pronoun_subject(analysis, number, text[offset:subject_end])
        if not own and place and _goes_on(text[before:subject_end], parties, before, subject_end):
            first = _first_verb(text, offset, subject_end, parties)
            own = [replace(p, is_inferred=True) for p in subjects(parties, text, offset, offset, first)]
    if takes == "subject":
        own = own if trigger.form in {"verb", "held"} else []
        invited = re.search(r"\bat the invitation of\b", text[object_start : reading.sentence.end])
        if trigger.form == "with":
            own = objects(parties, text, object_start, after, direct=False)
        if invited and trigger.family.type == "visit":
            hosts = [p for p in parties if p.kind == "person" and p.lead >= object_start + invited.end() - 1][
                :1
            ]
            own = [*own, *(replace(p, capacity="host") for p in hosts if p not in own)]
        return _unique(
            [
                replace(p, capacity="guest")
                if trigger.family.type == "visit" and p.capacity == "participant"
                else p
                for p in own
            ]
        )
    if takes == "appointee":
        return _appointees(trigger, parties, text, own, object_start, min(after, reading.sentence.end))
    direct = trigger.form == "verb"
    others = objects(parties, text, object_start, after, direct=direct)
    if not others and trigger.form in {"held"} and own and trigger.subject_end == trigger.start:
        own = [p for p in own if p.kind != "organisation"]
    return _unique([*own, *others])


def _goes_on(between: str, parties: list[Party], start: int, end: int) -> bool:
    """ "X met Y and visited Z": the subject of the first verb is that of the second."""
    if re.search(r"\b(?:and|then|also|,)\s*(?:\w+ly\s*)?(?:will\s*|also\s*|then\s*|to\s*)*$", between):
        return True
    return not any(start <= party.start and party.end <= end for party in parties)


def _first_verb(text: str, offset: int, end: int, parties: list[Party]) -> int:
    """Where the first group of parties of the sentence ends: before it stands the subject."""
    first = next((p for p in parties if p.start >= offset and p.tail <= end and p.kind == "person"), None)
    if first is None:
        return offset
    last = first
    for party in parties:
        if (
            party.start > last.start
            and party.tail <= end
            and re.match(r"^\s*(?:,|and|,\s*and)\s*$", text[last.tail : party.lead])
        ):
            last = party
    return last.tail


def _related(parties: list[Party], text: str, start: int, end: int) -> list[Party]:
    """Parties only where the words say between or of whom: belligerents and the like are never filled in."""
    match = re.search(r"\b(?:between|with|among)\b", text[start:end])
    if match is None:
        return []
    return objects(parties, text, start + match.start(), end, direct=False)


def _appointees(
    trigger: Trigger, parties: list[Party], text: str, own: list[Party], start: int, end: int
) -> list[Party]:
    people = [p for p in own if p.kind == "person"]
    after = [p for p in parties if p.kind == "person" and p.start >= start and p.lead < end]
    word = text[start - (trigger.end - trigger.start) : start]
    is_passive = bool(
        re.search(
            r"\b(?:was|were|been|be|is|being)\s+(?:\w+\s+)?$",
            text[max(0, start - (trigger.end - trigger.start) - 24) : start - (trigger.end - trigger.start)],
        )
    )
    is_active = re.match(r"(?:re-?)?(?:appoint|nominat|named|elect|dismiss|sack)", word) and not is_passive
    if is_active and after:
        return [replace(p, capacity="subject") for p in after[:1]]
    if people:
        return [replace(p, capacity="subject") for p in people]
    return [replace(p, capacity="subject") for p in after[:1]]


def _place_of(
    places: list[PlaceMention],
    text: str,
    trigger: Trigger,
    start: int,
    end: int,
    before: int,
    after: int,
    is_first: bool,
) -> PlaceMention | None:
    later = [p for p in places if end <= p.start < after and not _BORDER.search(text[end : p.start])]
    if trigger.family.type == "visit":
        for p in later[:2]:
            gap = text[end : p.start]
            if (gap.strip() in {"", "the"} or _VISIT_TO.search(gap)) and p.form != "demonym":
                return p
        inside = [p for p in places if start <= p.start and p.end <= end and p.form != "demonym"]
        if inside:
            return inside[-1]
    for p in later:
        if (
            p.kind == "place"
            and p.rule in {"place.position", "place.after-in"}
            and (is_first or not re.search(r"\b(?:and|after|before|following)\b[^,]*$", text[end : p.start]))
        ):
            return p
    for p in later:
        if (
            p.kind == "country"
            and p.form == "name"
            and re.search(r"\b(?:in|at)\s+(?:the\s+)?$", text[end : p.start])
        ):
            return p
    if is_first or before <= start:
        for p in places:
            if (
                before <= p.start < start
                and p.rule in {"place.position", "place.after-in"}
                and re.search(
                    r"(?:^|[,;]\s*)(?:[Ii]n|[Aa]t|[Ww]hile in|[Dd]uring [\w ]+ (?:to|in))\s+(?:the\s+)?$",
                    text[max(0, p.start - 40) : p.start],
                )
            ):
                return p
    return None


def _heads_of_delegations(analysis: Analysis, number: int, events: list[Event]) -> None:
    """ "The delegations, led by X and Y, discussed …" names who headed the event told of just before."""
    reading = analysis.readings[number]
    match = _LED.search(reading.body)
    if match is None:
        return
    recent = [
        e
        for e in events
        if number - 2 <= e.number <= number
        and e.type in TALKING
        and e.trigger.life in {"occurred", "planned"}
    ]
    if not recent:
        return
    target = next((e for e in recent if e.number < number), recent[0])
    start = reading.sentence.start + match.end()
    heads = [
        replace(p, capacity="head-of-delegation")
        for p in objects(
            parties_of(analysis, number), analysis.document.text, start - 3, reading.sentence.end, direct=True
        )
        if p.kind == "person"
    ]
    target.parties = _unique(
        [*[p for p in target.parties if p.entity not in {h.entity for h in heads}], *heads]
    )


def _unique(parties: list[Party]) -> list[Party]:
    seen: dict[str, Party] = {}
    for party in parties:
        seen.setdefault(party.entity, party)
    return list(seen.values())


def _is_same(one: Event, other: Event) -> bool:
    """Whether a later trigger tells of an event that has been told of."""
    alike = {"meeting", "consultation", "negotiation"}
    if one.type != other.type and not (one.type in alike and other.type in alike):
        return False
    if one.trigger.is_prospect != other.trigger.is_prospect or one.trigger.life != other.trigger.life:
        return False
    if one.edtf and other.edtf and one.edtf != other.edtf:
        return False
    mine, theirs = {p.entity for p in one.parties}, {p.entity for p in other.parties}
    if theirs and mine and not (mine & theirs):
        return False
    if one.type in alike and mine and theirs:
        # The same person's next meeting, with somebody else, is another meeting.
        return theirs <= mine or mine <= theirs or len(mine & theirs) >= 2
    if one.place and other.place and one.place.entity != other.place.entity:
        return False
    return bool(mine & theirs) or not theirs or not mine


def _enrich(one: Event, other: Event) -> None:
    one.when = one.when or other.when
    one.is_frame_date = one.is_frame_date and other.is_frame_date
    one.place = one.place or other.place
    if len(one.parties) < 2:
        one.parties = _unique([*one.parties, *other.parties])


def _rank(analysis: Analysis, event: Event) -> None:
    """The tier, with its reason in words; cancels a future that lies behind, and the other way round."""
    trigger = event.trigger
    published = analysis.document.published
    if (
        event.when
        and event.when.start_day
        and event.when.start_day > published
        and trigger.life == "occurred"
        and not event.when.is_derived
    ):
        event.trigger = trigger = replace(trigger, life="planned")
    reasons = event.reasons
    reasons.append(
        {
            "verb": "a verb that tells it",
            "held": "a noun that is held",
            "dated": "a dated noun",
            "with": "a noun with whom",
            "alone": "a noun with a date",
        }[trigger.form]
    )
    tier: Tier = "A"
    if event.when is None:
        tier = "B"
        reasons.append("no date in its words")
    elif event.when.is_derived:
        tier = "B"
        reasons.append("its date is derived")
    elif event.is_frame_date:
        tier = "B" if event.trigger.form not in {"verb", "held"} else "A"
        reasons.append("date from the sentence's opening")
    if (
        not event.parties
        and event.place is None
        and not trigger.family.noun_stands_alone
        and trigger.form != "alone"
        and trigger.form != "held"
    ):
        tier = "B"
        reasons.append("nobody named")
    if any(p.is_inferred for p in event.parties):
        tier = max(tier, "B")
        reasons.append("who took part is inferred")
    if trigger.life in {"cancelled", "postponed", "refused"}:
        tier = max(tier, "B")
        reasons.append(f"the words say {trigger.life}")
    if trigger.is_prospect:
        tier = "B"
        reasons.append("intended, no date: a topic, not a calendar's entry")
    if trigger.is_quoted:
        tier = max(tier, "B")
        reasons.append("inside a quotation: the speaker's words")
    if trigger.life == "suggested":
        tier = "C"
        reasons.append("wished for or possible only")
    if trigger.family.type in SENSITIVE_TYPES:
        tier = "C"
        reasons.append("sensitive: needs two editors and a source")
    event.tier = tier


def _suggestion(event: Event, text: str) -> Suggestion:
    value: dict[str, Scalar | Value | list[Value] | list[str]] = {
        "type": event.type,
        "date": event.edtf,
        "place": event.place.value if event.place else None,
        "life": event.trigger.life,
        "participants": [_party(party) for party in event.parties],
    }
    if event.place:
        value["place_entity"] = event.place.entity
    if event.duration:
        value["duration"] = event.duration
    if event.trigger.family.plover:
        value["plover"] = event.trigger.family.plover
    if event.type in SENSITIVE_TYPES:
        value["sensitive"] = True
    return Suggestion(
        "event",
        event.start,
        event.end,
        text[event.start : event.end],
        value,
        event.tier,
        f"event.{event.type}.{event.trigger.form}",
        "; ".join(event.reasons),
    )


def _party(party: Party) -> Value:
    return {
        "name": party.name,
        "kind": party.kind,
        "entity": party.entity,
        "capacity": party.capacity,
        "representing": f"country:{party.country}" if party.country and party.kind == "person" else None,
        "inferred": party.is_inferred,
    }
