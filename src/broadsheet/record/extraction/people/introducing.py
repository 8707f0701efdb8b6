"""People by their offices: "Foreign Minister A B", "A B, the minister", "the minister, A B", "A B was appointed …"."""

from __future__ import annotations

from collections.abc import Sequence

from ..grammar import lexicon
from ..grammar.names import Name, after_postnominals, read_name
from ..grammar.titles import Title, find_titles
from ..protocol import Tier
from ..reading import Reading
from ..tokens import Token
from .model import People, Person
from .scene import Scene, after_brackets, of_what, open_places


def introduce_in_headline(number: int, reading: Reading, people: People, body: str) -> None:
    """Offices in a headline, for full names that the body has too: capitals alone prove nothing there."""
    sentence = Scene(number, reading, people)
    for title in find_titles(reading):
        at = after_brackets(reading, title.last)
        name = read_name(reading.tokens, at, taken=open_places(reading, at), min_words=2)
        if (
            name is None
            or title.is_plural
            or title.level in {"other", "counterpart"}
            or not sentence.is_free(name)
        ):
            continue
        words = sentence.words(name)
        while len(words) >= 2 and " ".join(words) not in body:
            words = words[:-1]
        person = people.person(words) if len(words) >= 2 else None
        if person is not None and not person.heads:
            reason = f"{of_what(title, reading)} before the name in the headline"
            name = Name(name.first, name.first + len(words), name.honorifics)
            sentence.mention(
                name, "A", "person.title-name", reason, lead=title.lead, tail=name.last, title=title
            )
            sentence.role(person, title, "A", "role.title-name", reason)


def introduce(number: int, reading: Reading, people: People) -> None:
    sentence = Scene(number, reading, people)
    done: set[int] = set()
    titles = people.titles[number]
    for place, title in enumerate(titles):
        if place in done:
            continue
        before = titles[place - 1].last if place else 0
        if title.is_plural:
            _several(sentence, title)
            continue
        # "the Speaker, A B, the Minister, C D": a list goes on as it began.
        chained = (
            bool(people.mentions[number]) and people.mentions[number][-1].rule == "person.title-comma-name"
        )
        ways = (_title_comma_name, _name_then_title) if chained else (_name_then_title, _title_comma_name)
        if not (
            _title_then_name(sentence, title, before) or any(way(sentence, title, before) for way in ways)
        ):
            _appointed(sentence, title)


def _title_then_name(sentence: Scene, title: Title, floor: int) -> bool:
    reading = sentence.reading
    at = after_brackets(reading, title.last)
    name = read_name(reading.tokens, at, taken=open_places(reading, at), after_title=True)
    if name is None or not sentence.is_free(name):
        return False
    if title.level == "counterpart":
        return _counterpart(sentence, title, name)
    if name.words == 1:
        if title.level == "other" or (
            not title.is_capital and not name.honorifics and title.level == "senior-official"
        ):
            return False
        # "Prime Minister Office", "Minister Foreign …": a single word that is followed by more is no surname.
        if reading.tokens[name.first].low in lexicon.PORTFOLIOS:
            return False
    tier: Tier = "B" if title.level == "other" or (not title.is_capital and name.words == 1) else "A"
    reason = f"{of_what(title, reading)} before the name"
    person = sentence.mention(
        name, tier, "person.title-name", reason, lead=title.lead, tail=name.last, title=title
    )
    sentence.role(person, title, tier, "role.title-name", reason)
    _title_before(sentence, person, title)
    return True


def _title_before(sentence: Scene, person: Person, title: Title) -> None:
    """ "the Foreign Minister of the Kingdom, Prince Faisal …": the office before the comma is his, too."""
    tokens = sentence.reading.tokens
    for other in sentence.people.titles[sentence.number]:
        if (
            other.last == title.lead - 1
            and tokens[other.last].text == ","
            and other.level not in {"other", "counterpart"}
            and not any(role.title is other for role in sentence.people.roles[sentence.number])
            and (other.is_definite or other.lead == 0 or tokens[title.first].low in lexicon.NAME_LIKE)
        ):
            reason = f"{of_what(other, sentence.reading)}, then another title and the name"
            sentence.role(person, other, "A", "role.title-comma-name", reason)
            person.heads.add(other.head)


def _counterpart(sentence: Scene, title: Title, name: Name) -> bool:
    """ "his Egyptian counterpart Tarek Mansour": a person; the office is that of whoever "he" is, and not said."""
    if name.words < 2:
        return False
    sentence.mention(
        name,
        "A",
        "person.counterpart",
        f"{of_what(title, sentence.reading)} before the name",
        lead=title.lead,
        tail=name.last,
        country=title.country,
        is_official=True,
    )
    return True


def _title_comma_name(sentence: Scene, title: Title, floor: int) -> bool:
    """ "the Minister of Foreign Affairs of Georgia, David Zalkaliani, met …"."""
    reading = sentence.reading
    tokens = reading.tokens
    at = after_brackets(reading, title.last)
    if at >= len(tokens) or tokens[at].text not in {",", ":", "–", "—"} or title.level == "other":
        return False
    if title.level == "counterpart":
        name = read_name(tokens, at + 1, taken=open_places(reading, at + 1), min_words=2)
        return name is not None and sentence.is_free(name) and _counterpart(sentence, title, name)
    name = read_name(tokens, at + 1, taken=open_places(reading, at + 1))
    if name is None or not sentence.is_free(name) or (name.words < 2 and not name.honorifics):
        return False
    close = after_postnominals(tokens, name.last)
    if not _closes(tokens, close):
        return False
    reason = f"{of_what(title, reading)}, then the name after a comma"
    person = sentence.mention(
        name, "A", "person.title-comma-name", reason, lead=title.lead, tail=name.last, title=title
    )
    sentence.role(person, title, "A", "role.title-comma-name", reason)
    return True


# Marks and words after which a name between commas has ended.
_CLOSERS = frozenset({*",.)(;–—", "and", "on", "in", "at", "to", "with", "for", "as", "today", "yesterday"})


def _closes(tokens: Sequence[Token], at: int) -> bool:
    """Whether a name between commas ends here, or its sentence goes on with what the person does."""
    if at >= len(tokens):
        return True
    word = tokens[at].low
    return (
        word in _CLOSERS
        or word in lexicon.SAY_VERBS
        or word in lexicon.ACT_VERBS
        or (tokens[at].is_word and word.endswith("ed"))
    )


def _name_then_title(sentence: Scene, title: Title, floor: int) -> bool:
    """ "David Zalkaliani, Georgia's foreign minister", "… (Foreign Minister)", "…, who is the minister of …"."""
    reading = sentence.reading
    tokens = reading.tokens
    here = title.lead
    while here > floor and tokens[here - 1].low in {
        "the",
        "a",
        "an",
        "as",
        "is",
        "was",
        "who",
        "its",
        "their",
        "his",
        "her",
        "currently",
        "also",
        "new",
    }:
        here -= 1
    if here - 1 < floor or tokens[here - 1].text not in {",", "(", "-", "–", "—"}:
        return False
    name = _name_ending(sentence, here - 1, floor)
    if name is None:
        return False
    if title.level == "other" and title.is_capital:
        return False
    reason = f"the name, then {of_what(title, reading)}"
    tier: Tier = "B" if title.level == "other" else "A"
    present = next((m for m in sentence.people.mentions[sentence.number] if m.first == name.first), None)
    if present is not None:
        sentence.role(present.person, title, tier, "role.apposition", reason)
        present.person.heads.add(title.head)
        return True
    person = sentence.mention(
        name,
        tier,
        "person.apposition",
        reason,
        lead=name.first - name.honorifics,
        tail=title.last,
        title=title,
    )
    sentence.role(person, title, tier, "role.apposition", reason)
    return True


def _name_ending(sentence: Scene, at: int, floor: int) -> Name | None:
    """The name whose last word stands right before a token."""
    tokens = sentence.reading.tokens
    for first in range(max(floor, at - 7), at):
        before = tokens[first - 1] if first else None
        if (
            before is not None
            and before.is_capital
            and before.is_word
            and before.low not in lexicon.NO_NAME
            and before.low not in lexicon.HONORIFICS
            and not sentence.reading.taken[first - 1]
            and first > floor
        ):
            continue
        name = read_name(tokens, first, taken=open_places(sentence.reading, first))
        if name is not None and name.last == at and name.first >= first:
            if name.words >= 2:
                return name
            words = sentence.words(name)
            if any(words in person.surnames for person in sentence.people.persons):
                return name
    return None


def _several(sentence: Scene, title: Title) -> None:
    """ "Foreign Ministers Ararat Mirzoyan and Jeyhun Bayramov", "the Presidents of A and B, X and Y"."""
    reading = sentence.reading
    tokens = reading.tokens
    at = title.last
    if at < len(tokens) and tokens[at].text in {",", ":", "–", "—"}:
        at += 1
    names: list[Name] = []
    countries: list[str] = []
    here = at
    while here < len(tokens):
        demonym = reading.hits_from(here, "country")
        country = ""
        start = here
        if demonym and demonym[1] < len(tokens):
            country = demonym[0].known.country
            start = demonym[1] + (1 if tokens[demonym[1]].low == "'s" else 0)
        name = read_name(
            tokens, start, taken=open_places(reading, start), min_words=1 if at == title.last else 2
        )
        if name is None or not sentence.is_free(name):
            break
        names.append(name)
        here = name.last
        if here + 2 < len(tokens) and tokens[here].text == "(" and tokens[here + 2].text == ")":
            bracketed = reading.hits_from(here + 1, "country")
            country = bracketed[0].known.country if bracketed else country
            here += 3
        elif here + 1 < len(tokens) and tokens[here].low == "of":
            of = reading.hits_from(here + 1, "country")
            if of:
                country, here = of[0].known.country, of[1]
        countries.append(country)
        if here < len(tokens) and tokens[here].low in {"and", ",", "&"}:
            here += 1
            if here < len(tokens) and tokens[here].low == "and":
                here += 1
        else:
            break
    if len(names) < 2:
        return
    own = title.countries if len(title.countries) == len(names) else ()
    for place, name in enumerate(names):
        country = countries[place] or (own[place] if own else title.country if not title.countries else "")
        each = Title(
            title.first,
            title.last,
            title.lead,
            title.level,
            title.is_capital,
            country,
            title.organisation,
            title.is_former,
            is_plural=True,
            head=title.head,
        )
        reason = f"{of_what(each, reading)} before several names"
        person = sentence.mention(
            name,
            "A",
            "person.titles-names",
            reason,
            lead=title.lead if not place else name.first,
            tail=name.last,
            title=each,
        )
        person.heads.add(lexicon.PLURALS.get(title.head, title.head))
        sentence.role(person, each, "A", "role.titles-names", reason)


def _appointed(sentence: Scene, title: Title) -> None:
    """ "X was appointed Minister of …", "appointed X as Ambassador to …"."""
    reading = sentence.reading
    tokens = reading.tokens
    verb = next(
        (
            n
            for n in range(title.lead - 1, max(-1, title.lead - 14), -1)
            if tokens[n].low in lexicon.APPOINTING
        ),
        None,
    )
    if verb is None or title.level == "other" or any(t.text in {";", "."} for t in tokens[verb : title.lead]):
        return
    name = None
    for at in range(verb + 1, title.lead):
        name = read_name(tokens, at, taken=open_places(reading, at), min_words=2)
        if name is not None and name.last <= title.lead:
            break
        name = None
    active = name is not None
    if name is None:
        stop = verb
        while stop > 0 and (
            tokens[stop - 1].low
            in {
                "was",
                "is",
                "been",
                "has",
                "be",
                "will",
                "officially",
                "were",
                "being",
                "had",
                "unanimously",
                "also",
                "formally",
                "today",
                "have",
                "he",
                "who",
                "to",
                "recently",
                "newly",
            }
            or tokens[stop - 1].text == ","
        ):
            stop -= 1
        name = _name_ending(sentence, stop, 0)
        if name is None:
            present = [m for m in sentence.people.mentions[sentence.number] if m.tail <= verb][-1:]
            if present:
                sentence.role(
                    present[-1].person,
                    title,
                    "A",
                    "role.appointed",
                    f"named to the office in words: {of_what(title, reading)}",
                )
            return
    reason = f"named to the office in words: {of_what(title, reading)}"
    present = [m for m in sentence.people.mentions[sentence.number] if m.first == name.first]
    if present:
        person = present[0].person
    elif sentence.is_free(name):
        person = sentence.mention(
            name,
            "A",
            "person.appointed",
            reason,
            lead=name.first,
            tail=title.last if active else name.last,
            title=title,
        )
    else:
        return
    sentence.role(person, title, "A", "role.appointed", reason)
