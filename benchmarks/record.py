"""How well and how fast stories are read for the record.

Run: `.venv/bin/python benchmarks/record.py [--corpus FOLDER] [--aliases 100000]`.
Precision and recall per tier (A; A and B) of people, organisations, places and dates on GUM's news articles (Wikinews:
general news, not diplomatic copy), with an empty registry, with one filled from the names of the other half of the articles,
and with one that knows every name (the bound); of offices, dates, events and who took part on our own stories, which were
written beside the rules and so say what they cover, not how they generalise. Then times on one core: an 800-word story with
a registry of many aliases, and that registry's load, from its files and from the compiled form, with the memory it takes.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from gum import Article, articles

from broadsheet.record.extraction import Document, Registry, Suggestion, extract, load_registry

CHECKOUT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CHECKOUT))
CORPUS = (
    Path(os.environ.get("BROADSHEET_CORPORA", CHECKOUT.parent / "shared")) / "corpora" / "record-gum-news"
)
LOAD = """
import resource, sys, time
from pathlib import Path
from broadsheet.record.extraction import load_registry
from broadsheet.record.extraction import compiling, gazetteer
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
start = time.process_time()
registry = load_registry(Path(sys.argv[1]))
print(time.process_time() - start, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024, len(registry))
"""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--corpus", type=Path, default=CORPUS)
    options.add_argument("--aliases", type=int, default=100_000)
    options.add_argument(
        "--wrong", action="store_true", help="print what was wrong on GUM with an empty registry"
    )
    arguments = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CACHE_HOME"] = folder
        if arguments.corpus.is_dir():
            quality(articles(arguments.corpus), Path(folder), show=arguments.wrong)
        own_stories()
        speed(Path(folder), arguments.aliases)


def quality(found: list[Article], folder: Path, *, show: bool) -> None:
    print(f"GUM news: {len(found)} articles, {sum(len(a.text.split()) for a in found)} words")
    halves = (found[::2], found[1::2])
    other = [names(half, folder / f"half{number}") for number, half in enumerate(halves)]
    everyone = names(found, folder / "all")
    settings: list[tuple[str, dict[str, Registry | None]]] = [
        ("empty registry", {a.name: None for a in found}),
        ("filled from the other half", {a.name: other[1 - n] for n, half in enumerate(halves) for a in half}),
        ("knows every name", {a.name: everyone for a in found}),
    ]
    for title, registries in settings:
        for tiers in ("A", "AB"):
            counts: Counter[tuple[str, str]] = Counter()
            for article in found:
                result = extract(Document(article.text, article.published), registries[article.name])
                count(
                    article,
                    [s for s in result.suggestions if s.tier in tiers],
                    counts,
                    show=show and title.startswith("empty") and tiers == "AB",
                )
            print(f"  {title}, tiers {'+'.join(tiers)}")
            for kind in ("person", "organisation", "place", "date"):
                line(kind, counts)


def line(kind: str, counts: Counter[tuple[str, str]]) -> None:
    right, wrong, missed, seen = (counts[kind, what] for what in ("right", "wrong", "missed", "seen"))
    print(
        f"    {kind:<13} P {right / max(1, right + wrong):.2f}  R {seen / max(1, seen + missed):.2f}   ({right + wrong} suggested, {seen + missed} annotated)"
    )


def count(
    article: Article, suggestions: list[Suggestion], counts: Counter[tuple[str, str]], *, show: bool
) -> None:
    for kind in ("person", "organisation", "place"):
        own = [
            s
            for s in suggestions
            if s.kind == kind or (kind == "place" and s.kind == "country" and s.rule == "country.name")
        ]
        gold = [m for m in article.mentions if m.kind == kind]
        for s in own:
            # Inside a mention of that kind, be its head a name ("Ann Lee") or not ("team member Ann Lee").
            right = any(
                (m.start <= s.start and s.end <= m.end) or (s.start < m.head[1] and m.head[0] < s.end)
                for m in gold
            )
            counts[kind, "right" if right else "wrong"] += 1
            if show and not right:
                print(
                    "      wrong",
                    kind,
                    repr(s.text),
                    s.rule,
                    repr(article.text[max(0, s.start - 40) : s.end + 20]),
                )
        for m in (m for m in gold if m.is_named):
            found = any(s.start < m.head[1] and m.head[0] < s.end for s in own)
            counts[kind, "seen" if found else "missed"] += 1
            if show and not found:
                print("      missed", kind, repr(article.text[m.start : m.end]))
    dates = [s for s in suggestions if s.kind == "date"]
    exact = [d for d in article.dates if d.edtf]
    for s in dates:
        near = [d for d in article.dates if s.start < d.end and d.start < s.end]
        right = any(same_date(str(s.value), d.edtf) for d in near)
        if right or not any(not d.edtf for d in near):
            counts["date", "right" if right else "wrong"] += 1
            if show and not right:
                print("      wrong date", repr(s.text), s.value, [d.edtf for d in near])
    for d in exact:
        found = any(s.start < d.end and d.start < s.end and same_date(str(s.value), d.edtf) for s in dates)
        counts["date", "seen" if found else "missed"] += 1
        if show and not found:
            print("      missed date", repr(article.text[d.start : d.end]), d.edtf)


def same_date(one: str, other: str) -> bool:
    """A season is annotated as its months."""
    return one == other or (other.endswith("-06-01/" + other[:4] + "-08-31") and one == f"{other[:4]}-22")


def names(found: list[Article], folder: Path) -> Registry:
    """A registry of the names annotated in some articles, as an editor's confirmations would have left it."""
    folder.mkdir()
    rows: dict[tuple[str, str], dict[str, object]] = {}
    for article in found:
        for m in (m for m in article.mentions if m.is_named):
            text = (
                article.text[m.start : m.end]
                .removeprefix("the ")
                .removesuffix("'s")
                .removesuffix("’s")
                .strip()
            )
            words = text.split()
            if m.kind == "person":
                words = proper_tail(words)
                text = " ".join(words)
            if text and text[0].isupper() and len(words) <= 6 and (m.kind != "person" or len(words) > 1):
                rows[m.kind, text] = {"text": text, "entity": f"{m.kind}:{text}", "kind": m.kind}
    (folder / "names.jsonl").write_text(
        "".join(json.dumps(row) + "\n" for row in rows.values()), encoding="utf-8"
    )
    return load_registry(folder)


def proper_tail(words: list[str]) -> list[str]:
    """The name at the end of "US President Barack Obama": at most its last three capital words."""
    tail: list[str] = []
    for word in reversed(words):
        if (
            not word[:1].isupper()
            or len(tail) == 3
            or word in {"President", "Minister", "Dr", "Mr", "Senator"}
        ):
            break
        tail.insert(0, word)
    return tail[-2:] if len(tail) == 3 and len(words) > 3 else tail


def own_stories() -> None:
    from tests.record.extraction import scoring

    for tiers in ("A", "AB"):
        total = scoring.Score()
        for truth in scoring.stories():
            one = scoring.score(truth, extract(truth.document).suggestions, tiers)
            total.right.update(one.right)
            total.wrong.update(one.wrong)
            total.missed.update(one.missed)
        print(f"Our own {len(list(scoring.stories()))} stories, tiers {'+'.join(tiers)}")
        for what in ("person", "role", "date", "event", "participant"):
            print(f"    {what:<13} P {total.precision(what):.2f}  R {total.recall(what):.2f}")


def speed(folder: Path, aliases: int) -> None:
    from tests.record.extraction import scoring

    place = folder / "many"
    place.mkdir()
    many(place / "names.jsonl", aliases)
    cold, warm = (
        subprocess.run(
            [sys.executable, "-c", LOAD, str(place)], capture_output=True, text=True, check=True
        ).stdout.split()
        for _ in range(2)
    )
    print(
        f"registry of {cold[2]} aliases: from files {float(cold[0]):.2f} s, +{float(cold[1]):.0f} MB; compiled {float(warm[0]):.2f} s, +{float(warm[1]):.0f} MB"
    )
    registry = load_registry(place)
    texts = [truth.document.text for truth in scoring.stories()]
    rng = random.Random(7)
    times = []
    for _ in range(200):
        rng.shuffle(texts)
        words: list[str] = []
        for text in texts:
            words.append(text)
            if sum(len(part.split()) for part in words) >= 800:
                break
        document = Document("\n\n".join(words), next(iter(scoring.stories())).document.published)
        start = time.process_time()
        extract(document, registry)
        times.append((time.process_time() - start) * 1000)
    times = times[10:]
    quantiles = statistics.quantiles(times, n=20)
    print(
        f"a story of 800 words: p50 {statistics.median(times):.0f} ms, p95 {quantiles[18]:.0f} ms, of one core; peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB"
    )


def many(path: Path, aliases: int) -> None:
    """Invented names of people, three aliases each: full, surname, and a native spelling."""
    rng = random.Random(11)
    syllables = [
        "ka",
        "lo",
        "mi",
        "ran",
        "ter",
        "vel",
        "dor",
        "sha",
        "bek",
        "nur",
        "gul",
        "zar",
        "ol",
        "fin",
        "har",
        "ush",
        "tam",
        "wes",
        "pel",
        "rid",
        "mo",
        "qua",
        "lin",
        "sor",
        "eb",
    ]

    def word() -> str:
        return "".join(rng.choice(syllables) for _ in range(rng.randint(2, 4))).capitalize()

    with path.open("w", encoding="utf-8") as file:
        for number in range(aliases // 3):
            first, last = word(), word()
            own = [
                {"text": f"{first} {last}", "kind": "official"},
                {"text": last, "kind": "surname"},
                {
                    "text": f"{first.replace('a', 'ə')} {last.replace('a', 'ə')}",
                    "kind": "native",
                    "language": "az",
                },
            ]
            file.write(
                json.dumps(
                    {
                        "entity": f"person:{number}",
                        "kind": "person",
                        "label": f"{first} {last}",
                        "country": "AZ",
                        "aliases": own,
                    }
                )
                + "\n"
            )


if __name__ == "__main__":
    main()
