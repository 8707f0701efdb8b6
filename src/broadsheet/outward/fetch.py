"""The one door for outgoing requests: http(s), public addresses only, everything bounded.

The name is resolved once, every address it has is checked, and the connection goes to the checked address itself:
a name that resolves differently the second time (DNS rebinding) gains nothing. Each redirect starts over.
"""

from __future__ import annotations

import gzip
import http.client
import io
import ipaddress
import socket
import ssl
import threading
import time
import urllib.robotparser
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import urljoin, urlsplit, urlunsplit

from broadsheet import __version__

from .errors import BadAnswer, RefusedAddress, Unreached, UnreadableSource

USER_AGENT = f"Broadsheet/{__version__} (+https://broadsheet.example/bot)"
MOST_REDIRECTS = 5
CONNECT_SECONDS, TOTAL_SECONDS = 8.0, 30.0
MOST_BYTES = 16 * 1024 * 1024
CHUNK = 65_536
# A request that has one is signed for its own address.
SIGNATURES = frozenset({"Signature", "webhook-signature"})
REDIRECTS = (301, 302, 303, 307, 308)
# RFC 8215, RFC 3879: of somebody's own network, whatever `ipaddress` of this Python says of them.
LOCAL = (ipaddress.ip_network("64:ff9b:1::/48"), ipaddress.ip_network("fec0::/10"))
# RFC 6052: an IPv4 address behind a translator, in the last four bytes; and the deprecated form without one.
TRANSLATED = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("::/96"))


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer: final address, media type without parameters, charset if the server named one, body. `status` is 304
    and the body empty when nothing changed since `conditions`; `headers` have their names in lower case, those that
    stand there twice joined by a comma."""

    url: str
    media_type: str
    charset: str
    body: bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


def fetch(
    url: str,
    *,
    robots: bool = True,
    most_bytes: int = MOST_BYTES,
    allow_private: bool = False,
    conditions: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Fetched:
    """Get one address. `conditions` are `If-None-Match` and `If-Modified-Since`, by which the answer may be 304;
    `headers` go along and replace ours of the same name. `allow_private` is for tests against this machine.

    Raises `RefusedAddress` for what we do not fetch, `BadAnswer` for another status, and `UnreadableSource` for what
    can't be had.
    """
    end = time.monotonic() + TOTAL_SECONDS
    for _ in range(MOST_REDIRECTS + 1):
        _split(url)
        if robots and not _allowed(url, allow_private=allow_private):
            raise RefusedAddress(
                "robots.txt forbids it", url, "ask the site's owner, or save the page and import the file"
            )
        sent = {**(headers or {}), **(conditions or {})}
        with _Exchange(url, end, headers=sent, allow_private=allow_private) as exchange:
            if exchange.status in REDIRECTS and exchange.location:
                url = _redirected(url, exchange.location)
                continue
            if exchange.status == 304 and conditions:
                return exchange.fetched(0)
            if exchange.status != 200:
                raise exchange.refusal()
            return exchange.fetched(most_bytes)
    raise UnreadableSource(f"more than {MOST_REDIRECTS} redirects", url, "use the final address")


def post(
    url: str,
    body: bytes,
    media_type: str,
    *,
    method: str = "POST",
    headers: Mapping[str, str] | None = None,
    most_bytes: int = MOST_BYTES,
    allow_private: bool = False,
) -> Fetched:
    """Post to one address (or, by `method`, put there); any 2xx is an answer. Only redirects that keep the method
    (307, 308) are followed, and none when `headers` sign the request: the signature is for this address.

    Raises as `fetch`.
    """
    end = time.monotonic() + TOTAL_SECONDS
    for _ in range(MOST_REDIRECTS + 1):
        _split(url)
        sent = {"Content-Type": media_type, **(headers or {})}
        with _Exchange(url, end, method, body, headers=sent, allow_private=allow_private) as exchange:
            if exchange.status in (307, 308) and exchange.location and not SIGNATURES & sent.keys():
                url = _redirected(url, exchange.location)
                continue
            if not 200 <= exchange.status < 300:
                raise exchange.refusal()
            return exchange.fetched(most_bytes)
    raise UnreadableSource(f"more than {MOST_REDIRECTS} redirects", url, "use the final address")


def _split(url: str) -> None:
    try:
        urlsplit(url)
    except ValueError:
        raise RefusedAddress("it is not an address", url, "check the brackets in it") from None


def _redirected(url: str, location: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError:
        raise UnreadableSource("the server redirects to no address", url, "use the final address") from None


def checked_addresses(
    host: str, port: int, *, allow_private: bool = False, seconds: float = CONNECT_SECONDS
) -> list[str]:
    """The addresses of `host`, after all of them were found public. Raises `RefusedAddress` or `UnreadableSource`."""
    addresses = _resolved(host, port, seconds)
    for text in addresses:
        if not allow_private and not _is_public(text):
            raise RefusedAddress(f"{text} is not a public address", host, "only public sites are fetched")
    return addresses


def _is_public(text: str) -> bool:
    """Whether an address, and any IPv4 address that is packed into it, is one of the public Internet."""
    address = ipaddress.ip_address(text.split("%")[0])
    if any(address.version == 6 and address in network for network in LOCAL):
        return False
    inner: list[Any] = [getattr(address, name, None) for name in ("ipv4_mapped", "sixtofour")]
    inner += getattr(address, "teredo", None) or ()
    if any(address.version == 6 and address in network for network in TRANSLATED):
        inner.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return all(found.is_global and not found.is_multicast for found in (address, *inner) if found is not None)


def _resolved(host: str, port: int, seconds: float) -> list[str]:
    """The resolver of the system knows no time limit of ours: it is asked aside, and left behind when it is slow."""
    found: list[str] = []
    failed: list[Exception] = []

    def ask() -> None:
        try:
            entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found.extend(dict.fromkeys(str(entry[4][0]) for entry in entries))
        except (OSError, UnicodeError) as error:
            failed.append(error)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(max(seconds, 0.01))
    if not found:
        reason = failed[0] if failed else "no answer in time"
        raise Unreached("the name can't be resolved", host, f"check the address ({reason})")
    return list(found)


class _Timed(io.RawIOBase):
    """What a socket receives, until `end`: a server that sends a byte now and then gains no time."""

    def __init__(self, plain: socket.socket, end: float) -> None:
        self._plain, self._end = plain, end

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError(f"took longer than {TOTAL_SECONDS:.0f} s")
        self._plain.settimeout(min(left, CONNECT_SECONDS))
        return self._plain.recv_into(buffer)


class _Line:
    """As much of a socket as `http.client` uses."""

    def __init__(self, plain: socket.socket, end: float) -> None:
        self._plain, self._end = plain, end

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Timed(self._plain, self._end), CHUNK)

    def sendall(self, data: bytes) -> None:
        self._plain.settimeout(max(0.01, self._end - time.monotonic()))
        self._plain.sendall(data)

    def close(self) -> None:
        """`http.client` calls this while the answer is still to be read; `_Exchange` closes the socket itself."""


class _Exchange:
    """One request and its answer, over a connection to a checked address."""

    def __init__(
        self,
        url: str,
        end: float,
        method: str = "GET",
        body: bytes | None = None,
        *,
        headers: Mapping[str, str],
        allow_private: bool,
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise RefusedAddress("only http and https are fetched", url, "use an http(s) address")
        if parts.username or parts.password:
            raise RefusedAddress("the address holds a password", parts.hostname, "remove it")
        try:
            port = parts.port or (443 if parts.scheme == "https" else 80)
        except ValueError:
            raise RefusedAddress("the port is not a number", url, "check the address") from None
        self.url, self._end = url, end
        left = min(CONNECT_SECONDS, end - time.monotonic())
        addresses = checked_addresses(parts.hostname, port, allow_private=allow_private, seconds=left)
        path = urlunsplit(("", "", parts.path or "/", parts.query, ""))
        self._plain: socket.socket | None = None
        try:
            self._plain = _connected(addresses, port, end)
            if parts.scheme == "https":
                self._plain.settimeout(max(0.01, min(CONNECT_SECONDS, end - time.monotonic())))
                context = ssl.create_default_context()
                self._plain = context.wrap_socket(self._plain, server_hostname=parts.hostname)
        except OSError as error:
            self._close()
            raise Unreached("the server can't be reached", url, f"try again later ({error})") from None
        try:
            connection = http.client.HTTPConnection(parts.hostname, port, timeout=CONNECT_SECONDS)
            line: Any = _Line(self._plain, end)
            connection.sock = line
            ours = {
                "User-Agent": USER_AGENT,
                "Accept": "*/*",
                "Accept-Encoding": "gzip",
                "Connection": "close",
            }
            connection.request(method, path.replace(" ", "%20"), body, headers={**ours, **headers})
            self._answer = connection.getresponse()
        except (OSError, http.client.HTTPException, ValueError, UnicodeError) as error:
            self._close()
            raise UnreadableSource("the server broke off", url, f"try again later ({error})") from None
        self.status = self._answer.status
        self.location = self._answer.headers.get("Location", "")

    def _close(self) -> None:
        if self._plain is not None:
            self._plain.close()

    def refusal(self) -> BadAnswer:
        """The error of a status that is no answer."""
        return BadAnswer(self.status, self.url, self._answer.headers.get("Retry-After", ""))

    def fetched(self, most: int) -> Fetched:
        """The answer with its body of at most `most` bytes."""
        headers = self._answer.headers
        joined: dict[str, str] = {}
        for name, value in headers.items():
            key = name.lower()
            joined[key] = f"{joined[key]}, {value}" if key in joined else value
        body = b"" if self.status in (204, 304) else self.read(most)
        charset = headers.get_content_charset() or ""
        return Fetched(self.url, headers.get_content_type(), charset, body, self.status, joined)

    def __enter__(self) -> _Exchange:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def read(self, most: int) -> bytes:
        """The body, unpacked; neither packed nor unpacked may be larger than `most` bytes."""
        parts, size = [], 0
        if (self._answer.length or 0) > most:
            raise UnreadableSource(f"larger than {most // 2**20} MB", self.url, "import a smaller page")
        try:
            for piece in self._unpacked(most):
                size += len(piece)
                if size > most:
                    raise UnreadableSource(
                        f"larger than {most // 2**20} MB", self.url, "import a smaller page"
                    )
                parts.append(piece)
        except (OSError, http.client.HTTPException, zlib.error, gzip.BadGzipFile) as error:
            raise UnreadableSource("the answer broke off", self.url, f"try again later ({error})") from None
        return b"".join(parts)

    def _unpacked(self, most: int) -> Iterator[bytes]:
        packed = 0
        is_zipped = self._answer.headers.get("Content-Encoding", "").strip().lower() in ("gzip", "x-gzip")
        unzip = zlib.decompressobj(16 + zlib.MAX_WBITS) if is_zipped else None
        while piece := self._answer.read(CHUNK):
            if time.monotonic() > self._end:
                raise UnreadableSource(f"took longer than {TOTAL_SECONDS:.0f} s", self.url, "try again later")
            packed += len(piece)
            if packed > most:
                raise UnreadableSource(f"larger than {most // 2**20} MB", self.url, "import a smaller page")
            if unzip is None:
                yield piece
                continue
            while piece:
                yield unzip.decompress(piece, CHUNK)
                piece = unzip.unconsumed_tail


def _connected(addresses: list[str], port: int, end: float) -> socket.socket:
    """A connection to the first of the addresses that takes one."""
    failed: OSError = TimeoutError("no time left")
    for address in addresses:
        left = end - time.monotonic()
        if left <= 0:
            break
        try:
            return socket.create_connection((address, port), timeout=min(CONNECT_SECONDS, left))
        except OSError as error:
            failed = error
    raise failed


def _allowed(url: str, *, allow_private: bool) -> bool:
    parts = urlsplit(url)
    return _robots(parts.scheme, parts.netloc, allow_private).can_fetch("Broadsheet", url)


def crawl_delay(url: str, *, allow_private: bool = False) -> float:
    """The seconds between two pages that a site's robots.txt asks for; 0 where it asks for none."""
    parts = urlsplit(url)
    try:
        return float(_robots(parts.scheme, parts.netloc, allow_private).crawl_delay("Broadsheet") or 0)
    except (RefusedAddress, UnreadableSource):
        return 0.0


@lru_cache(maxsize=256)
def _robots(scheme: str, netloc: str, allow_private: bool) -> urllib.robotparser.RobotFileParser:
    """The site's rules; RFC 9309: none where the file can't be had."""
    rules = urllib.robotparser.RobotFileParser()
    try:
        got = fetch(
            f"{scheme}://{netloc}/robots.txt",
            robots=False,
            most_bytes=512 * 1024,
            allow_private=allow_private,
        )
        rules.parse(got.body.decode("utf-8", "replace").splitlines())
    except RefusedAddress:
        raise
    except UnreadableSource:
        rules.parse([])
    return rules
