"""The verb `test`: the suite on SQLite; `--all` adds everything else that this machine can run."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from broadsheet.conf.founding import template_database
from broadsheet.conf.paper import BadSetting

CHECKOUT = Path(__file__).resolve().parents[3]
# What everybody runs; `--all` adds the rest, on SQLite.
QUICK = "not browser and not migrations and not docs and not slow and not killing"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def test(arguments: Namespace, rest: list[str]) -> int:
    """Run the tests; returns pytest's exit code, or the first that was not 0."""
    if not (CHECKOUT / "tests").is_dir():
        raise BadSetting(
            "there are no tests here", str(CHECKOUT), "run this from a checkout: python3 start.py test"
        )
    os.chdir(CHECKOUT)
    template_database()
    if not arguments.all:
        return _pytest(["-m", QUICK, *rest])
    codes = {name: _tool(name, command) for name, command in TOOLS}
    skipped: list[str] = []
    marks = ["not migrations"]
    if not any(map(shutil.which, BROWSERS)):
        skipped.append("pages in a browser (no chromium on PATH)")
        marks.append("not browser")
    with _postgresql() as url:
        if url is None:
            skipped.append("PostgreSQL (no server binaries and no BROADSHEET_TEST_DATABASE_URL)")
        else:
            codes["PostgreSQL"] = _pytest(
                ["-m", QUICK, *rest],
                BROADSHEET_TEST_DATABASE_URL=url,
            )
    codes["migrations"] = _pytest(["-m", "migrations", "-n", "0", "tests/house"])
    codes["SQLite"] = _pytest(["-m", " and ".join(marks), *rest])
    for name in skipped:
        print(f"skipped: {name}")
    failed = [name for name, code in codes.items() if code]
    print(f"{len(codes) - len(failed)} passed, {len(failed)} failed")
    for name in failed:
        print(f"failed: {name}", file=sys.stderr)
    return 1 if failed else 0


TOOLS: Sequence[tuple[str, Sequence[str]]] = (
    ("format", ("ruff", "format", "--check", "--quiet", ".")),
    ("lint", ("ruff", "check", "--quiet", ".")),
    ("types", ("mypy",)),
    ("contracts", ("lint-imports", "--no-cache")),
    ("docs", ("mkdocs", "build", "--strict", "--quiet", "--site-dir", "build/docs")),
)


def _tool(name: str, command: Sequence[str]) -> int:
    binary = Path(sys.executable).parent / command[0]
    if not binary.exists():
        print(f"skipped: {name} ({command[0]} is not installed)")
        return 0
    started = time.monotonic()
    code = subprocess.run([str(binary), *command[1:]], check=False).returncode
    print(f"{name}: {'ok' if code == 0 else 'FAILED'} ({time.monotonic() - started:.0f} s)", flush=True)
    return code


def _pytest(words: Sequence[str], **environment: str) -> int:
    # Many tests wait for processes and clocks: one runner more than cores keeps the cores at work.
    runners = min(8, (os.cpu_count() or 1) + 1)
    parallel = [] if "-n" in words else ["-n", str(runners), "--dist", "loadgroup"]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *parallel, *words], env={**os.environ, **environment}, check=False
    ).returncode


@contextmanager
def _postgresql() -> Iterator[str | None]:
    """A cluster of our own on loopback, thrown away afterwards; or the one that the environment names."""
    if url := os.environ.get("BROADSHEET_TEST_DATABASE_URL"):
        yield url
        return
    binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    if not binaries:
        yield None
        return
    as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    with tempfile.TemporaryDirectory(prefix="broadsheet-pg-") as folder:
        if as_user:
            shutil.chown(folder, "postgres")
        data, port = Path(folder) / "data", 54_329
        options = (
            f"-c listen_addresses=127.0.0.1 -c port={port} -c fsync=off -c unix_socket_directories={folder}"
        )
        run = {"cwd": folder, "check": True, "stdout": subprocess.DEVNULL}
        subprocess.run(
            [
                *as_user,
                str(binaries[0] / "initdb"),
                "-D",
                str(data),
                "-U",
                "broadsheet",
                "--auth=trust",
                "-E",
                "UTF8",
                "--locale=C.UTF-8",
            ],
            **run,
        )  # type: ignore[call-overload]  # the same keywords each time
        subprocess.run(
            [
                *as_user,
                str(binaries[0] / "pg_ctl"),
                "-D",
                str(data),
                "-w",
                "-o",
                options,
                "-l",
                f"{folder}/log",
                "start",
            ],
            **run,
        )  # type: ignore[call-overload]  # as above
        try:
            yield f"postgres://broadsheet@127.0.0.1:{port}/postgres"
        finally:
            subprocess.run(
                [*as_user, str(binaries[0] / "pg_ctl"), "-D", str(data), "-m", "fast", "stop"],
                cwd=folder,
                check=False,
                stdout=subprocess.DEVNULL,
            )
