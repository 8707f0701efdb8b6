"""The registry: what the paper already knows, as aliases of entities, loaded from a folder and compiled once.

A folder holds any number of `.jsonl` and `.csv` files. A line or row is one alias, or (JSON) one entity with its `aliases`:

    {"entity": "person:a-b", "kind": "person", "label": "A B", "country": "AZ", "titles": ["President"],
     "aliases": [{"text": "A B", "language": "en", "script": "Latn", "kind": "official", "auto_link": true}]}

CSV columns: text, entity, kind, label, country, titles (parted by |), language, script, alias_kind, auto_link, case_sensitive.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ahocorasick_rs import AhoCorasick

from .folding import fold
from .matching import Match, automaton, fits_case, is_bordered, leftmost_longest, pattern_for

ENTITY_KINDS = ("person", "organisation", "country", "place", "region", "group", "work")
ALIAS_KINDS = (
    "official",
    "common",
    "surname",
    "abbr",
    "native",
    "transliteration",
    "demonym",
    "metonym",
    "misspelling",
    "former",
)


class RegistryError(Exception):
    """A registry that can't be read: `str()` is the one line for the person who keeps it."""


@dataclass(frozen=True, slots=True)
class Known:
    """An entity of the registry. `country` is ISO 3166; `titles` are what it has been called by."""

    id: str
    kind: str
    label: str
    country: str = ""
    titles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """An alias in a text. `auto_link` off: it may stand for the entity, and only an editor says so."""

    start: int
    end: int
    known: Known
    alias_kind: str
    auto_link: bool
    is_builtin: bool = False


@dataclass(slots=True)
class Table:
    """Aliases by columns: a hundred thousand of them stay small and load fast.

    `entity_of` points into `entities`; `flags` are AUTO and CASE; `kind_of` points into ALIAS_KINDS; `language_of` into `languages`.
    """

    texts: list[str]
    entity_of: list[int]
    kind_of: bytearray
    flags: bytearray
    language_of: bytearray
    languages: list[str]
    entities: list[tuple[str, str, str, str, str]]

    AUTO = 1
    CASE = 2


class Registry:
    """A compiled table, ready to search. Immutable; swap it whole."""

    def __init__(self, table: Table, *, is_builtin: bool = False) -> None:
        self.table = table
        self.is_builtin = is_builtin
        patterns: dict[str, int] = {}
        # The aliases of a pattern: nearly always one, so a number; a list only where several share it.
        self._aliases: list[int | list[int]] = []
        languages = [table.languages[number] for number in table.language_of]
        for number, text in enumerate(table.texts):
            pattern = pattern_for(fold(text), languages[number])
            slot = patterns.setdefault(pattern, len(self._aliases))
            if slot == len(self._aliases):
                self._aliases.append(number)
                continue
            present = self._aliases[slot]
            self._aliases[slot] = [*present, number] if isinstance(present, list) else [present, number]
        self._automaton: AhoCorasick | None = automaton(list(patterns))

    def __len__(self) -> int:
        return len(self.table.texts)

    @cached_property
    def _entities(self) -> dict[int, Known]:
        return {}

    def known(self, number: int) -> Known:
        """The entity at a place of the table."""
        if number not in self._entities:
            id_, kind, label, country, titles = self.table.entities[number]
            self._entities[number] = Known(
                id_, kind, label, country, tuple(titles.split("|")) if titles else ()
            )
        return self._entities[number]

    def find(self, text: str, folded: str, language: str) -> list[Hit]:
        """Aliases in a text, leftmost longest; several hits of one span mean that the alias is ambiguous."""
        if self._automaton is None:
            return []
        found: list[Match] = []
        for pattern, start, end in self._automaton.find_matches_as_indexes(folded, overlapping=True):
            border: int | None = None
            slot = self._aliases[pattern]
            for number in slot if isinstance(slot, list) else (slot,):
                own = self.table.languages[self.table.language_of[number]] or language
                border = is_bordered(folded, start, end, own if own in {"az", "ru", "ar"} else language)
                if border is not None and self._fits(text[start:end], number, own):
                    found.append(Match(start, border, number))
        return [self._hit(match) for match in leftmost_longest(found)]

    def _fits(self, surface: str, number: int, language: str) -> bool:
        alias = self.table.texts[number]
        if language == "ru":
            alias = alias[: len(surface)]
        return fits_case(surface, alias, is_case_sensitive=bool(self.table.flags[number] & Table.CASE))

    def _hit(self, match: Match) -> Hit:
        table = self.table
        return Hit(
            match.start,
            match.end,
            self.known(table.entity_of[match.number]),
            ALIAS_KINDS[table.kind_of[match.number]],
            bool(table.flags[match.number] & Table.AUTO),
            self.is_builtin,
        )


def load_registry(folder: Path) -> Registry:
    """The registry in a folder; a compiled form beside it is used while no file is newer.

    Raises `RegistryError` naming file and line.
    """
    from .compiling import load

    return Registry(load(folder))


def empty_registry() -> Registry:
    """A registry that knows nothing."""
    return Registry(Table([], [], bytearray(), bytearray(), bytearray(), [""], []))


def files_of(folder: Path) -> Iterator[Path]:
    """The registry's own files, in order."""
    yield from sorted(
        path for path in folder.iterdir() if path.suffix in {".jsonl", ".csv"} and path.is_file()
    )
