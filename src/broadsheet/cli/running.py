"""Verbs that run: `demo`, `serve`, `origin`, `worker`."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from pathlib import Path

from broadsheet.conf.boot import setup
from broadsheet.conf.origin import LOOPBACK, check_free, parse_bind
from broadsheet.conf.origin import serve as serve_origin
from broadsheet.conf.paper import BadSetting
from broadsheet.conf.supervisor import Process, supervise

PACKAGE = Path(__file__).resolve().parent.parent


def serve(arguments: Namespace, rest: list[str]) -> int:
    """Origin and worker under one supervisor."""
    host, port = parse_bind(arguments.bind)
    check_free(host, port)
    paper = setup(arguments.dir)
    _make_ready(paper.folder)
    print(f"{paper.name} on http://{host}:{port}/ — stop with Ctrl-C", file=sys.stderr)
    return supervise(_processes(paper.folder, arguments.bind))


def _processes(folder: Path, bind: str) -> list[Process]:
    # The edge will stand first here and take `bind`; the origin then listens on a socket of its own.
    return [
        Process("origin", ["origin", "--dir", str(folder), "--bind", bind]),
        Process("worker", ["worker", "--dir", str(folder)]),
    ]


def _make_ready(folder: Path) -> None:
    """What every start looks after: migrations and static files. Nothing to do is quick."""
    from django.conf import settings
    from django.core.management import call_command
    from django.db import DatabaseError, connection
    from django.db.migrations.executor import MigrationExecutor

    from broadsheet.conf.staticfiles import collect

    try:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            call_command("migrate", verbosity=0)
    except DatabaseError as error:
        raise BadSetting(
            "the database does not answer", str(error), "correct database_url, or start the database"
        ) from None
    collect(settings.PAPER)
    connection.close()


def origin(arguments: Namespace, rest: list[str]) -> int:
    """The origin alone."""
    host, port = parse_bind(arguments.bind)
    check_free(host, port)
    os.environ["BROADSHEET_DIR"] = str(arguments.dir.resolve())
    from broadsheet.conf.paper import load

    load(arguments.dir)
    serve_origin(host, port)
    return 0


def worker(arguments: Namespace, rest: list[str]) -> int:
    """The worker alone."""
    setup(arguments.dir)
    from broadsheet.conf import worker as work

    work.run()
    return 0


def demo(arguments: Namespace, rest: list[str]) -> int:
    """Build the demo paper if it is not there, and serve it on this machine."""
    bind = arguments.bind or f"127.0.0.1:{arguments.port}"
    host, port = parse_bind(bind)
    check_free(host, port)
    folder = (arguments.dir or _demo_folder()).resolve()
    from broadsheet.demo.build import build

    build(folder, url=f"http://{host if host in LOOPBACK else 'localhost'}:{port}")
    os.environ["BROADSHEET_BASE_URL"] = f"http://{host if host in LOOPBACK else 'localhost'}:{port}"
    paper = setup(folder)
    _make_ready(paper.folder)
    from broadsheet.demo.people import entry_links

    url = paper.base_url
    print(f"\n{paper.name} is on {url}/", file=sys.stderr)
    print(f"  newsroom   {url}/newsroom/   with one of these, each works once:", file=sys.stderr)
    for name, link in entry_links():
        print(f"    {name:<16} {url}{link}", file=sys.stderr)
    print("  stop with Ctrl-C; the next start takes a few seconds\n", file=sys.stderr, flush=True)
    return supervise(_processes(folder, bind))


def _demo_folder() -> Path:
    checkout = PACKAGE.parent.parent
    if (checkout / "pyproject.toml").is_file():
        return checkout / "var" / "demo"
    return Path(os.environ.get("XDG_DATA_HOME", Path.home() / ".local" / "share")) / "broadsheet" / "demo"
