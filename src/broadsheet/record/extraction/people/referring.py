"""Second mentions: a full name again, or a surname that stands alone."""

from __future__ import annotations

import re

from ..grammar import lexicon
from ..grammar.names import Name
from ..protocol import Tier
from ..reading import Reading
from .model import People, Person, PersonMention
from .scene import Scene

# Countries where the family's name is written first.
FAMILY_FIRST = frozenset(
    {
        "CN",
        "KR",
        "KP",
        "TW",
        "HK",
        "VN",
        "KH",
        "SG",
        "JP",
        "HU",
        "ET",
        "ER",
        "MM",
        "TH",
        "ID",
        "MY",
        "IS",
        "MO",
    }
)


def _is_called_by_first_word(words: tuple[str, ...], body: str) -> bool:
    """Whether a story calls somebody by the first word of the name and never by the last: family name first."""
    if len(words) not in {2, 3} or any(word.endswith(".") for word in words):
        return False
    first, last = (re.escape(word) for word in (words[0], words[-1]))
    alone = re.search(rf"(?<![\w-]){first}(?![\w-])(?!\s+[A-Z])", body)
    by_last = re.search(rf"(?<!{first} )(?<![\w-]){last}(?![\w-])", body.replace(" ".join(words), " "))
    return bool(alone) and not by_last


def surnames_of(people: People, body: str) -> dict[tuple[str, ...], list[Person]]:
    found: dict[tuple[str, ...], list[Person]] = {}
    for person in people.persons:
        if len(person.words) == 1:
            found.setdefault(person.words, []).append(person)
            continue
        forms = list(person.surnames)
        if person.country in FAMILY_FIRST or _is_called_by_first_word(person.words, body):
            forms.append(person.words[:1])
        for form in forms:
            if person not in found.setdefault(form, []):
                found[form].append(person)
    return found


def refer_back(
    number: int, reading: Reading, people: People, surnames: dict[tuple[str, ...], list[Person]]
) -> None:
    sentence = Scene(number, reading, people)
    tokens = reading.tokens
    by_words = {tuple(person.words): person for person in people.persons if len(person.words) > 1}
    longest = max((len(words) for words in [*by_words, *surnames]), default=0)
    openers = {words[0] for words in [*by_words, *surnames]}
    for at in range(len(tokens)):
        if sentence.used[at] or not (tokens[at].text in openers or tokens[at].text.capitalize() in openers):
            continue
        for length in range(min(longest, len(tokens) - at), 0, -1):
            words = tuple(token.text for token in tokens[at : at + length])
            name = Name(at, at + length)
            if not sentence.is_free(name):
                continue
            full = by_words.get(words)
            if full is not None:
                sentence.mention(
                    name,
                    full.tier,
                    "person.full-name-again",
                    "the full name of someone introduced in the story",
                    lead=at,
                    tail=at + length,
                )
                break
            together = surnames.get(words) or (
                surnames.get((words[0].capitalize(),))
                if length == 1 and words[0].isupper() and len(words[0]) > 3
                else None
            )
            if together and _stands_alone(reading, name):
                _link_surname(sentence, name, together)
                break


def _link_surname(sentence: Scene, name: Name, together: list[Person]) -> None:
    tokens = sentence.reading.tokens
    person = together[-1]
    tier: Tier = person.tier
    reason = f"surname of {person.label}, introduced in the story"
    rule = "person.surname"
    if len(together) > 1:
        official = [p for p in together if p.tier == "A"]
        if len(official) == 1:
            person, tier = official[0], "B"
        tier, rule = max(tier, "B"), "person.surname-shared"
        reason = f"surname that {len(together)} people of the story share"
    mention = PersonMention(
        tokens[name.first].start,
        tokens[name.last - 1].end,
        name.first,
        name.last,
        person,
        "surname",
        tier,
        rule,
        reason,
        name.first,
        name.last,
    )
    sentence.people.mentions[sentence.number].append(mention)
    for token in range(name.first, name.last):
        sentence.used[token] = True


def _stands_alone(reading: Reading, name: Name) -> bool:
    """Not a part of a longer name or of a thing named after somebody; nor a place or word of the same spelling."""
    tokens = reading.tokens
    if any(reading.taken[name.first : name.last]):
        found = reading.known.get(name.first)
        if found is None or found[0][0].known.kind not in {"place", "region"}:
            return False
        if name.first and tokens[name.first - 1].low in {"in", "to", "from", "at", "near"}:
            return False
    if name.last < len(tokens):
        after = tokens[name.last]
        if (
            after.is_capital
            and after.is_word
            and (after.low in lexicon.THING_WORDS or after.low not in lexicon.NO_NAME)
            and not reading.taken[name.last]
            and (after.low,) not in lexicon.HEADS
        ):
            return False
    if name.first:
        before = tokens[name.first - 1]
        if (
            before.is_capital
            and before.is_word
            and before.low not in lexicon.HONORIFICS
            and (before.low,) not in lexicon.HEADS
            and before.low not in lexicon.NO_NAME
            and before.low not in lexicon.PORTFOLIOS
            and not reading.taken[name.first - 1]
            and name.first > 1
        ):
            return False
    if name.words == 1 and tokens[name.first].low in lexicon.NO_NAME:
        return name.first > 0 and tokens[name.first - 1].low in lexicon.HONORIFICS
    return True
