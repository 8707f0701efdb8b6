"""Surrogate keys: one short name for each thing a page shows, by which the page can be found when the thing changes.

| key | on |
|---|---|
| `story/<id>`, `gallery/<id>`, `page/<id>` | its own page (and pages that hold the gallery) |
| `card/<id>` | every page that shows its card |
| `section/<id>`, `author/<id>`, `topic/<id>`, `picture/<id>` | every page that names or shows it |
| `latest/<language>`, `latest/section/<id>`, `latest/author/<id>`, `latest/topic/<id>` | the first page of that list |
| `front/<id>`, `corrections/<language>` | that page |
| `chrome/<language>` | every page of the language: masthead, navigation, foot |
| `missing` | answers that say there is nothing here, or that it moved |
| `site` | everything |
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from functools import cache

SITE, MISSING = "site", "missing"


def shown_keys(thing: object) -> Iterator[str]:
    """The keys of everything in a page's context that has one, however deep."""
    if isinstance(thing, (str, bytes, int)) or thing is None:
        return
    if is_dataclass(thing) and not isinstance(thing, type):
        key = getattr(thing, "surrogate_key", "")
        if key:
            yield key
        for name in _names(type(thing)):
            yield from shown_keys(getattr(thing, name))
    elif isinstance(thing, Mapping):
        for value in thing.values():
            yield from shown_keys(value)
    elif isinstance(thing, (Sequence, set, frozenset)):
        for value in thing:
            yield from shown_keys(value)


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))
