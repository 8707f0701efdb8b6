"""What the demo's reset goes back to: the database and the pictures as the build left them; no mail, no sale."""

from __future__ import annotations

import http.client
import logging
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

from broadsheet.conf import sandbox
from broadsheet.conf.paper import Paper

DATABASE, MEDIA = "pristine.sqlite3", "pristine-media"
SANDBOX_SECONDS = 5.0
log = logging.getLogger("broadsheet.demo")


def keep(var: Path) -> None:
    """Keep a copy of all that `put_back` needs. The pictures are linked, so that they are on the disk once."""
    keep_copy(var / "broadsheet.sqlite3", var / DATABASE)
    if (var / "media").is_dir():
        shutil.copytree(var / "media", var / MEDIA, copy_function=os.link)


def keep_copy(database: Path, copy: Path) -> None:
    """Copy a database with what still stands in its write-ahead log: its file alone lacks the newest commits."""
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)


def put_back(var: Path, connection: sqlite3.Connection) -> None:
    """The database behind `connection` in one step, then pictures that were deleted; mails are thrown away."""
    with closing(sqlite3.connect(var / DATABASE)) as pristine:
        pristine.backup(connection)
    for path in (var / MEDIA).rglob("*"):
        target = var / "media" / path.relative_to(var / MEDIA)
        if path.is_dir():
            target.mkdir(exist_ok=True)
        elif not target.exists():
            os.link(path, target)
    for mail in (var / "outbox").glob("*.log"):
        mail.unlink(missing_ok=True)


def empty_sandbox(paper: Paper) -> None:
    """Make the gateway forget its customers too, whom the paper no longer knows. A sandbox that is away keeps them."""
    place = urlsplit(sandbox.settings(paper)["api_base"])
    if paper.gateway != sandbox.NAME or not place.hostname:
        return
    line = http.client.HTTPConnection(place.hostname, place.port, timeout=SANDBOX_SECONDS)
    with closing(line):
        try:
            line.request("POST", "/_sandbox/reset")
            line.getresponse().read()
        except (OSError, http.client.HTTPException) as error:
            log.warning("the sandbox was not emptied: %s", error)
