"""`broadsheet check`: looks at everything a paper needs and says what to mend."""

from __future__ import annotations

import os
import resource
import socket
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from .frontend import missing
from .paper import Paper
from .sqlite import is_wal_safe

FEWEST_FILES = 20_000
MIGRATE_REQ = Path("/proc/sys/net/ipv4/tcp_migrate_req")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend. `is_advice` ones don't make the check fail."""

    what: str
    mend: str
    is_advice: bool = False


Check = Callable[[Paper], Iterator[Finding]]


def findings(paper: Paper) -> list[Finding]:
    """Everything to mend in this paper; Django must be set up."""
    checks: tuple[Check, ...] = (
        settings,
        sqlite,
        database,
        storage,
        edge,
        site,
        mail,
        gateway,
        clock,
        system,
    )
    return [finding for check in checks for finding in check(paper)]


def settings(paper: Paper) -> Iterator[Finding]:
    path = paper.folder / "broadsheet.toml"
    if path.stat().st_mode & 0o077:
        yield Finding(f"{path} can be read by others, and holds the secret key", f"chmod 600 {path}")
    host = urlsplit(paper.base_url)
    if host.scheme == "http" and host.hostname not in {"127.0.0.1", "localhost", "::1"}:
        yield Finding(
            "base_url is http: log-ins travel unencrypted", "put TLS in front and write base_url with https"
        )
    if paper.debug:
        yield Finding("debug is on: error pages show code and settings", "remove debug from broadsheet.toml")


def sqlite(paper: Paper) -> Iterator[Finding]:
    if not paper.database_url.startswith("sqlite:"):
        return
    from sqlite3 import sqlite_version_info as version

    if not is_wal_safe((version[0], version[1], version[2])):
        text = ".".join(map(str, version))
        yield Finding(
            f"SQLite {text} can corrupt a database in WAL mode",
            "install the pysqlite3 wheel of requirements.lock",
        )


def database(paper: Paper) -> Iterator[Finding]:
    from django.db import DatabaseError

    from .migrating import waiting

    try:
        count = waiting()
    except DatabaseError as error:
        yield Finding(f"the database does not answer: {error}", "correct database_url, or start the database")
        return
    if count:
        yield Finding(f"{count} migrations wait", "broadsheet manage migrate")


def storage(paper: Paper) -> Iterator[Finding]:
    for folder in (paper.var, paper.var / "media"):
        if not os.access(folder, os.W_OK):
            yield Finding(
                f"{folder} can't be written", f"give it to the user who runs Broadsheet: chown -R … {folder}"
            )
    free = os.statvfs(paper.folder)
    if free.f_bavail * free.f_frsize < 512 * 2**20:
        yield Finding("less than 512 MB are free on the paper's disk", "make room")


def edge(paper: Paper) -> Iterator[Finding]:
    free = os.statvfs(paper.folder)
    if paper.edge_cache_bytes > free.f_bavail * free.f_frsize + _size(paper.var / "edge" / "edge.lmdb"):
        yield Finding(
            "the edge's cache may grow larger than the disk has room", "lower edge_cache_bytes, or make room"
        )
    if paper.edge_workers > (os.cpu_count() or 1):
        yield Finding(
            f"edge_workers is {paper.edge_workers}, and this machine has {os.cpu_count()} cores",
            "one process for each core is the most that helps",
            is_advice=True,
        )
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if 0 < hard < FEWEST_FILES:
        yield Finding(
            f"a process may open {hard} files, and each reader's connection is one",
            "raise LimitNOFILE (ulimit -n) to 65536",
            is_advice=True,
        )


def _size(path: Path) -> int:
    return path.stat().st_blocks * 512 if path.is_file() else 0


def site(paper: Paper) -> Iterator[Finding]:
    if absent := missing():
        yield Finding(
            f"{len(absent)} front-end files are missing, {absent[0]} first",
            "python3 start.py (or reinstall the wheel)",
        )
    from django.db import DatabaseError

    from broadsheet.newsroom.selectors import front_page

    try:
        without = [code for code in paper.languages if front_page(code) is None]
    except DatabaseError:
        return
    if without:
        yield Finding(
            f"no live front page in {', '.join(without)}",
            "publish one under /newsroom/, or run broadsheet init for a new paper",
        )


def mail(paper: Paper) -> Iterator[Finding]:
    if not paper.email_url:
        yield Finding(
            "mails are kept in var/outbox and sent to nobody", 'set email_url = "smtp://…"', is_advice=True
        )
        return
    parts = urlsplit(paper.email_url)
    try:
        socket.create_connection((parts.hostname or "", parts.port or 587), timeout=5).close()
    except OSError as error:
        yield Finding(f"the mail server {parts.hostname} does not answer: {error}", "correct email_url")


def gateway(paper: Paper) -> Iterator[Finding]:
    if not paper.gateway:
        return
    from broadsheet.subscriptions.gateways import registry
    from broadsheet.subscriptions.gateways.protocol import GatewayError

    if paper.gateway == "stripe" and not paper.gateway_webhook_secret:
        yield Finding(
            "gateway_webhook_secret is not set: the gateway's reports are refused",
            "make a webhook end point there and set its secret",
        )
    if paper.gateway == "sandbox" and paper.host not in {"127.0.0.1", "localhost", "::1"}:
        yield Finding(
            "the gateway is the sandbox: subscriptions are given away and its pages open on this machine only",
            'set gateway = "stripe" or "invoice"',
        )
    try:
        registry.get(paper.gateway).check()
    except GatewayError as error:
        yield Finding(
            f"the gateway does not answer as it should: {error}",
            "start the paper with broadsheet serve"
            if paper.gateway == "sandbox"
            else "see gateway_* in Settings",
            is_advice=paper.gateway == "sandbox",
        )


def clock(paper: Paper) -> Iterator[Finding]:
    if time.time() < 1_767_225_600:
        yield Finding(
            "this machine's clock is before 2026: stories would be dated wrongly",
            "set the clock (timedatectl)",
        )


def system(paper: Paper) -> Iterator[Finding]:
    if sys.version_info < (3, 11):
        yield Finding("Python is older than 3.11", "install Python 3.11 or later")
    if MIGRATE_REQ.is_file() and MIGRATE_REQ.read_text().strip() == "0":
        yield Finding(
            "net.ipv4.tcp_migrate_req is 0: connections may drop when a worker restarts",
            "sysctl -w net.ipv4.tcp_migrate_req=1",
            is_advice=True,
        )
