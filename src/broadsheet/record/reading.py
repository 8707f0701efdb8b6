"""Reads the values of suggestions: what an extractor says of a role or an event, in the record's own words.

Extractors differ in how much they say; what is missing is empty, what can't be read is left out, nothing is made up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .edtf import parse_or_none
from .models import Capacity, Certainty, EventType, Level, Life

_LIVES = {
    "past": Life.OCCURRED,
    "ongoing": Life.OCCURRED,
    "upcoming": Life.PLANNED,
    "future": Life.PLANNED,
    "scheduled": Life.PLANNED,
    "refused": Life.CANCELLED,
    "canceled": Life.CANCELLED,
}
_KINDS = {"org": "organisation", "organization": "organisation"}


@dataclass(frozen=True, slots=True)
class Ref:
    """Somebody or something named: `id` is the registry's or the extractor's, `kind` may be empty."""

    id: str
    name: str
    kind: str = ""

    def __bool__(self) -> bool:
        return bool(self.id or self.name)


@dataclass(frozen=True, slots=True)
class PartyFacts:
    who: Ref
    capacity: str
    side: str = ""
    representing: Ref = Ref("", "")
    is_inferred: bool = False


@dataclass(frozen=True, slots=True)
class EventFacts:
    type: str
    date: str
    life: str
    certainty: str = ""
    title: str = ""
    outcome: str = ""
    level: str = ""
    series: str = ""
    is_derived: bool = False
    place: Ref = Ref("", "")
    parties: tuple[PartyFacts, ...] = ()


@dataclass(frozen=True, slots=True)
class RoleFacts:
    person: Ref
    title: str
    organisation: Ref = Ref("", "")
    country: Ref = Ref("", "")
    level: str = Level.OTHER
    seen_on: str = ""
    start: str = ""
    end: str = ""
    is_acting: bool = False


def ref(value: Any, kind: str = "") -> Ref:
    """A reference as `"name"`, `"kind:slug"` or an object with `entity`/`id`, `name`/`label`/`text`, `kind`."""
    if isinstance(value, str):
        head, colon, tail = value.partition(":")
        if colon and tail and head.isalpha() and " " not in head:
            named = _KINDS.get(head, head)
            return Ref(value, tail if named == "country" else "", named)
        return Ref("", value.strip(), kind)
    if isinstance(value, Mapping):
        id_ = _text(value, "entity", "id", "person", "country")
        name = _text(value, "name", "label", "text") or (ref(id_).name if id_ else "")
        return Ref(id_, name, _text(value, "kind", "type") or ref(id_).kind or kind)
    return Ref("", "")


def event(value: Any) -> EventFacts:
    """An event's value. An unknown type is `other`; a date that can't be read is none."""
    if not isinstance(value, Mapping):
        return EventFacts(EventType.OTHER, "", Life.OCCURRED)
    kind = _text(value, "type")
    date = _text(value, "date")
    return EventFacts(
        type=kind if kind in EventType.values else EventType.OTHER,
        date=date if parse_or_none(date) else "",
        life=_life(_text(value, "life", "status")),
        certainty=_one_of(_text(value, "certainty").removeprefix("eocstat:"), Certainty.values),
        title=_text(value, "title")[:300],
        outcome=_text(value, "outcome")[:400],
        level=_text(value, "level")[:20],
        series=_text(value, "series")[:120],
        is_derived=bool(value.get("derived") or value.get("is_derived")),
        place=ref(value.get("place"), "place"),
        parties=tuple(found for one in _list(value.get("participants")) if (found := _party(one)).who),
    )


def role(value: Any) -> RoleFacts:
    """A role's value: who, what office, of what, when seen."""
    if not isinstance(value, Mapping):
        return RoleFacts(Ref("", ""), "")
    return RoleFacts(
        person=ref(value.get("person"), "person"),
        title=_text(value, "title", "post", "role")[:200],
        organisation=ref(value.get("organisation") or value.get("org"), "organisation"),
        country=ref(value.get("country") or value.get("jurisdiction"), "country"),
        level=_one_of(_text(value, "level"), Level.values) or Level.OTHER,
        seen_on=_edtf(value, "seen_on", "held_on", "date"),
        start=_edtf(value, "start"),
        end=_edtf(value, "end"),
        is_acting=bool(value.get("acting")),
    )


def _party(value: Any) -> PartyFacts:
    if not isinstance(value, Mapping):
        found = ref(value)
        return PartyFacts(found, _capacity("", found.kind))
    who = ref(value, "")
    return PartyFacts(
        who=who,
        capacity=_capacity(_text(value, "capacity", "role"), who.kind),
        side=_text(value, "side")[:40],
        representing=ref(value.get("representing"), "country"),
        is_inferred=bool(value.get("inferred") or value.get("is_inferred")),
    )


def _capacity(given: str, kind: str) -> str:
    # Countries and organisations don't take part, they are parties: rounds of a series are known by them.
    usual = Capacity.PARTY if kind in ("country", "organisation") else Capacity.PARTICIPANT
    return given if given in Capacity.values and given != Capacity.PARTICIPANT else usual


def _life(given: str) -> str:
    word = given.split(" ")[0].lower()
    return word if word in Life.values else _LIVES.get(word, Life.OCCURRED)


def _one_of(given: str, known: list[str]) -> str:
    return given if given in known else ""


def _edtf(value: Mapping[str, Any], *names: str) -> str:
    given = _text(value, *names)
    return given if parse_or_none(given) else ""


def _text(value: Mapping[str, Any], *names: str) -> str:
    for name in names:
        found = value.get(name)
        if isinstance(found, list) and found:
            found = found[0]
        if isinstance(found, str) and found.strip():
            return found.strip()
    return ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
