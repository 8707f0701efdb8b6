"""What the origin costs: queries and time to render a page, uncached, with 100 and with 20,000 stories.

Run: `.venv/bin/python benchmarks/origin.py [--stories 100,20000] [--runs 200]`. Makes a paper in a temporary folder on
SQLite, renders each page in this process through Django's whole request path (no network), sizes interleaved, and
prints queries, median and 99th percentile in milliseconds, and the ratio of the medians.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from broadsheet.conf.boot import setup
from broadsheet.conf.founding import lay_out, settings_file

PAGES = ("/", "/nation/", "/latest/", "/nation/story-5/", "/author/ann-author/")
PARAGRAPH = "<p>" + "The bridge over the river carries two lanes and a path for bicycles. " * 6 + "</p>"


def fill(count: int) -> None:
    """Put `count` stories under six sections, each with a by-line and eight paragraphs, as a bulk import would."""
    from django.contrib.contenttypes.models import ContentType
    from django.db import transaction
    from django.utils import timezone
    from wagtail.models import Page

    from broadsheet.newsroom.models import Author, FrontPage, Section, Story, StoryByline
    from broadsheet.newsroom.services import found_paper

    front = found_paper("Benchmark", ["en"], host="localhost", port=80)["en"]
    sections = []
    for slug in ("nation", "world", "business", "culture", "science", "sport"):
        front.refresh_from_db()
        section = Section(title=slug.title(), slug=slug, show_in_menus=True, locale=front.locale)
        front.add_child(instance=section)
        sections.append(section)
    author = Author.objects.create(name="Ann Author", slug="ann-author", locale=front.locale)
    kind = ContentType.objects.get_for_model(Story)
    now = timezone.now()
    body = json.dumps([{"type": "text", "value": PARAGRAPH * 8}])
    with transaction.atomic():
        for number in range(count):
            section = sections[number % 6]
            place = number // 6 + 1
            page = Page(
                path=section.path + Page._int2str(place).rjust(4, "0"), depth=section.depth + 1, numchild=0,
                title=f"Story number {number} about the bridge over the river", slug=f"story-{number - number % 6 if section.slug == 'nation' else number}",
                url_path=f"{section.url_path}story-{number}/", content_type=kind, live=True, locale=front.locale,
                first_published_at=now, draft_title="",
            )  # fmt: skip
            page.slug = f"story-{number // 6}" if section.slug == "nation" else f"story-{number}"
            page.url_path = f"{section.url_path}{page.slug}/"
            page.save_base(raw=True)
            moment = now - timedelta(minutes=number * 7 + 1)
            story = Story(
                page_ptr_id=page.pk,
                standfirst="A standfirst of one sentence.",
                body=body,
                access="free",
                published_at=moment,
                desk=section,
                language="en",
            )
            story.save_base(raw=True)
            StoryByline.objects.create(story=story, author=author, sort_order=0, locale=front.locale)
    for section in sections:
        Page.objects.filter(pk=section.pk).update(numchild=Page.objects.child_of(section).count())
    front = FrontPage.objects.get()
    boxes = [
        {"title": s.title, "layout": "grid", "slots": 6, "cards": [], "refill_section": s.pk, "refill": True}
        for s in sections
    ]
    front.containers = json.dumps([{"type": "container", "value": box} for box in boxes])
    front.save_revision(clean=False).publish(skip_permission_checks=True)


def measure(runs: int) -> dict[str, Any]:
    """Per page: queries, and the time of each run in milliseconds."""
    from django.db import connection, reset_queries
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(headers={"host": "localhost"})
    found: dict[str, Any] = {}
    for path in PAGES:
        assert client.get(path).status_code == 200, path
        with CaptureQueriesContext(connection) as queries:
            client.get(path)
        found[path] = {"queries": len(queries), "times": []}
    reset_queries()
    for _ in range(runs):
        for path in PAGES:
            started = time.perf_counter()
            client.get(path)
            found[path]["times"].append((time.perf_counter() - started) * 1000)
    return found


def one_size(count: int, runs: int) -> None:
    """A process of its own for each size: makes the paper, measures on request, one JSON line per request."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "paper"
        lay_out(folder, settings_file("Benchmark", url="http://localhost", languages=["en"], time_zone="UTC"))
        setup(folder)
        from broadsheet.conf.paper import load
        from broadsheet.conf.staticfiles import collect

        collect(load(folder))
        fill(count)
        print("ready", flush=True)
        for _ in sys.stdin:
            print(json.dumps(measure(runs)), flush=True)


def main() -> None:
    """Start one process per size and take turns."""
    import subprocess

    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--stories", default="100,20000")
    words.add_argument("--runs", type=int, default=200)
    words.add_argument("--size", type=int, default=0, help=argparse.SUPPRESS)
    chosen = words.parse_args()
    if chosen.size:
        one_size(chosen.size, max(1, chosen.runs // 5))
        return
    sizes = [int(size) for size in chosen.stories.split(",")]
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("BROADSHEET", "DJANGO"))}
    children = {}
    for size in sizes:
        children[size] = subprocess.Popen(
            [sys.executable, __file__, "--size", str(size), "--runs", str(chosen.runs)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
    results: dict[int, dict[str, Any]] = {size: {} for size in sizes}
    for child in children.values():
        assert child.stdout is not None
        child.stdout.readline()
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
    print(f"{'page':<24}{'stories':>9}{'queries':>9}{'median ms':>11}{'p99 ms':>9}{'ratio':>7}")
    for path in PAGES:
        first = statistics.median(results[sizes[0]][path]["times"])
        for size in sizes:
            times = sorted(results[size][path]["times"])
            median = statistics.median(times)
            print(
                f"{path:<24}{size:>9}{results[size][path]['queries']:>9}{median:>11.1f}{times[int(len(times) * 0.99) - 1]:>9.1f}{median / first:>7.2f}"
            )


if __name__ == "__main__":
    main()
