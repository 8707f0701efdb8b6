"""Names of persons, read from a place in a sentence onwards. No list of given names: capitals, particles, initials."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..tokens import Token
from . import lexicon

MAX_WORDS = 10
_ARTICLE_PREFIXES = ("al-", "el-", "as-", "an-", "ar-", "at-", "az-", "ash-", "ad-", "ul-")


@dataclass(frozen=True, slots=True)
class Name:
    """Tokens `first` up to `last` (not included) are the name; `honorifics` how many tokens before it were such."""

    first: int
    last: int
    honorifics: int = 0

    @property
    def words(self) -> int:
        return self.last - self.first


def skip_honorifics(tokens: Sequence[Token], at: int) -> int:
    """Where a name may begin after "H.E. Mr", "the Right Honourable" and their like."""
    here = at
    while here < len(tokens):
        token = tokens[here]
        word = token.low
        if token.text == "HE" and here + 1 < len(tokens) and tokens[here + 1].is_capital:
            here += 1
        elif word in lexicon.HONORIFICS or word.rstrip(".") in lexicon.HONORIFICS:
            # "the" and "his" only lead to more of them.
            if word in {"the", "his", "her", "right", "he", "u", "m", "tan", "don"} and not (
                here + 1 < len(tokens)
                and tokens[here + 1].low.rstrip(".")
                in {
                    "right",
                    "rt",
                    "hon",
                    "honourable",
                    "honorable",
                    "excellency",
                    "highness",
                    "majesty",
                    "holiness",
                    "eminence",
                    "royal",
                    "mr",
                    "ms",
                    "mrs",
                    "dr",
                    "sri",
                }
            ):
                break
            if not token.is_capital and word not in {"the", "his", "her"}:
                break
            here += 1
            if here < len(tokens) and tokens[here].text == ".":
                here += 1
        elif (word in {"royal", "serene"} and here > at) or (
            token.text == ","
            and here > at
            and here + 1 < len(tokens)
            and tokens[here + 1].low in lexicon.HONORIFICS
        ):
            here += 1
        else:
            break
    return here


def read_name(
    tokens: Sequence[Token],
    at: int,
    *,
    taken: Sequence[bool] | None = None,
    min_words: int = 1,
    after_title: bool = False,
) -> Name | None:
    """The name that begins at a token, honorifics before it skipped; None when none does.

    `taken` marks tokens that are something known (countries, organisations, dates): no name runs through them.
    """
    first = skip_honorifics(tokens, at)
    here, capitals = first, 0
    last = first
    while here < len(tokens) and here - first < MAX_WORDS:
        token = tokens[here]
        if taken is not None and taken[here]:
            break
        if capitals and token.text in lexicon.POSTNOMINALS:
            break
        if _is_name_word(token, is_first=capitals == 0) or (
            after_title
            and not capitals
            and token.low in lexicon.NAME_LIKE
            and here + 1 < len(tokens)
            and tokens[here + 1].is_capital
        ):
            if capitals and token.low in lexicon.THING_WORDS - lexicon.FAMILY_WORDS:
                return None
            capitals += 0 if token.is_initial else 1
            here += 1
            last = here
        elif (
            (capitals and token.low in lexicon.PARTICLES and _leads_on(tokens, here))
            or (
                not capitals
                and here == first
                and token.low in {"von", "van", "de", "di", "al", "el", "bin"}
                and _leads_on(tokens, here)
            )
            or (capitals and token.text in {"-", "‑"} and _touches(tokens, here))
        ):
            here += 1
        else:
            break
    if (
        last - first == 1
        and first > at
        and tokens[first - 1].low in {"sheikh", "sheikha", "lord", "lady", "baroness"}
    ):
        first -= 1
    if not capitals or last - first < min_words or capitals > 6:
        return None
    if (
        last < len(tokens)
        and tokens[last].low in lexicon.THING_WORDS - lexicon.FAMILY_WORDS
        and tokens[last].is_capital
    ):
        return None
    if (
        last < len(tokens)
        and tokens[last].text == ","
        and last + 1 < len(tokens)
        and tokens[last + 1].low in {"jr", "sr"}
    ):
        last += 2
    return Name(first, last, first - at)


def _is_name_word(token: Token, *, is_first: bool) -> bool:
    word = token.text
    if token.low.startswith(_ARTICLE_PREFIXES) and len(word) > 4 and not word.islower():
        return True
    if not word[0].isalpha() or not token.is_capital:
        # "d'Artagnan", "al-Assad", "l'Estrange"
        return (
            token.low.startswith(("d'", *_ARTICLE_PREFIXES))
            and len(word) > 3
            and any(c.isupper() for c in word)
        )
    if token.is_initial:
        return True
    if token.low.rstrip(".") in lexicon.GENERATIONS:
        return not is_first
    if ((token.low,) in lexicon.HEADS or token.low in lexicon.PLURALS) and (
        is_first or token.low != "general"
    ):
        return (
            token.low
            in {"king", "prince", "major", "marshal", "judge", "justice", "bishop", "dean", "chief", "coach"}
            and not is_first
        )
    if token.low in lexicon.NO_NAME:
        return (
            token.low
            in {
                "may",
                "west",
                "north",
                "march",
                "august",
                "april",
                "june",
                "day",
                "english",
                "german",
                "french",
                "moon",
                "good",
                "so",
                "do",
                "no",
                "an",
                "up",
                "first",
                "can",
                "will",
            }
            and not is_first
        )
    if token.low in lexicon.PORTFOLIOS and is_first:
        return token.low in {"justice", "gas"}
    return not (is_first and token.low in lexicon.ORG_HEADS)


def _leads_on(tokens: Sequence[Token], at: int) -> bool:
    """Particles count only when a capital follows: "Mohammed bin Salman", not "Merkel and"."""
    here = at + 1
    while here < len(tokens) and tokens[here].low in lexicon.PARTICLES and here < at + 3:
        here += 1
    return (
        here < len(tokens)
        and _is_name_word(tokens[here], is_first=True)
        and tokens[at].low not in {"e", "y", "do", "la", "le", "st"}
    ) or (
        here < len(tokens)
        and tokens[at].low in {"y", "la", "le", "do", "e"}
        and tokens[here].is_capital
        and tokens[here].low not in lexicon.NO_NAME
        and tokens[at].low != "e"
    )


def after_postnominals(tokens: Sequence[Token], at: int) -> int:
    """Past "TD", "MP" and other letters after a name."""
    while at < len(tokens) and (
        tokens[at].text in lexicon.POSTNOMINALS
        or (tokens[at].text == "," and at + 1 < len(tokens) and tokens[at + 1].text in lexicon.POSTNOMINALS)
    ):
        at += 1
    return at


def _touches(tokens: Sequence[Token], at: int) -> bool:
    return (
        at + 1 < len(tokens)
        and tokens[at - 1].end == tokens[at].start
        and tokens[at].end == tokens[at + 1].start
        and tokens[at + 1].is_capital
    )
