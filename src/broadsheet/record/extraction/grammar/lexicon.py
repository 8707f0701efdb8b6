"""Words of office and of names, read once from `data/lexicon.txt`; levels of titles are those that the record knows."""

from __future__ import annotations

import re
from importlib import resources

_SECTION = re.compile(r"^\[(?P<name>[^\]]+)\]")


def _sections() -> dict[str, str]:
    found: dict[str, list[str]] = {}
    text = (
        resources.files("broadsheet.record.extraction")
        .joinpath("data", "lexicon.txt")
        .read_text(encoding="utf-8")
    )
    name = ""
    for line in text.splitlines():
        section = _SECTION.match(line)
        if section:
            name = section["name"]
        elif line and not line.startswith("#"):
            found.setdefault(name, []).append(line)
    return {key: " ".join(lines) for key, lines in found.items()}


_TEXTS = _sections()


def _words(section: str) -> frozenset[str]:
    return frozenset(_TEXTS[section].split())


# Heads of titles, by their words, with their level.
HEADS: dict[tuple[str, ...], str] = {
    tuple(title.split()): section.removeprefix("head ")
    for section, titles in _TEXTS.items()
    if section.startswith("head ")
    for title in titles.split("|")
    if title.strip()
}
HEAD_WORDS = frozenset(words[0] for words in HEADS)
MAX_HEAD = max(len(words) for words in HEADS)
# Offices held by several at once: "Presidents A and B".
PLURALS: dict[str, str] = dict(pair.split("=") for pair in _TEXTS["PLURALS"].split())

NAME_LIKE = _words("NAME_LIKE")
POSTNOMINALS = _words("POSTNOMINALS")
MODIFIERS = _words("MODIFIERS")
FORMER = _words("FORMER")
PORTFOLIOS = _words("PORTFOLIOS")
JOINERS = _words("JOINERS")
COMPLEMENT_OPENERS = _words("COMPLEMENT_OPENERS")
ORG_HEADS = _words("ORG_HEADS")
THING_WORDS = ORG_HEADS | _words("THING_WORDS")
FAMILY_WORDS = _words("FAMILY_WORDS")
HONORIFICS = _words("HONORIFICS")
PARTICLES = _words("PARTICLES")
GENERATIONS = _words("GENERATIONS")
NO_NAME = _words("NO_NAME")
SAY_VERBS = _words("SAY_VERBS")
SOURCE_VERBS = _words("SOURCE_VERBS")
ACT_VERBS = _words("ACT_VERBS")
APPOINTING = _words("APPOINTING")
