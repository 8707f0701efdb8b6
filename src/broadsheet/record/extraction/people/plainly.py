"""People without an office: the registry's, an honorific, a name that says or does something or is explained."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from ..grammar import lexicon
from ..grammar.names import Name, read_name, skip_honorifics
from ..reading import Reading
from ..registry import Known
from .model import People
from .scene import Scene, open_places

_DOES = lexicon.SAY_VERBS | {
    "was",
    "is",
    "had",
    "has",
    "will",
    "did",
    "also",
    "who",
    "went",
    "took",
    "made",
    "left",
    "met",
}
_AGE = re.compile(r"^\d{1,3}$")


def introduce_plainly(number: int, reading: Reading, people: People, alone: frozenset[str]) -> None:
    """People without an office: a full name that says or does something, an honorific, a name that is explained."""
    sentence = Scene(number, reading, people)
    _registered(sentence)
    tokens = reading.tokens
    at = 0
    while at < len(tokens):
        if sentence.used[at] or not (tokens[at].is_capital or tokens[at].low in {"von", "van", "de"}):
            at += 1
            continue
        first = skip_honorifics(tokens, at)
        name = read_name(tokens, at, taken=open_places(reading, at))
        if name is None or not sentence.is_free(name):
            at += 1
            continue
        before = tokens[at - 1].low if at else ""
        after = tokens[name.last].low if name.last < len(tokens) else "."
        has_honorific = first > at
        known = people.person(sentence.words(name))
        if known is not None and name.words > 1:
            sentence.mention(
                name,
                known.tier,
                "person.full-name-again",
                "the full name of someone introduced in the story",
                lead=name.first,
                tail=name.last,
            )
        elif has_honorific and name.words >= 2:
            sentence.mention(
                name, "B", "person.honorific", f"“{tokens[at].text}” before the name", lead=at, tail=name.last
            )
        elif name.words >= 2 and _speaks_or_acts(reading, name, before, after):
            sentence.mention(
                name,
                "B",
                "person.subject",
                "a name in capitals that says, does or is explained",
                lead=name.first,
                tail=name.last,
            )
        elif (
            name.words in {2, 3}
            and before not in {"the", "a", "an"}
            and _is_called_by_last_word(reading, name, alone)
        ):
            sentence.mention(
                name,
                "B",
                "person.surname-follows",
                "a name in capitals whose last word the story goes on to use alone, as it does of people",
                lead=name.first,
                tail=name.last,
            )
        at = max(name.last, at + 1)


def _speaks_or_acts(reading: Reading, name: Name, before: str, after: str) -> bool:
    tokens = reading.tokens
    if any(
        tokens[n].low in lexicon.THING_WORDS or tokens[n].low in lexicon.NO_NAME
        for n in range(name.first, name.last)
    ):
        return False
    if before in {"the", "a", "an", "this", "of the"} or any(
        t.text.isupper() and len(t.text) > 2 for t in tokens[name.first : name.last]
    ):
        return False
    if before in {"said", "says", "added", "noted", "explained"} or (
        before in {"by", "that"} and after in lexicon.SAY_VERBS
    ):
        return True
    if before in {"succeeds", "succeeded", "replaces", "replaced", "succeeding", "replacing"}:
        return True
    if after in lexicon.SAY_VERBS:
        return True
    if after == "," and name.last + 1 < len(tokens):
        following = tokens[name.last + 1]
        if following.low in {"who", "whose", "aged"} or (
            _AGE.match(following.text) and int(following.text) < 110
        ):
            return True
        if following.low in {"a", "an"}:
            return True
    return after == "(" and name.last + 1 < len(tokens) and bool(_AGE.match(tokens[name.last + 1].text))


def _registered(sentence: Scene) -> None:
    """People of the registry: A beside their office, their country or others who are known, else B."""
    reading = sentence.reading
    persons: dict[tuple[int, int], list[Known]] = {}
    kinds: dict[tuple[int, int], bool] = {}
    for hit in reading.hits:
        if hit.known.kind == "person" and hit.alias_kind != "surname":
            persons.setdefault((hit.start, hit.end), []).append(hit.known)
            kinds[hit.start, hit.end] = hit.auto_link
    for (start, end), together in persons.items():
        first, last = reading.token_at(start), reading.token_at(end)
        name = Name(first, last)
        present = next(
            (m for m in sentence.people.mentions[sentence.number] if m.first < last and first < m.last), None
        )
        entities = {known.id: known for known in together}
        if present is not None:
            if len(entities) == 1 and present.first == first:
                present.person.known = next(iter(entities.values()))
            continue
        if first >= last or not sentence.is_free(name):
            continue
        one = next(iter(entities.values()))
        if len(entities) > 1 or not kinds[start, end]:
            reason = (
                f"a name that {len(entities)} people of the record share"
                if len(entities) > 1
                else "an alias that is never linked on its own"
            )
            sentence.mention(name, "B", "person.registry-ambiguous", reason, lead=first, tail=last)
            continue
        support = _support(sentence, one)
        person = sentence.mention(
            name,
            "A" if support else "B",
            "person.registry",
            f"known to the record as {one.label}"
            + (f", {support}" if support else "; nothing else in the story speaks for it"),
            lead=first,
            tail=last,
        )
        person.known = one
        person.country = person.country or one.country


def _support(sentence: Scene, known: Known) -> str:
    if any(person.known is not None and person.known.id != known.id for person in sentence.people.persons):
        return "beside others of the record"
    if known.country and any(
        hit.known.country == known.country for hit in sentence.reading.hits if hit.known.kind != "person"
    ):
        return "beside the person's country"
    text = sentence.reading.body.lower()
    if any(title.lower() in text for title in known.titles):
        return "beside the person's office"
    return ""


def _is_called_by_last_word(reading: Reading, name: Name, alone: frozenset[str]) -> bool:
    """Whether the last word of a name stands alone elsewhere, and does or has something there."""
    tokens = reading.tokens[name.first : name.last]
    odd = lexicon.THING_WORDS | lexicon.NO_NAME | lexicon.PORTFOLIOS
    if any(token.low in odd or token.is_initial or token.text.isupper() for token in tokens):
        return False
    return tokens[-1].text in alone


def words_alone(readings: Sequence[Reading]) -> frozenset[str]:
    """Capital words of the body that stand by themselves before a verb of people or "'s"."""
    found: set[str] = set()
    for reading in readings:
        if reading.sentence.zone != "body":
            continue
        for place, (token, after) in enumerate(pairwise(reading.tokens)):
            before = reading.tokens[place - 1] if place else None
            if (
                token.is_capital
                and (after.low == "'s" or after.low in _DOES)
                and not (before is not None and before.is_capital and before.is_word)
            ):
                found.add(token.text)
    return frozenset(found)
