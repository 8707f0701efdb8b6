"""A small agency on this machine: it answers what a test gives it, and remembers what it was asked."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest


@dataclass
class Agency:
    """`pages`: path → (status, headers, body). `asked`: (method, path, headers, body) of every request."""

    address: str = ""
    pages: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    asked: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)

    def say(self, path: str, body: bytes | str = b"", status: int = 200, **headers: str) -> str:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.pages[path] = (status, named, body.encode() if isinstance(body, str) else body)
        return self.address + path


@pytest.fixture
def agency() -> Iterator[Agency]:
    made = Agency()

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            made.asked.append((self.command, self.path, headers, body))
            status, given, page = made.pages.get(self.path, (404, {}, b"no"))
            if status == 200 and given.get("ETag") and headers.get("if-none-match") == given["ETag"]:
                status, page = 304, b""
            self.send_response(status)
            for name, value in given.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)

        do_GET = do_POST = answer

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    made.address = f"http://127.0.0.1:{server.server_port}"
    yield made
    server.shutdown()
    server.server_close()
