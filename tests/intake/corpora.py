"""Runs the page reader over two collections of real pages with their truth, beside plain trafilatura."""

from __future__ import annotations

import json
import re
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

from trafilatura import bare_extraction

from broadsheet.intake.readers.page.reader import story_of
from broadsheet.intake.readers.page.source import PageSource, decode, looks_like_html
from broadsheet.outward.errors import OutsideError

ZONE = ZoneInfo("UTC")


def squeezed(text: str) -> str:
    return re.sub(r"\W+", "", text).casefold()


@dataclass
class Score:
    """Counts of what was right. Segments: those wanted that are there, those unwanted that are there."""

    pages: int = 0
    failed: int = 0
    title: int = 0
    titles: int = 0
    byline: int = 0
    bylines: int = 0
    kept: int = 0
    wanted: int = 0
    leaked: int = 0
    unwanted: int = 0
    day: int = 0
    days: int = 0
    missed: list[str] = field(default_factory=list)

    @property
    def f1(self) -> float:
        precision = self.kept / max(1, self.kept + self.leaked)
        recall = self.kept / max(1, self.wanted)
        return 2 * precision * recall / max(1e-9, precision + recall)


def ours(text: str) -> dict[str, object]:
    story = story_of(PageSource("page", text, looks_like_html(text)), ZONE)
    return {
        "title": story.headline,
        "authors": list(story.bylines),
        "date": story.published,
        "text": f"{story.headline}\n{story.standfirst}\n{story.body_text}\n"
        + "\n".join(p.caption for p in story.pictures),
    }


def peers(text: str) -> dict[str, object]:
    found = bare_extraction(text, with_metadata=True, include_comments=False)
    if found is None:
        raise OutsideError("none", "", "")
    return {
        "title": found.title or "",
        "authors": [found.author] if found.author else [],
        "date": found.date,
        "text": f"{found.title}\n{found.text}",
    }


def readability_pages(folder: Path) -> Iterator[tuple[str, str, dict[str, object]]]:
    with tarfile.open(folder / "test-pages.tar.xz") as archive:
        files = {m.name: m for m in archive.getmembers() if m.isfile()}
        for name in sorted(n for n in files if n.endswith("source.html")):
            meta = name.replace("source.html", "expected-metadata.json")
            if meta in files:
                source = archive.extractfile(files[name])
                truth = archive.extractfile(files[meta])
                assert source is not None
                assert truth is not None
                yield name, decode(source.read(), name), json.load(truth)


def trafilatura_pages(folder: Path) -> Iterator[tuple[str, str, dict[str, object]]]:
    truth = {entry["file"]: entry for entry in json.loads((folder / "truth.json").read_text()).values()}
    with tarfile.open(folder / "pages.tar.xz") as archive:
        for member in archive.getmembers():
            name = Path(member.name).name
            if member.isfile() and name in truth:
                file = archive.extractfile(member)
                assert file is not None
                try:
                    yield name, decode(file.read(), name), truth[name]
                except OutsideError:
                    continue


def score_readability(folder: Path, reader, limit: int = 10_000) -> Score:
    score = Score()
    for number, (name, text, truth) in enumerate(readability_pages(folder)):
        if number >= limit:
            break
        score.pages += 1
        try:
            found = reader(text)
        except (OutsideError, RecursionError, ValueError):
            score.failed += 1
            found = {"title": "", "authors": [], "text": ""}
        if truth.get("title"):
            score.titles += 1
            if squeezed(found["title"]) == squeezed(truth["title"]):
                score.title += 1
            else:
                score.missed.append(f"title {name}: {found['title']!r} for {truth['title']!r}")
        if truth.get("byline"):
            score.bylines += 1
            names = [squeezed(a) for a in found["authors"]]
            said = squeezed(truth["byline"])
            if names and all(n in said or said in n for n in names):
                score.byline += 1
            else:
                score.missed.append(f"byline {name}: {found['authors']} for {truth['byline']!r}")
    return score


def score_trafilatura(folder: Path, reader, limit: int = 10_000) -> Score:
    score = Score()
    for number, (name, text, truth) in enumerate(trafilatura_pages(folder)):
        if number >= limit:
            break
        score.pages += 1
        try:
            found = reader(text)
        except (OutsideError, RecursionError, ValueError):
            score.failed += 1
            found = {"title": "", "authors": [], "text": "", "date": None}
        words = squeezed(found["text"])
        for key, total, hit in (("with", "wanted", "kept"), ("without", "unwanted", "leaked")):
            segments = [squeezed(s) for s in truth.get(key) or []]
            setattr(score, total, getattr(score, total) + len(segments))
            setattr(score, hit, getattr(score, hit) + sum(s in words for s in segments))
        if truth.get("title"):
            score.titles += 1
            score.title += squeezed(found["title"]) == squeezed(truth["title"])
            if squeezed(found["title"]) != squeezed(truth["title"]):
                score.missed.append(f"title {name}: {found['title']!r} for {truth['title']!r}")
        if truth.get("author"):
            score.bylines += 1
            said = squeezed(str(truth["author"]))
            names = [squeezed(a) for a in found["authors"]]
            score.byline += bool(names) and all(n in said or said in n for n in names)
        if truth.get("date"):
            score.days += 1
            score.day += str(found["date"] or "")[:10] == str(truth["date"])[:10]
    return score
