"""`/latest/stream`: Server-Sent Events about new stories, fed by the log (HTML Standard §9.2)."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from typing import TYPE_CHECKING, Any

from .connection import Connection, Gone, Request
from .metrics import Count
from .stored import lines, status_line
from .target import Refused

if TYPE_CHECKING:
    from .app import App

MOST_STREAMS = 15_000
# Shorter than the idle limit of any proxy between us and the reader.
HEARTBEAT_SECONDS = 25.0
# A client this far behind is not reading.
MOST_WAITING_BYTES = 65_536
MOST_REPLAYED = 50
# Thousands come back at once after a restart: each may read this many rows, most of which are no news.
MOST_LOOKED_AT = 2_000
Row = dict[str, Any]


class Streams:
    """Every open stream of this worker, by language."""

    def __init__(self, app: App) -> None:
        self.app = app
        self._waiting: dict[Connection, tuple[str, asyncio.Future[None]]] = {}

    @property
    def open(self) -> int:
        return len(self._waiting)

    async def serve(self, request: Request, path: bytes, query: bytes) -> None:
        """Keep one client told until it leaves or we stop."""
        if request.method != b"GET":
            raise Refused(405, "Only GET is served here.")
        if len(self._waiting) >= MOST_STREAMS:
            raise Refused(503, "Too many streams.")
        connection = request.connection
        request.started = True
        request.is_kept = False
        prefix = path.removesuffix(b"/latest/stream").strip(b"/").decode("latin-1")
        paper = self.app.paper
        language = prefix if paper is not None and prefix in paper.languages else ""
        if prefix and not language:
            raise Refused(404, "Not found.")
        kept = [
            (b"content-type", b"text/event-stream; charset=utf-8"),
            (b"cache-control", b"no-store"),
            (b"x-accel-buffering", b"no"),
            (b"cache-status", b"broadsheet-edge; fwd=bypass"),
            (b"connection", b"close"),
        ]
        # A browser sends the header when it comes back; at first the page says since when it is out of date.
        last = request.headers.get(b"last-event-id") or query.partition(b"since=")[2].partition(b"&")[0]
        connection.transport.write(
            status_line(200) + lines(kept) + b"\r\nretry: 5000\n\n" + self._missed(language, last)
        )
        done: asyncio.Future[None] = self.app.loop.create_future()
        self._waiting[connection] = (language, done)
        # What the parser and the head took is not needed again: ten thousand streams wait here.
        request.headers, request.fields = {}, []
        connection.headers, connection.fields = {}, []
        try:
            await done
        finally:
            self._waiting.pop(connection, None)
        raise Gone

    def _missed(self, language: str, last: bytes) -> bytes:
        """Events since the one that the client saw last."""
        if not last.isdigit():
            return b""
        seen, missed = int(last[:18]), deque[bytes]()
        for row in self.app.store.newest_rows(MOST_LOOKED_AT):
            # A flush has no number; numbers rise otherwise, so that nothing before the one that was seen is read.
            if row.get("id", seen + 1) <= seen or len(missed) == MOST_REPLAYED:
                break
            if row.get("event") and self._is_for(row, language):
                missed.appendleft(_event(row))
        return b"".join(missed)

    def _is_for(self, row: Row, language: str) -> bool:
        paper = self.app.paper
        main = not language
        said = row["event"].get("language", "")
        return bool(said == language or (main and paper is not None and said not in paper.languages))

    def on_row(self, number: int, row: Row) -> None:
        """Tell everybody about one row."""
        if not row.get("event"):
            return
        told = _event(row)
        for connection, (language, done) in list(self._waiting.items()):
            if not self._is_for(row, language):
                continue
            if connection.transport.get_write_buffer_size() > MOST_WAITING_BYTES:
                if not done.done():
                    done.set_result(None)
                continue
            connection.transport.write(told)
            self.app.count(Count.STREAM_EVENTS)

    async def beat(self) -> None:
        """Write a comment to each stream now and then, so that nobody between takes it for dead."""
        while True:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            for number, connection in enumerate(list(self._waiting)):
                connection.transport.write(b":\n\n")
                if number % 500 == 499:
                    await asyncio.sleep(0)

    def end(self) -> None:
        """Let every stream end; browsers come back by themselves."""
        for _, done in self._waiting.values():
            if not done.done():
                done.set_result(None)


def _event(row: Row) -> bytes:
    return f"id: {row['id']}\nevent: story\ndata: {json.dumps(row['event'])}\n\n".encode()
