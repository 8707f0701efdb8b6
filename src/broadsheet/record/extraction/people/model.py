"""People of one story, where they are named, and the offices that they are named with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ..folding import plain, slug
from ..grammar import lexicon
from ..grammar.titles import Title
from ..protocol import Tier
from ..registry import Known


@dataclass(slots=True)
class Person:
    """Someone in this story. `label` is the fullest form of the name; `known` an entity of the registry."""

    label: str
    words: tuple[str, ...]
    tier: Tier
    rule: str
    reason: str
    country: str = ""
    known: Known | None = None
    heads: set[str] = field(default_factory=set)
    is_official: bool = False

    @property
    def entity(self) -> str:
        return self.known.id if self.known else f"person:{slug(self.label)}"

    @property
    def name(self) -> str:
        return self.known.label if self.known else self.label

    @property
    def surnames(self) -> Iterator[tuple[str, ...]]:
        """Forms that a second mention takes, surest first: with particles, then the last word alone."""
        words = list(self.words)
        while len(words) > 1 and words[-1].rstrip(".").lower() in lexicon.GENERATIONS:
            words.pop()
        last = len(words) - 1
        start = last
        while start > 0 and words[start - 1].lower() in lexicon.PARTICLES:
            start -= 1
        if start == 0 and len(words) > 1:
            start = last
        yield tuple(words[start:])
        if start < last:
            yield tuple(words[last:])
        if len(words) >= 4:
            yield tuple(words[last - 1 :])
        if (
            last >= 1
            and words[last].lower() not in lexicon.PARTICLES
            and last >= 2
            and words[last - 1] in {"Al"}
        ):
            yield (f"{words[last - 1]}-{words[last]}",)


@dataclass(frozen=True, slots=True)
class PersonMention:
    """A person named in a sentence; places are of the whole text, tokens of the reading."""

    start: int
    end: int
    first: int
    last: int
    person: Person
    form: str
    tier: Tier
    rule: str
    reason: str
    lead: int
    """Where the phrase about the person begins, title and all."""
    tail: int
    """The token after it, an apposition and all."""


@dataclass(frozen=True, slots=True)
class RoleMention:
    """An office that a person is named with."""

    start: int
    end: int
    person: Person
    title: Title
    tier: Tier
    rule: str
    reason: str


@dataclass(slots=True)
class People:
    """What was found: mentions and roles by the number of the sentence's reading."""

    persons: list[Person] = field(default_factory=list)
    mentions: dict[int, list[PersonMention]] = field(default_factory=dict)
    roles: dict[int, list[RoleMention]] = field(default_factory=dict)
    titles: dict[int, list[Title]] = field(default_factory=dict)
    _by_name: dict[str, Person] = field(default_factory=dict)

    def person(self, words: Sequence[str]) -> Person | None:
        return self._by_name.get(key_of(words))

    def add(self, person: Person) -> Person:
        """The person of that name, a new one or the one already there, with the better tier of the two."""
        present = self._by_name.get(key_of(person.words))
        if present is None:
            self.persons.append(person)
            self._by_name[key_of(person.words)] = person
            return person
        if person.tier < present.tier:
            present.tier, present.rule, present.reason = person.tier, person.rule, person.reason
        present.country = present.country or person.country
        present.known = present.known or person.known
        present.is_official = present.is_official or person.is_official
        present.heads |= person.heads
        return present


def key_of(words: Sequence[str]) -> str:
    return plain(" ".join(word for word in words if word not in {"-", ","}))
