"""The rows of the tables in a JSON document, one by one, whatever stands around them.

A table is an array under a key of its own, at the top or within `db` and `data` only: `{"db": [{"data": {"posts": […]}}]}`
(Ghost's exports), `{"posts": […]}` (its Content API), `{"items": […]}` (JSON Feed), or an array alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from .json_stream import Builder, JsonSource

WRAPPERS = frozenset({"", "db", "data"})


@dataclass(frozen=True, slots=True)
class Row:
    """One row. `trouble`: why it is not whole, in a few words; `value` is anything that JSON holds."""

    table: str
    value: Any
    trouble: str = ""


def rows(source: JsonSource, wanted: Collection[str], *, bare: str = "posts") -> Iterator[Row]:
    """The rows of the `wanted` tables in the file's order; `bare` is what an array alone is a table of.

    Raises `UnreadableSource` where the document breaks off.
    """
    trail: list[str] = []
    key, table = "", ""
    builder: Builder | None = None
    cuts = 0
    for event, value in source.events():
        if builder is None and table:
            if event == "end_array":
                table = ""
                trail.pop()
                continue
            builder, cuts = Builder(), source.cuts
        if builder is not None:
            builder.take(event, value)
            if builder.is_whole:
                trouble = "a text in it is too long" if source.cuts > cuts else builder.excess
                yield Row(table, builder.value, trouble)
                builder = None
        elif event == "map_key":
            key = value
        elif event in ("start_map", "start_array"):
            trail.append(key)
            if event == "start_array" and all(step in WRAPPERS for step in trail[:-1]):
                name = key if len(trail) > 1 else bare
                table = name if name in wanted else ""
            key = ""
        elif event in ("end_map", "end_array"):
            trail.pop()
            key = ""


def head(source: JsonSource, names: Collection[str]) -> dict[str, Any]:
    """The values of some keys at the top of a document. Raises `UnreadableSource` where it breaks off."""
    found: dict[str, Any] = {}
    depth, key = 0, ""
    builder: Builder | None = None
    for event, value in source.events():
        if (
            builder is None
            and depth == 1
            and key in names
            and event not in ("map_key", "end_map", "end_array")
        ):
            builder = Builder()
        if builder is not None:
            builder.take(event, value)
            if builder.is_whole:
                found[key] = builder.value
                builder = None
        elif event == "map_key" and depth == 1:
            key = value
        elif event in ("start_map", "start_array"):
            depth += 1
        elif event in ("end_map", "end_array"):
            depth -= 1
    return found
