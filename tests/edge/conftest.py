"""An origin that says what a test wants, and edges as real processes in front of it."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Answer:
    """One answer of the origin; `wait` seconds before it."""

    body: bytes = b"hello"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    wait: float = 0


@dataclass
class Origin:
    """`says` maps a target to its answer, or to a function of the request that makes one; `asked` is what came."""

    port: int
    says: dict[str, Answer | Callable[[Any], Answer]] = field(default_factory=dict)
    asked: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        origin: Origin = self.server.origin  # type: ignore[attr-defined]
        size = int(self.headers.get("Content-Length") or 0)
        parts = [self.rfile.read(size)]
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            while size := int(self.rfile.readline().strip() or b"0", 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
        body = b"".join(parts)
        origin.asked.append((self.command, self.path, {k.lower(): v for k, v in self.headers.items()}, body))
        said = origin.says.get(self.path, Answer(b"nothing here", 404))
        made = said if isinstance(said, Answer) else said(self)
        time.sleep(made.wait)
        self.send_response_only(made.status)
        for name, value in made.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(made.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(made.body)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = answer

    def log_message(self, *_: Any) -> None:
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512


@pytest.fixture
def origin() -> Iterator[Origin]:
    server = Server(("127.0.0.1", 0), Handler)
    server.origin = Origin(server.server_address[1])  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.origin  # type: ignore[attr-defined]
    server.shutdown()
    server.server_close()


@dataclass
class Said:
    status: int
    headers: Any
    body: bytes

    @property
    def cache(self) -> str:
        return str(self.headers["Cache-Status"]).removeprefix("broadsheet-edge; ")


class Edge:
    """One running edge."""

    def __init__(self, folder: Path, origin: str, port: int = 0, *words: str, **environment: str) -> None:
        self.folder, self.origin, self.port = folder, origin, port or free_port()
        self.words, self.environment = words, environment
        self.start()

    def start(self) -> None:
        command = [
            sys.executable,
            "-m",
            "broadsheet",
            "edge",
            "--origin",
            self.origin,
            "--dir",
            str(self.folder),
        ]
        self.process = subprocess.Popen(
            [*command, "--bind", f"127.0.0.1:{self.port}", *self.words],
            env={**os.environ, **self.environment}, start_new_session=True, stderr=subprocess.PIPE,
        )  # fmt: skip
        end = time.monotonic() + 30
        while time.monotonic() < end:
            with suppress(OSError, http.client.HTTPException):
                self.get("/-/health", timeout=1)
                return
            assert self.process.poll() is None, self.process.stderr.read().decode()  # type: ignore[union-attr]
            time.sleep(0.02)
        raise AssertionError("the edge never answered")

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def ask(
        self,
        method: str,
        path: str,
        headers: dict[str, str] | None = None,
        body: Any = None,
        timeout: float = 20,
    ) -> Said:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request(method, path, body=body, headers=headers or {})
            answer = connection.getresponse()
            return Said(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def get(self, path: str, headers: dict[str, str] | None = None, timeout: float = 20) -> Said:
        return self.ask("GET", path, headers, timeout=timeout)

    def raw(self, data: bytes, timeout: float = 5) -> bytes:
        """What comes back for these very bytes, until the edge hangs up or says no more."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=timeout) as connection:
            connection.sendall(data)
            found = b""
            with suppress(TimeoutError, ConnectionResetError):
                while part := connection.recv(65536):
                    found += part
            return found


@pytest.fixture
def edges() -> Iterator[Callable[..., Edge]]:
    made: list[Edge] = []

    def make(*args: Any, **environment: str) -> Edge:
        made.append(Edge(*args, **environment))
        return made[-1]

    yield make
    for edge in made:
        edge.kill()


@pytest.fixture
def edge(edges: Callable[..., Edge], origin: Origin, tmp_path: Path) -> Edge:
    """A plain shared cache before the origin."""
    return edges(tmp_path, f"http://127.0.0.1:{origin.port}")
