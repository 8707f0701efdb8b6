"""Verbs that run: `demo`, `serve`, `edge`, `origin`, `worker`, `sandbox`."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from pathlib import Path

from broadsheet.conf import sandbox as sandboxes
from broadsheet.conf.boot import setup
from broadsheet.conf.origin import LOOPBACK, check_free, origin_socket, parse_bind
from broadsheet.conf.origin import serve as serve_origin
from broadsheet.conf.paper import BadSetting, Paper, load
from broadsheet.conf.supervisor import Process, supervise

PACKAGE = Path(__file__).resolve().parent.parent


def serve(arguments: Namespace, rest: list[str]) -> int:
    """Edge, origin and worker under one supervisor."""
    host, port = parse_bind(arguments.bind)
    check_free(host, port)
    paper = setup(arguments.dir)
    _make_ready(paper.folder)
    print(f"{paper.name} on http://{host}:{port}/ — stop with Ctrl-C", file=sys.stderr)
    return supervise(_processes(paper, arguments.bind))


def _processes(paper: Paper, bind: str) -> list[Process]:
    folder = paper.folder
    # The origin listens on a socket file that only this user can open; readers meet the edge alone.
    inner = f"unix:{origin_socket(folder)}"
    processes = [
        Process("origin", ["origin", "--dir", str(folder), "--bind", inner]),
        # It finishes what readers asked for and hands over their reads: with the origin still there.
        Process("edge", ["edge", "--dir", str(folder), "--origin", inner, "--bind", bind], ends_first=True),
        Process("worker", ["worker", "--dir", str(folder)]),
    ]
    if paper.gateway == sandboxes.NAME and not paper.gateway_api_base:
        host, port = parse_bind(bind)
        # Chosen before the origin starts, which reads it from where it is kept.
        own = sandboxes.choose_port(paper, port)
        where = f"{host if host in LOOPBACK else '127.0.0.1'}:{port}"
        words = ["sandbox", "--dir", str(folder), "--port", str(own), "--paper", where]
        processes.insert(0, Process("sandbox", words))
    return processes


def _make_ready(folder: Path) -> None:
    """What every start looks after: migrations and static files. Nothing to do is quick."""
    from django.conf import settings
    from django.db import DatabaseError, connection

    from broadsheet.conf.migrating import migrate_if_needed
    from broadsheet.conf.staticfiles import collect, looks
    from broadsheet.press.services import announce_looks

    try:
        migrate_if_needed()
    except DatabaseError as error:
        raise BadSetting(
            "the database does not answer", str(error), "correct database_url, or start the database"
        ) from None
    collect(settings.PAPER)
    announce_looks(looks(settings.PAPER))
    connection.close()


def origin(arguments: Namespace, rest: list[str]) -> int:
    """The origin alone."""
    os.environ["BROADSHEET_DIR"] = str(arguments.dir.resolve())
    load(arguments.dir)
    if arguments.bind.startswith("unix:"):
        serve_origin(socket=Path(arguments.bind.removeprefix("unix:")))
        return 0
    host, port = parse_bind(arguments.bind)
    check_free(host, port)
    serve_origin(host, port)
    return 0


def edge(arguments: Namespace, rest: list[str]) -> int:
    """The edge alone: before this paper's origin, or as a plain shared cache before any other."""
    host, port = parse_bind(arguments.bind)
    check_free(host, port)
    from broadsheet.conf.edge import edge_settings
    from broadsheet.edge.server import run

    log = None if arguments.access_log is None else arguments.access_log.resolve()
    workers = arguments.workers or None
    return run(edge_settings(arguments.dir, arguments.origin, host, port, workers=workers, access_log=log))


def worker(arguments: Namespace, rest: list[str]) -> int:
    """The worker alone."""
    setup(arguments.dir)
    from broadsheet.conf import worker as work

    work.run()
    return 0


def sandbox(arguments: Namespace, rest: list[str]) -> int:
    """The paper's sandbox gateway alone."""
    paper = load(arguments.dir)
    host, port = parse_bind(arguments.paper)
    own = arguments.port or sandboxes.choose_port(paper, port)
    where = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    return sandboxes.serve(paper, own, f"http://{where}/-/gateways/{sandboxes.NAME}/")


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
    return supervise(_processes(paper, bind))


def _demo_folder() -> Path:
    checkout = PACKAGE.parent.parent
    if (checkout / "pyproject.toml").is_file():
        return checkout / "var" / "demo"
    return Path(os.environ.get("XDG_DATA_HOME", Path.home() / ".local" / "share")) / "broadsheet" / "demo"
