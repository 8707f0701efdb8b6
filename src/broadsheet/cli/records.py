"""Verbs about the record: `record extract`."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from broadsheet.conf.paper import BadSetting

if TYPE_CHECKING:
    from broadsheet.record.extraction import Extraction

MAX_BYTES = 8_000_000
ALL_FAILED, SOME_FAILED = 2, 3
CONTRACT = ("kind", "start", "end", "text", "value", "tier", "rule")


def extract(arguments: Namespace, rest: list[str]) -> int:
    """Suggestions for the record, one line per file on stdout; 3 when some files could not be read, 2 when none could."""
    from broadsheet.record.extraction import Document, RegistryError, extract, load_registry
    from broadsheet.record.extraction.plugins import installed_plugins

    published = _day(arguments.date)
    if not (
        arguments.language.isascii() and arguments.language.isalpha() and 2 <= len(arguments.language) <= 3
    ):
        raise BadSetting(
            f"{arguments.language!r} is not a language", "--language", "use a code such as en, az, ru, ar"
        )
    registry = None
    if arguments.registry is not None:
        try:
            registry = load_registry(arguments.registry)
        except RegistryError as error:
            raise BadSetting(
                "the registry can't be read", str(error), "correct it, or leave --registry out"
            ) from None
    plugins, failures = installed_plugins()
    for line in failures:
        print(f"broadsheet: extractor {line}", file=sys.stderr)
    unread = 0
    for name in arguments.files:
        text, why = _text_of(Path(name))
        if text is None:
            unread += 1
            print(f"broadsheet: {name} — {why}", file=sys.stderr)
            continue
        result = extract(Document(text, published, arguments.language.lower()), registry, plugins)
        for line in result.failures:
            print(f"broadsheet: {name} — extractor {line}", file=sys.stderr)
        _print(name, result, as_json=arguments.json, explain=arguments.explain)
    if not unread:
        return 0
    return ALL_FAILED if unread == len(arguments.files) else SOME_FAILED


def _print(name: str, result: Extraction, *, as_json: bool, explain: bool) -> None:
    if as_json:
        rows = [s.as_json() for s in result.suggestions]
        if not explain:
            rows = [{key: row[key] for key in CONTRACT} for row in rows]
        line = json.dumps({"file": name, "suggestions": rows}, ensure_ascii=False)
        # A file's name, and a text cut in the middle of a pair, need not be UTF-8; what is printed is.
        print(line.encode("utf-8", "replace").decode())
        return
    print(f"{name}: {len(result.suggestions)} suggestions")
    for s in result.suggestions:
        value = s.value if isinstance(s.value, str) else json.dumps(s.value, ensure_ascii=False)
        print(
            f"  {s.tier} {s.kind:<12} {s.start}–{s.end} {' '.join(s.text.split())!r} = {value}  ({s.reason})"
        )


def _day(word: str) -> date:
    try:
        return date.fromisoformat(word)
    except ValueError:
        raise BadSetting(f"{word!r} is not a day", "--date", "write it as 2022-04-05") from None


def _text_of(path: Path) -> tuple[str | None, str]:
    """The text, line ends as they are, or why there is none."""
    try:
        if path.is_dir():
            return None, "a folder — name the files in it"
        if path.stat().st_size > MAX_BYTES:
            return None, f"longer than {MAX_BYTES // 1_000_000} MB — one story per file"
        data = path.read_bytes()
    except OSError as error:
        return None, (error.strerror or "can't be read").lower()
    except ValueError:
        return None, "not a file's name"
    if b"\0" in data:
        return None, "not text"
    try:
        return data.decode("utf-8"), ""
    except UnicodeDecodeError:
        return None, "not UTF-8 text — save it as UTF-8"
