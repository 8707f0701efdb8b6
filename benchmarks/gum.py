"""GUM's news articles (Wikinews, CC BY 2.5; annotation CC BY 4.0): text, named mentions and dates out of their CoNLL-U.

A named mention is an entity of type person, organization or place whose head word is a proper noun. Dates are the TEI
`date` elements that the annotation carries, with `when`, or `from` and `to`; those with vaguer bounds are left out of recall
and forgiven in precision.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

KINDS = {"person": "person", "organization": "organisation", "place": "place"}
_BRACKETS = re.compile(r"\((\d+)-([a-z]+)-[^()]*?(?:(\))|(?=\(|$|\d+\)))|(\d+)\)")
_DATE = re.compile(r"<date([^>]*)>")
_ATTRIBUTE = re.compile(r'(\w+):::"([^"]*)"')


@dataclass(frozen=True)
class Mention:
    """`head` is where its head word stands, `is_named` whether that is a proper noun."""

    kind: str
    start: int
    end: int
    head: tuple[int, int]
    is_named: bool


@dataclass(frozen=True)
class DateMention:
    """`edtf` is empty where the annotation only bounds it."""

    start: int
    end: int
    edtf: str


@dataclass
class Article:
    """One article as plain text, its paragraphs parted by blank lines, and what is annotated in it."""

    name: str
    published: date
    text: str
    mentions: list[Mention] = field(default_factory=list)
    dates: list[DateMention] = field(default_factory=list)


def articles(folder: Path) -> list[Article]:
    return [_article(path) for path in sorted((folder / "dep").glob("*.conllu"))]


def _article(path: Path) -> Article:
    parts: list[str] = []
    length = 0
    published = None
    made = Article(path.stem, date.min, "")
    sentence: list[dict[str, object]] = []
    new_paragraph = False
    joined_until, joined_ends = 0, True
    open_date: tuple[int, str] | None = None

    def write(words: str) -> None:
        nonlocal length
        parts.append(words)
        length += len(words)

    for line in [*path.read_text(encoding="utf-8").splitlines(), ""]:
        if line.startswith("# meta::dateCreated"):
            published = date.fromisoformat(line.split(" = ")[1].strip())
        elif line.startswith("# newpar") and "block" not in line:
            new_paragraph = True
        elif line.startswith("#"):
            continue
        elif not line:
            if sentence:
                made.mentions.extend(_mentions(sentence))
            sentence = []
        else:
            cells = line.split("\t")
            if "-" in cells[0]:
                # "Trump's" is two words written as one: no space until its last.
                joined_until = int(cells[0].split("-")[1])
                joined_ends = "SpaceAfter=No" not in cells[9]
                continue
            if not cells[0].isdigit():
                continue
            misc = dict(cell.split("=", 1) for cell in cells[9].split("|") if "=" in cell)
            if new_paragraph and length:
                parts[-1] = parts[-1].rstrip(" ")
                length = sum(map(len, parts))
                write("\n\n")
            new_paragraph = False
            start = length
            write(cells[1])
            xml = misc.get("XML", "")
            opened = _DATE.search(xml)
            if opened:
                open_date = (start, _edtf(dict(_ATTRIBUTE.findall(opened[1]))))
            if "</date>" in xml and open_date is not None:
                made.dates.append(DateMention(open_date[0], length, open_date[1]))
                open_date = None
            sentence.append(
                {
                    "id": int(cells[0]),
                    "pos": cells[3],
                    "head": int(cells[6]),
                    "start": start,
                    "end": length,
                    "entity": misc.get("Entity", ""),
                }
            )
            number = int(cells[0])
            if number < joined_until:
                continue
            if joined_ends if number == joined_until else misc.get("SpaceAfter") != "No":
                write(" ")
            joined_until = 0
    assert published is not None
    made.published, made.text = published, "".join(parts)
    return made


def _edtf(attributes: dict[str, str]) -> str:
    if "when" in attributes:
        return attributes["when"]
    if "from" in attributes and "to" in attributes:
        return f"{attributes['from']}/{attributes['to']}"
    return ""


def _mentions(sentence: list[dict[str, object]]) -> list[Mention]:
    """Brackets of `Entity`: "(12-person-…" opens, "12)" closes, "(12-person-…)" is one token long."""
    found: list[Mention] = []
    waiting: list[tuple[str, str, int]] = []
    for place, token in enumerate(sentence):
        for number, kind, closes, closed in _BRACKETS.findall(str(token["entity"])):
            if number:
                waiting.append((number, kind, place))
                if not closes:
                    continue
                closed = number
            index = max((n for n, entry in enumerate(waiting) if entry[0] == closed), default=None)
            if index is not None:
                _, kind, first = waiting.pop(index)
                _keep(found, sentence, kind, first, place)
    return found


def _keep(found: list[Mention], sentence: list[dict[str, object]], kind: str, first: int, last: int) -> None:
    if kind not in KINDS:
        return
    ids = {token["id"] for token in sentence[first : last + 1]}
    head = next((token for token in sentence[first : last + 1] if token["head"] not in ids), None)
    if head is None:
        return
    found.append(
        Mention(
            KINDS[kind],
            int(str(sentence[first]["start"])),
            int(str(sentence[last]["end"])),
            (int(str(head["start"])), int(str(head["end"]))),
            head["pos"] == "PROPN",
        )
    )
