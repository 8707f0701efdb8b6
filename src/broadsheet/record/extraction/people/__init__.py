"""People of a story and the offices they are named with. First who is introduced, then who is meant by a surname."""

from __future__ import annotations

from collections.abc import Sequence

from ..grammar.titles import find_titles
from ..reading import Reading
from .introducing import introduce, introduce_in_headline
from .model import People, Person, PersonMention, RoleMention
from .plainly import introduce_plainly, words_alone
from .referring import refer_back, surnames_of


def find_people(readings: Sequence[Reading]) -> People:
    """Two passes over the body: introductions, then second mentions; headlines only name who the body introduced."""
    people = People()
    for number, reading in enumerate(readings):
        people.mentions[number], people.roles[number], people.titles[number] = [], [], []
        if reading.sentence.zone == "body":
            people.titles[number] = find_titles(reading)
            introduce(number, reading, people)
    alone = words_alone(readings)
    body = "\n".join(reading.body for reading in readings if reading.sentence.zone == "body")
    for number, reading in enumerate(readings):
        if reading.sentence.zone == "body":
            introduce_plainly(number, reading, people, alone)
    for number, reading in enumerate(readings):
        if reading.sentence.zone == "headline":
            introduce_in_headline(number, reading, people, body)
    surnames = surnames_of(people, body)
    for number, reading in enumerate(readings):
        if reading.sentence.zone in {"body", "headline", "subhead"}:
            refer_back(number, reading, people, surnames)
            people.mentions[number].sort(key=lambda mention: mention.start)
    return people


__all__ = ["People", "Person", "PersonMention", "RoleMention", "find_people"]
