"""A registry's files read into a table, and the table kept in the user's cache so that the next start is quick."""

from __future__ import annotations

import csv
import hashlib
import json
import marshal
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TextIO

from broadsheet import __version__

from .registry import ALIAS_KINDS, ENTITY_KINDS, RegistryError, Table, files_of

FORMAT = 1
MAX_ALIAS = 200
_TRUE, _FALSE = {"true", "1", "yes"}, {"false", "0", "no"}


class BadRow(ValueError):
    """A line of a registry that says nothing usable: `str()` is what is wrong with it."""


class TableBuilder:
    """Collects aliases; entities are told apart by their ids, the first line about one says its kind and label."""

    def __init__(self) -> None:
        self.table = Table([], [], bytearray(), bytearray(), bytearray(), [""], [])
        self._entities: dict[str, int] = {}
        self._languages: dict[str, int] = {"": 0}

    def entity(self, id_: str, kind: str, label: str, country: str = "", titles: Iterable[str] = ()) -> int:
        number = self._entities.setdefault(id_, len(self.table.entities))
        if number == len(self.table.entities):
            self.table.entities.append((id_, kind, label, country, "|".join(titles)))
        return number

    def alias(
        self,
        entity: int,
        text: str,
        kind: str,
        *,
        language: str = "",
        auto_link: bool,
        is_case_sensitive: bool,
    ) -> None:
        table = self.table
        if language not in self._languages:
            if len(table.languages) > 250:
                raise BadRow("more than 250 languages")
            self._languages[language] = len(table.languages)
            table.languages.append(language)
        table.texts.append(text)
        table.entity_of.append(entity)
        table.kind_of.append(ALIAS_KINDS.index(kind))
        table.flags.append((Table.AUTO if auto_link else 0) | (Table.CASE if is_case_sensitive else 0))
        table.language_of.append(self._languages[language])

    def row(self, row: Mapping[str, object]) -> None:
        """One line of a file. Raises `BadRow`."""
        id_, kind = _text(row, "entity"), _text(row, "kind")
        if not id_:
            raise BadRow("no entity")
        if kind not in ENTITY_KINDS:
            raise BadRow(f"kind is {kind!r}, not one of {', '.join(ENTITY_KINDS)}")
        titles = row.get("titles") or ()
        if isinstance(titles, str):
            titles = titles.split("|")
        if not isinstance(titles, list | tuple):
            raise BadRow("titles are not a list")
        own = row.get("aliases")
        if own is None:
            own = [{**row, "kind": row.get("alias_kind") or "common"}]
        elif not isinstance(own, list):
            raise BadRow("aliases are not a list")
        first = own[0] if own and isinstance(own[0], Mapping) else {}
        label = _text(row, "label") or _text(first, "text")
        names = [
            str(title.get("title", "")) if isinstance(title, Mapping) else str(title) for title in titles
        ]
        number = self.entity(id_, kind, label, _text(row, "country"), names)
        for alias in own:
            if not isinstance(alias, Mapping):
                raise BadRow("an alias is not an object")
            self._alias_row(number, alias)

    def _alias_row(self, entity: int, alias: Mapping[str, object]) -> None:
        text, kind = _text(alias, "text").strip(), _text(alias, "kind") or "common"
        if not text or len(text) > MAX_ALIAS:
            raise BadRow(
                "an alias has no text" if not text else f"an alias is longer than {MAX_ALIAS} characters"
            )
        if kind not in ALIAS_KINDS:
            raise BadRow(f"alias kind is {kind!r}, not one of {', '.join(ALIAS_KINDS)}")
        self.alias(
            entity,
            text,
            kind,
            language=_text(alias, "language"),
            auto_link=_flag(alias, "auto_link", kind not in {"metonym", "surname"}),
            is_case_sensitive=_flag(alias, "case_sensitive", kind == "abbr"),
        )


def load(folder: Path) -> Table:
    """The table of a folder, from the cache when its files are unchanged. Raises `RegistryError`."""
    try:
        files = list(files_of(folder))
        stamp = [(path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in files]
    except OSError as error:
        raise RegistryError(f"{folder} — the registry can't be read: {error.strerror}") from None
    cache = _cache_path(folder)
    kept = _from_cache(cache, stamp)
    if kept is not None:
        return kept
    builder = TableBuilder()
    for path in files:
        _read(path, builder)
    _to_cache(cache, stamp, builder.table)
    return builder.table


def _read(path: Path, builder: TableBuilder) -> None:
    number = 0
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in _csv_rows(file) if path.suffix == ".csv" else _json_rows(file):
                number = row[0]
                made = json.loads(row[1]) if isinstance(row[1], str) else row[1]
                if not isinstance(made, dict):
                    raise BadRow("not an object")
                builder.row(made)
    except UnicodeDecodeError:
        raise RegistryError(f"{path} — not UTF-8 text — save it as UTF-8") from None
    except OSError as error:
        raise RegistryError(f"{path} — {error.strerror}") from None
    except (ValueError, csv.Error, RecursionError) as error:
        why = "not JSON" if isinstance(error, json.JSONDecodeError) else str(error)
        raise RegistryError(f"{path}, line {number} — {why}") from None


def _csv_rows(file: TextIO) -> Iterator[tuple[int, dict[str, str]]]:
    reader = csv.DictReader(file)
    for row in reader:
        yield reader.line_num, {key: value for key, value in row.items() if isinstance(key, str) and value}


def _json_rows(file: TextIO) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(file, start=1):
        if line.strip():
            yield number, line


def _text(row: Mapping[str, object], key: str) -> str:
    value = row.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadRow(f"{key} is not text")
    return value


def _flag(row: Mapping[str, object], key: str, default: bool) -> bool:
    value = row.get(key)
    if value is None or value == "":
        return default
    word = str(value).lower()
    if word not in _TRUE | _FALSE:
        raise BadRow(f"{key} is {value!r}, neither true nor false")
    return word in _TRUE


def _cache_path(folder: Path) -> Path:
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    name = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:24]
    return base / "broadsheet" / f"registry-{name}.bin"


def _from_cache(path: Path, stamp: list[tuple[str, int, int]]) -> Table | None:
    """What was kept, when it is ours, whole and of the same files. marshal: our own file, checked by its digest."""
    try:
        if path.stat().st_uid != os.getuid():
            return None
        data = path.read_bytes()
        if hashlib.sha256(data[32:]).digest() != data[:32]:
            return None
        head, columns = marshal.loads(data[32:])  # noqa: S302 - written by us, in the user's own cache, digest checked
    except (OSError, ValueError, EOFError, TypeError, AttributeError):
        return None
    if head != [FORMAT, __version__, stamp]:
        return None
    texts, entity_of, kinds, flags, languages_of, languages, entities = columns
    return Table(
        texts, entity_of, bytearray(kinds), bytearray(flags), bytearray(languages_of), languages, entities
    )


def _to_cache(path: Path, stamp: list[tuple[str, int, int]], table: Table) -> None:
    """Best effort: without a place to keep it the next start reads the files again."""
    columns = (
        table.texts,
        table.entity_of,
        bytes(table.kind_of),
        bytes(table.flags),
        bytes(table.language_of),
        table.languages,
        table.entities,
    )
    data = marshal.dumps(([FORMAT, __version__, stamp], columns))
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            file.write(hashlib.sha256(data).digest() + data)
        Path(file.name).replace(path)
    except OSError:
        return
