"""What the record costs: a dossier's queries and SQL time as stories and events grow, and confirming twelve claims.

Run: `.venv/bin/python benchmarks/dossier.py [--stories 1000,50000] [--runs 50] [--keep DIR]`. Makes a paper of each size in a process of its
own, where every story stands under one country, one pair and one person, and every tenth has an event of the pair; prints, for the pair's,
the country's and the person's dossier, queries, the median and the slowest of their summed SQL times and the whole time in milliseconds. Then
it confirms the twelve claims of a story in one decision, re-anchors a hundred claims, and merges the person into another.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from broadsheet.conf.boot import setup
from broadsheet.conf.founding import lay_out, settings_file

DOSSIERS = ("azerbaijan-belgium", "azerbaijan", "ann-envoy")
LEADS = ("Ilham Aliyev", "Charles Michel", "Nikol Pashinyan", "Khalaf Khalafov", "Jeroen Koreman")


def fill(count: int) -> None:
    """`count` stories of one language, with what the record derives from them laid out as projecting would."""
    from django.db import transaction
    from django.utils import timezone

    from broadsheet.newsroom.bulk import NewStory, create_stories
    from broadsheet.newsroom.models import FrontPage, Section, Story
    from broadsheet.newsroom.services import found_paper
    from broadsheet.record.models import (
        Address,
        Claim,
        Dyad,
        DyadEvent,
        DyadStory,
        Entity,
        EntityStory,
        Event,
        Participation,
    )

    found_paper("The Benchmark", ("en",), host="localhost", port=80)
    front = FrontPage.objects.get()
    section = Section(title="Nation", slug="nation", locale=front.locale, live=True)
    front.add_child(instance=section)
    az = Entity.objects.create(kind="country", label="Azerbaijan", iso3166="AZ")
    be = Entity.objects.create(kind="country", label="Belgium", iso3166="BE")
    ann = Entity.objects.create(kind="person", label="Ann Envoy")
    people = [Entity.objects.create(kind="person", label=f"Person {n}") for n in range(40)]
    dyad = Dyad.objects.create(a=az, b=be)
    for slug, row in zip(DOSSIERS, ({"dyad": dyad}, {"entity": az}, {"entity": ann}), strict=True):
        Address.objects.create(slug=slug, **row)
    now = timezone.now().replace(microsecond=0)
    stories: list[Any] = []
    for start in range(0, count, 500):
        batch = [
            Story(
                title=f"Story {n}",
                slug=f"story-{n}",
                locale=front.locale,
                body=json.dumps(
                    [{"type": "text", "value": f"<p>Envoy Ann of Azerbaijan spoke to Belgium, {n}.</p>"}]
                ),
                published_at=now - timedelta(hours=n),
                first_published_at=now - timedelta(hours=n),
                live=True,
                access="free",
            )
            for n in range(start, min(start + 500, count))
        ]
        with transaction.atomic():
            create_stories([NewStory(story, section) for story in batch])
        stories += batch
    with transaction.atomic():
        EntityStory.objects.bulk_create(
            (
                EntityStory(entity=who, story=s, language="en", published_at=s.published_at)
                for s in stories
                for who in (az, ann)
            ),
            batch_size=2000,
        )
        DyadStory.objects.bulk_create(
            (DyadStory(dyad=dyad, story=s, language="en", published_at=s.published_at) for s in stories),
            batch_size=2000,
        )
        held = stories[::10]
        first = date(2022, 4, 4)
        days = [first - timedelta(days=n) for n in range(len(held))]
        events = Event.objects.bulk_create(
            [
                Event(
                    type="meeting",
                    date=d.isoformat(),
                    sort_start=d,
                    sort_end=d,
                    precision="day",
                    is_public=True,
                    place=be,
                    source_count=1,
                )
                for d in days
            ],
            batch_size=2000,
        )
        DyadEvent.objects.bulk_create(
            (DyadEvent(dyad=dyad, event=e, sort_start=e.sort_start) for e in events), batch_size=2000
        )
        Participation.objects.bulk_create(
            (
                Participation(event=e, entity=who, capacity="party", is_public=True, sort_start=e.sort_start)
                for n, e in enumerate(events)
                for who in (az, be, ann, people[n % 40])
            ),
            batch_size=2000,
        )
        Claim.objects.bulk_create(
            (
                Claim(
                    story=s, event=e, kind="event", status="confirmed", is_public=True, fingerprint=str(e.pk)
                )
                for s, e in zip(held, events, strict=True)
            ),
            batch_size=2000,
        )
        Claim.objects.bulk_create(
            (
                Claim(
                    story=s,
                    entity=ann,
                    kind="person",
                    status="confirmed",
                    is_public=True,
                    wording="Ann Envoy",
                    fingerprint="ann",
                )
                for s in stories
            ),
            batch_size=2000,
        )
        Dyad.objects.filter(pk=dyad.pk).update(event_count=len(events), last_start=first)


def measure(runs: int) -> dict[str, Any]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext
    from django.utils import translation

    from broadsheet.record.dossiers import dossier, find

    found: dict[str, Any] = {}
    with translation.override("en"):
        for slug in DOSSIERS:
            sql, whole, count = [], [], 0
            for _ in range(runs):
                began = time.process_time()
                dossier(find(slug))  # type: ignore[arg-type]  # filled above
                whole.append((time.process_time() - began) * 1000)
                took: list[float] = []

                def timed(execute: Any, *args: Any, took: list[float] = took) -> Any:
                    start = time.process_time()
                    try:
                        return execute(*args)
                    finally:
                        took.append((time.process_time() - start) * 1000)

                with connection.execute_wrapper(timed):
                    dossier(find(slug))  # type: ignore[arg-type]
                sql.append(sum(took))
            with CaptureQueriesContext(connection) as queries:
                dossier(find(slug))  # type: ignore[arg-type]
            count = len(queries)
            found[slug] = {
                "queries": count,
                "sql_ms": round(statistics.median(sql), 2),
                "sql_max_ms": round(max(sql), 2),
                "whole_ms": round(statistics.median(whole), 2),
            }
    return found


def decide(runs: int) -> dict[str, float]:
    """Milliseconds: twelve claims confirmed in one decision, a hundred re-anchored, one person merged into another."""
    from django.contrib.auth import get_user_model

    from broadsheet.newsroom.models import Story
    from broadsheet.record.anchoring import reanchor
    from broadsheet.record.confirming import confirm_all
    from broadsheet.record.identity import merge, part
    from broadsheet.record.models import Claim, Entity
    from broadsheet.record.taking_in import take_in
    from broadsheet.record.text import story_text

    editor = get_user_model().objects.create(email="ed@example.org")
    stories = list(Story.objects.order_by("-published_at")[: runs + 1])
    confirmed, anchored = [], []
    for n, story in enumerate(stories[:runs]):
        Claim.objects.filter(story=story).delete()
        names = [f"{name} {n}" for name in LEADS]
        story.standfirst = (
            ". ".join([*names, "Azerbaijan", "Belgium", "Brussels", "Minister", "met", "plan"]) + "."
        )
        text = story_text(story)

        def one(kind: str, words: str, value: Any, text: Any = text) -> dict[str, Any]:
            at = text.text.index(words)
            return {
                "kind": kind,
                "start": at,
                "end": at + len(words),
                "text": words,
                "value": value,
                "tier": "A",
                "rule": kind,
            }

        day = (date(2023, 1, 1) + timedelta(days=n)).isoformat()
        parties = [{"name": name, "kind": "person"} for name in names] + ["country:AZ", "country:BE"]
        suggestions = [
            *(one("person", name, name) for name in names),
            one("country", "Azerbaijan", "AZ"),
            one("country", "Belgium", "BE"),
            one("place", "Brussels", "Brussels"),
            *(
                one("role", "Minister", {"person": name, "title": "Minister", "country": "AZ"})
                for name in names[:2]
            ),
            one(
                "event", "met", {"type": "meeting", "date": day, "place": "Brussels", "participants": parties}
            ),
            one(
                "event",
                "plan",
                {"type": "visit", "date": day, "life": "planned", "participants": parties[:3]},
            ),
        ]
        take_in(story, suggestions, text=text)
        claims = list(Claim.objects.filter(story=story))
        assert len(claims) == 12
        began = time.process_time()
        assert confirm_all(story, claims, editor) == []
        confirmed.append((time.process_time() - began) * 1000)
    story = stories[runs]
    story.standfirst = " ".join(f"Name{n} Surname{n}." for n in range(100))
    text = story_text(story)
    take_in(
        story,
        [
            {
                "kind": "person",
                "start": (at := text.text.index(f"Name{n} ")),
                "end": at + len(f"Name{n} Surname{n}"),
                "value": f"Name{n} Surname{n}",
                "tier": "A",
            }
            for n in range(100)
        ],
        text=text,
    )
    for n in range(runs):
        story.standfirst = f"{'Moved. ' * (n + 1)}{story.standfirst}"
        began = time.process_time()
        reanchor(story)
        anchored.append((time.process_time() - began) * 1000)
    gone, kept = Entity.objects.get(label="Ann Envoy"), Entity.objects.get(label="Person 0")
    began = time.process_time()
    merge(gone, kept, editor)
    merged = time.process_time() - began
    began = time.process_time()
    part(gone, editor)
    return {
        "confirm_12_ms": round(statistics.median(confirmed), 1),
        "confirm_12_max_ms": round(max(confirmed), 1),
        "reanchor_100_ms": round(statistics.median(anchored), 1),
        "merge_s": round(merged, 2),
        "part_s": round(time.process_time() - began, 2),
    }


def inside(folder: Path, count: int, runs: int) -> None:
    setup(folder)
    from django.core.management import call_command

    from broadsheet.newsroom.models import Story

    call_command("migrate", verbosity=0)
    if not Story.objects.exists():
        fill(count)
    print(json.dumps({"stories": count, **measure(runs), **decide(min(runs, 20))}))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--stories", default="1000,50000")
    parser.add_argument("--runs", type=int, default=50)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--inside", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        inside(options.inside, int(options.stories), options.runs)
        return
    with tempfile.TemporaryDirectory() as temporary:
        for size in options.stories.split(","):
            folder = (options.keep or Path(temporary)) / size
            if not folder.exists():
                settings = settings_file(
                    "The Benchmark", url="http://localhost", languages=("en",), time_zone="UTC"
                )
                lay_out(folder, settings)
            command = [
                sys.executable,
                __file__,
                "--inside",
                str(folder),
                "--stories",
                size,
                "--runs",
                str(options.runs),
            ]
            print(
                json.dumps(
                    json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout),
                    indent=1,
                )
            )


if __name__ == "__main__":
    main()
