"""The edge's way to its origin: one pooled client, signed requests, nothing hop-by-hop passed on (RFC 9110 §7.6)."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

import aiohttp
from multidict import CIMultiDict
from yarl import URL

from broadsheet.paywall.asking import HEADER, Asking, sign

from .fields import Headers, split_list, values
from .settings import Settings

CONNECT_SECONDS = 3.0
# Reading the head of an answer; a page that takes longer is broken, a report of the newsroom is not.
PAGE_SECONDS, PROXY_SECONDS = 20.0, 120.0
MOST_CONNECTIONS = 128
# Shorter than servers wait (5 s is the least usual): a request sent into a closing connection is lost.
KEPT_SECONDS = 4.0
_HOP = frozenset(
    {
        b"connection",
        b"keep-alive",
        b"proxy-connection",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    }
)
# Set by us alone: a client's own would speak for somebody else, or for another address than the cache's key.
_OURS = frozenset(
    {
        b"forwarded",
        b"x-forwarded-for",
        b"x-forwarded-host",
        b"x-forwarded-proto",
        b"x-forwarded-port",
        b"x-forwarded-server",
        b"x-forwarded-prefix",
        b"x-forwarded-scheme",
        b"x-real-ip",
        b"x-client-ip",
        b"x-original-url",
        b"x-original-uri",
        b"x-original-host",
        b"x-rewrite-url",
        b"x-host",
        b"x-http-method",
        b"x-http-method-override",
        b"x-method-override",
    }
)


class OriginDown(Exception):
    """The origin can't be reached, or breaks off."""


@dataclass(slots=True)
class Answer:
    """An origin's answer: its head, and a body still to be read. `close` it in any case."""

    status: int
    headers: Headers
    asked: float
    received: float
    _response: aiohttp.ClientResponse

    async def body(self, most: int) -> bytes | None:
        """The whole body; None when it is larger than `most` bytes. Raises `OriginDown`."""
        parts, size = [], 0
        async for chunk in self.chunks():
            size += len(chunk)
            if size > most:
                return None
            parts.append(chunk)
        return b"".join(parts)

    async def chunks(self) -> AsyncIterator[bytes]:
        """The body as it comes. Raises `OriginDown`."""
        try:
            async for chunk in self._response.content.iter_any():
                yield chunk
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise OriginDown(type(error).__name__) from error

    def close(self) -> None:
        """Give the connection back when the body was read, else drop it."""
        self._response.release()


class Origin:
    """One origin."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        path = settings.origin.removeprefix("unix:")
        limits = {"limit": MOST_CONNECTIONS, "keepalive_timeout": KEPT_SECONDS}
        if path != settings.origin:
            self._connector: aiohttp.BaseConnector = aiohttp.UnixConnector(path, **limits)  # type: ignore[arg-type]  # a dict of both types
            self._base = "http://origin"
        else:
            self._connector = aiohttp.TCPConnector(**limits, ttl_dns_cache=60)  # type: ignore[arg-type]  # as above
            self._base = settings.origin.rstrip("/")
        self._host = (urlsplit(self._base).netloc or "origin").encode()
        self._session = aiohttp.ClientSession(
            connector=self._connector,
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=("Accept", "Accept-Encoding", "User-Agent", "Content-Type"),
            max_line_size=65_536,
            max_field_size=65_536,
        )

    async def ask(
        self,
        method: bytes,
        target: bytes,
        headers: Headers,
        *,
        variant: str = "",
        client: str = "",
        body: AsyncIterator[bytes] | bytes | None = None,
        seconds: float = PAGE_SECONDS,
    ) -> Answer:
        """Send one request; returns when the answer's head is there. Raises `OriginDown`."""
        asked = time.time()
        sent: CIMultiDict[str] = CIMultiDict(
            (name.decode("latin-1"), value.decode("latin-1")) for name, value in headers
        )
        rules = self.settings.paper
        if rules is not None:
            asking = Asking(variant, client)
            sent[HEADER] = sign(rules.edge_key, method.decode(), target.decode(), asking, asked)
        elif client:
            sent["X-Forwarded-For"] = client
        try:
            response = await self._session.request(
                method.decode(),
                URL(self._base + target.decode("latin-1"), encoded=True),
                headers=sent,
                data=body,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(
                    sock_connect=CONNECT_SECONDS, connect=seconds, sock_read=seconds
                ),
            )
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise OriginDown(type(error).__name__) from error
        received = [(name.lower(), value) for name, value in response.raw_headers]
        return Answer(response.status, end_to_end(received), asked, time.time(), response)

    async def close(self) -> None:
        """Close every connection."""
        await self._session.close()


def end_to_end(headers: Headers) -> Headers:
    """Without hop-by-hop fields, those that `Connection` names among them."""
    named = {part.lower() for part in split_list(values(headers, b"connection"))}
    return [(name, value) for name, value in headers if name not in _HOP and name not in named]


def forwarded(headers: Iterable[tuple[bytes, bytes]]) -> Headers:
    """A client's fields as the origin may see them.

    A name with an underscore is dropped: WSGI can't tell it from one with a hyphen.
    """
    kept = [
        (name, value)
        for name, value in headers
        if name not in _OURS and b"_" not in name and not name.startswith(b"broadsheet-")
    ]
    return end_to_end(kept)
