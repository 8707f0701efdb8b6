"""One client's connection: HTTP/1.1 read by llhttp, every limit set, one request answered after the other.

Why not an application server: see the decision record on the edge's own loop in the documentation.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

import httptools

from .fields import Headers, http_date
from .stored import lines, status_line
from .target import Refused

if TYPE_CHECKING:
    from .app import App

MOST_HEAD_BYTES = 32_768
MOST_FIELDS = 100
MOST_PIPELINED = 64
# Seconds: for a whole head, for the next piece of a body, for the next request, for a client that does not read.
HEAD_SECONDS, BODY_SECONDS, IDLE_SECONDS, STUCK_SECONDS = 10.0, 30.0, 75.0, 60.0
BODY_HIGH, WRITE_HIGH = 262_144, 262_144
# A body may take BODY_SECONDS and its size at this rate, whatever the pauses in it.
LEAST_BYTES_A_SECOND = 1_024
_ONCE = frozenset({b"host", b"content-length", b"authorization", b"content-type", b"transfer-encoding"})


class Gone(Exception):
    """The client has left."""


class Body:
    """A request's body as it arrives; stops the client when nobody reads.

    `is_awaited`: the client sends it only when told to go on, which is when somebody begins to read.
    """

    def __init__(self, connection: Connection, *, is_awaited: bool = False) -> None:
        self._connection = connection
        self._is_awaited = is_awaited
        self._began = connection.loop.time()
        self._came = 0
        self._parts: deque[bytes] = deque()
        self._size = 0
        self._wake = asyncio.Event()
        self.is_done = False
        self.is_broken = False

    def feed(self, data: bytes) -> None:
        self._parts.append(data)
        self._size += len(data)
        self._came += len(data)
        if self._size > BODY_HIGH:
            self._connection.pause()
        self._wake.set()

    def finish(self) -> None:
        self.is_done = True
        self._wake.set()

    def abort(self) -> None:
        self.is_broken = True
        self._wake.set()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        if self._is_awaited and not self._came and not self.is_done:
            await self._connection.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        while True:
            while self._parts:
                part = self._parts.popleft()
                self._size -= len(part)
                yield part
            if self._size <= BODY_HIGH:
                self._connection.resume()
            if self.is_broken:
                raise Gone
            if self.is_done:
                return
            self._wake.clear()
            # Who sends a byte now and then would keep one of the origin's few connections for ever.
            due = self._began + BODY_SECONDS + self._came / LEAST_BYTES_A_SECOND
            async with asyncio.timeout(min(BODY_SECONDS, due - self._connection.loop.time())):
                await self._wake.wait()


@dataclass(slots=True, eq=False)
class Request:
    """A request as it was read. `headers` has each name once, lower case; `fields` has all, in order."""

    connection: Connection
    method: bytes
    target: bytes
    headers: dict[bytes, bytes]
    fields: Headers
    is_kept: bool
    version: str = "1.1"
    body: Body | None = None
    started: bool = field(default=False)

    @property
    def client(self) -> str:
        """The peer's address; behind a proxy on this very machine, the one that the proxy met."""
        peer = self.connection.peer
        if peer in ("127.0.0.1", "::1") and b"x-forwarded-for" in self.headers:
            met = self.headers[b"x-forwarded-for"].rpartition(b",")[2].strip().decode("latin-1")
            with suppress(ValueError):
                return str(ip_address(met))
        return peer


class Connection(asyncio.Protocol):
    """Reads requests, hands each to the application, keeps their order."""

    __slots__ = (
        "app",
        "body",
        "busy",
        "deadline",
        "fed",
        "fields",
        "headers",
        "is_closing",
        "loop",
        "parser",
        "peer",
        "pending",
        "problem",
        "reading",
        "size",
        "target",
        "task",
        "transport",
        "writable",
    )  # fmt: skip

    def __init__(self, app: App) -> None:
        self.app = app
        self.loop = app.loop
        self.busy = False
        self.is_closing = False
        self.pending: deque[Request] = deque()
        self.task: asyncio.Task[None] | None = None
        self.body: Body | None = None
        self.writable: asyncio.Event | None = None
        self.target = b""
        self.headers: dict[bytes, bytes] = {}
        self.fields: Headers = []
        self.size = self.fed = 0
        self.problem: Refused | None = None
        self.reading = True
        self.peer = ""

    # -- asyncio's side ----------------------------------------------------------------------------------------

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.parser = httptools.HttpRequestParser(self)
        peer = transport.get_extra_info("peername")
        self.peer = peer[0] if isinstance(peer, tuple) else ""
        self.deadline = self.app.now + HEAD_SECONDS
        self.app.connections.add(self)
        if len(self.app.connections) > self.app.most_connections:
            self.refuse(Refused(503, "Too many connections."))

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_closing = True
        self.app.connections.discard(self)
        if self.body is not None:
            self.body.abort()
        if self.writable is not None:
            self.writable.set()
        if self.task is not None:
            self.task.cancel()
        self.pending.clear()

    def data_received(self, data: bytes) -> None:
        if self.is_closing:
            return
        if not self.fed and not self.busy:
            self.deadline = self.app.now + HEAD_SECONDS
        self.fed += len(data)
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self.refuse(Refused(400, "Upgrades are not served."))
        except httptools.HttpParserCallbackError as error:
            problem = error.__context__
            self.refuse(
                problem if isinstance(problem, Refused) else Refused(400, "The request can't be read.")
            )
        except httptools.HttpParserError:
            self.refuse(Refused(400, "The request can't be read."))
        else:
            if self.fed > MOST_HEAD_BYTES * 2 and self.body is None and not self.busy:
                self.refuse(Refused(431, "The request's head is too long."))

    def eof_received(self) -> bool:
        return False

    def pause_writing(self) -> None:
        self.writable = asyncio.Event()

    def resume_writing(self) -> None:
        if self.writable is not None:
            self.writable.set()
            self.writable = None

    # -- the parser's side -------------------------------------------------------------------------------------

    def on_message_begin(self) -> None:
        self.target = b""
        self.headers = {}
        self.fields = []
        self.size = 0

    def on_url(self, url: bytes) -> None:
        self.target += url
        if len(self.target) > MOST_HEAD_BYTES:
            raise Refused(414, "The address is too long.")

    def on_header(self, name: bytes, value: bytes) -> None:
        name = name.lower()
        self.size += len(name) + len(value)
        headers = self.headers
        if self.body is not None:
            # A trailer: it comes too late to say anything of the request (RFC 9110 §6.5.1).
            if self.size > MOST_HEAD_BYTES:
                raise Refused(431, "The request's trailer is too long.")
            return
        if name in headers:
            if name in _ONCE:
                raise Refused(400, f"{name.decode('latin-1')} was sent twice.")
            headers[name] += (b"; " if name == b"cookie" else b", ") + value
        else:
            headers[name] = value
        self.fields.append((name, value))
        if self.size > MOST_HEAD_BYTES or len(self.fields) > MOST_FIELDS:
            raise Refused(431, "The request's head is too long.")

    def on_headers_complete(self) -> None:
        headers = self.headers
        if b"transfer-encoding" in headers:
            if b"content-length" in headers or headers[b"transfer-encoding"].lower().strip() != b"chunked":
                raise Refused(400, "The body's length has two readings.")
        elif headers.get(b"content-length", b"0") == b"0":
            return
        is_asking = headers.get(b"expect", b"").lower() == b"100-continue"
        self.body = Body(self, is_awaited=is_asking and self.parser.get_http_version() == "1.1")
        request = self._request()
        request.body = self.body
        self._take(request)

    def on_body(self, data: bytes) -> None:
        self.fed = 0
        if self.body is not None:
            self.body.feed(data)

    def on_message_complete(self) -> None:
        self.fed = 0
        if self.body is not None:
            self.body.finish()
            self.body = None
        else:
            self._take(self._request())

    def _request(self) -> Request:
        parser = self.parser
        return Request(
            self, parser.get_method(), self.target, self.headers, self.fields, parser.should_keep_alive()
        )

    # -- answering ---------------------------------------------------------------------------------------------

    def _take(self, request: Request) -> None:
        if self.busy:
            self.pending.append(request)
            if len(self.pending) > MOST_PIPELINED:
                raise Refused(400, "Too many requests at once.")
            self.pause()
        else:
            self._answer(request)

    def _answer(self, request: Request) -> None:
        if request.is_kept and not self.app.is_draining:
            ready = self.app.fast(request)
            if ready is not None:
                self.transport.write(ready)
                self.deadline = self.app.now + IDLE_SECONDS
                return
        self.busy = True
        self.task = self.loop.create_task(self._run(request))

    async def _run(self, request: Request) -> None:
        request.version = self.parser.get_http_version()
        if self.app.is_draining:
            request.is_kept = False
        try:
            await self.app.handle(request)
        except Refused as problem:
            self.send_text(request, problem.status, problem.text)
        except (Gone, TimeoutError):
            self.transport.abort()
            return
        except asyncio.CancelledError:
            self.transport.abort()
            raise
        except Exception:  # one request's fault must not end the connections of others; the log has it
            self.app.report(request)
            if request.started:
                self.transport.abort()
                return
            self.send_text(request, 500, "Something went wrong here.")
        self._finish(request)

    def _finish(self, request: Request) -> None:
        self.task = None
        self.busy = False
        if self.is_closing:
            return
        if (
            not request.is_kept
            or self.app.is_draining
            or (request.body is not None and not request.body.is_done)
        ):
            self.is_closing = True
            self.transport.close()
            return
        self.deadline = self.app.now + IDLE_SECONDS
        while self.pending and not self.busy and not self.is_closing:
            self._answer(self.pending.popleft())
        if not self.pending:
            self.resume()

    def refuse(self, problem: Refused) -> None:
        """Answer what can't be read, and hang up."""
        if self.is_closing:
            return
        self.is_closing = True
        if self.busy:
            self.transport.abort()
            return
        text = problem.text.encode() + b"\n"
        self.transport.write(
            status_line(problem.status)
            + lines(
                [
                    (b"content-type", b"text/plain; charset=utf-8"),
                    (b"content-length", b"%d" % len(text)),
                    (b"cache-control", b"no-store"),
                    (b"date", http_date(int(self.app.clock()))),
                    (b"connection", b"close"),
                ]
            )
            + b"\r\n"
            + text
        )
        self.transport.close()

    def send(self, request: Request, head: bytes, body: bytes = b"") -> None:
        """A whole answer: `head` without the empty line, with its content-length."""
        request.started = True
        end = b"\r\n" if request.is_kept else b"connection: close\r\n\r\n"
        if not self.is_closing:
            self.transport.write(head + end + (b"" if request.method == b"HEAD" else body))

    def send_text(self, request: Request, status: int, text: str, headers: Headers | None = None) -> None:
        """A short answer of our own; nobody may keep it."""
        body = text.encode() + b"\n"
        kept = [
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"cache-control", b"no-store"),
            (b"date", http_date(int(self.app.clock()))),
            (b"content-length", b"%d" % len(body)),
            *(headers or []),
        ]
        self.send(request, status_line(status) + lines(kept), body)

    async def stream(
        self, request: Request, status: int, headers: Headers, chunks: AsyncIterator[bytes]
    ) -> None:
        """An answer whose body is passed on as it comes. Raises `Gone`."""
        request.started = True
        has_body = request.method != b"HEAD" and status not in (204, 304)
        has_length = any(name == b"content-length" for name, _ in headers)
        is_chunked = has_body and not has_length and request.version == "1.1"
        head = status_line(status) + lines(headers)
        if is_chunked:
            head += b"transfer-encoding: chunked\r\n"
        elif has_body and not has_length:
            request.is_kept = False
        if not request.is_kept:
            head += b"connection: close\r\n"
        self.transport.write(head + b"\r\n")
        if not has_body:
            return
        async for chunk in chunks:
            await self.write(b"%x\r\n%b\r\n" % (len(chunk), chunk) if is_chunked else chunk)
        if is_chunked:
            await self.write(b"0\r\n\r\n")

    async def write(self, data: bytes) -> None:
        """Write, waiting while the client does not read. Raises `Gone`."""
        if self.is_closing:
            raise Gone
        self.transport.write(data)
        if self.writable is not None:
            async with asyncio.timeout(STUCK_SECONDS):
                await self.writable.wait()
            if self.is_closing:
                raise Gone

    def pause(self) -> None:
        if self.reading and not self.is_closing:
            self.reading = False
            self.transport.pause_reading()

    def resume(self) -> None:
        if not self.reading and not self.is_closing:
            self.reading = True
            self.transport.resume_reading()

    def check(self, now: float) -> None:
        """Called each second: hang up on who is too slow. A request in work has its own limits."""
        if not self.busy and now > self.deadline and not self.transport.get_write_buffer_size():
            self.is_closing = True
            self.transport.close()
        elif not self.busy and now > self.deadline + STUCK_SECONDS:
            self.transport.abort()
