"""A paper in a temporary folder with its origin and edges as real processes, for the other programs here.

`with House(stories=200) as house:` makes the paper (SQLite, free stories under six sections, two metered and two for
subscribers), then `house.origin()` and `house.edge()` start processes, and `house.newsroom` publishes through Django
in a process of its own, as the worker does. Every process ends with the `with`.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
CANARY = "Zanzibarquince"
FREE, METERED, PAID = "/nation/free-one/", "/nation/metered-one/", "/nation/paid-one/"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def get(
    port: int, path: str, headers: dict[str, str] | None = None, timeout: float = 30.0
) -> tuple[int, Any, bytes]:
    """One request on a connection of its own: status, headers, body."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request("GET", path, headers=headers or {})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


class Newsroom:
    """Publishes in a process of its own; each act returns when it is committed."""

    def __init__(self, folder: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(HERE / "house.py"), "newsroom", str(folder)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit("the newsroom's process ended")
        return dict(json.loads(line))

    def do(self, act: str, **facts: Any) -> dict[str, Any]:
        """`publish`, `edit` or `unpublish`; the answer holds `path`, `mark` and `at`, the moment after the commit."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": act, **facts}) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def close(self) -> None:
        self._process.kill()
        self._process.wait()


class House:
    """See the module."""

    def __init__(self, stories: int = 200) -> None:
        self._stories = stories
        self._children: list[subprocess.Popen[bytes]] = []
        self._newsroom: Newsroom | None = None

    def __enter__(self) -> House:
        self._scratch = Path(tempfile.mkdtemp(prefix="bs-bench-"))
        self.folder = self._scratch / "paper"
        self.port = free_port()
        self.secret = ""
        subprocess.run(
            [sys.executable, str(HERE / "house.py"), "make", str(self.folder), str(self._stories), str(self.port)],
            check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        return self

    def __exit__(self, *_: object) -> None:
        for child in self._children:
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()
        if self._newsroom:
            self._newsroom.close()
        shutil.rmtree(self._scratch, ignore_errors=True)

    @property
    def newsroom(self) -> Newsroom:
        if self._newsroom is None:
            self._newsroom = Newsroom(self.folder)
        return self._newsroom

    def start(
        self, command: list[str], *, cpu: int | None = None, **environment: str
    ) -> subprocess.Popen[bytes]:
        """Any program, in a process group of its own, on one core if asked."""
        pinned = ["taskset", "-c", str(cpu)] if cpu is not None else []
        child = subprocess.Popen(
            [*pinned, *command], start_new_session=True, env={**os.environ, **environment},
            stdout=subprocess.DEVNULL, stderr=open(self._scratch / "errors.log", "ab"),  # noqa: SIM115  (the child's)
        )  # fmt: skip
        self._children.append(child)
        return child

    def broadsheet(self, *words: str, cpu: int | None = None, **environment: str) -> subprocess.Popen[bytes]:
        return self.start(
            [sys.executable, "-m", "broadsheet", *words, "--dir", str(self.folder)], cpu=cpu, **environment
        )

    @property
    def socket(self) -> str:
        return f"unix:{self._scratch / 'origin.sock'}"

    def origin(self, bind: str = "", cpu: int | None = None) -> subprocess.Popen[bytes]:
        """The origin, on a socket file or where `bind` says; returns when it answers."""
        child = self.broadsheet("origin", "--bind", bind or self.socket, cpu=cpu)
        if bind:
            self.wait(int(bind.rpartition(":")[2]))
        else:
            path = self.socket.removeprefix("unix:")
            end = time.monotonic() + 30
            while time.monotonic() < end:
                with socket.socket(socket.AF_UNIX) as probe, suppress(OSError):
                    probe.connect(path)
                    return child
                time.sleep(0.05)
        return child

    def edge(
        self, port: int = 0, *, workers: int = 1, cpu: int | None = None, origin: str = "", **environment: str
    ) -> subprocess.Popen[bytes]:
        """An edge in front of the origin; returns when it answers. Each port has a file of its own."""
        port = port or self.port
        environment.setdefault("BROADSHEET_EDGE_CACHE_BYTES", str(256 << 20))
        words = [
            "edge",
            "--origin",
            origin or self.socket,
            "--bind",
            f"127.0.0.1:{port}",
            "--workers",
            str(workers),
        ]
        child = self.broadsheet(*words, cpu=cpu, **environment)
        self.wait(port)
        return child

    def wait(self, port: int, path: str = "/-/health") -> None:
        """Until something answers at `port`."""
        end = time.monotonic() + 30
        while time.monotonic() < end:
            with suppress(OSError, http.client.HTTPException):
                get(port, path, timeout=2)
                return
            time.sleep(0.02)
        raise SystemExit(
            f"nothing answers at port {port}: {(self._scratch / 'errors.log').read_text()[-2000:]}"
        )

    def pass_cookie(self, seconds: int = 800, scopes: Iterable[str] = ("stories",)) -> str:
        """The cookie of a subscriber, or of whoever holds other scopes."""
        from broadsheet.conf.paper import load
        from broadsheet.paywall import Pass, encode_pass

        held = Pass(7, frozenset(scopes), datetime.now(UTC) + timedelta(seconds=seconds))
        return f"bs_pass={encode_pass(held, load(self.folder).reader_keys)}"

    def meter_cookie(self, port: int, path: str = METERED) -> str:
        """The cookie of a reader who has opened `path`."""
        cookies = get(port, path)[1].get_all("Set-Cookie") or []
        return next(c.partition(";")[0] for c in cookies if c.startswith("bs_meter="))


# -- in processes of their own ----------------------------------------------------------------------------------------


def _make(folder: Path, stories: int, port: int) -> None:
    from broadsheet.conf.boot import setup
    from broadsheet.conf.founding import lay_out, settings_file

    lay_out(
        folder, settings_file("Benchmark", url=f"http://127.0.0.1:{port}", languages=["en"], time_zone="UTC")
    )
    setup(folder)
    from origin import fill

    from broadsheet.conf.migrating import migrate_if_needed
    from broadsheet.conf.paper import load
    from broadsheet.conf.staticfiles import collect

    migrate_if_needed()
    collect(load(folder))
    fill(stories)
    _story("free-one", "free", "About free-one")
    for access in ("metered", "subscribers"):
        for word in ("one", "two", "three", "four"):
            slug = f"{'paid' if access == 'subscribers' else access}-{word}"
            _story(slug, access, f"About {slug}")


def _story(slug: str, access: str, headline: str) -> Any:
    from broadsheet.newsroom.models import Section, Story

    section = Section.objects.get(slug="nation")
    secret = f"<p>{CANARY} {slug}.</p>" if access != "free" else ""
    body = json.dumps([{"type": "text", "value": _prose(slug) + secret}])
    story = Story(
        title=headline, slug=slug, locale=section.locale, access=access, body=body, standfirst=headline
    )
    section.add_child(instance=story)
    return story


def _prose(seed: str, paragraphs: int = 10, words: int = 80) -> str:
    """Text of a story's length that compresses about as real text does."""
    dice = random.Random(seed)
    known = ["".join(dice.choices("etaoinshrdlucmfwypvbgkjqxz", k=dice.randint(2, 9))) for _ in range(600)]
    return "".join(
        f"<p>{' '.join(known[int(dice.paretovariate(0.7)) % 600] for _ in range(words))}.</p>"
        for _ in range(paragraphs)
    )


def _newsroom(folder: Path) -> None:
    from broadsheet.conf.boot import setup

    setup(folder)
    from broadsheet.newsroom.models import Story

    print("{}", flush=True)
    for line in sys.stdin:
        told = json.loads(line)
        slug = told.get("slug", "")
        if told["do"] == "publish":
            story = _story(slug, told.get("access", "free"), told["mark"])
        else:
            story = Story.objects.get(slug=slug)
            if told["do"] == "edit":
                story.title = told["mark"]
                story.save()
            else:
                story.unpublish()
        print(
            json.dumps({"path": f"/nation/{slug}/", "mark": told.get("mark", ""), "at": time.time()}),
            flush=True,
        )


if __name__ == "__main__":
    sys.path.insert(0, str(HERE))
    if sys.argv[1] == "make":
        _make(Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
    else:
        _newsroom(Path(sys.argv[2]))
