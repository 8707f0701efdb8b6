import contextlib
import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from broadsheet.outward import fetch as fetching
from broadsheet.outward.errors import BadAnswer, RefusedAddress, UnreadableSource
from broadsheet.outward.fetch import USER_AGENT, checked_addresses, fetch, post


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
        "0x7f.1",
        "2130706433",
        "0177.0.0.1",
        "127.1",
        "::ffff:10.0.0.1",
        "::ffff:a9fe:a9fe",
        "::127.0.0.1",
        "2002:7f00:1::",
        "2002:a9fe:a9fe::1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::7f00:1",
        "2001:0:4136:e378:8000:63bf:80ff:fffe",
        "fd00::1",
        "fec0::1",
        "ff02::1",
        "::",
        "255.255.255.255",
        "240.0.0.1",
        "192.0.2.1",
        "198.18.0.1",
    ],
)
def test_addresses_that_are_not_public_are_refused(host):
    with pytest.raises(RefusedAddress):
        checked_addresses(host, 80)


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


Talk = Callable[[socket.socket, bytes], None]


@pytest.fixture
def talking() -> Iterator[Callable[[Talk], str]]:
    """A server that says, byte for byte, what a test wants it to."""
    with contextlib.ExitStack() as stack:

        def start(talk: Talk) -> str:
            listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))

            def serve() -> None:
                with contextlib.suppress(OSError):
                    while True:
                        peer, _ = listener.accept()
                        with peer, contextlib.suppress(OSError):
                            talk(peer, peer.recv(65_536))

            threading.Thread(target=serve, daemon=True).start()
            return f"http://127.0.0.1:{listener.getsockname()[1]}/"

        yield start


def get(url, **options):
    return fetch(url, robots=False, allow_private=True, **options)


def said(head: str, body: bytes = b"") -> Talk:
    return lambda peer, _: peer.sendall(head.replace("\n", "\r\n").encode() + b"\r\n\r\n" + body)


def test_a_redirect_to_a_private_address_is_refused_where_the_first_was_public(talking, monkeypatch):
    url = talking(said("HTTP/1.1 302 Found\nLocation: http://169.254.169.254/latest/meta-data/"))
    port = url.rsplit(":", 1)[1].strip("/")
    monkeypatch.setattr(fetching, "_is_public", lambda text: text == "127.0.0.1")

    with pytest.raises(RefusedAddress, match=r"169\.254"):
        fetch(f"http://127.0.0.1:{port}/", robots=False)


def test_a_name_that_resolves_differently_the_second_time_gains_nothing(talking, monkeypatch):
    url = talking(said("HTTP/1.1 200 OK\nContent-Length: 2", b"ok"))
    port = int(url.rsplit(":", 1)[1].strip("/"))
    resolve, asked = socket.getaddrinfo, []

    def rebinding(host, *rest, **options):
        if host != "rebind.example":
            return resolve(host, *rest, **options)
        asked.append(host)
        # Public (for this test) when it is checked; whoever asks again is led to the metadata service.
        address = "127.0.0.1" if len(asked) == 1 else "169.254.169.254"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(fetching, "_is_public", lambda text: text == "127.0.0.1")
    monkeypatch.setattr(socket, "getaddrinfo", rebinding)

    assert fetch(f"http://rebind.example:{port}/", robots=False).body == b"ok"
    assert asked == ["rebind.example"]


def test_a_name_with_one_private_address_among_public_ones_is_refused(monkeypatch):
    entries = [(2, 1, 6, "", (address, 80)) for address in ("93.184.215.14", "10.0.0.7")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: entries)

    with pytest.raises(RefusedAddress, match=r"10\.0\.0\.7"):
        checked_addresses("mixed.example", 80)


def test_a_slow_resolver_is_left_behind(monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: time.sleep(1) or [])
    begun = time.monotonic()

    with pytest.raises(UnreadableSource, match="resolved"):
        checked_addresses("slow.example", 80, seconds=0.2)
    assert time.monotonic() - begun < 0.8


@pytest.mark.parametrize("where", ["head", "body", "interim", "trailer"])
def test_a_server_that_drips_gains_no_time(talking, monkeypatch, where):
    monkeypatch.setattr(fetching, "TOTAL_SECONDS", 0.6)

    def drip(peer: socket.socket, _: bytes) -> None:
        starts = {
            "head": b"HTTP/1.1 200 OK\r\nX: ",
            "body": b"HTTP/1.1 200 OK\r\n\r\n",
            "interim": b"",
            "trailer": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n",
        }
        piece = {"interim": b"HTTP/1.1 100 Continue\r\n\r\n", "trailer": b"X: y\r\n"}.get(where, b"x")
        peer.sendall(starts[where])
        while True:
            peer.sendall(piece)
            time.sleep(0.05)

    begun = time.monotonic()
    with pytest.raises(UnreadableSource):
        get(talking(drip))
    assert time.monotonic() - begun < 3


def test_headers_without_end_are_refused(talking):
    def talk(peer: socket.socket, _: bytes) -> None:
        peer.sendall(b"HTTP/1.1 200 OK\r\n")
        while True:
            peer.sendall(b"X-Filler: " + b"y" * 1000 + b"\r\n")

    with pytest.raises(UnreadableSource, match="headers"):
        get(talking(talk))


def test_a_gzip_bomb_is_let_go_at_the_limit(talking):
    bomb = gzip.compress(b"\0" * 50_000_000)
    url = talking(said(f"HTTP/1.1 200 OK\nContent-Encoding: gzip\nContent-Length: {len(bomb)}", bomb))

    with pytest.raises(UnreadableSource, match="larger"):
        get(url, most_bytes=1_048_576)


def test_a_body_that_is_said_to_be_huge_is_not_waited_for(talking):
    begun = time.monotonic()

    with pytest.raises(UnreadableSource, match="larger"):
        get(talking(said("HTTP/1.1 200 OK\nContent-Length: 999999999999")))
    assert time.monotonic() - begun < 2


def test_a_condition_is_sent_and_answered(talking):
    asked = []

    def talk(peer: socket.socket, request: bytes) -> None:
        asked.append(request)
        peer.sendall(b'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\n\r\n')

    url = talking(talk)
    got = get(url, conditions={"If-None-Match": '"a"'})

    assert (got.status, got.body, got.headers["etag"]) == (304, b"", '"a"')
    assert b'If-None-Match: "a"\r\n' in asked[0]
    assert f"User-Agent: {USER_AGENT}".encode() in asked[0]
    with pytest.raises(BadAnswer, match="304"):
        get(url)


def test_a_busy_server_says_when_to_come_back(talking):
    with pytest.raises(BadAnswer) as caught:
        get(talking(said("HTTP/1.1 503 Busy\nRetry-After: 120\nContent-Length: 0")))

    assert (caught.value.status, caught.value.retry_after) == (503, "120")


def test_a_form_is_posted_through_the_same_door(talking):
    asked = []

    def talk(peer: socket.socket, request: bytes) -> None:
        while not request.endswith(b"a=1"):
            request += peer.recv(65_536)
        asked.append(request)
        peer.sendall(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n")

    url = talking(talk)
    got = post(url, b"a=1", "application/x-www-form-urlencoded", allow_private=True)

    assert got.status == 202
    assert asked[0].startswith(b"POST / HTTP/1.1")
    with pytest.raises(RefusedAddress):
        post(url, b"a=1", "application/x-www-form-urlencoded")


def test_a_post_is_never_turned_into_a_get(talking):
    url = talking(said("HTTP/1.1 302 Found\nLocation: /elsewhere\nContent-Length: 0"))

    with pytest.raises(BadAnswer, match="302"):
        post(url, b"a=1", "text/plain", allow_private=True)
