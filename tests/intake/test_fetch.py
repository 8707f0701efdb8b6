import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from broadsheet.intake.errors import RefusedAddress, UnreadableSource
from broadsheet.intake.fetch import checked_address, fetch


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        path = self.path
        if path == "/robots.txt":
            self._answer(200, b"User-agent: *\nDisallow: /private\n")
        elif path == "/loop":
            self._answer(302, b"", Location="/loop")
        elif path == "/away":
            self._answer(302, b"", Location="file:///etc/passwd")
        elif path == "/big":
            self._answer(200, b"x" * 200_000)
        elif path == "/missing":
            self._answer(404, b"no")
        else:
            self._answer(200, b"<p>hello</p>", **{"Content-Type": "text/html; charset=utf-8"})

    def _answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "10.0.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "::1",
        "0.0.0.0",
        "::ffff:127.0.0.1",
        "100.64.0.1",
        "fe80::1",
        "224.0.0.1",
    ],
)
def test_addresses_that_are_not_public_are_refused(host):
    with pytest.raises(RefusedAddress):
        checked_address(host, 80)


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://post.example/x",
        "gopher://x",
        "http://user:secret@post.example/",
        "http://",
        "http://127.0.0.1:22/",
        "http://[post.example/",
    ],
)
def test_other_schemes_and_passwords_are_refused(url):
    with pytest.raises(RefusedAddress):
        fetch(url)


def test_a_page_is_fetched_with_its_charset(site):
    got = fetch(f"{site}/page", allow_private=True)

    assert (got.body, got.media_type, got.charset) == (b"<p>hello</p>", "text/html", "utf-8")


def test_robots_are_respected(site):
    with pytest.raises(RefusedAddress, match=r"robots\.txt"):
        fetch(f"{site}/private/x", allow_private=True)


@pytest.mark.parametrize(("path", "why"), [("/loop", "redirects"), ("/missing", "404")])
def test_what_cant_be_had_says_why(site, path, why):
    with pytest.raises(UnreadableSource, match=why):
        fetch(site + path, allow_private=True)


def test_a_redirect_to_another_scheme_is_refused(site):
    with pytest.raises(RefusedAddress):
        fetch(f"{site}/away", allow_private=True)


def test_size_is_bounded(site):
    with pytest.raises(UnreadableSource, match="larger"):
        fetch(f"{site}/big", allow_private=True, most_bytes=100_000)
