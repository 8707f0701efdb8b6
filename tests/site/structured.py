"""What is wrong with a page's structured data: by Google's lists, and by schema.org's own vocabulary."""

from __future__ import annotations

import json
import lzma
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import extruct

GOOGLE = json.loads((Path(__file__).parent / "google.json").read_text())["types"]
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)")
WEB = re.compile(r"https?://[^\s]+")


def things_of(html: str, address: str) -> list[dict[str, Any]]:
    """The graph's members, as an extractor reads the page."""
    found = extruct.extract(html, base_url=address, syntaxes=["json-ld"], errors="strict")["json-ld"]
    assert len(found) == 1, "one script"
    return found[0]["@graph"]


def open_graph(html: str, address: str) -> dict[str, list[str]]:
    """Open Graph's and X's properties, each with all its values."""
    pairs: dict[str, list[str]] = {}
    for name, content in re.findall(
        r'<meta (?:property|name)="((?:og|article|twitter):[\w:]+)" content="([^"]*)"', html
    ):
        pairs.setdefault(name, []).append(content)
    return pairs


def every(thing: Any) -> Iterator[dict[str, Any]]:
    """All that has a type, however deep."""
    if isinstance(thing, dict):
        if "@type" in thing:
            yield thing
        for value in thing.values():
            yield from every(value)
    elif isinstance(thing, list):
        for value in thing:
            yield from every(value)


def _said(thing: Any, path: str) -> bool:
    name, _, rest = path.partition(".")
    values = thing.get(name) if isinstance(thing, dict) else None
    values = values if isinstance(values, list) else [values]
    if not values or any(value in (None, "", {}) for value in values):
        return False
    return all(_said(value, rest) for value in values) if rest else True


def wrong(things: list[dict[str, Any]]) -> tuple[list[str], list[str]]:
    """(errors, warnings): required and recommended properties that are not there, and values of the wrong form."""
    errors, warnings = [], []
    for thing in every(things):
        for rule in GOOGLE.values():
            if thing["@type"] in rule["of"] and set(thing) > {"@type", "@id"}:
                errors += [f"{thing['@type']} has no {p}" for p in rule["required"] if not _said(thing, p)]
                warnings += [
                    f"{thing['@type']} has no {p}" for p in rule["recommended"] if not _said(thing, p)
                ]
        for name, value in thing.items():
            if (name.startswith("date") and name != "dateline") or name.startswith("coverage"):
                errors += [] if MOMENT.fullmatch(value) else [f"{name} is {value!r}"]
            if name in ("url", "contentUrl", "sameAs") or name.endswith("Policy"):
                values = value if isinstance(value, list) else [value]
                errors += [f"{name} is {v!r}" for v in values if not WEB.fullmatch(v)]
            if name == "headline" and not 0 < len(value) <= 110:
                errors.append(f"a headline of {len(value)} characters")
    return errors, warnings


class Vocabulary:
    """schema.org's types and properties."""

    def __init__(self, file: Path) -> None:
        graph = json.loads(lzma.decompress(file.read_bytes()))["@graph"]
        self.parents: dict[str, set[str]] = {}
        self.domains: dict[str, set[str]] = {}
        for entry in graph:
            name = entry["@id"].removeprefix("schema:")
            if "rdfs:Class" in entry["@type"]:
                self.parents[name] = _names(entry.get("rdfs:subClassOf"))
            elif entry["@type"] == "rdf:Property":
                self.domains[name] = _names(entry.get("schema:domainIncludes"))

    def _kinds(self, kind: str) -> set[str]:
        found, new = set(), {kind}
        while new:
            found |= new
            new = {parent for name in new for parent in self.parents.get(name, ())} - found
        return found

    def unknown(self, things: list[dict[str, Any]]) -> list[str]:
        """Types that there are not, and properties that their type has not."""
        found = []
        for thing in every(things):
            kind = thing["@type"]
            if kind not in self.parents:
                found.append(kind)
                continue
            kinds = self._kinds(kind)
            names = {name for name in thing if not name.startswith("@") and name != "query-input"}
            found += [f"{kind}.{name}" for name in names if not self.domains.get(name, set()) & kinds]
        return found


def _names(values: Any) -> set[str]:
    values = values if isinstance(values, list) else [values] if values else []
    return {value["@id"].removeprefix("schema:") for value in values}
