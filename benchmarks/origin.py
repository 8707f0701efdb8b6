"""What the origin costs: queries and time to render a page, uncached, as the archive grows.

Run: `.venv/bin/python benchmarks/origin.py [--stories 100,20000] [--runs 200] [--keep DIR] [--database URL]`. Makes a
paper of each size, on SQLite or (`--database postgres://user@host:port/`, a database per size is made there) on
PostgreSQL, renders each page in that size's process through Django's whole request path (no network), sizes taking
turns, and prints queries, median and 99th percentile in milliseconds, and the ratio of the medians. `--keep` leaves the
papers in a folder and uses those that are there: a million stories take a while to make.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from broadsheet.conf.boot import setup
from broadsheet.conf.founding import lay_out, settings_file

PAGES = ("/", "/nation/", "/latest/", "/nation/story-0/", "/author/ann-author-0/")
SECTIONS = ("nation", "world", "business", "culture", "science", "sport")
AUTHORS, VOCABULARY, BATCH = 200, 40_000, 500
SEARCHES = 24


def vocabulary() -> list[str]:
    """Invented words, the commonest first."""
    rng = random.Random(7)
    syllables = [c + v for c in "bdfghklmnprstvz" for v in "aeiou"]
    made = {"".join(rng.choice(syllables) for _ in range(rng.randint(1, 4))) for _ in range(VOCABULARY * 2)}
    return sorted(made, key=lambda word: (len(word), word))[:VOCABULARY]


def texts() -> Iterator[str]:
    """Sentences whose words are as unevenly common as those of a language (Zipf), for ever the same."""
    rng = random.Random(11)
    words = vocabulary()
    weights = list(itertools.accumulate(1 / (rank + 3) for rank in range(len(words))))
    while True:
        yield " ".join(rng.choices(words, cum_weights=weights, k=40)).capitalize() + "."


def fill(count: int) -> None:
    """Put `count` stories under six sections, each with a by-line and three paragraphs, as an import does."""
    from django.db import transaction
    from django.utils import timezone
    from tqdm import tqdm

    from broadsheet.newsroom.bulk import NewStory, create_stories
    from broadsheet.newsroom.models import Author, FrontPage, Section, Story
    from broadsheet.newsroom.services import found_paper

    front = found_paper("Benchmark", ["en"], host="localhost", port=80)["en"]
    sections = []
    for slug in SECTIONS:
        front.refresh_from_db()
        section = Section(title=slug.title(), slug=slug, show_in_menus=True, locale=front.locale)
        front.add_child(instance=section)
        sections.append(section)
    authors = [
        Author.objects.create(name=f"Ann Author {n}", slug=f"ann-author-{n}", locale=front.locale)
        for n in range(AUTHORS)
    ]
    now, sentence = timezone.now(), texts()
    with tqdm(total=count, file=sys.stderr, unit="story", mininterval=5) as bar:
        # The oldest first, as an archive comes.
        for start in range(count, 0, -BATCH):
            entries = []
            for age in range(start - 1, max(start - BATCH, 0) - 1, -1):
                moment = now - timedelta(minutes=age * 7 + 1)
                paragraphs = "".join(f"<p>{next(sentence)}</p>" for _ in range(3))
                story = Story(
                    title=next(sentence)[:70],
                    slug=f"story-{age // 6}",
                    locale=front.locale,
                    standfirst="A standfirst of one sentence.",
                    body=json.dumps([{"type": "text", "value": paragraphs}]),
                    access="free",
                    live=True,
                    published_at=moment,
                    first_published_at=moment,
                )
                entries.append(NewStory(story, sections[age % 6], [authors[age % AUTHORS]]))
            with transaction.atomic():
                create_stories(entries)
            bar.update(len(entries))
    front = FrontPage.objects.get()
    boxes = [
        {"title": s.title, "layout": "grid", "slots": 6, "cards": [], "refill_section": s.pk, "refill": True}
        for s in sections
    ]
    front.containers = json.dumps([{"type": "container", "value": box} for box in boxes])
    front.save_revision(clean=False).publish(skip_permission_checks=True)


def searches() -> dict[str, list[str]]:
    """Label → addresses. Of the first two kinds a page is full of answers at any size from 10,000 stories on; of rare
    words there are few or none in a small archive, so that a larger one has more to show."""
    words, rng = vocabulary(), random.Random(13)

    def pairs(low: int, high: int) -> list[str]:
        return [f"/search/?q={'+'.join(rng.sample(words[low:high], 2))}" for _ in range(SEARCHES)]

    often = pairs(8, 80)
    return {
        "search, two words": often,
        "search, two words, newest": [f"{path}&order=newest" for path in often],
        "search, two common words": pairs(0, 8),
        "search, two rare words": pairs(50, 3000),
    }


def measure(runs: int) -> dict[str, Any]:
    """Per page: queries, and the time of each run in milliseconds."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(headers={"host": "localhost"})
    asked = {path: [path] for path in PAGES} | searches()
    found: dict[str, Any] = {}
    for label, paths in asked.items():
        assert client.get(paths[0]).status_code == 200, paths[0]
        with CaptureQueriesContext(connection) as queries:
            client.get(paths[0])
        found[label] = {"queries": len(queries), "times": []}
    for turn in range(runs):
        for label, paths in asked.items():
            started = time.perf_counter()
            client.get(paths[turn % len(paths)])
            found[label]["times"].append((time.perf_counter() - started) * 1000)
    return found


def one_size(count: int, runs: int, folder: Path, database: str) -> None:
    """A process of its own for each size: makes the paper, measures on request, one JSON line per request."""
    is_new = not (folder / "filled").exists()
    if is_new:
        lay_out(folder, settings_file("Benchmark", url="http://localhost", languages=["en"], time_zone="UTC"))
    if database:
        os.environ["BROADSHEET_DATABASE_URL"] = f"{database.rstrip('/')}/benchmark_{count}"
        if is_new:
            make_database(f"{database.rstrip('/')}/postgres", f"benchmark_{count}")
    setup(folder)
    from django.core.management import call_command

    from broadsheet.conf.paper import load
    from broadsheet.conf.staticfiles import collect

    collect(load(folder))
    if is_new:
        call_command("migrate", verbosity=0)
        fill(count)
        (folder / "filled").touch()
    if database:
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    print("ready", flush=True)
    for _ in sys.stdin:
        print(json.dumps(measure(runs)), flush=True)


def make_database(maintenance: str, name: str) -> None:
    """An empty database, in place of one of that name."""
    import psycopg

    with psycopg.connect(maintenance, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}"')
        connection.execute(f'CREATE DATABASE "{name}"')


def main() -> None:
    """Start one process per size and take turns."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--stories", default="100,20000")
    words.add_argument("--runs", type=int, default=200)
    words.add_argument("--keep", type=Path, default=None)
    words.add_argument("--database", default="")
    words.add_argument("--size", type=int, default=0, help=argparse.SUPPRESS)
    chosen = words.parse_args()
    if chosen.size:
        one_size(chosen.size, max(1, chosen.runs // 5), chosen.keep, chosen.database)
        return
    with tempfile.TemporaryDirectory() as scratch:
        compare(chosen, (chosen.keep or Path(scratch)).resolve())


def compare(chosen: argparse.Namespace, folder: Path) -> None:
    """Fill one size after the other, then measure them in turns."""
    import subprocess

    sizes = [int(size) for size in chosen.stories.split(",")]
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("BROADSHEET", "DJANGO"))}
    children = {}
    for size in sizes:
        children[size] = subprocess.Popen(
            [
                *(sys.executable, __file__, "--size", str(size), "--runs", str(chosen.runs)),
                *("--keep", str(folder / f"paper-{size}"), "--database", chosen.database),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        stdout = children[size].stdout
        assert stdout is not None
        assert stdout.readline().strip() == "ready"
    results: dict[int, dict[str, Any]] = {size: {} for size in sizes}
    for _ in range(5):
        for size, child in children.items():
            assert child.stdin is not None
            assert child.stdout is not None
            child.stdin.write("go\n")
            child.stdin.flush()
            for path, got in json.loads(child.stdout.readline()).items():
                entry = results[size].setdefault(path, {"queries": got["queries"], "times": []})
                entry["times"] += got["times"]
    for child in children.values():
        child.communicate("")
    print(f"{'page':<28}{'stories':>9}{'queries':>9}{'median ms':>11}{'p99 ms':>9}{'ratio':>7}")
    for path in results[sizes[0]]:
        first = statistics.median(results[sizes[0]][path]["times"])
        for size in sizes:
            times = sorted(results[size][path]["times"])
            median = statistics.median(times)
            print(
                f"{path:<28}{size:>9}{results[size][path]['queries']:>9}{median:>11.1f}{times[int(len(times) * 0.99) - 1]:>9.1f}{median / first:>7.2f}"
            )


if __name__ == "__main__":
    main()
