"""Stories of our own, written and annotated by hand, and how close suggestions come to what they say."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from broadsheet.record.extraction import Document, Suggestion

STORIES = Path(__file__).resolve().parent / "stories"
NONE, SKIP = "none", "skip"
TALKS = {"consultation": "meeting", "negotiation": "meeting"}


@dataclass
class Truth:
    """What one story says. Events are (type, date, participants, place); a date of "none" is stated nowhere."""

    document: Document
    name: str
    roles: list[tuple[str, str]] = field(default_factory=list)
    persons: list[str] = field(default_factory=list)
    dates: list[tuple[str, str]] = field(default_factory=list)
    events: list[tuple[str, str, list[str], str]] = field(default_factory=list)
    may: list[tuple[str, str, list[str], str]] = field(default_factory=list)
    """Events that one may see in it or not: neither wrong nor missed."""


def stories(file: Path | None = None) -> Iterable[Truth]:
    for path in [file] if file else sorted(STORIES.glob("*.txt")):
        for number, part in enumerate(path.read_text(encoding="utf-8").split("=====\n")):
            head, _, notes = part.partition("\n--\n")
            first, _, text = head.partition("\n")
            language = "en"
            day = date.fromisoformat(first.removeprefix("date: ").strip())
            truth = Truth(Document(text, day, language), f"{path.stem}-{number}")
            for line in notes.splitlines():
                kind, _, rest = line.partition(": ")
                cells = [cell.strip() for cell in rest.split("|")]
                if kind == "role":
                    truth.roles.append((cells[0], cells[1]))
                    truth.persons.append(cells[0])
                elif kind == "person":
                    truth.persons.append(cells[0])
                elif kind == "date":
                    truth.dates.append((cells[0], cells[1]))
                elif kind in {"event", "event?"}:
                    people = (
                        [name.strip() for name in cells[2].split(",") if name.strip()]
                        if len(cells) > 2
                        else []
                    )
                    into = truth.events if kind == "event" else truth.may
                    into.append((cells[0], cells[1], people, cells[3] if len(cells) > 3 else ""))
            yield truth


@dataclass
class Score:
    """Counts of right, wrong and missed, by what was scored; `notes` say which."""

    right: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)

    def precision(self, what: str) -> float:
        return self.right[what] / max(1, self.right[what] + self.wrong[what])

    def recall(self, what: str) -> float:
        return self.right[what] / max(1, self.right[what] + self.missed[what])


def score(truth: Truth, suggestions: Iterable[Suggestion], tiers: str = "AB") -> Score:
    made = Score()
    kept = [s for s in suggestions if s.tier in tiers]
    _people(truth, kept, made)
    _dates(truth, kept, made)
    _events(truth, kept, made)
    return made


def _people(truth: Truth, kept: list[Suggestion], made: Score) -> None:
    roles = {(s.value["person"], s.text) for s in kept if s.kind == "role"}
    wanted = list(truth.roles)
    for person, title in sorted(roles):
        match = next((w for w in wanted if _same_name(w[0], person) and _overlap(w[1], title)), None)
        if match is None:
            again = any(_same_name(w[0], person) and _overlap(w[1], title) for w in truth.roles)
            if not again and _is_short_form(person, title, truth):
                continue
            if not again:
                made.wrong["role"] += 1
                made.notes.append(f"{truth.name} wrong role: {person!r} | {title!r}")
            continue
        wanted.remove(match)
        made.right["role"] += 1
    for person, title in wanted:
        made.missed["role"] += 1
        made.notes.append(f"{truth.name} missed role: {person} | {title}")
    persons = {str(s.value) for s in kept if s.kind == "person"}
    for person in persons:
        if any(_same_name(w, person) for w in truth.persons):
            continue
        made.wrong["person"] += 1
        made.notes.append(f"{truth.name} wrong person: {person!r}")
    for name in dict.fromkeys(truth.persons):
        if any(_same_name(name, person) for person in persons):
            made.right["person"] += 1
        else:
            made.missed["person"] += 1
            made.notes.append(f"{truth.name} missed person: {name}")


def _is_short_form(person: str, title: str, truth: Truth) -> bool:
    """A second mention with a shorter form of the office: "Minister Hayamizu", "the Commissioner"."""
    words = title.lower().split()
    return any(
        _same_name(w[0], person)
        and words
        and {"pm": "minister", "fm": "minister", "eam": "minister"}.get(words[-1], words[-1]).rstrip("s")
        in w[1].lower()
        for w in truth.roles
    )


def _dates(truth: Truth, kept: list[Suggestion], made: Score) -> None:
    wanted = [w for w in truth.dates if w[1] != SKIP]
    skipped = [w[0] for w in truth.dates if w[1] == SKIP]
    for s in (s for s in kept if s.kind == "date"):
        match = next((w for w in wanted if w[1] == s.value and _overlap(w[0], s.text)), None)
        if match is not None:
            wanted.remove(match)
            made.right["date"] += 1
        elif not any(_overlap(w, s.text) for w in skipped):
            made.wrong["date"] += 1
            made.notes.append(f"{truth.name} wrong date: {s.text!r} = {s.value}")
    for text, value in wanted:
        made.missed["date"] += 1
        made.notes.append(f"{truth.name} missed date: {text} = {value}")


def _events(truth: Truth, kept: list[Suggestion], made: Score) -> None:
    wanted = list(truth.events)
    for s in (s for s in kept if s.kind == "event"):
        names = [p["name"] for p in s.value["participants"]]
        options = [w for w in wanted if TALKS.get(w[0], w[0]) == TALKS.get(s.value["type"], s.value["type"])]
        dated = [
            w
            for w in options
            if w[1] in {s.value["date"], SKIP} or (w[1] == NONE and s.value["date"] is None)
        ]
        best = max(dated, key=lambda w: sum(_named(n, names) for n in w[2]) - (w[1] == SKIP), default=None)
        if best is not None and best[2] and names and not any(_named(n, names) for n in best[2]):
            best = None
        if best is None:
            near = max(options, key=lambda w: sum(_named(n, names) for n in w[2]), default=None)
            if near is not None and near[1] == NONE and near[2] and all(_named(n, names) for n in near[2]):
                best = near  # the date of a sentence before may well be meant
        if best is None and any(
            TALKS.get(w[0], w[0]) == TALKS.get(s.value["type"], s.value["type"])
            and (w[1] in {s.value["date"], SKIP} or s.value["date"] is None)
            for w in truth.may
        ):
            continue
        if best is None:
            if s.tier == "C" or s.value["date"] is None:
                made.wrong["undated event"] += 1
            else:
                made.wrong["event"] += 1
            made.notes.append(
                f"{truth.name} wrong event: {s.text!r} {s.value['type']} {s.value['date']} {names} {s.tier}"
            )
            continue
        wanted.remove(best)
        made.right["event"] += 1
        for name in names:
            key = any(_named(w, [name]) for w in best[2])
            if key:
                made.right["participant"] += 1
            elif best[2]:
                made.wrong["participant"] += 1
                made.notes.append(f"{truth.name} wrong participant: {name} of {s.text!r}")
        for name in best[2]:
            if not _named(name, names):
                made.missed["participant"] += 1
                made.notes.append(f"{truth.name} missed participant: {name} of {s.text!r}")
    for type_, when, people, _ in wanted:
        made.missed["event"] += 1
        made.notes.append(f"{truth.name} missed event: {type_} {when} {people}")


def _same_name(one: str, other: str) -> bool:
    mine, theirs = _words(one), _words(other)
    return mine == theirs or bool(mine and theirs and (mine <= theirs or theirs <= mine))


def _named(name: str, names: list[str]) -> bool:
    return any(_words(name) <= _words(other) or _words(other) <= _words(name) for other in names)


def _words(text: str) -> set[str]:
    return {w.lower().strip(".") for w in re.findall(r"[^\W\d_][\w'’.-]*", text)}


def _overlap(one: str, other: str) -> bool:
    return (
        bool(_words(one) & _words(other))
        or one.strip() == other.strip()
        or bool(set(re.findall(r"\d+", one)) & set(re.findall(r"\d+", other)))
    )
