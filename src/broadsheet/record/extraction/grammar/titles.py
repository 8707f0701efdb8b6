"""Titles of office in a sentence: where they stand, of what country or organisation, and on what level."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from ..reading import Reading
from . import lexicon
from .organisations import org_ending_before, org_from

_STATE_FORMS = frozenset(
    [
        "republic",
        "kingdom",
        "state",
        "federation",
        "confederation",
        "commonwealth",
        "principality",
        "duchy",
        "sultanate",
        "emirate",
        "union",
        "federal",
        "islamic",
        "arab",
        "hashemite",
        "grand",
        "people's",
        "democratic",
        "socialist",
        "bolivarian",
        "plurinational",
        "co-operative",
        "cooperative",
        "independent",
        "united",
        "federative",
        "swiss",
        "hellenic",
        "french",
        "italian",
        "slovak",
        "czech",
        "portuguese",
        "kyrgyz",
        "the",
        "of",
    ]
)
# Parts of an organisation, in small letters after its name: "the ICRC delegation".
_PARTS = frozenset(
    [
        "delegation",
        "mission",
        "office",
        "group",
        "department",
        "bureau",
        "team",
        "section",
        "desk",
        "programme",
        "program",
    ]
)
_PREFIX = re.compile(r"^(?:vice|co|deputy|ex|acting|first-vice)-(?=\w)")
MAX_COMPLEMENT = 24


@dataclass(frozen=True, slots=True)
class Title:
    """Tokens `first` up to `last` are the title; `lead` is where what belongs to it begins ("the", "Azerbaijan's").

    `country` is ISO 3166; `organisation` the name as written. `countries` are those of "the ministers of A and B".
    """

    first: int
    last: int
    lead: int
    level: str
    is_capital: bool
    country: str = ""
    organisation: str = ""
    is_former: bool = False
    is_plural: bool = False
    is_definite: bool = False
    countries: tuple[str, ...] = ()
    head: str = ""


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
    hit = reading.hits_from(at, "organisation")
    if hit and hit[1] > at + 1:
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
            and not reading.hits_until(first, "organisation")
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
    made = _complemented(reading, title)
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


def _complemented(reading: Reading, title: Title) -> Title:
    """The title with what follows it: "of Foreign Affairs of the Republic of Azerbaijan", "for European Affairs"."""
    tokens = reading.tokens
    here = title.last
    country, organisation = title.country, title.organisation
    countries: list[str] = []
    end = here
    # "Ambassador Extraordinary and Plenipotentiary", "Minister-designate", "President-elect"
    while (
        (
            here < len(tokens)
            and tokens[here].low
            in {"extraordinary", "plenipotentiary", "designate", "elect", "ad", "interim", "emeritus"}
        )
        or (
            here + 1 < len(tokens) and tokens[here].low == "and" and tokens[here + 1].low == "plenipotentiary"
        )
        or (
            here + 1 < len(tokens)
            and tokens[here].text in {"-", "–"}
            and tokens[here + 1].low in {"designate", "elect", "delegate", "general"}
        )
    ):
        here += 1
        end = here
    if (
        here < len(tokens)
        and tokens[here].low == "in"
        and here + 2 < len(tokens)
        and tokens[here + 1].low == "charge"
        and tokens[here + 2].low == "of"
    ):
        here += 2
    limit = min(len(tokens), here + MAX_COMPLEMENT)
    while here < limit:
        opener = tokens[here].low
        if opener not in lexicon.COMPLEMENT_OPENERS:
            break
        unit = _units(
            reading, here + 1, limit, is_capital=title.is_capital, is_place=opener in {"in", "at", "to"}
        )
        if unit is None:
            break
        stop, found_countries, found_org = unit
        if opener in {"in", "at"} and not (found_org or found_countries):
            break
        end = stop
        countries.extend(found_countries)
        # An ambassador to a country speaks for another one.
        if (
            found_countries
            and opener != "to"
            and not (opener in {"in", "at"} and title.level == "ambassador")
        ):
            country = country or found_countries[0]
        organisation = organisation or found_org
        here = end
        # An abbreviation or another title in brackets, and the complement goes on: "… (Ombudsperson) of Azerbaijan".
        if (
            here + 3 < limit
            and tokens[here].text == "("
            and tokens[here + 2].text == ")"
            and tokens[here + 3].low == "of"
        ):
            here += 3
    return replace(
        title,
        last=max(end, title.last),
        country=country,
        organisation=organisation,
        countries=tuple(countries),
    )


def _units(
    reading: Reading, at: int, limit: int, *, is_capital: bool, is_place: bool
) -> tuple[int, list[str], str] | None:
    """What a title is of: its end, the countries in it, its organisation. None when nothing there can be read so."""
    tokens = reading.tokens
    here, end = at, at
    countries: list[str] = []
    organisation = ""
    taken_any = False
    while here < limit:
        token = tokens[here]
        hit = reading.hits_from(here, "country", "organisation", "region", "place")
        if hit and hit[0].alias_kind != "demonym":
            if taken_any and hit[0].known.kind == "place" and _starts_name(reading, here, hit[1]):
                break
            if hit[0].known.kind == "organisation" and _is_owner_of_title(reading, hit[1]):
                break
            org = org_from(reading, here) if hit[0].known.kind != "organisation" else None
            if org is not None and org > hit[1]:
                organisation = organisation or reading.text[token.start : tokens[org - 1].end]
                here = end = org
                taken_any = True
                continue
            if hit[0].known.kind == "country":
                countries.append(hit[0].known.country)
            elif hit[0].known.kind == "organisation":
                organisation = organisation or reading.text[hit[0].start : hit[0].end]
            here = end = hit[1]
            if hit[0].known.kind == "organisation" and here < limit and tokens[here].low in _PARTS:
                here = end = here + 1
            taken_any = True
            continue
        if hit and hit[0].alias_kind == "demonym":
            org = org_from(reading, here)
            if org is not None:
                countries.append(hit[0].known.country)
                organisation = organisation or reading.text[token.start : tokens[org - 1].end]
                here = end = org
                taken_any = True
                continue
            if hit[1] < limit and (
                tokens[hit[1]].low in lexicon.PORTFOLIOS or tokens[hit[1]].low in _STATE_FORMS
            ):
                if hit[0].known.country:
                    countries.append(hit[0].known.country)
                here = end = hit[1]
                taken_any = True
                continue
            break
        org = org_from(reading, here)
        if org is not None:
            organisation = organisation or reading.text[token.start : tokens[org - 1].end]
            here = end = org
            taken_any = True
        elif token.low in lexicon.PORTFOLIOS and (
            token.is_capital or not is_capital or tokens[here - 1].low in {"of", "for"}
        ):
            here = end = here + 1
            taken_any = True
        elif (
            (
                token.low in _STATE_FORMS
                and (token.is_capital or token.low in {"the", "of"})
                and _leads_to_unit(reading, here, limit)
            )
            or (
                token.low in lexicon.JOINERS
                and taken_any
                and token.low not in lexicon.COMPLEMENT_OPENERS
                and _leads_to_unit(reading, here, limit)
            )
            or (token.low == "of" and taken_any and _leads_to_unit(reading, here, limit))
        ):
            here += 1
        elif token.text in {"'", "’"}:
            break
        elif (
            not taken_any
            and token.is_capital
            and token.low in lexicon.ORG_HEADS
            and tokens[here - 1].low == "the"
        ):
            organisation = organisation or token.text
            here = end = here + 1
            taken_any = True
            break
        elif (
            not taken_any
            and token.is_capital
            and token.is_word
            and (token.low,) not in lexicon.HEADS
            and token.low not in lexicon.NO_NAME
        ):
            # An unknown place or field: one word, or all of them when a comma closes them.
            stop = here + 1
            while (
                stop < limit and tokens[stop].is_capital and tokens[stop].is_word and not reading.taken[stop]
            ):
                stop += 1
            # Three or more that nothing closes as a list does are a place and a name: "Mayor of Springfield Ann Lee."
            is_closed = stop < len(tokens) and tokens[stop].text in {",", "(", ")"}
            if (
                (stop - here <= 2 or is_closed)
                and stop - here <= 5
                and (
                    stop == len(tokens)
                    or tokens[stop].text in {",", ".", ";", ")", "("}
                    or tokens[stop].low in {"and", "who", "was", "has", "will", "to", "is", "said", "for"}
                )
            ):
                organisation = organisation or reading.text[token.start : tokens[stop - 1].end]
                here = end = stop
            else:
                here = end = here + 1
            taken_any = True
            break
        else:
            break
    return (end, countries, organisation) if taken_any else None


def _is_owner_of_title(reading: Reading, at: int) -> bool:
    """Whether another title follows an organisation: "chief of staff for European Commission President …"."""
    tokens = reading.tokens
    return at < len(tokens) and tokens[at].is_capital and (tokens[at].low,) in lexicon.HEADS


def _starts_name(reading: Reading, at: int, after: int) -> bool:
    """Whether a capital word that may be a place begins a name instead: "Prime Minister of Georgia Irakli …" does not."""
    tokens = reading.tokens
    return (
        after < len(tokens)
        and tokens[after].is_capital
        and tokens[after].is_word
        and not reading.taken[after]
        and (tokens[after].low,) not in lexicon.HEADS
        and tokens[at - 1].low not in {"of", "the", "for", "to", "in", "and"}
    )


def _leads_to_unit(reading: Reading, at: int, limit: int) -> bool:
    """Whether a joiner or "Republic of" leads to another field, country or organisation."""
    here = at + 1
    tokens = reading.tokens
    if (
        here < limit
        and tokens[at].low == ","
        and tokens[here].low in lexicon.PORTFOLIOS
        and not _has_head_soon(reading, here)
    ):
        return True
    while here < limit and (tokens[here].low in _STATE_FORMS or tokens[here].low in {"the", "of", "for"}):
        if reading.hits_from(here, "country", "organisation", "region"):
            return True
        here += 1
    if here >= limit:
        return False
    if reading.hits_from(here, "country", "organisation", "region") or org_from(reading, here) is not None:
        # "the President of France and Germany's Chancellor": what follows belongs to another title.
        return not (tokens[at].low in {"and", ",", "&"} and _has_head_soon(reading, here))
    token = tokens[here]
    if token.is_capital and token.low in lexicon.ORG_HEADS and tokens[here - 1].low in {"the", "of"}:
        return True
    if token.low not in lexicon.PORTFOLIOS:
        return False
    return not (tokens[at].low in {"and", ","} and _has_head_soon(reading, here))


def _has_head_soon(reading: Reading, at: int) -> bool:
    tokens = reading.tokens
    here = at
    while here < len(tokens) and here < at + 5:
        token = tokens[here]
        if (
            (token.low,) in lexicon.HEADS
            or token.low in lexicon.PLURALS
            or (here + 1 < len(tokens) and (token.low, tokens[here + 1].low) in lexicon.HEADS)
        ):
            return here > at or True
        if not (
            token.low in lexicon.PORTFOLIOS
            or token.low in lexicon.MODIFIERS
            or token.low in {"'s", "and", "&"}
            or here in reading.known
            or reading.taken[here]
        ):
            return False
        here += 1
    return False


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
