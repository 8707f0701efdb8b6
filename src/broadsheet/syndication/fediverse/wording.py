"""JSON as other servers send it, read with every limit set.

It is read as plain JSON in the compact form that all servers write; no context is ever fetched, so none can be forged,
recursive, or made to call somebody.
"""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

MOST_BYTES = 256 * 1024
MOST_DEPTH = 32
_MARKS = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]', re.DOTALL)


class Unreadable(Exception):
    """What was sent is no JSON that we read; the text says why."""


def read(body: bytes) -> dict[str, Any]:
    """The object in `body`. Raises `Unreadable`."""
    if len(body) > MOST_BYTES:
        raise Unreadable("too large")
    _check_depth(body)
    try:
        found = json.loads(body.decode("utf-8"), parse_constant=_refuse, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"not JSON ({type(error).__name__})") from None
    if not isinstance(found, dict):
        raise Unreadable("not an object")
    return found


def _check_depth(body: bytes) -> None:
    depth = 0
    for mark in _MARKS.finditer(body):
        sign = mark[0][:1]
        if sign in b"[{":
            depth += 1
            if depth > MOST_DEPTH:
                raise Unreadable("nested too deeply")
        elif sign in b"]}":
            depth -= 1


def _refuse(name: str) -> NoReturn:
    raise ValueError(name)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A name that stands twice would be read in one way here and in another there."""
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a name stands twice")
    return made


def id_of(value: Any) -> str:
    """The id of what a property holds, embedded or named; the first of a list; empty when there is none, or one that no
    database takes."""
    if isinstance(value, list):
        value = value[0] if value else ""
    if isinstance(value, dict):
        value = value.get("id")
    return value if isinstance(value, str) and value.isprintable() else ""


def ids_of(value: Any) -> set[str]:
    """All ids that a property holds."""
    return {id_of(item) for item in value} if isinstance(value, list) else {id_of(value)}


def kind_of(value: Any) -> str:
    """The type of an object; empty when it has none or several."""
    found = value.get("type") if isinstance(value, dict) else None
    return found if isinstance(found, str) else ""


def text_of(value: Any, most: int) -> str:
    """A text of at most `most` characters on one line; empty for anything else."""
    return " ".join(storable(value).split())[:most] if isinstance(value, str) else ""


def storable(text: str) -> str:
    """The text without NUL and halves of characters, which JSON can say and no database takes."""
    return text.replace("\x00", "").encode("utf-8", "ignore").decode()
