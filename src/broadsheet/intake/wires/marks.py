"""What ninjs and NewsML-G2 say about an item beside its story: version, status and signals, by the item's id.

The readers yield stories; an item that its agency has withdrawn is none, and a version is no matter to an archive.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree

from broadsheet.outward.errors import UnreadableSource

from ..xml import events
from . import notices

MOST_ITEMS = 5_000
MOST_NESTED = 6


@dataclass(frozen=True, slots=True)
class Mark:
    """`version` as the agency counts, `notice` one of `notices`' kinds or empty, `headline` for a notice without story."""

    version: str = ""
    notice: str = ""
    headline: str = ""


def marks_of(kind: str, data: bytes) -> dict[str, Mark]:
    """Id → mark of every item of a document; none of one that can't be read, which the reader tells of."""
    if kind == "ninjs":
        return _of_ninjs(data)
    return _of_newsml(data) if kind == "newsml" else {}


def _of_ninjs(data: bytes) -> dict[str, Mark]:
    try:
        documents = [json.loads(data)]
    except RecursionError:
        return {}
    except ValueError:
        documents = list(_lines(data))
    found: dict[str, Mark] = {}
    for item in _objects(documents):
        uri = next((str(item[key]) for key in ("uri", "id", "guid") if item.get(key)), "").strip()
        if not uri or len(found) >= MOST_ITEMS:
            continue
        signals = item.get("signals") or item.get("signal") or ()
        names = [_named(part) for part in (signals if isinstance(signals, list) else [signals])]
        found[uri[:500]] = Mark(
            _text(item.get("version")),
            notices.of_codes(_text(item.get("pubstatus")), tuple(names)),
            _headline(item),
        )
    return found


def _lines(data: bytes) -> Iterator[Any]:
    for line in data.splitlines():
        try:
            yield json.loads(line)
        except (ValueError, RecursionError):
            continue


def _objects(values: list[Any], depth: int = 0) -> Iterator[dict[str, Any]]:
    for value in values:
        if isinstance(value, list) and depth < MOST_NESTED:
            yield from _objects(value, depth + 1)
        elif isinstance(value, Mapping):
            lower = {str(key).casefold(): part for key, part in value.items()}
            yield lower
            if depth < MOST_NESTED:
                inner = [part for part in lower.values() if isinstance(part, list | Mapping)]
                yield from _objects(
                    [part for nested in inner for part in (nested if isinstance(nested, list) else [nested])],
                    depth + 1,
                )


def _named(value: Any) -> str:
    if isinstance(value, Mapping):
        return next((str(value[key]) for key in ("literal", "code", "uri", "name") if value.get(key)), "")
    return _text(value)


def _text(value: Any) -> str:
    return str(value)[:200] if isinstance(value, str | int | float) else ""


def _headline(item: Mapping[str, Any]) -> str:
    if text := _text(item.get("headline")) or _text(item.get("title")):
        return text
    listed = item.get("headlines")
    first = listed[0] if isinstance(listed, list) and listed else None
    return _text(first.get("value")) if isinstance(first, Mapping) else ""


def _of_newsml(data: bytes) -> dict[str, Mark]:
    found: dict[str, Mark] = {}
    try:
        for element in events(io.BytesIO(data), ("{*}newsItem",)):
            guid = (element.get("guid") or "").strip()[:500]
            if guid and len(found) < MOST_ITEMS:
                found[guid] = Mark(
                    (element.get("version") or "").strip()[:40],
                    notices.of_codes(
                        next(_codes(element, "pubStatus"), ""), tuple(_codes(element, "signal"))
                    ),
                    _title(element),
                )
    except UnreadableSource:
        # What stands before the break is good.
        return found
    return found


def _codes(element: etree._Element, name: str) -> Iterator[str]:
    for part in element.iterfind(f"{{*}}itemMeta/{{*}}{name}"):
        yield part.get("qcode") or part.get("uri") or part.get("literal") or ""


def _title(element: etree._Element) -> str:
    for path in ("{*}contentMeta/{*}headline", "{*}itemMeta/{*}title"):
        part = element.find(path)
        if part is not None and (text := " ".join("".join(part.itertext()).split())):
            return text[:255]
    return ""
