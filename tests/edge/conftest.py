"""An origin that says what a test wants, and edges as real processes in front of it."""

from __future__ import annotations

import http.client
import json
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
from urllib.parse import parse_qs, urlsplit

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
    """`says` maps a target, or its path, to its answer, or to a function of the request that makes one; `asked` is what came."""

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
        path = self.path.partition("?")[0]
        said = origin.says.get(self.path) or origin.says.get(path) or Answer(b"nothing here", 404)
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

    def handle_error(self, *_: Any) -> None:
        """Edges that are stopped leave in the middle of an answer."""


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


class PaperOrigin:
    """An origin that says what a paper would, and writes its log."""

    def __init__(self, origin: Origin) -> None:
        self.origin = origin
        self.rows: list[dict[str, Any]] = []
        self.wait = 0.05
        origin.says["/-/log"] = self._log
        origin.says["/-/reads"] = Answer(b'{"added": 1}')

    def _log(self, request: Any) -> Answer:
        after = int(parse_qs(urlsplit(request.path).query)["after"][0])
        end = time.monotonic() + self.wait
        while len(self.rows) <= after and time.monotonic() < end:
            time.sleep(0.01)
        told = {"epoch": "e1", "position": len(self.rows), "rows": self.rows[after:], "flush": False}
        return Answer(json.dumps(told).encode(), headers={"Cache-Control": "no-store"})

    def tell(self, *keys: str, hard: bool = False, event: dict[str, Any] | None = None) -> int:
        """Write one row; returns its number."""
        self.rows.append({"id": len(self.rows) + 1, "keys": list(keys), "hard": hard, "event": event})
        return len(self.rows)

    def page(self, path: str, body: bytes = b"a page", **headers: str) -> None:
        """Have one page."""
        said = {
            "Cache-Control": "public, max-age=0, s-maxage=60",
            "Surrogate-Key": "site",
            "Broadsheet-Log": "e1 0",
        }
        self.origin.says[path] = Answer(body, headers={**said, **headers})


@pytest.fixture
def paper_origin(origin: Origin) -> PaperOrigin:
    return PaperOrigin(origin)


@pytest.fixture
def paper_edge(edges: Callable[..., Edge], paper_origin: PaperOrigin, tmp_path: Path) -> Callable[..., Edge]:
    """Makes an edge with a paper's rules before an origin that only plays one."""

    def make(*words: str, **environment: str) -> Edge:
        port = free_port()
        (tmp_path / "broadsheet.toml").write_text(
            f'name = "The Test"\nbase_url = "http://127.0.0.1:{port}"\nlanguages = ["en", "az"]\n'
            f'secret_key = "{"s" * 60}"\n'
        )
        return edges(tmp_path, f"http://127.0.0.1:{paper_origin.origin.port}", port, *words, **environment)

    return make
