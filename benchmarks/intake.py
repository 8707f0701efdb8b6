"""How fast a WordPress archive moves in, what it needs of memory, and what the paper's readers and newsroom feel of it.

Run: `.venv/bin/python benchmarks/intake.py [--posts 10000,100000] [--database postgres://user@host:port/] [--serve]`.
Makes an export of each size (about 600 words a post; no pictures, which a network would have to bring), an empty paper,
and runs the real command on it in a process of its own. Prints stories a second, the peak of the resident memory of the
command's two processes together, what was accounted for, and that stories are found, listed and redirected afterwards.
`--serve` serves the paper meanwhile, asks the edge for a kept page, and saves and publishes a story again and again as
the newsroom does: the times of both before and during the import.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from wxr_source import write_wxr

COMMAND = (sys.executable, "-m", "broadsheet")
SAVER = """
import sys, time
from pathlib import Path
from broadsheet.conf.boot import setup
setup(Path(sys.argv[1]))
from broadsheet.newsroom.models import Section, Story
section = Section.objects.first()
story = Story(title="Saved again and again", locale=section.locale, body='[{"type": "text", "value": "<p>x</p>"}]')
section.add_child(instance=story)
print("ready", flush=True)
for line in sys.stdin:
    started = time.perf_counter()
    story.standfirst = line.strip()
    story.save_revision().publish()
    print((time.perf_counter() - started) * 1000, flush=True)
"""


def peak_of(pid: int, stop: threading.Event) -> Callable[[], int]:
    """Samples the proportional memory (kB) of a process and its children; returns a reader of the highest sum."""
    highest = [0]

    def memory(of: int) -> int:
        total = 0
        try:
            for line in Path(f"/proc/{of}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total = int(line.split()[1])
            children = Path(f"/proc/{of}/task/{of}/children").read_text().split()
        except OSError:
            return total
        return total + sum(memory(int(child)) for child in children)

    def watch() -> None:
        while not stop.wait(0.25):
            highest[0] = max(highest[0], memory(pid))

    threading.Thread(target=watch, daemon=True).start()
    return lambda: highest[0]


class Repeated:
    """Does something again and again in a thread of its own and keeps how long each time took, in ms."""

    def __init__(self, act: Callable[[], float], pause: float) -> None:
        self.times: list[float] = []
        self._act, self._pause, self._stop = act, pause, threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._stop.wait(self._pause):
            self.times.append(self._act())

    def end(self) -> str:
        self._stop.set()
        self._thread.join()
        times = sorted(self.times)
        return f"{len(times)} times, median {statistics.median(times):.1f} ms, p99 {times[int(len(times) * 0.99) - 1]:.1f} ms, longest {times[-1]:.0f} ms"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def one_size(posts: int, scratch: Path, database: str, *, is_served: bool) -> None:
    """Make the export and the paper, import, and say what was seen."""
    export, paper = scratch / f"{posts}.xml", scratch / f"paper-{posts}"
    with export.open("wb") as file:
        write_wxr(file, posts, pictures=False)
    port = free_port()
    environment = {
        k: v for k, v in os.environ.items() if not k.startswith(("BROADSHEET", "DJANGO", "PYTHONDONT"))
    }
    if database:
        import psycopg

        name = f"benchmark_intake_{posts}"
        with psycopg.connect(f"{database.rstrip('/')}/postgres", autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            connection.execute(f'CREATE DATABASE "{name}"')
        environment["BROADSHEET_DATABASE_URL"] = f"{database.rstrip('/')}/{name}"
    run: dict[str, Any] = {"env": environment, "check": True}
    subprocess.run(
        [
            *COMMAND,
            "init",
            str(paper),
            "--name",
            "Benchmark",
            "--url",
            f"http://127.0.0.1:{port}",
            "--owner",
            "o@p.example",
        ],
        stdout=subprocess.DEVNULL,
        **run,
    )
    served = saver = None
    kept, saves = f"http://127.0.0.1:{port}/news/", None
    if is_served:
        served = subprocess.Popen(
            [*COMMAND, "serve", "--dir", str(paper), "--bind", f"127.0.0.1:{port}"],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(240):
            try:
                urllib.request.urlopen(kept, timeout=5).read()
                break
            except OSError:
                time.sleep(0.5)
        saver = subprocess.Popen(
            [sys.executable, "-c", SAVER, str(paper)],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert saver.stdout is not None
        assert saver.stdout.readline().strip() == "ready"

        def save() -> float:
            assert saver is not None
            assert saver.stdin is not None
            assert saver.stdout is not None
            saver.stdin.write(f"At {time.monotonic()}\n")
            saver.stdin.flush()
            return float(saver.stdout.readline())

        def ask() -> float:
            started = time.perf_counter()
            urllib.request.urlopen(kept, timeout=30).read()
            return (time.perf_counter() - started) * 1000

        for label, act, pause in (("edge", ask, 0.02), ("newsroom save", save, 0.5)):
            quiet = Repeated(act, pause)
            time.sleep(10)
            print(f"{posts:>8}  {label} before: {quiet.end()}")
        asks, saves = Repeated(ask, 0.05), Repeated(save, 1.0)
    started = time.monotonic()
    importing = subprocess.Popen(
        [*COMMAND, "import", "wxr", str(export), "--dir", str(paper), "--json"],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    stop = threading.Event()
    peak = peak_of(importing.pid, stop)
    output = importing.communicate()[0]
    seconds = time.monotonic() - started
    stop.set()
    report = json.loads(output)
    print(
        f"{posts:>8}  {posts / seconds:.0f} stories/s ({seconds:.1f} s with start-up; the import itself {posts / report['seconds']:.0f}/s), peak {peak() / 1024:.0f} MB, found {report['found']}, created {report['created']}, failed {report['failed']}, redirects {report['redirects']}"
    )
    if saves is not None:
        print(f"{posts:>8}  edge during: {asks.end()}")
        print(f"{posts:>8}  newsroom save during: {saves.end()}")
    again = time.monotonic()
    second = json.loads(
        subprocess.run(
            [*COMMAND, "import", "wxr", str(export), "--dir", str(paper), "--json"],
            stdout=subprocess.PIPE,
            text=True,
            **run,
        ).stdout
    )
    print(
        f"{posts:>8}  again: {posts / (time.monotonic() - again):.0f} stories/s, created {second['created']}, updated {second['updated']}, unchanged {second['unchanged']}"
    )
    for process in (saver, served):
        if process is not None:
            process.terminate()
            process.wait()
    check = subprocess.run(
        [sys.executable, "-c", USABLE, str(paper)], stdout=subprocess.PIPE, text=True, **run
    ).stdout
    print(f"{posts:>8}  {check.strip()}")
    export.unlink()


USABLE = """
import sys
from pathlib import Path
from broadsheet.conf.boot import setup
setup(Path(sys.argv[1]))
from django.conf import settings
from broadsheet.conf.paper import load
from broadsheet.conf.staticfiles import collect
collect(load(Path(sys.argv[1])))
from django.test import Client
from wagtail.contrib.redirects.models import Redirect
from broadsheet.newsroom.models import Story
from broadsheet.site.models import SearchEntry
settings.ALLOWED_HOSTS = ["*"]
client = Client(headers={"host": "127.0.0.1"})
story = Story.objects.live().order_by("?").first()
old = Redirect.objects.filter(redirect_page_id=story.pk).first()
moved = client.get(old.old_path)
words = "+".join(story.title.split()[:3])
print("usable: story", client.get(story.url).status_code, "| old address", moved.status_code, moved.headers["Location"].endswith(story.url),
      "| found by search", story.url in client.get(f"/search/?q={words}").content.decode(), "| entries", SearchEntry.objects.count(), "of", Story.objects.live().count())
"""


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--posts", default="10000,100000")
    words.add_argument("--database", default="")
    words.add_argument("--serve", action="store_true")
    words.add_argument("--keep", type=Path, default=None)
    chosen = words.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        for size in chosen.posts.split(","):
            one_size(int(size), chosen.keep or Path(scratch), chosen.database, is_served=chosen.serve)


if __name__ == "__main__":
    main()
