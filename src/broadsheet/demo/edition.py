"""Reads the demo edition's texts: TOML for the facts, a few marks for the body.

A body is parts divided by blank lines: plain paragraphs with **bold**, *italic* and [links](url); `## ` a sub-heading;
`- ` or `1. ` a list; `! key` a picture; `!! key key` a gallery; `> quote | who` a pull quote; `[facts Title]` and the
lines under it a fact box; `| a | b |` lines a table; `~ url | player | provider | title` an embed; `@ slug` a related
story.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from datetime import timedelta
from graphlib import TopologicalSorter
from html import escape
from pathlib import Path
from typing import Any

EDITION = Path(__file__).with_name("edition")
AGE = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?$")
Part = tuple[str, Any]


@dataclass(frozen=True, slots=True)
class Text:
    """One story as the edition's files have it. `of` names the story that it translates."""

    slug: str
    section: str
    headline: str
    standfirst: str
    body: tuple[Part, ...]
    language: str = "en"
    of: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


def age(text: str) -> timedelta:
    """`1d3h`, `45m` → how long ago. Raises `ValueError` for anything else."""
    found = AGE.match(text)
    if not text or not found:
        raise ValueError(f"{text!r} is not an age such as 1d3h")
    days, hours, minutes = (int(part or 0) for part in found.groups())
    return timedelta(days=days, hours=hours, minutes=minutes)


def paper() -> dict[str, Any]:
    """What is not a story: name, sections, authors, topics, galleries, containers, pages."""
    return tomllib.loads((EDITION / "paper.toml").read_text(encoding="utf-8"))


def stories(language: str) -> list[Text]:
    """Every story of one language."""
    found = []
    for path in sorted((EDITION / language).glob("*.toml")):
        for entry in tomllib.loads(path.read_text(encoding="utf-8"))["story"]:
            known = {"slug", "section", "headline", "standfirst", "body", "of"}
            found.append(
                Text(
                    slug=entry.get("slug", entry.get("of", "")),
                    section=entry.get("section", path.stem),
                    headline=entry["headline"],
                    standfirst=entry["standfirst"],
                    body=tuple(parts(entry["body"])),
                    language=language,
                    of=entry.get("of", ""),
                    facts={key: value for key, value in entry.items() if key not in known},
                )
            )
    by_slug = {text.slug: text for text in found}
    wants = {t.slug: [v for kind, v in t.body if kind == "related" and v in by_slug] for t in found}
    # A story comes after those that it refers to, so that the builder can link them as it goes.
    return [by_slug[slug] for slug in TopologicalSorter(wants).static_order()]


def parts(body: str) -> list[Part]:
    """The body's parts in order; neighbouring prose is one text part of several paragraphs."""
    found: list[Part] = []
    for chunk in re.split(r"\n\s*\n", body.strip()):
        kind, value = _part(chunk.strip())
        if kind == "text" and found and found[-1][0] == "text":
            found[-1] = ("text", found[-1][1] + value)
        else:
            found.append((kind, value))
    return found


def _part(chunk: str) -> Part:
    first = chunk.split("\n", 1)[0]
    if first.startswith("## "):
        return "text", f"<h2>{_inline(first[3:])}</h2>" + (
            _part(chunk.split("\n", 1)[1])[1] if "\n" in chunk else ""
        )
    if first.startswith("!! "):
        return "gallery", first[3:].split()
    if first.startswith("! "):
        return "picture", first[2:].strip()
    if first.startswith("> "):
        quote, _, by = chunk[2:].partition(" | ")
        return "quote", (quote, by)
    if first.startswith("[facts "):
        return "facts", (first[7:-1], _prose(chunk.split("\n", 1)[1]))
    if first.startswith("|"):
        return "table", [[cell.strip() for cell in line.strip("|").split("|")] for line in chunk.split("\n")]
    if first.startswith("~ "):
        return "embed", [piece.strip() for piece in first[2:].split("|")]
    if first.startswith("@ "):
        return "related", first[2:].strip()
    return "text", _prose(chunk)


def _prose(chunk: str) -> str:
    lines = chunk.split("\n")
    if all(line.startswith("- ") for line in lines):
        return "<ul>" + "".join(f"<li>{_inline(line[2:])}</li>" for line in lines) + "</ul>"
    if all(re.match(r"\d+\. ", line) for line in lines):
        return "<ol>" + "".join(f"<li>{_inline(line.split('. ', 1)[1])}</li>" for line in lines) + "</ol>"
    return f"<p>{_inline(' '.join(lines))}</p>"


def _inline(text: str) -> str:
    html = escape(text, quote=False)
    html = re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", html)
    html = re.sub(r"\*(.+?)\*", r"<i>\1</i>", html)
    return re.sub(r"\[(.+?)\]\((https?://[^)\s]+)\)", r'<a href="\2">\1</a>', html)
