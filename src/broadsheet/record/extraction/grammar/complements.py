"""What a title is of: "Minister of Foreign Affairs of the Republic of …", "Director for European Affairs"."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..reading import Reading
from . import lexicon
from .organisations import org_from

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


_ALONE = frozenset({"republic", "state", "federation", "kingdom", "nation", "union", "confederation"})
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


def complemented(reading: Reading, title: Title) -> Title:
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
        elif (
            token.is_capital
            and token.low not in lexicon.PORTFOLIOS
            and (field := _field_end(reading, here, limit))
        ):
            here = end = field
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
                and (_leads_to_unit(reading, here, limit) or _is_state_alone(reading, here))
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
        elif token.is_capital and token.low in _ALONE and tokens[here - 1].low == "the" and not taken_any:
            # "the President of the Republic, A B": which one is known in the house.
            here = end = here + 1
            taken_any = True
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


def _field_end(reading: Reading, at: int, limit: int) -> int | None:
    """Past a field of government by its last word, whatever the first ones are: "Diaspora and Mobility Affairs"."""
    tokens = reading.tokens
    for here in range(at + 1, min(at + 5, limit)):
        token = tokens[here]
        if not token.is_capital and token.low not in {"and", "&"}:
            return None
        if token.low in {"affairs", "relations", "policy", "development", "cooperation", "issues"}:
            return here + 1
    return None


def _is_state_alone(reading: Reading, at: int) -> bool:
    """ "of the Republic," without a country's name."""
    tokens = reading.tokens
    return (
        tokens[at].low == "the"
        and at + 1 < len(tokens)
        and tokens[at + 1].is_capital
        and tokens[at + 1].low in _ALONE
        and (at + 2 >= len(tokens) or tokens[at + 2].low not in {"of", "and"})
    )


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
        and not has_head_soon(reading, here)
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
        return not (tokens[at].low in {"and", ",", "&"} and has_head_soon(reading, here))
    token = tokens[here]
    if token.is_capital and token.low in lexicon.ORG_HEADS and tokens[here - 1].low in {"the", "of"}:
        return True
    if tokens[at].low in {"and", "&", ","} and token.is_capital and _field_end(reading, here, limit):
        return not has_head_soon(reading, here)
    if token.low not in lexicon.PORTFOLIOS:
        return False
    return not (tokens[at].low in {"and", ","} and has_head_soon(reading, here))


def has_head_soon(reading: Reading, at: int) -> bool:
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
