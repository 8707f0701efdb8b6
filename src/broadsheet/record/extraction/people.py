"""People of a story and the offices they are named with. First who is introduced, then who is meant by a surname."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from .folding import fold, plain, slug
from .grammar import lexicon
from .grammar.names import Name, after_postnominals, read_name, skip_honorifics
from .grammar.titles import Title, find_titles
from .protocol import Tier
from .reading import Reading
from .registry import Known
from .tokens import Token

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
_SENSITIVE = re.compile(
    r"\b(?:arrest(?:ed)?|detained|charged with|accused of|indicted|convicted|sentenced to|jailed|imprisoned|hospitali[sz]ed|diagnosed|suspected of|raped|murdered|molested|"
    r"pleaded guilty|found guilty|on trial|under investigation for|stabbed|overdose)\b"
)


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
        return self._by_name.get(_key(words))

    def add(self, person: Person) -> Person:
        """The person of that name, a new one or the one already there, with the better tier of the two."""
        present = self._by_name.get(_key(person.words))
        if present is None:
            self.persons.append(person)
            self._by_name[_key(person.words)] = person
            return person
        if person.tier < present.tier:
            present.tier, present.rule, present.reason = person.tier, person.rule, person.reason
        present.country = present.country or person.country
        present.known = present.known or person.known
        present.is_official = present.is_official or person.is_official
        present.heads |= person.heads
        return present


def _key(words: Sequence[str]) -> str:
    return plain(" ".join(word for word in words if word not in {"-", ","}))


def find_people(readings: Sequence[Reading]) -> People:
    """Two passes over the body: introductions, then second mentions; headlines only name who the body introduced."""
    people = People()
    for number, reading in enumerate(readings):
        people.mentions[number], people.roles[number], people.titles[number] = [], [], []
        if reading.sentence.zone == "body":
            people.titles[number] = find_titles(reading)
            _introduce(number, reading, people)
    for number, reading in enumerate(readings):
        if reading.sentence.zone == "body":
            _introduce_plainly(number, reading, people)
    body = "\n".join(reading.body for reading in readings if reading.sentence.zone == "body")
    for number, reading in enumerate(readings):
        if reading.sentence.zone == "headline":
            _introduce_in_headline(number, reading, people, body)
    surnames = _surnames(people, body)
    for number, reading in enumerate(readings):
        if reading.sentence.zone in {"body", "headline", "subhead"}:
            _refer_back(number, reading, people, surnames)
            people.mentions[number].sort(key=lambda mention: mention.start)
    return people


def _introduce_in_headline(number: int, reading: Reading, people: People, body: str) -> None:
    """Offices in a headline, for full names that the body has too: capitals alone prove nothing there."""
    sentence = _Sentence(number, reading, people)
    for title in find_titles(reading):
        at = _after_brackets(reading, title.last)
        name = read_name(reading.tokens, at, taken=_open_places(reading, at), min_words=2)
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
            reason = f"{_of_what(title, reading)} before the name in the headline"
            name = Name(name.first, name.first + len(words), name.honorifics)
            sentence.mention(
                name, "A", "person.title-name", reason, lead=title.lead, tail=name.last, title=title
            )
            sentence.role(person, title, "A", "role.title-name", reason)


class _Sentence:
    """One sentence while people are introduced in it."""

    def __init__(self, number: int, reading: Reading, people: People) -> None:
        self.number, self.reading, self.people = number, reading, people
        self.used = [False] * len(reading.tokens)
        for mention in people.mentions[number]:
            self._use(mention.first, mention.last)
        self.is_sensitive = bool(_SENSITIVE.search(reading.body))

    def _use(self, first: int, last: int) -> None:
        for token in range(first, last):
            self.used[token] = True

    def is_free(self, name: Name) -> bool:
        return not any(self.used[name.first : name.last])

    def words(self, name: Name) -> tuple[str, ...]:
        return tuple(token.text for token in self.reading.tokens[name.first : name.last])

    def mention(
        self,
        name: Name,
        tier: Tier,
        rule: str,
        reason: str,
        *,
        lead: int,
        tail: int,
        title: Title | None = None,
        country: str = "",
        is_official: bool = False,
    ) -> Person:
        """Record a person at a name, and the office in `title`."""
        tokens = self.reading.tokens
        if self.is_sensitive and title is None and not is_official:
            tier, reason = "C", f"{reason}; court, crime or health in the sentence"
        words = self.words(name)
        start, end = tokens[name.first].start, tokens[name.last - 1].end
        country = country or (title.country if title else "")
        person = self._resolve(words, tier, rule, reason, country, title, self.reading.text[start:end])
        person.is_official = person.is_official or is_official
        if title is not None:
            person.heads.add(title.head)
            person.is_official = person.is_official or title.level != "other"
        self._use(name.first, name.last)
        form = "full" if name.words > 1 else "surname"
        self.people.mentions[self.number].append(
            PersonMention(start, end, name.first, name.last, person, form, tier, rule, reason, lead, tail)
        )
        return person

    def _resolve(
        self,
        words: tuple[str, ...],
        tier: Tier,
        rule: str,
        reason: str,
        country: str,
        title: Title | None,
        label: str,
    ) -> Person:
        people = self.people
        if len(words) == 1:
            for person in reversed(people.persons):
                if any(form == words for form in person.surnames) and len(person.words) > 1:
                    return person
        hit = self._registry_hit(words)
        return people.add(
            Person(
                label.replace("\n", " "),
                words,
                tier,
                rule,
                reason,
                country,
                hit,
                is_official=title is not None,
            )
        )

    def _registry_hit(self, words: tuple[str, ...]) -> Known | None:
        wanted = fold(" ".join(words))
        found = {
            hit.known.id: hit.known
            for hit in self.reading.hits
            if hit.known.kind == "person" and fold(self.reading.text[hit.start : hit.end]) == wanted
        }
        return next(iter(found.values())) if len(found) == 1 else None

    def role(self, person: Person, title: Title, tier: Tier, rule: str, reason: str) -> None:
        tokens = self.reading.tokens
        self.people.roles[self.number].append(
            RoleMention(
                tokens[title.first].start, tokens[title.last - 1].end, person, title, tier, rule, reason
            )
        )
        person.country = person.country or title.country


def _introduce(number: int, reading: Reading, people: People) -> None:
    sentence = _Sentence(number, reading, people)
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


def _of_what(title: Title, reading: Reading) -> str:
    words = reading.text[reading.tokens[title.first].start : reading.tokens[title.last - 1].end]
    country = f"; country {title.country} from the words around it" if title.country else ""
    return f"“{words}”{country}"


def _after_brackets(reading: Reading, at: int) -> int:
    """Past an abbreviation in brackets: "Agency (IAEA) …"."""
    tokens = reading.tokens
    if at + 2 < len(tokens) and tokens[at].text == "(" and tokens[at + 2].text == ")":
        return at + 3
    return at


def _title_then_name(sentence: _Sentence, title: Title, floor: int) -> bool:
    reading = sentence.reading
    at = _after_brackets(reading, title.last)
    name = read_name(reading.tokens, at, taken=_open_places(reading, at), after_title=True)
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
    reason = f"{_of_what(title, reading)} before the name"
    person = sentence.mention(
        name, tier, "person.title-name", reason, lead=title.lead, tail=name.last, title=title
    )
    sentence.role(person, title, tier, "role.title-name", reason)
    _title_before(sentence, person, title)
    return True


def _title_before(sentence: _Sentence, person: Person, title: Title) -> None:
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
            reason = f"{_of_what(other, sentence.reading)}, then another title and the name"
            sentence.role(person, other, "A", "role.title-comma-name", reason)
            person.heads.add(other.head)


def _counterpart(sentence: _Sentence, title: Title, name: Name) -> bool:
    """ "his Egyptian counterpart Tarek Mansour": a person; the office is that of whoever "he" is, and not said."""
    if name.words < 2:
        return False
    sentence.mention(
        name,
        "A",
        "person.counterpart",
        f"{_of_what(title, sentence.reading)} before the name",
        lead=title.lead,
        tail=name.last,
        country=title.country,
        is_official=True,
    )
    return True


def _open_places(reading: Reading, at: int) -> list[bool]:
    """`taken`, but for names of places and ambiguous countries that a name may begin with ("Israel Katz")."""
    taken = list(reading.taken)
    tokens = reading.tokens
    for first in range(at, min(at + 5, len(tokens))):
        found = reading.known.get(first)
        if not found or found[1] != first + 1:
            continue
        hit = found[0][0]
        is_open = (
            hit.known.kind in {"place", "region"}
            or not hit.auto_link
            or (hit.alias_kind == "demonym" and first > at)
        )
        beside = (first + 1 < len(tokens) and tokens[first + 1].is_capital and tokens[first + 1].is_word) or (
            first > at and tokens[first - 1].is_capital and not taken[first - 1]
        )
        if is_open and beside:
            taken[first] = False
    return taken


def _title_comma_name(sentence: _Sentence, title: Title, floor: int) -> bool:
    """ "the Minister of Foreign Affairs of Georgia, David Zalkaliani, met …"."""
    reading = sentence.reading
    tokens = reading.tokens
    at = _after_brackets(reading, title.last)
    if at >= len(tokens) or tokens[at].text not in {",", ":", "–", "—"} or title.level == "other":
        return False
    if title.level == "counterpart":
        name = read_name(tokens, at + 1, taken=_open_places(reading, at + 1), min_words=2)
        return name is not None and sentence.is_free(name) and _counterpart(sentence, title, name)
    name = read_name(tokens, at + 1, taken=_open_places(reading, at + 1))
    if name is None or not sentence.is_free(name) or (name.words < 2 and not name.honorifics):
        return False
    close = after_postnominals(tokens, name.last)
    if not _closes(tokens, close):
        return False
    reason = f"{_of_what(title, reading)}, then the name after a comma"
    person = sentence.mention(
        name, "A", "person.title-comma-name", reason, lead=title.lead, tail=name.last, title=title
    )
    sentence.role(person, title, "A", "role.title-comma-name", reason)
    return True


def _closes(tokens: Sequence[Token], at: int) -> bool:
    """Whether a name between commas ends here, or its sentence goes on with what the person does."""
    if at >= len(tokens):
        return True
    word = tokens[at].low
    return (
        word
        in {
            ",",
            ".",
            ")",
            "(",
            ";",
            "–",
            "—",
            "and",
            "on",
            "in",
            "at",
            "to",
            "with",
            "for",
            "as",
            "today",
            "yesterday",
        }
        or word in lexicon.SAY_VERBS
        or word in lexicon.ACT_VERBS
        or (tokens[at].is_word and word.endswith("ed"))
    )


def _name_then_title(sentence: _Sentence, title: Title, floor: int) -> bool:
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
    reason = f"the name, then {_of_what(title, reading)}"
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


def _name_ending(sentence: _Sentence, at: int, floor: int) -> Name | None:
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
        name = read_name(tokens, first, taken=_open_places(sentence.reading, first))
        if name is not None and name.last == at and name.first >= first:
            if name.words >= 2:
                return name
            words = sentence.words(name)
            if any(words in person.surnames for person in sentence.people.persons):
                return name
    return None


def _several(sentence: _Sentence, title: Title) -> None:
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
            tokens, start, taken=_open_places(reading, start), min_words=1 if at == title.last else 2
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
        reason = f"{_of_what(each, reading)} before several names"
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


_APPOINTING = frozenset(
    [
        "relieved",
        "dismissed",
        "recalled",
        "removed",
        "take",
        "takes",
        "appointed",
        "named",
        "nominated",
        "elected",
        "re-elected",
        "reelected",
        "confirmed",
        "reappointed",
        "sworn",
        "assumed",
        "took",
        "assume",
        "became",
        "becomes",
        "serve",
        "served",
        "serves",
        "serving",
        "designated",
    ]
)


def _appointed(sentence: _Sentence, title: Title) -> None:
    """ "X was appointed Minister of …", "appointed X as Ambassador to …"."""
    reading = sentence.reading
    tokens = reading.tokens
    verb = next(
        (n for n in range(title.lead - 1, max(-1, title.lead - 14), -1) if tokens[n].low in _APPOINTING),
        None,
    )
    if verb is None or title.level == "other" or any(t.text in {";", "."} for t in tokens[verb : title.lead]):
        return
    name = None
    for at in range(verb + 1, title.lead):
        name = read_name(tokens, at, taken=_open_places(reading, at), min_words=2)
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
                    f"named to the office in words: {_of_what(title, reading)}",
                )
            return
    reason = f"named to the office in words: {_of_what(title, reading)}"
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


_AGE = re.compile(r"^\d{1,3}$")
_DESCRIBED = frozenset(["a", "an", "the", "who", "whose", "aged", "of", "from", "and", "his", "her"])


def _introduce_plainly(number: int, reading: Reading, people: People) -> None:
    """People without an office: a full name that says or does something, an honorific, a name that is explained."""
    sentence = _Sentence(number, reading, people)
    _registered(sentence)
    tokens = reading.tokens
    at = 0
    while at < len(tokens):
        if sentence.used[at] or not (tokens[at].is_capital or tokens[at].low in {"von", "van", "de"}):
            at += 1
            continue
        first = skip_honorifics(tokens, at)
        name = read_name(tokens, at, taken=_open_places(reading, at))
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
    if before in lexicon.SAY_VERBS or (before in {"by", "that"} and after in lexicon.SAY_VERBS):
        return before not in {"called", "shared", "extended", "continued", "posted"}
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


def _registered(sentence: _Sentence) -> None:
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


def _support(sentence: _Sentence, known: Known) -> str:
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


def _is_called_by_first_word(words: tuple[str, ...], body: str) -> bool:
    """Whether a story calls somebody by the first word of the name and never by the last: family name first."""
    if len(words) not in {2, 3} or any(word.endswith(".") for word in words):
        return False
    first, last = (re.escape(word) for word in (words[0], words[-1]))
    alone = re.search(rf"(?<![\w-]){first}(?![\w-])(?!\s+[A-Z])", body)
    by_last = re.search(rf"(?<!{first} )(?<![\w-]){last}(?![\w-])", body.replace(" ".join(words), " "))
    return bool(alone) and not by_last


def _surnames(people: People, body: str) -> dict[tuple[str, ...], list[Person]]:
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


def _refer_back(
    number: int, reading: Reading, people: People, surnames: dict[tuple[str, ...], list[Person]]
) -> None:
    sentence = _Sentence(number, reading, people)
    tokens = reading.tokens
    by_words = {tuple(person.words): person for person in people.persons if len(person.words) > 1}
    longest = max((len(words) for words in by_words), default=0)
    for at in range(len(tokens)):
        if sentence.used[at]:
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


def _link_surname(sentence: _Sentence, name: Name, together: list[Person]) -> None:
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
