"""Organisations by how they are written: capitals that end with "Council", "Ministry of …", "… Foreign Ministry"."""

from __future__ import annotations

from ..reading import Reading
from . import lexicon

MAX_WORDS = 10
_OF_HEADS = frozenset(
    [
        "ministry",
        "department",
        "office",
        "bureau",
        "embassy",
        "consulate",
        "council",
        "commission",
        "committee",
        "bank",
        "university",
        "institute",
        "house",
        "chamber",
        "court",
        "agency",
        "association",
        "federation",
        "union",
        "organization",
        "organisation",
        "parliament",
        "government",
        "academy",
        "board",
        "center",
        "centre",
        "secretariat",
        "directorate",
        "service",
        "party",
        "museum",
        "church",
        "league",
        "assembly",
        "administration",
        "cabinet",
        "presidency",
        "delegation",
        "mission",
        "fund",
        "authority",
        "institution",
        "initiative",
    ]
)


def org_from(reading: Reading, at: int) -> int | None:
    """The token after the organisation that begins at a token; None when none does. A demonym may lead it."""
    tokens = reading.tokens
    hit = reading.hits_from(at, "organisation")
    if hit is not None:
        return _with_complement(reading, hit[1], weak=True)
    here, words = at, 0
    last_head: int | None = None
    while here < len(tokens) and words < MAX_WORDS:
        token = tokens[here]
        found = reading.known.get(here)
        if (
            found
            and here > at
            and found[1] > here + 1
            and not any(h.alias_kind == "demonym" for h in found[0])
        ):
            break
        if token.is_word and token.is_capital:
            if (
                (token.low,) in lexicon.HEADS
                and token.low not in {"state", "general", "chief"}
                and token.low not in lexicon.ORG_HEADS
                and here > at
            ):
                break
            if (
                here == at
                and token.low in lexicon.NO_NAME
                and token.low
                not in {
                    "state",
                    "national",
                    "federal",
                    "international",
                    "european",
                    "united",
                    "north",
                    "south",
                    "foreign",
                    "general",
                    "high",
                    "joint",
                    "grand",
                    "world",
                    "global",
                    "regional",
                    "central",
                    "northern",
                    "southern",
                    "eastern",
                    "western",
                    "arab",
                    "islamic",
                    "olympic",
                    "nobel",
                    "ministry",
                    "department",
                    "council",
                    "commission",
                    "committee",
                    "parliament",
                    "government",
                    "union",
                    "armed",
                    "army",
                    "navy",
                    "new",
                    "first",
                    "supreme",
                }
            ):
                return None
            words += 1
            here += 1
            if token.low in lexicon.ORG_HEADS:
                last_head = here
        elif token.low in {"and", "&", "of", "for", "on", "the"} and words and _leads_to_head(reading, here):
            here += 1
        elif token.low == "'s" and here == at + 1:
            return None
        else:
            break
    if last_head is None:
        return None
    # One word alone is a common noun: "the Council", "Parliament".
    if last_head - at == 1:
        if tokens[at].low in _OF_HEADS:
            end = _with_complement(reading, last_head, weak=False)
            return end if end > last_head else None
        return None
    return (
        _with_complement(reading, last_head, weak=True)
        if tokens[last_head - 1].low in _OF_HEADS
        else last_head
    )


def _leads_to_head(reading: Reading, at: int) -> bool:
    """A joiner inside a name: the next capital words end with an organisation's head ("Trade and Industry Chamber")."""
    tokens = reading.tokens
    here = at + 1
    if tokens[at].low in {"of", "for", "on", "the"}:
        return False
    while (
        here < len(tokens)
        and here < at + 5
        and tokens[here].is_word
        and tokens[here].is_capital
        and here not in reading.known
    ):
        if tokens[here].low in lexicon.ORG_HEADS:
            return tokens[at - 1].low in lexicon.PORTFOLIOS and here > at + 1
        here += 1
    return False


def _with_complement(reading: Reading, at: int, *, weak: bool) -> int:
    """The token after "of Foreign Affairs and Trade (of Country)" where it follows an organisation's head."""
    tokens = reading.tokens
    here = end = at
    openers = {"of", "for", "on"}
    while here < len(tokens) and tokens[here].low in openers:
        stop = _complement_end(reading, here + 1)
        if stop is None:
            break
        here = end = stop
    return end


def _complement_end(reading: Reading, at: int) -> int | None:
    tokens = reading.tokens
    here = at
    end: int | None = None
    while here < len(tokens) and here < at + MAX_WORDS:
        token = tokens[here]
        hit = reading.hits_from(here, "country", "organisation", "region", "place")
        if hit and hit[0].alias_kind != "demonym":
            return hit[1]
        if token.low in {
            "the",
            "republic",
            "kingdom",
            "state",
            "federation",
            "islamic",
            "federal",
            "people's",
            "union",
        } and (token.low == "the" or token.is_capital):
            here += 1
            if token.low not in {"the", "republic", "kingdom", "state", "federal", "islamic", "people's"}:
                end = here
        elif (
            token.is_word
            and token.is_capital
            and (token.low in lexicon.PORTFOLIOS or token.low in lexicon.ORG_HEADS)
        ):
            here += 1
            end = here
        elif (
            token.low in {"and", "&", ",", "of"}
            and end is not None
            and here + 1 < len(tokens)
            and (
                (tokens[here + 1].low in lexicon.PORTFOLIOS and tokens[here + 1].is_capital)
                or (token.low == "of" and _complement_end(reading, here + 1) is not None)
            )
        ):
            here += 1
        elif (
            end is None
            and token.is_word
            and token.is_capital
            and (token.low,) not in lexicon.HEADS
            and token.low not in lexicon.NO_NAME
        ):
            here += 1
            end = here
        else:
            break
    return end


def org_ending_before(reading: Reading, at: int, floor: int) -> int | None:
    """The first token of the organisation that ends right before a title: "European Council President"."""
    tokens = reading.tokens
    hit = reading.hits_until(at, "organisation")
    if hit is not None and hit[1] >= floor:
        return hit[1]
    if at - 1 < floor:
        return None
    token = tokens[at - 1]
    if not token.is_word or not token.is_capital:
        return None
    is_acronym = token.text.isupper() and 2 <= len(token.text) <= 7 and not reading.taken[at - 1]
    if is_acronym:
        return at - 1
    if token.low not in lexicon.ORG_HEADS:
        return None
    here = at - 1
    while (
        here - 1 >= floor
        and tokens[here - 1].is_capital
        and tokens[here - 1].is_word
        and not reading.taken[here - 1]
        and (
            tokens[here - 1].low not in lexicon.NO_NAME
            or tokens[here - 1].low in lexicon.PORTFOLIOS
            or tokens[here - 1].low
            in {"state", "national", "general", "european", "federal", "supreme", "world", "high"}
        )
        and (tokens[here - 1].low,) not in lexicon.HEADS
    ):
        here -= 1
    return here


def find_organisations(reading: Reading) -> list[tuple[int, int, bool]]:
    """Organisations of a sentence as (first token, token after, whether a known one or a ministry)."""
    found: list[tuple[int, int, bool]] = []
    here = 0
    tokens = reading.tokens
    while here < len(tokens):
        token = tokens[here]
        hit = reading.hits_from(here, "organisation")
        if not hit and not (token.is_word and token.is_capital):
            here += 1
            continue
        end = org_from(reading, here)
        if end is None:
            demonym = reading.hits_from(here, "country")
            here = demonym[1] if demonym and demonym[0].alias_kind == "demonym" and False else here + 1
            continue
        is_sure = hit is not None or any(
            tokens[n].low in {"ministry", "embassy", "parliament", "consulate"} for n in range(here, end)
        )
        found.append((here, end, is_sure))
        here = end
    return found
