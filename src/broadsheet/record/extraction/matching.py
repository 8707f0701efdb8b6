"""Aliases in a text: Aho–Corasick over the folded text, then word borders, the case rule, and the leftmost longest."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ahocorasick_rs import AhoCorasick, Implementation

# What may follow a name as part of its word: case endings of Azerbaijani and Russian.
_ENDINGS = {
    "az": re.compile(
        r"['’]?(?:n?[ıiuü]n|n?[dt][aəAƏ]n?|[yn]?[aə]|n?[ıiuü]|s[ıiuü]|l[aə]r(?:[ıiuü]n?)?|[lç][ıiuü](?:l[aə]r)?|yl[aə]|l[aə]|d[ıiuü]r)?(?!\w)"
    ),
    "ru": re.compile(r"(?:а|у|ом|ым|е|ы|и|ю|ей|ой|я|ем|ам|ами|ах|ов|ью|ого|ому|ая|ую)?(?!\w)"),
}
# What may stand before a name as part of its word: Arabic's particles.
_ARABIC_BEFORE = re.compile(r"(?<!\w)(?:و|ف)?(?:ب|ل|ك)?(?:ال)?$")
# Endings that Russian changes rather than adds to; the stem is what is looked for.
_RUSSIAN_FINAL = re.compile(r"(?:ия|ья|а|я|й|ь|о|е)$")


@dataclass(frozen=True, slots=True)
class Match:
    """`number` is the alias's number in the table that was searched."""

    start: int
    end: int
    number: int


def pattern_for(folded: str, language: str) -> str:
    """What to look for: the alias, or the stem of its last word where the language changes it."""
    if language == "ru" and len(folded) > 4:
        words = [_stem(word) for word in folded.split(" ")]
        # Every word of a name is declined; only the last may be cut without losing its border.
        return " ".join([*folded.split(" ")[:-1], words[-1]])
    return folded


def _stem(word: str) -> str:
    if word.endswith("ия"):
        return word[:-1]
    return _RUSSIAN_FINAL.sub("", word) if len(word) > 4 else word


def automaton(patterns: Sequence[str]) -> AhoCorasick | None:
    """The searcher for folded patterns; None for no patterns."""
    return (
        AhoCorasick(patterns, store_patterns=False, implementation=Implementation.ContiguousNFA)
        if patterns
        else None
    )


def is_bordered(folded: str, start: int, end: int, language: str) -> int | None:
    """Where the word ends when `folded[start:end]` stands between word borders; None when it does not."""
    if (
        start
        and (folded[start - 1].isalnum() or folded[start - 1] == "_")
        and not (language == "ar" and _ARABIC_BEFORE.search(folded, max(0, start - 8), start))
    ):
        return None
    if end == len(folded) or not (folded[end].isalnum() or folded[end] in "_'"):
        return end
    if folded[end] == "'" and language != "az":
        return end
    endings = _ENDINGS.get(language)
    if endings is not None and (match := endings.match(folded, end)):
        return match.end()
    return None


def fits_case(surface: str, alias: str, *, is_case_sensitive: bool) -> bool:
    """Whether a surface may stand for an alias: as written, in capitals, or, for a name, with its capitals."""
    if surface == alias:
        return True
    if is_case_sensitive:
        return surface.replace("’", "'") == alias.replace("’", "'")
    if surface == alias.upper():
        return True
    head, own = surface[:1], alias[:1]
    return head.isupper() == own.isupper() or not head.isalpha() or head.upper() == head.lower()


def leftmost_longest(matches: list[Match]) -> list[Match]:
    """Of overlapping matches the one that starts first, of those the longest; equal spans all stay."""
    kept: list[Match] = []
    for match in sorted(matches, key=lambda m: (m.start, -m.end)):
        if kept and match.start < kept[-1].end and (match.start, match.end) != (kept[-1].start, kept[-1].end):
            continue
        kept.append(match)
    return kept
