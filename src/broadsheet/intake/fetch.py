"""The one door for outgoing requests: http(s), public addresses only, everything bounded.

The name is resolved once, every address it has is checked, and the connection goes to the checked address itself:
a name that resolves differently the second time (DNS rebinding) gains nothing. Each redirect starts over.
"""

from __future__ import annotations

import gzip
import http.client
import ipaddress
import socket
import ssl
import time
import urllib.robotparser
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urljoin, urlsplit, urlunsplit

from broadsheet import __version__

from .errors import RefusedAddress, UnreadableSource

USER_AGENT = f"Broadsheet/{__version__} (+https://broadsheet.example/bot)"
MOST_REDIRECTS = 5
CONNECT_SECONDS, TOTAL_SECONDS = 8.0, 30.0
MOST_BYTES = 16 * 1024 * 1024
CHUNK = 65_536


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer: final address, media type without parameters, charset if the server named one, body."""

    url: str
    media_type: str
    charset: str
    body: bytes


def fetch(
    url: str, *, robots: bool = True, most_bytes: int = MOST_BYTES, allow_private: bool = False
) -> Fetched:
    """Get one address. `allow_private` is for tests against this machine.

    Raises `RefusedAddress` for what we do not fetch and `UnreadableSource` for what can't be had.
    """
    try:
        urlsplit(url)
    except ValueError:
        raise RefusedAddress("it is not an address", url, "check the brackets in it") from None
    end = time.monotonic() + TOTAL_SECONDS
    for _ in range(MOST_REDIRECTS + 1):
        if robots and not _allowed(url, allow_private=allow_private):
            raise RefusedAddress(
                "robots.txt forbids it", url, "ask the site's owner, or save the page and import the file"
            )
        with _Exchange(url, end, allow_private=allow_private) as exchange:
            if exchange.status in (301, 302, 303, 307, 308) and exchange.location:
                url = _redirected(url, exchange.location)
                continue
            if exchange.status != 200:
                raise UnreadableSource(f"the server answered {exchange.status}", url, "check the address")
            return Fetched(url, exchange.media_type, exchange.charset, exchange.read(most_bytes))
    raise UnreadableSource(f"more than {MOST_REDIRECTS} redirects", url, "use the final address")


def _redirected(url: str, location: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError:
        raise UnreadableSource("the server redirects to no address", url, "use the final address") from None


def checked_address(host: str, port: int, *, allow_private: bool = False) -> str:
    """One address of `host`, after all of them were found public. Raises `RefusedAddress` or `UnreadableSource`."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise UnreadableSource("the name can't be resolved", host, f"check the address ({error})") from None
    addresses = [str(entry[4][0]) for entry in found]
    for text in addresses:
        address = ipaddress.ip_address(text.split("%")[0])
        mapped = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None)
        if not allow_private and (
            not address.is_global or address.is_multicast or (mapped and not mapped.is_global)
        ):
            raise RefusedAddress(f"{text} is not a public address", host, "only public sites are fetched")
    return addresses[0]


class _Exchange:
    """One request and its answer, over a connection to the checked address."""

    def __init__(self, url: str, end: float, *, allow_private: bool) -> None:
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
        address = checked_address(parts.hostname, port, allow_private=allow_private)
        path = urlunsplit(("", "", parts.path or "/", parts.query, ""))
        try:
            plain = socket.create_connection((address, port), timeout=CONNECT_SECONDS)
            if parts.scheme == "https":
                plain = ssl.create_default_context().wrap_socket(plain, server_hostname=parts.hostname)
            self._connection = http.client.HTTPConnection(parts.hostname, port, timeout=CONNECT_SECONDS)
            self._connection.sock = plain
            headers = {
                "User-Agent": USER_AGENT,
                "Accept": "*/*",
                "Accept-Encoding": "gzip",
                "Connection": "close",
            }
            self._connection.request("GET", path.replace(" ", "%20"), headers=headers)
            self._answer = self._connection.getresponse()
        except (OSError, http.client.HTTPException, ValueError, UnicodeError) as error:
            raise UnreadableSource("the server can't be reached", url, f"try again later ({error})") from None
        self.status = self._answer.status
        self.location = self._answer.headers.get("Location", "")
        self.media_type = self._answer.headers.get_content_type()
        self.charset = self._answer.headers.get_content_charset() or ""

    def __enter__(self) -> _Exchange:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def read(self, most: int) -> bytes:
        """The body, unpacked; neither packed nor unpacked may be larger than `most` bytes."""
        parts, size = [], 0
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
