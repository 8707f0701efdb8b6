"""A sentence read once: its words, and what is known of them, by place. Everything that follows works on this."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field

from .dates import DateMention
from .registry import Hit
from .tokens import Token, tokenise
from .zones import Sentence


@dataclass(slots=True)
class Reading:
    """`known` maps a first token to the hits there and the token after them; `taken` marks tokens that are known things."""

    text: str
    sentence: Sentence
    tokens: list[Token]
    hits: list[Hit]
    dates: list[DateMention]
    known: dict[int, tuple[tuple[Hit, ...], int]] = field(default_factory=dict)
    known_ends: dict[int, int] = field(default_factory=dict)
    taken: list[bool] = field(default_factory=list)

    @property
    def body(self) -> str:
        return self.text[self.sentence.start : self.sentence.end]

    def token_at(self, place: int) -> int:
        """The token that begins at or after a place in the text."""
        return bisect_left(self.tokens, place, key=lambda token: token.start)

    def hits_from(self, token: int, *kinds: str) -> tuple[Hit, int] | None:
        """The first hit of some kinds that begins at a token, and the token after it."""
        found = self.known.get(token)
        if found is None:
            return None
        for hit in found[0]:
            if not kinds or hit.known.kind in kinds:
                return hit, found[1]
        return None

    def hits_until(self, token: int, *kinds: str) -> tuple[Hit, int] | None:
        """The hit of some kinds that ends before a token, and the token that it begins with."""
        first = self.known_ends.get(token)
        if first is None:
            return None
        found = self.hits_from(first, *kinds)
        return (found[0], first) if found else None


def read(text: str, sentence: Sentence, hits: list[Hit], dates: list[DateMention]) -> Reading:
    """A sentence with the hits and dates that lie in it."""
    tokens = tokenise(text, sentence.start, sentence.end)
    reading = Reading(text, sentence, tokens, hits, dates, taken=[False] * len(tokens))
    by_span: dict[tuple[int, int], list[Hit]] = {}
    for hit in hits:
        by_span.setdefault((hit.start, hit.end), []).append(hit)
    for (start, end), together in by_span.items():
        first = reading.token_at(start)
        last = reading.token_at(end)
        if first >= len(tokens) or tokens[first].start != start:
            continue
        reading.known[first] = (tuple(together), last)
        reading.known_ends[last] = first
        if any(hit.known.kind != "person" for hit in together):
            for number in range(first, last):
                reading.taken[number] = True
    for date in dates:
        for number in range(reading.token_at(date.start), reading.token_at(date.end)):
            reading.taken[number] = True
    return reading
