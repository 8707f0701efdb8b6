"""How well the `page` reader reads real saved pages, beside plain trafilatura and newspaper4k on the same pages.

Run: `.venv/bin/python benchmarks/pages.py [--half a|b] [--jobs 2]`. The pages and their truth come from
`$BROADSHEET_CORPORA`, or from `../shared/corpora`. newspaper4k is no dependency of ours: for its rows install
`requirements-benchmarks.lock` into a folder (`pip install --require-hashes --no-deps --target FOLDER -r …`) and give
`--peers FOLDER`; without it its rows are left out, which is said.

Nobody is told a page's address. Each name, day, headline and text is measured by the same rules for all three:

- headline: right where letters and digits are the truth's; a site's name after a bar or a dash counts in neither;
- by-line: names without `By`, roles' commas, degrees and dates; a name is right where letters and digits are the truth's;
- day: right where it is the truth's;
- text, where the truth is whole text: words as a multiset, mean of the pages' precision, recall and F1;
- text, where the truth is snippets: a snippet wanted that is there is right, one unwanted that is there is wrong; with the
  headline, and ours with its standfirst, which others leave in the text or don't have.

Pages whose whole text is under twenty words test parsers and tell no story: they are left out. A page that is refused has
no headline, no text, no names and no day. Whole texts say of too few pages that they have no author or day for that to be
counted; snippets do. Each half of the pages is chosen by a hash of their names; the rules for by-lines, furniture and gaps
were made looking at half `a` alone, so that learning pages by heart would show in half `b`. Speed is pages per second of
processor time.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import logging
import os
import re
import socket
import sys
import tarfile
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from lxml import html as lxml_html
from trafilatura import bare_extraction

from broadsheet.intake.readers.page.reader import story_of
from broadsheet.intake.readers.page.source import PageSource, decode, looks_like_html
from broadsheet.outward.errors import OutsideError

CORPORA = Path(__file__).resolve().parent.parent.parent / "shared" / "corpora"
FEWEST_WORDS = 20
ZONE = ZoneInfo("UTC")
HEAD = "| pages | reader | headline | by-line P | R | F1 | day P | R | F1 | text P | R | F1 | refused | pages/s |"
AND = re.compile(r"\s*(?:[,;/|\n]|\s&\s|\s(?:and|und|et|y|e|и)\s)\s*", re.IGNORECASE)
BY = re.compile(r"^\W*(?:written\s+by|by|par|von|por)\b\s*:?\s*", re.IGNORECASE)
NO_NAME = re.compile(r"^(?:ph\.?\s?d|md|ma|mba|jr|sr)\.?$|\d{2}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Sample:
    """A saved page and what is true of it; `assesses_absence` where a missing name or day means that there is none."""

    corpus: str
    name: str
    html: str
    headline: str
    names: tuple[str, ...]
    day: str
    assesses_absence: bool
    text: str = ""
    wanted: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()

    @property
    def half(self) -> str:
        return "ab"[blake2b(self.name.encode()).digest()[0] & 1]


@dataclass(frozen=True, slots=True)
class Found:
    """What a reader says of a page. `extra` is text that it keeps apart from the body: headline, standfirst."""

    headline: str = ""
    names: tuple[str, ...] = ()
    day: str = ""
    text: str = ""
    extra: str = ""


def squeezed(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()


def names_of(texts: list[str]) -> tuple[str, ...]:
    parts = [
        part.strip(" .,")
        for text in texts
        for line in text.split("\n")
        for part in AND.split(BY.sub("", line))
    ]
    return tuple(
        dict.fromkeys(squeezed(part) for part in parts if squeezed(part) and not NO_NAME.search(part))
    )


def bare_headline(text: str) -> str:
    """Without what follows the last bar or dash, where that is four words at most and less than what precedes it."""
    found = re.match(r"(.+\S)\s*(?:\s[-–—·»_]|[|]|::)\s+(\S+(?:\s+\S+){0,3})$", " ".join(text.split()))
    return found.group(1) if found and len(found.group(1)) > len(found.group(2)) else text


def ours(text: str) -> Found | None:
    try:
        story = story_of(PageSource("page", text, looks_like_html(text)), ZONE)
    except OutsideError:
        return None
    return Found(
        story.headline,
        names_of(list(story.bylines)),
        f"{story.published:%Y-%m-%d}" if story.published else "",
        story.body_text,
        f"{story.headline}\n{story.standfirst}",
    )


def trafilatura(text: str) -> Found | None:
    found: Any = bare_extraction(text, with_metadata=True, include_comments=False)
    if found is None or not found.text:
        return None
    title = found.title or ""
    return Found(title, names_of([found.author or ""]), (found.date or "")[:10], found.text, title)


def newspaper(text: str) -> Found | None:
    library = importlib.import_module("newspaper")
    article = library.Article("https://page.example/", fetch_images=False)
    try:
        article.download(input_html=text)
        article.parse()
    except (library.ArticleException, ValueError, ImportError):
        return None
    if not article.text:
        return None
    day = f"{article.publish_date:%Y-%m-%d}" if article.publish_date else ""
    return Found(article.title or "", names_of(list(article.authors)), day, article.text, article.title or "")


READERS: dict[str, Callable[[str], Found | None]] = {
    "`import page`": ours,
    "trafilatura": trafilatura,
    "newspaper4k": newspaper,
}


def whole_texts(folder: Path) -> Iterator[Sample]:
    """Pages with their text as HTML; names and days where the page's keepers know one."""
    with tarfile.open(folder / "test-pages.tar.xz") as archive:
        files = {m.name: archive.extractfile(m) for m in archive.getmembers() if m.isfile()}
        data = {name: file.read() for name, file in files.items() if file is not None}
    for name in sorted(n for n in data if n.endswith("/source.html")):
        place = name.removesuffix("source.html")
        truth = json.loads(data.get(f"{place}expected-metadata.json", b"{}"))
        expected = lxml_html.fromstring(data[f"{place}expected.html"].decode("utf-8"))
        text = " ".join(str(part) for part in expected.itertext())
        if len(words_of(text)) < FEWEST_WORDS:
            continue
        yield Sample(
            "whole texts",
            place,
            decode(data[name], name),
            truth.get("title") or "",
            names_of([truth.get("byline") or ""]),
            (truth.get("publishedTime") or "")[:10],
            False,
            text=text,
        )


def snippets(folder: Path) -> Iterator[Sample]:
    """Pages with sentences that belong to the text and such as don't; most with headline, names and day."""
    truths = {entry["file"]: entry for entry in json.loads((folder / "truth.json").read_text()).values()}
    with tarfile.open(folder / "pages.tar.xz") as archive:
        for member in archive.getmembers():
            file, name = archive.extractfile(member) if member.isfile() else None, Path(member.name).name
            if file is None or name not in truths:
                continue
            truth = truths[name]
            author = truth.get("author") or ""
            yield Sample(
                "snippets",
                name,
                decode(file.read(), name),
                truth.get("title") or "",
                names_of(author if isinstance(author, list) else [author]),
                (truth.get("date") or "")[:10],
                "author" in truth,
                wanted=tuple(filter(None, map(squeezed, truth["with"]))),
                unwanted=tuple(filter(None, map(squeezed, truth["without"]))),
            )


@dataclass
class Tally:
    """Right, given and true, of one thing."""

    right: float = 0
    given: float = 0
    true: float = 0

    def add(self, right: float, given: float, true: float) -> None:
        self.right, self.given, self.true = self.right + right, self.given + given, self.true + true

    def cells(self) -> str:
        precision, recall = self.right / max(1, self.given), self.right / max(1, self.true)
        f1 = 2 * precision * recall / max(1e-9, precision + recall)
        return f"{precision:.3f} | {recall:.3f} | {f1:.3f}"


@dataclass
class Score:
    """What one reader has made of one collection."""

    pages: int = 0
    refused: int = 0
    seconds: float = 0
    headline: Tally = field(default_factory=Tally)
    names: Tally = field(default_factory=Tally)
    day: Tally = field(default_factory=Tally)
    segments: Tally = field(default_factory=Tally)
    words: list[tuple[float, float, float]] = field(default_factory=list)

    def take(self, sample: Sample, found: Found | None, seconds: float) -> None:
        self.pages, self.seconds = self.pages + 1, self.seconds + seconds
        self.refused += found is None
        found = found or Found()
        if sample.headline:
            right = squeezed(bare_headline(found.headline)) == squeezed(bare_headline(sample.headline))
            self.headline.add(right, bool(found.headline), 1)
        if sample.names or sample.assesses_absence:
            self.names.add(len(set(found.names) & set(sample.names)), len(found.names), len(sample.names))
        if sample.day or sample.assesses_absence:
            self.day.add(bool(found.day) and found.day == sample.day, bool(found.day), bool(sample.day))
        if sample.text:
            self.words.append(shared_words(found.text, sample.text))
        else:
            there = squeezed(f"{found.extra}\n{found.text}")
            kept = sum(segment in there for segment in sample.wanted)
            self.segments.add(
                kept, kept + sum(segment in there for segment in sample.unwanted), len(sample.wanted)
            )

    def text_cells(self) -> str:
        if not self.words:
            return self.segments.cells()
        return " | ".join(f"{sum(column) / len(self.words):.3f}" for column in zip(*self.words, strict=True))

    def row(self, label: str, reader: str) -> str:
        headline = self.headline.right / max(1, self.headline.true)
        speed = self.pages / max(1e-9, self.seconds)
        return (
            f"| {label} | {reader} | {headline:.3f} | {self.names.cells()} | {self.day.cells()} | {self.text_cells()}"
            f" | {self.refused} | {speed:.1f} |"
        )


def words_of(text: str) -> list[str]:
    """In order, without case; a letter of Chinese or Japanese is a word."""
    return re.findall(r"[\u3040-\u30ff\u4e00-\u9fff]|[^\W_\u3040-\u30ff\u4e00-\u9fff]+", text.casefold())


def shared_words(found: str, true: str) -> tuple[float, float, float]:
    """(precision, recall, F1) of the words of a text as a multiset."""
    a, b = Counter(words_of(found)), Counter(words_of(true))
    same = (a & b).total()
    precision, recall = same / max(1, a.total()), same / max(1, b.total())
    return precision, recall, 2 * precision * recall / max(1e-9, precision + recall)


def offline() -> None:
    """Nobody asks the network about a page: a name looked up is a name not found, at once."""

    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror

    socket.getaddrinfo = unknown  # type: ignore[assignment]  # for every library in this process
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)


def timed(reader: str, html: str) -> tuple[Found | None, float]:
    begun = time.process_time()
    found = READERS[reader](html)
    return found, time.process_time() - begun


def main() -> None:
    ask = argparse.ArgumentParser(
        description="The page reader beside trafilatura and newspaper4k on real pages."
    )
    ask.add_argument("--half", choices=("a", "b"), help="one half of the pages only")
    ask.add_argument("--jobs", type=int, default=2)
    ask.add_argument("--peers", default="", help="folder into which newspaper4k was installed")
    options = ask.parse_args()
    offline()
    if options.peers:
        # Behind our own packages, so that both sides run on the same lxml.
        sys.path.append(options.peers)
    readers = list(READERS)
    if importlib.util.find_spec("newspaper") is None:
        readers.remove("newspaper4k")
        print("newspaper4k is not installed: its rows are left out", file=sys.stderr)
    corpora = Path(os.environ.get("BROADSHEET_CORPORA") or CORPORA)
    samples = [*whole_texts(corpora / "extract-readability"), *snippets(corpora / "extract-trafilatura")]
    samples = [sample for sample in samples if options.half in (None, sample.half)]
    halves = (options.half,) if options.half else ("", "a", "b")
    scores: dict[tuple[str, str, str], Score] = {}
    with ProcessPoolExecutor(options.jobs, initializer=offline) as pool:
        for reader in readers:
            results = pool.map(partial(timed, reader), [sample.html for sample in samples], chunksize=4)
            for sample, (found, seconds) in zip(samples, results, strict=True):
                for half in halves:
                    if half in ("", sample.half):
                        score = scores.setdefault((half, sample.corpus, reader), Score())
                        score.take(sample, found, seconds)
    print(HEAD)
    print("|---" * HEAD.count(" | ") + "|---|")
    for (half, corpus, reader), score in sorted(scores.items(), key=lambda entry: entry[0][:2]):
        label = f"{corpus}, {f'half {half}' if half else 'all'}, {score.pages}"
        print(score.row(label, reader))


if __name__ == "__main__":
    main()
