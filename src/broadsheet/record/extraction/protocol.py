"""What an extractor takes and gives: everything a stranger needs to write one.

Offer a class or a function without arguments that makes one under the entry-point group `broadsheet.record.extractors`.
Its suggestions are merged with ours by span, and never stand above tier B: only a rule or the registry raises a tier.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal, Protocol, runtime_checkable

Kind = Literal["person", "organisation", "place", "country", "role", "date", "event"]
Tier = Literal["A", "B", "C"]
Provenance = Literal["own", "wire", "press-release"]

Scalar = str | int | float | bool | None
Value = str | Mapping[str, "Scalar | Value | list[Value] | list[str]"]


@dataclass(frozen=True, slots=True)
class Document:
    """One story as plain text, paragraphs on lines of their own.

    `published` is the dateline's day: what dates are resolved on. `language` is an ISO 639-1 code. What did not come from
    our own newsroom (`provenance`) gets nothing above tier B.
    """

    text: str
    published: date
    language: str = "en"
    provenance: Provenance = "own"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One thing that the record could hold: `text` is `document.text[start:end]`, offsets in code points.

    `value` is a name (person, organisation, place), an ISO 3166 code (country), EDTF (date), or an object (role, event).
    `entity` is the registry's id, else one made of kind and name. `rule` says what found it and `reason` why, in words.
    `salience` is between 0 and 1.
    """

    kind: Kind
    start: int
    end: int
    text: str
    value: Value
    tier: Tier
    rule: str
    reason: str
    entity: str = ""
    salience: float = 0.0
    extractor: str = "rules"

    def lowered(self, tier: Tier, why: str) -> Suggestion:
        """The same, not above `tier`; `why` joins the reason when that changes anything."""
        if self.tier >= tier:
            return self
        return replace(self, tier=tier, reason=f"{self.reason}; {why}")

    def as_json(self) -> dict[str, object]:
        """The public form, the contract's seven keys first."""
        return {
            "kind": self.kind,
            "start": self.start,
            "end": self.end,
            "text": self.text,
            "value": self.value,
            "tier": self.tier,
            "rule": self.rule,
            "reason": self.reason,
            "entity": self.entity or None,
            "salience": round(self.salience, 2),
            "extractor": self.extractor,
        }


@runtime_checkable
class Extractor(Protocol):
    """Something that reads a story and suggests what the record could hold."""

    name: str
    version: str
    languages: frozenset[str]
    """Languages it can read; empty: all."""

    def extract(self, document: Document) -> Iterable[Suggestion]:
        """Suggestions in any order. It has two seconds; what it raises costs only its own suggestions."""
        ...


@dataclass(frozen=True, slots=True)
class Extraction:
    """What came out for one story; `failures` are lines about plug-ins that failed."""

    suggestions: tuple[Suggestion, ...]
    failures: tuple[str, ...] = field(default=())
