"""One sentence while people are introduced in it: which words are used, who has been recorded."""

from __future__ import annotations

import re

from ..folding import fold
from ..grammar.names import Name
from ..grammar.titles import Title
from ..protocol import Tier
from ..reading import Reading
from ..registry import Known
from .model import People, Person, PersonMention, RoleMention

_SENSITIVE = re.compile(
    r"\b(?:arrest(?:ed)?|detained|charged with|accused of|indicted|convicted|sentenced to|jailed|imprisoned|hospitali[sz]ed|diagnosed|suspected of|raped|murdered|molested|"
    r"pleaded guilty|found guilty|on trial|under investigation for|stabbed|overdose)\b"
)


class Scene:
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


def of_what(title: Title, reading: Reading) -> str:
    words = reading.text[reading.tokens[title.first].start : reading.tokens[title.last - 1].end]
    country = f"; country {title.country} from the words around it" if title.country else ""
    return f"“{words}”{country}"


def after_brackets(reading: Reading, at: int) -> int:
    """Past an abbreviation in brackets: "Agency (IAEA) …"."""
    tokens = reading.tokens
    if at + 2 < len(tokens) and tokens[at].text == "(" and tokens[at + 2].text == ")":
        return at + 3
    return at


def open_places(reading: Reading, at: int) -> list[bool]:
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
