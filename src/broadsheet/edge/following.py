"""Follows the origin's invalidation log: one worker of a machine does, for all of them."""

from __future__ import annotations

import asyncio
import fcntl
import json
import logging
import os
from typing import TYPE_CHECKING, Any

from .metrics import Count
from .origin import OriginDown

if TYPE_CHECKING:
    from .app import App

log = logging.getLogger("broadsheet.edge")
# The origin holds a poll this long when there is nothing to tell; it also bounds how long its stopping takes.
WAIT_SECONDS = 2
RETRY_SECONDS = 0.5
# A paper starts its processes together; only an origin that stays away is worth a line.
QUIET_FAILURES = 10
MOST_BYTES = 32 << 20
# Rights are told as they change; asked for whole now and then, what no longer matters is forgotten too.
RIGHTS_SECONDS = 3600.0


class Follower:
    """Reads rows by cursor, writes them to the file, tells the workers."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.is_leading = False
        self.is_caught_up = asyncio.Event()
        self._wants_rights = True
        self._asked_at = 0.0

    async def run(self) -> None:
        """Lead whenever nobody else does; in between, look for rows that another worker wrote."""
        app = self.app
        assert app.log is not None
        descriptor = os.open(app.settings.folder / "edge.leader", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            while True:
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except OSError:
                    self.is_caught_up.set()
                    if app.log.shared[0] != app.log.seen:
                        app.log.catch_up()
                    await asyncio.sleep(0.05)
                    continue
                self.is_leading = True
                await self._follow()
        finally:
            os.close(descriptor)

    async def _follow(self) -> None:
        app = self.app
        assert app.log is not None
        failures = 0
        # A leader that died may have announced a row that it never wrote.
        app.log.shared[0] = app.store.last_row()
        while True:
            try:
                await self._poll(wait=WAIT_SECONDS if self.is_caught_up.is_set() else 0)
                if self._wants_rights or app.loop.time() - self._asked_at > RIGHTS_SECONDS:
                    await self._ask_rights()
            except (
                Exception
            ) as error:  # who stops following serves what was withdrawn: whatever it is, try again
                app.counters[Count.FOLLOWING] = 0
                if not isinstance(error, OriginDown | TimeoutError):
                    log.exception("a row of the log could not be read or kept")
                elif failures == QUIET_FAILURES:
                    log.warning("the log can't be followed just now: %s", error)
                failures += 1
                if app.store.cursor[0]:
                    # What is kept is served meanwhile; nobody waits for an origin that is away.
                    self.is_caught_up.set()
                await asyncio.sleep(min(RETRY_SECONDS * failures, 5.0) if failures > 4 else RETRY_SECONDS)
            else:
                failures = 0
                app.counters[Count.FOLLOWING] = 1
                self.is_caught_up.set()

    async def _poll(self, wait: int) -> None:
        app = self.app
        assert app.log is not None
        epoch, position = app.store.cursor
        target = f"/-/log?after={position}&epoch={epoch}&wait={wait}"
        told = await self._told(target, wait + 10.0)
        rows, flush = told["rows"], told["flush"]
        if flush or rows or (told["epoch"], told["position"]) != (epoch, position):
            app.store.apply(told["epoch"], told["position"], rows, flush=flush)
            app.count(Count.PURGED_ROWS, len(rows))
            app.log.catch_up()
            # Rows that never came may have taken passes back.
            if flush or any((row.get("rights") or {}).get("networks") for row in rows):
                self._wants_rights = True

    async def _ask_rights(self) -> None:
        app = self.app
        assert app.log is not None
        assert app.rights is not None
        app.rights.keep(await self._told("/-/rights", 10.0))
        app.log.catch_up()
        self._wants_rights, self._asked_at = False, app.loop.time()

    async def _told(self, target: str, seconds: float) -> dict[str, Any]:
        answer = await self.app.origin.ask(
            b"GET", target.encode(), [(b"host", b"localhost")], seconds=seconds
        )
        try:
            body = await answer.body(MOST_BYTES)
        finally:
            answer.close()
        if answer.status != 200 or body is None:
            raise OriginDown(f"{target.partition('?')[0]} answered {answer.status}")
        told: dict[str, Any] = json.loads(body)
        return told
