"""From triggers to events: each gets the date and place that are its own, and who is named with it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date

from ..analysis import Analysis
from ..dates import DateMention
from ..places import PlaceMention
from ..protocol import Scalar, Suggestion, Tier, Value
from .binding import is_close, own_date, own_place
from .families import SENSITIVE_TYPES
from .parties import Party, mark_sources, objects, parties_of, unique
from .taking_part import Scene, parties_of_trigger
from .triggers import Trigger, find_triggers

_LED = re.compile(
    r"\b(?:delegations?|sides?|teams?|parties)\b.{0,60}?\b(?:led|headed|chaired|represented)\s+by\b|\b(?:co-)?chaired by\b|\battended by\b|\b(?:were|was|be) (?:led|headed|chaired) by\b|\b(?P<active>led|headed|co-chaired|chaired) (?:the|their|both) (?:\w+ )?(?:delegations?|sides|meeting|consultations|talks)\b"
)
_DURATION = re.compile(r"^(\d{1,4})-(day|month|year|hour)\b")
_CALL_TO = re.compile(r"^[\s,]*to\s+[a-z]+\b")
TALKING = frozenset({"meeting", "consultation", "negotiation", "call", "visit", "conference", "summit"})
# How many sentences on a thing without names may still be the same.
NEAR = 3
# How many events back one is looked for again: a bound for texts that are no stories.
MEMORY = 60
ALIKE = frozenset({"meeting", "consultation", "negotiation"})


@dataclass(slots=True)
class Event:
    """An event being put together; `number` is its sentence's. `subject` is the group that it is told of."""

    number: int
    trigger: Trigger
    start: int
    end: int
    when: DateMention | None
    place: PlaceMention | None
    parties: list[Party]
    subject: list[Party] = field(default_factory=list)
    is_frame_date: bool = False
    is_inherited_date: bool = False
    tier: Tier = "B"
    reasons: list[str] = field(default_factory=list)
    since: date | None = None
    year: int = 0
    """The dateline's."""

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
        made = _of_sentence(analysis, number, events)
        _heads_of_delegations(analysis, number, [*events[-MEMORY:], *made])
        for event in made:
            if event.trigger.is_anaphoric and event.when is None and _joins(events, event):
                continue
            same = next((other for other in reversed(events[-MEMORY:]) if _is_same(other, event)), None)
            if same is None:
                events.append(event)
            else:
                _enrich(same, event)
    text = analysis.document.text
    for event in events:
        if event.trigger.is_prospect and event.when is None and event.type in TALKING:
            earlier = [
                e.when.start_day
                for e in events
                if e.when and e.when.start_day and e.type == event.type and e.number < event.number
            ]
            event.since = earlier[-1] if earlier else None
        _rank(analysis, event)
    return [_suggestion(event, text) for event in events]


def _of_sentence(analysis: Analysis, number: int, earlier: list[Event]) -> list[Event]:
    reading = analysis.readings[number]
    offset = reading.sentence.start
    triggers = find_triggers(reading.body)
    if not triggers:
        return []
    mains = [t for t in triggers if not t.is_adjunct]
    # "met during the summit on 5 May": the occasion parts nothing, unless there is nothing else.
    order = [*mains, *(t for t in triggers if t.is_adjunct)]
    sources = {org.start for org in analysis.organisations[number] if org.is_source}
    active = [party for party in parties_of(analysis, number) if party.start not in sources]
    claimed: set[int] = set()
    made: list[Event] = []
    for trigger in order:
        among = mains if not trigger.is_adjunct else triggers
        place = among.index(trigger)
        low = among[place - 1].end + offset if place else offset
        high = among[place + 1].start + offset if place + 1 < len(among) else reading.sentence.end
        when, is_frame = own_date(reading.dates, trigger, offset, low, high, claimed, reading.text)
        if when is not None and (trigger.form in {"alone", "with"} or trigger.family.takes == "related"):
            loose = (
                trigger.form == "held"
                or (trigger.family.noun_stands_alone and trigger.family.type == "anniversary")
                or when.is_derived
            )
            if (
                not loose
                and (
                    is_frame
                    or not is_close(trigger, when, offset, reading.text, active, analysis.places[number])
                )
                and trigger.form != "verb"
            ):
                when, is_frame = None, False
        if when is not None and not is_frame:
            claimed.add(when.start)
        event = Event(
            number,
            trigger,
            trigger.start + offset,
            trigger.end + offset,
            when,
            None,
            [],
            is_frame_date=is_frame,
            year=analysis.document.published.year,
        )
        if when is None and not trigger.is_undated:
            _inherit(event, made, reading.text)
        scene = Scene(
            analysis,
            number,
            active,
            low,
            high,
            is_first=place == 0,
            last=earlier[-1].parties if earlier else [],
            last_subject=_last_subject(earlier, made, number),
            told=_told(earlier, made, number),
        )
        event.subject, event.parties = parties_of_trigger(scene, trigger)
        if event.when is None and trigger.form == "with" and any(p.kind == "person" for p in event.parties):
            event.when = _only_day(reading.dates)
            event.is_inherited_date = event.when is not None
        event.place = own_place(analysis.places[number], trigger, offset, low, high, reading.text, active)
        if _is_event(event, reading.text):
            made.append(event)
    return sorted(made, key=lambda event: event.start)


def _last_subject(earlier: list[Event], made: list[Event], number: int) -> list[Party]:
    """Who "they" are: the subject of what was told of in the sentence before."""
    for event in reversed([*earlier[-MEMORY:], *made]):
        if number - event.number <= 2 and len(event.subject) >= 2:
            return event.subject
    return []


def _told(earlier: list[Event], made: list[Event], number: int) -> list[Party]:
    """Who "he" or "she" is: the subject of the last thing told of nearby."""
    for event in reversed([*earlier[-MEMORY:], *made]):
        if number - event.number > 2:
            return []
        if event.subject:
            return event.subject
    return []


def _inherit(event: Event, made: list[Event], text: str) -> None:
    """ "visited Tbilisi on May 14 and met the prime minister": the second verb has the first one's day, inferred."""
    if event.trigger.form not in {"verb", "held"} or not made or event.trigger.is_adjunct:
        return
    first = made[-1]
    between = text[first.end : event.start]
    if (
        first.when is not None
        and first.trigger.form in {"verb", "held"}
        and first.trigger.life == event.trigger.life
        and len(first.when.edtf) == 10
        and re.search(r"\b(?:and|where|during which|before|then)\b[^.;]*$", between)
    ):
        event.when, event.is_inherited_date = first.when, True


def _only_day(dates: list[DateMention]) -> DateMention | None:
    """The one day that a sentence names, however often."""
    days = {d.edtf: d for d in reversed(dates) if len(d.edtf) == 10}
    return next(iter(days.values())) if len(days) == 1 else None


def _is_event(event: Event, text: str) -> bool:
    """Whether a trigger says enough: nouns need to be held, dated or had with somebody."""
    trigger = event.trigger
    family = trigger.family
    people = [party for party in event.parties if party.kind == "person"]
    if trigger.life == "suggested" and trigger.form != "verb" and family.type != "anniversary":
        return False
    if trigger.form == "verb":
        if text[event.start : event.end].startswith("called on"):
            return bool(people) and not any(
                _CALL_TO.match(text[p.tail : p.tail + 30]) for p in people if p.start >= event.end
            )
        if family.type == "statement":
            return bool(event.parties)
        if text[event.start : event.end].startswith("went"):
            return bool(event.parties) and event.place is not None
        if family.takes == "related":
            return bool(event.parties) or event.when is not None
        return bool(event.parties) or (event.when is not None and event.place is not None)
    if trigger.is_prospect:
        return True
    if trigger.life == "refused" and trigger.form != "held":
        return False
    if trigger.form == "held":
        return not trigger.is_generic and bool(event.parties or event.when or event.place)
    if family.type == "anniversary":
        return event.when is not None and abs(int(event.when.edtf[:4]) - event.year) <= 1
    if family.noun_stands_alone or family.takes == "related":
        return event.when is not None
    if trigger.is_generic:
        return event.when is not None and bool(event.parties)
    return event.when is not None or (trigger.form == "with" and bool(people))


def _heads_of_delegations(analysis: Analysis, number: int, events: list[Event]) -> None:
    """ "The delegations, led by X and Y, discussed …" names who headed the event told of just before."""
    reading = analysis.readings[number]
    recent = [
        e
        for e in events
        if number - 2 <= e.number <= number
        and e.type in TALKING
        and e.trigger.life in {"occurred", "planned"}
    ]
    if not recent:
        return
    parties = parties_of(analysis, number)
    for match in _LED.finditer(reading.body):
        here = [e for e in recent if e.number == number and e.start < reading.sentence.start + match.start()]
        before = [e for e in recent if e.number < number]
        target = (here or before or recent)[0]
        start, end = reading.sentence.start + match.end(), reading.sentence.end
        if match["active"]:
            found = [p for p in parties if p.tail <= reading.sentence.start + match.start()][-2:]
        else:
            found = objects(parties, analysis.document.text, start - 3, end, direct=True)
        heads = [replace(p, capacity="head-of-delegation") for p in found if p.kind == "person"]
        known = {head.entity for head in heads}
        target.parties = unique([*(p for p in target.parties if p.entity not in known), *heads])


def _joins(events: list[Event], event: Event) -> bool:
    """ "X attended the meeting": one more who took part in what has been told of."""
    for other in reversed(events):
        if event.number - other.number > 4:
            return False
        is_like = other.type == event.type or (other.type in ALIKE and event.type in ALIKE)
        if is_like and (other.trigger.life == event.trigger.life or other.trigger.life == "planned"):
            other.parties = unique([*other.parties, *event.parties])
            return True
    return False


def _is_same(one: Event, other: Event) -> bool:
    """Whether a later trigger tells of an event that has been told of."""
    if one.type != other.type and not (one.type in ALIKE and other.type in ALIKE):
        return False
    if one.trigger.is_prospect != other.trigger.is_prospect or one.trigger.life != other.trigger.life:
        return False
    if one.edtf and other.edtf and one.edtf != other.edtf:
        return False
    mine, theirs = {p.entity for p in one.parties}, {p.entity for p in other.parties}
    if theirs and mine and not (mine & theirs):
        return False
    if not (mine and theirs) and other.number - one.number > NEAR:
        return False
    if one.place and other.place and one.place.entity != other.place.entity:
        return False
    if one.type in TALKING - {"visit"} and mine and theirs:
        # The same person's next meeting, with somebody else, is another meeting.
        return theirs <= mine or mine <= theirs or len(mine & theirs) >= 2
    return bool(mine & theirs) or not theirs or not mine


def _enrich(one: Event, other: Event) -> None:
    if one.when is None:
        one.when, one.is_frame_date, one.is_inherited_date = (
            other.when,
            other.is_frame_date,
            other.is_inherited_date,
        )
    one.place = one.place or other.place
    if len(one.parties) < 2:
        one.parties = unique([*one.parties, *other.parties])


_FORMS = {
    "verb": "a verb that tells it",
    "held": "a noun that is held",
    "with": "a noun with whom",
    "alone": "a noun with a date",
}


def _rank(analysis: Analysis, event: Event) -> None:
    """The tier, with its reason in words; what lies ahead of the dateline has not happened, whatever the verb."""
    trigger = event.trigger
    ahead = (
        event.when is not None
        and event.when.start_day is not None
        and event.when.start_day > analysis.document.published
    )
    if ahead and trigger.life == "occurred":
        event.trigger = trigger = replace(trigger, life="planned")
    doubts: list[tuple[bool, Tier, str]] = [
        (event.when is None, "B", "no date in its words"),
        (event.when is not None and event.when.is_derived, "B", "its date is derived"),
        (event.is_inherited_date, "B", "its date is that of the verb before"),
        (
            not event.parties and event.place is None and trigger.form in {"verb", "with"},
            "B",
            "nobody named",
        ),
        (any(p.is_inferred for p in event.parties), "B", "who took part is inferred"),
        (trigger.life in {"cancelled", "postponed", "refused"}, "B", f"the words say {trigger.life}"),
        (
            trigger.life == "refused" and event.when is None and event.type not in TALKING,
            "C",
            "not done, and no date",
        ),
        (trigger.is_prospect, "B", "intended only: a topic, not a calendar's entry"),
        (trigger.is_quoted, "B", "inside a quotation: the speaker's words"),
        (
            trigger.family.type == "message" and analysis.readings[event.number].sentence.index > 1,
            "C",
            "a courtesy in passing",
        ),
        (trigger.life == "suggested", "C", "wished for or possible only"),
        (trigger.family.type in SENSITIVE_TYPES, "C", "sensitive: needs two editors and a source"),
    ]
    tier: Tier = "A"
    event.reasons.append(_FORMS[trigger.form])
    if event.is_frame_date:
        event.reasons.append("date from the sentence's opening")
    for applies, lowest, why in doubts:
        if applies:
            tier = max(tier, lowest)
            event.reasons.append(why)
    event.tier = tier


def _suggestion(event: Event, text: str) -> Suggestion:
    value: dict[str, Scalar | Value | list[Value] | list[str]] = {
        "type": event.type,
        "date": event.edtf,
        "place": event.place.label if event.place else None,
        "life": event.trigger.life,
        "participants": [_party(party) for party in event.parties],
    }
    if event.place:
        value["place_entity"] = event.place.entity
    duration = _DURATION.match(text[event.start : event.end])
    if duration:
        value["duration"] = (
            f"PT{duration[1]}H" if duration[2] == "hour" else f"P{duration[1]}{duration[2][0].upper()}"
        )
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
