"""Titles of office in a sentence: where they stand, of what country or organisation, and on what level."""

from __future__ import annotations

import re
from dataclasses import replace

from ..reading import Reading
from . import lexicon
from .complements import Title, complemented
from .organisations import org_ending_before

__all__ = ["Title", "find_titles"]

_PREFIX = re.compile(r"^(?:vice|co|deputy|ex|acting|first-vice)-(?=\w)")


def find_titles(reading: Reading) -> list[Title]:
    """All titles of a sentence, left to right, none overlapping."""
    found: list[Title] = []
    here = 0
    while here < len(reading.tokens):
        head = _head_at(reading, here)
        if head is None:
            here += 1
            continue
        if (
            found
            and found[-1].last == here
            and reading.tokens[here].low in lexicon.NAME_LIKE
            and reading.tokens[here].is_capital
        ):
            here += 1
            continue
        title = _around(reading, here, *head, floor=found[-1].last if found else 0)
        found.append(title)
        here = max(title.last, here + 1)
    return _joined(reading, found)


def _head_at(reading: Reading, at: int) -> tuple[int, str, bool] | None:
    """Length, level and plurality of the title head that begins at a token."""
    tokens = reading.tokens
    if not tokens[at].is_word:
        return None
    if tokens[at].low == "head" and at > 1 and tokens[at - 1].low == "the" and tokens[at - 2].low == "at":
        return None
    hit = reading.hits_from(at, "organisation")
    if hit and hit[1] > at + 1:
        return None
    if _PREFIX.sub("", tokens[at].low) not in lexicon.HEAD_WORDS and tokens[at].low not in lexicon.PLURALS:
        return None
    for length in range(min(lexicon.MAX_HEAD, len(tokens) - at), 0, -1):
        words = tuple(_PREFIX.sub("", token.low) for token in tokens[at : at + length])
        level = lexicon.HEADS.get(words)
        if level is None:
            continue
        if (
            length > 1
            and tokens[at].is_capital != tokens[at + length - 1].is_capital
            and tokens[at].start != reading.sentence.start
        ):
            continue
        if length == 1 and _is_no_head(reading, at):
            return None
        return length, level, False
    singular = lexicon.PLURALS.get(tokens[at].low)
    if singular is not None:
        return 1, lexicon.HEADS.get((singular,), "other"), True
    return None


def _is_no_head(reading: Reading, at: int) -> bool:
    """Words of office that are something else here: "General Assembly", "Deputy Minister", "Head of State Summit"."""
    tokens = reading.tokens
    word = tokens[at].low
    follower = tokens[at + 1] if at + 1 < len(tokens) else None
    if follower is None:
        return False
    if word in lexicon.MODIFIERS and (
        follower.low in lexicon.MODIFIERS
        or follower.low in lexicon.PORTFOLIOS
        or (follower.low,) in lexicon.HEADS
        or follower.low in lexicon.PLURALS
    ):
        return True
    if follower.low in lexicon.FAMILY_WORDS and at + 2 < len(tokens) and tokens[at + 2].is_capital:
        return False
    return follower.is_capital and follower.low in lexicon.THING_WORDS


def _around(reading: Reading, at: int, length: int, level: str, is_plural: bool, *, floor: int) -> Title:
    tokens = reading.tokens
    first, last = at, at + length
    is_capital = tokens[last - 1].is_capital
    country = organisation = ""
    is_former = False
    lead = first
    while first > floor:
        token = tokens[first - 1]
        if token.low in lexicon.MODIFIERS and (
            token.is_capital
            or not is_capital
            or token.low in lexicon.FORMER
            or token.low
            in {
                "newly-appointed",
                "newly-elected",
                "current",
                "new",
                "then",
                "then-",
                "acting",
                "incoming",
                "outgoing",
                "caretaker",
                "longtime",
            }
        ):
            if (
                token.low in {"new", "current", "then", "late", "long-time", "longtime"}
                and not token.is_capital
            ):
                is_former = is_former or token.low in lexicon.FORMER
                lead = first - 1
                break
            is_former = is_former or token.low in lexicon.FORMER
            first -= 1
        elif (
            token.text in {"-", "–"}
            and first - 1 > floor
            and tokens[first - 2].low in {"ex", "then", "deputy"}
        ):
            is_former = is_former or tokens[first - 2].low in lexicon.FORMER
            first -= 2
        elif (
            token.low in lexicon.PORTFOLIOS
            and token.is_capital == is_capital
            and not reading.hits_until(first, "organisation", "country")
        ):
            first -= 1
        elif (
            token.low in {"and", "&", ","}
            and first - 1 > floor
            and tokens[first].low in lexicon.PORTFOLIOS
            and tokens[first - 2].low in lexicon.PORTFOLIOS
            and tokens[first - 2].is_capital == is_capital
            and (token.low != "," or _is_listed(reading, first - 1))
        ):
            first -= 2
        else:
            break
    lead = min(lead, first)
    org = _organisation_before(reading, first, floor, is_capital=is_capital)
    if org is not None:
        organisation, first = org
        lead = first
    demonym = reading.hits_until(first, "country")
    if demonym and demonym[1] >= floor and demonym[0].known.country:
        country, lead = demonym[0].known.country, demonym[1]
    elif first - 1 >= floor and first > 0 and tokens[first - 1].low == "'s":
        owner = reading.hits_until(first - 1, "country", "organisation", "place", "region")
        if owner and owner[1] >= floor:
            lead = owner[1]
            if owner[0].known.kind == "country" or (
                owner[0].known.kind == "place" and owner[0].alias_kind == "metonym"
            ):
                country = owner[0].known.country
            else:
                organisation = organisation or reading.text[owner[0].start : owner[0].end]
    while lead > floor and (
        tokens[lead - 1].low in lexicon.FORMER
        or tokens[lead - 1].low in {"new", "current", "his", "her", "its", "their", "newly"}
    ):
        is_former = is_former or tokens[lead - 1].low in lexicon.FORMER
        lead -= 1
    is_definite = lead > 0 and tokens[lead - 1].low == "the"
    if is_definite:
        lead -= 1
    title = Title(
        first,
        last,
        lead,
        level,
        is_capital,
        country,
        organisation,
        is_former,
        is_plural,
        is_definite,
        head=" ".join(token.low for token in tokens[at:last]),
    )
    made = complemented(reading, title)
    return replace(made, level=_level(reading, made))


def _level(reading: Reading, title: Title) -> str:
    """The level of a title as a whole: deputies of ministers are below them, an organisation's president is no state's."""
    words = {token.low for token in reading.tokens[title.first : title.last]}
    if title.level in {"minister", "head-of-government"} and words & {
        "deputy",
        "vice",
        "assistant",
        "under",
        "vice-minister",
    }:
        return "minister" if title.level == "head-of-government" else "deputy-minister"
    if title.level == "head-of-state" and title.organisation:
        return "head-of-igo" if not title.country else "senior-official"
    if (
        title.level == "head-of-igo"
        and (title.country or words & {"deputy", "assistant"})
        and "secretary-general" not in words
    ):
        return "senior-official"
    return title.level


def _is_listed(reading: Reading, comma: int) -> bool:
    """A comma inside a list of portfolios: "Trade, Tourism and Investment Minister"."""
    return any(token.low in {"and", "&"} for token in reading.tokens[comma : comma + 4])


def _organisation_before(
    reading: Reading, first: int, floor: int, *, is_capital: bool
) -> tuple[str, int] | None:
    if first - 3 > floor and reading.tokens[first - 1].text == ")" and reading.tokens[first - 3].text == "(":
        start = org_ending_before(reading, first - 3, floor)  # "European Commission (EC) President"
    else:
        start = org_ending_before(reading, first, floor)
    if start is None:
        return None
    return reading.text[reading.tokens[start].start : reading.tokens[first - 1].end], start


def _joined(reading: Reading, titles: list[Title]) -> list[Title]:
    """Titles of one holder put together: "Deputy Prime Minister and Minister of Foreign Affairs"."""
    joined: list[Title] = []
    tokens = reading.tokens
    for title in titles:
        if joined:
            last = joined[-1]
            between = [token.low for token in tokens[last.last : title.lead]]
            same_country = not last.country or not title.country or last.country == title.country
            if (
                between in (["and"], [","], ["&"], [",", "and"], ["-"], ["/"], ["–"], ["as", "well", "as"])
                and not title.is_definite
                and not last.is_plural
                and not title.is_plural
                and same_country
                and (
                    between != [","]
                    or (title.is_capital and tokens[title.first].low not in lexicon.NAME_LIKE)
                )
                and last.is_capital == title.is_capital
                and title.lead == title.first
            ):
                joined[-1] = replace(
                    last,
                    last=title.last,
                    country=last.country or title.country,
                    organisation=last.organisation or title.organisation,
                    is_former=last.is_former or title.is_former,
                    countries=(*last.countries, *title.countries),
                )
                continue
        joined.append(title)
    return joined
