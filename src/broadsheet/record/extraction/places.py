"""Places and countries: a name is a place where it stands as one; a capital that acts is its government."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from .folding import slug
from .grammar import lexicon
from .grammar.names import read_name
from .protocol import Tier
from .reading import Reading
from .registry import Hit

IN = frozenset(["in", "at", "near", "around", "outside", "inside", "across", "throughout"])
TOWARDS = frozenset(["to", "from", "via", "into", "leaving"])
_TRAVEL = frozenset(
    [
        "visit",
        "visits",
        "visited",
        "visiting",
        "arrived",
        "arrive",
        "arrives",
        "arriving",
        "travel",
        "travels",
        "travelled",
        "traveled",
        "travelling",
        "trip",
        "flew",
        "fly",
        "return",
        "returned",
        "departed",
        "left",
        "leave",
        "toured",
        "depart",
        "headed",
        "flight",
        "flights",
        "journey",
        "based",
        "headquartered",
        "held",
    ]
)
# What follows a name that is part of another thing: "Paris Agreement", "Geneva Conventions".
# Words that may follow a place; other words make the name a part of something: "in Scientology jargon".
_FOLLOWERS = frozenset(
    [
        "on",
        "and",
        "to",
        "with",
        "for",
        "from",
        "at",
        "the",
        "during",
        "as",
        "where",
        "after",
        "before",
        "last",
        "this",
        "next",
        "today",
        "yesterday",
        "tomorrow",
        "by",
        "in",
        "of",
        "or",
        "but",
        "who",
        "which",
        "when",
        "while",
        "is",
        "was",
        "were",
        "are",
        "has",
        "had",
        "have",
        "will",
        "since",
        "until",
    ]
)
_DIRECTIONS = frozenset(
    [
        "north",
        "south",
        "east",
        "west",
        "central",
        "northern",
        "southern",
        "eastern",
        "western",
        "downtown",
        "nearby",
        "neighbouring",
        "neighboring",
        "city",
        "town",
        "village",
        "district",
        "port",
        "capital",
    ]
)


@dataclass(frozen=True, slots=True)
class PlaceMention:
    """A place or country in a sentence. `iso` is the country's, its own or the one it lies in."""

    kind: str
    start: int
    end: int
    first: int
    last: int
    value: str
    entity: str
    iso: str
    form: str
    tier: Tier
    rule: str
    reason: str
    label: str = ""


def find_places(reading: Reading, used: Collection[int], in_title: Collection[int]) -> list[PlaceMention]:
    """Places and countries of a sentence. `used` are tokens of people's names, `in_title` those of offices."""
    found: list[PlaceMention] = []
    for first in sorted(reading.known):
        hits, last = reading.known[first]
        if first in used:
            continue
        country = next((hit for hit in hits if hit.known.kind == "country"), None)
        place = next((hit for hit in hits if hit.known.kind in {"place", "region"}), None)
        mention = None
        if country is not None and not (place is not None and not place.is_builtin):
            mention = _country(reading, country, first, last, len({h.known.id for h in hits}) > 1)
        elif place is not None:
            mention = _place(reading, place, first, last, in_title)
        if mention is not None:
            found.append(mention)
    if reading.sentence.zone == "body":
        found.extend(_unknown(reading, tokens_used=set(used) | set(in_title)))
    return found


def _country(reading: Reading, hit: Hit, first: int, last: int, is_shared: bool) -> PlaceMention | None:
    tokens = reading.tokens
    surface = reading.text[hit.start : hit.end]
    follower = tokens[last] if last < len(tokens) else None
    tier: Tier = "A"
    if follower is not None and follower.text == "$":
        return None
    if hit.alias_kind == "demonym":
        rule, reason, form = "country.demonym", f"“{surface}” means of {hit.known.label}", "demonym"
        if is_shared:
            tier, reason = "B", f"“{surface}” may be of more than one country"
        elif not hit.auto_link:
            rule, form = "country.people", "people"
        if follower is not None and follower.low in {"language", "-", "speaking"}:
            return None
    else:
        rule, reason, form = "country.name", f"name of {hit.known.label}", "name"
        if not hit.auto_link or is_shared:
            before = tokens[first - 1] if first else None
            if (
                before is not None
                and before.is_capital
                and before.is_word
                and before.low not in lexicon.NO_NAME
                and not reading.taken[first - 1]
            ):
                return None
            if (
                follower is not None
                and follower.is_capital
                and follower.is_word
                and not reading.taken[last]
                and (follower.low,) not in lexicon.HEADS
                and follower.low not in lexicon.NO_NAME
            ):
                return None
    return PlaceMention(
        "country",
        hit.start,
        hit.end,
        first,
        last,
        hit.known.country or hit.known.label,
        hit.known.id,
        hit.known.country,
        form,
        tier,
        rule,
        reason,
        hit.known.label,
    )


def _place(
    reading: Reading, hit: Hit, first: int, last: int, in_title: Collection[int]
) -> PlaceMention | None:
    tokens = reading.tokens
    surface = reading.text[hit.start : hit.end]
    follower = tokens[last] if last < len(tokens) else None
    before = tokens[first - 1].low if first else ""
    if follower is not None and follower.low in lexicon.THING_WORDS and follower.is_capital:
        return None
    if reading.sentence.zone != "body" and before not in IN and reading.sentence.zone != "dateline":
        # A capital in a headline stands for its government.
        return None

    def made(tier: Tier, rule: str, reason: str, form: str = "name", kind: str = "place") -> PlaceMention:
        value, entity, iso = hit.known.label, hit.known.id, hit.known.country
        if kind == "country":
            value, entity = iso, f"country:{iso}"
        return PlaceMention(
            kind,
            hit.start,
            hit.end,
            first,
            last,
            value,
            entity,
            iso,
            form,
            tier,
            rule,
            reason,
            hit.known.label,
        )

    if first in in_title:
        return made("B", "place.in-title", f"“{surface}” belongs to an office")
    position = _position(reading, first, last)
    if position:
        return made("A", "place.position", position)
    if hit.known.kind == "region" or hit.auto_link:
        return made("A" if not hit.is_builtin else "B", "place.known", f"“{surface}” is a known place")
    if hit.is_builtin and hit.known.country:
        return made(
            "C",
            "country.metonym",
            f"“{surface}” without a place's position may stand for the government",
            "metonym",
            "country",
        )
    return None


def _position(reading: Reading, first: int, last: int) -> str:
    """Why a name stands as a place, in words; empty when it does not."""
    tokens = reading.tokens
    at = first - 1
    while at >= 0 and (tokens[at].low in _DIRECTIONS or tokens[at].low == "the"):
        at -= 1
    before = tokens[at].low if at >= 0 else ""
    if before in IN:
        return f"“{before}” before the name"
    if (
        before == "of"
        and at >= 1
        and tokens[at - 1].low
        in {"city", "town", "village", "capital", "port", "province", "region", "district"}
    ):
        return f"“{tokens[at - 1].low} of” before the name"
    if before in TOWARDS and any(tokens[n].low in _TRAVEL for n in range(max(0, at - 6), at)):
        return "where somebody travels"
    if before in _TRAVEL - {"held", "based", "left", "leave"}:
        return f"“{before}” before the name"
    if (
        before == "and"
        and at > 1
        and reading.hits_until(at, "place")
        and _position(reading, reading.known_ends[at], at)
    ):
        return "beside another place"
    if last + 1 < len(tokens) and tokens[last].text == ",":
        beside = reading.hits_from(last + 1, "country", "region", "place")
        if (
            beside
            and beside[0].known.country in {"", reading.known[first][0][0].known.country}
            and beside[0].alias_kind != "demonym"
        ):
            return "with its country after it"
    if before == "," and at > 1 and tokens[at - 1].low in {"venue"}:
        return "the venue"
    return ""


def _unknown(reading: Reading, tokens_used: set[int]) -> list[PlaceMention]:
    """Capitals after "in" that nobody knows: "in Springfield", "in the village of …"."""
    found: list[PlaceMention] = []
    tokens = reading.tokens
    for at in range(1, len(tokens)):
        token = tokens[at]
        if not token.is_capital or not token.is_word or at in tokens_used or reading.taken[at]:
            continue
        before = tokens[at - 1].low
        if not (
            before in {"in", "near"}
            or (before == "to" and any(tokens[n].low in _TRAVEL for n in range(max(0, at - 4), at)))
            or (before == "of" and at > 1 and tokens[at - 2].low in {"city", "town", "village"})
        ):
            continue
        if token.low in lexicon.NO_NAME or token.text.isupper() or token.low in lexicon.PORTFOLIOS:
            continue
        name = read_name(tokens, at, taken=reading.taken)
        if (
            name is None
            or name.first != at
            or name.words > 3
            or any(n in tokens_used for n in range(name.first, name.last))
        ):
            continue
        if any(tokens[n].low in lexicon.THING_WORDS for n in range(name.first, name.last)):
            continue
        after = tokens[name.last] if name.last < len(tokens) else None
        if (after is not None and after.is_word and after.low not in _FOLLOWERS) or (
            after is not None and after.text in {"'s", "’s", ":"}
        ):
            continue
        start, end = tokens[at].start, tokens[name.last - 1].end
        surface = reading.text[start:end]
        found.append(
            PlaceMention(
                "place",
                start,
                end,
                at,
                name.last,
                surface,
                f"place:{slug(surface)}",
                "",
                "name",
                "B",
                "place.after-in",
                f"“{before}” before a name nobody knows yet",
                surface,
            )
        )
    return found
