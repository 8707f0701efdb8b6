"""One stored response: its facts, its body in every coding, and the ready-made heads it is answered with."""

from __future__ import annotations

import json
import struct
import zlib
from dataclasses import dataclass, field
from hashlib import blake2b

from .fields import Headers, first, http_date, weak

# Never passed on from a stored response: hop-by-hop, recomputed, or between origin and edge only.
_OURS = frozenset(
    {
        b"age",
        b"connection",
        b"keep-alive",
        b"transfer-encoding",
        b"te",
        b"trailer",
        b"upgrade",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"content-length",
        b"cache-status",
    }
)
BETWEEN_US = frozenset({b"surrogate-key", b"broadsheet-access", b"broadsheet-variant", b"broadsheet-log"})
_FACTS = struct.Struct(">II")
REASONS = {
    200: b"OK",
    201: b"Created",
    202: b"Accepted",
    203: b"Non-Authoritative Information",
    204: b"No Content",
    205: b"Reset Content",
    206: b"Partial Content",
    300: b"Multiple Choices",
    301: b"Moved Permanently",
    302: b"Found",
    303: b"See Other",
    304: b"Not Modified",
    307: b"Temporary Redirect",
    308: b"Permanent Redirect",
    400: b"Bad Request",
    401: b"Unauthorized",
    403: b"Forbidden",
    404: b"Not Found",
    405: b"Method Not Allowed",
    408: b"Request Timeout",
    410: b"Gone",
    412: b"Precondition Failed",
    413: b"Content Too Large",
    414: b"URI Too Long",
    416: b"Range Not Satisfiable",
    421: b"Misdirected Request",
    429: b"Too Many Requests",
    431: b"Request Header Fields Too Large",
    500: b"Internal Server Error",
    502: b"Bad Gateway",
    503: b"Service Unavailable",
    504: b"Gateway Timeout",
}


class Corrupt(Exception):
    """A record of the file that can't be trusted."""


@dataclass(slots=True)
class Head:
    """The unchanging part of an answer's head, and the body that goes with it."""

    start: bytes
    not_modified: bytes
    etag: bytes
    body: bytes


@dataclass(slots=True)
class Stored:
    """A response as the cache keeps it. Times are seconds since 1970; `position` is where the log stood at its making.

    `vary` pairs each field that the response varies by with the value of the request that made it.
    """

    status: int
    headers: Headers
    body: bytes
    received: float
    age: float
    lifetime: float
    revalidate: float = 0
    on_error: float | None = None
    must_validate: bool = False
    must_revalidate: bool = False
    vary: tuple[tuple[bytes, bytes | None], ...] = ()
    keys: tuple[str, ...] = ()
    epoch: str = ""
    position: int = 0
    access: str = ""
    story: int = 0
    coded: dict[bytes, bytes] = field(default_factory=dict)
    checked: int = -1
    is_purged: bool = False
    heads: dict[bytes, Head] = field(default_factory=dict)

    @property
    def fresh_until(self) -> float:
        return self.received - self.age + self.lifetime

    @property
    def size(self) -> int:
        """Bytes it takes, about: bodies, heads and the object around them."""
        return len(self.body) + sum(map(len, self.coded.values())) + 2048

    @property
    def etag(self) -> bytes | None:
        return first(self.headers, b"etag")

    def age_at(self, now: float) -> int:
        """The `Age` to send (RFC 9111 §4.2.3)."""
        return max(0, int(self.age + now - self.received))

    def is_fresh(self, now: float) -> bool:
        """Usable without asking the origin."""
        return not self.is_purged and not self.must_validate and now < self.fresh_until

    def head(self, coding: bytes) -> Head:
        """The head for a coding (`b""` is identity), made once."""
        made = self.heads.get(coding)
        if made is None:
            made = self.heads[coding] = self._make_head(coding)
        return made

    def _make_head(self, coding: bytes) -> Head:
        body = self.coded[coding] if coding else self.body
        etag = self.etag or (b'"' + blake2b(self.body, digest_size=9).hexdigest().encode() + b'"')
        if coding:
            # The coded bytes are another representation: only weakly the same (RFC 9110 §8.8.1).
            etag = b"W/" + weak(etag)
        kept = [
            (name, value)
            for name, value in self.headers
            if name not in _OURS and name not in BETWEEN_US and name != b"etag"
        ]
        if coding:
            kept = [(name, value) for name, value in kept if name != b"accept-ranges"]
            kept.append((b"content-encoding", coding))
        if self.coded and not any(n == b"vary" and b"accept-encoding" in v.lower() for n, v in kept):
            kept.append((b"vary", b"Accept-Encoding"))
        if self.etag or self.status == 200:
            kept.append((b"etag", etag))
        if not any(name == b"date" for name, _ in kept):
            kept.append((b"date", http_date(int(self.received))))
        about = [(n, v) for n, v in kept if n not in (b"content-type", b"content-encoding")]
        if self.status not in (204, 304):
            kept.append((b"content-length", b"%d" % len(body)))
        return Head(status_line(self.status) + lines(kept), status_line(304) + lines(about), etag, body)

    def matches(self, headers: dict[bytes, bytes]) -> bool:
        """Whether it was made for a request like this one (RFC 9111 §4.1)."""
        return all(normal(headers.get(name)) == value for name, value in self.vary)

    def pack(self) -> bytes:
        """As a record for the file; see `unpack`."""
        segments = [self.body, *self.coded.values()]
        facts = json.dumps(
            {
                "status": self.status,
                "headers": [[n.decode("latin-1"), v.decode("latin-1")] for n, v in self.headers],
                "times": [
                    self.received,
                    self.age,
                    self.lifetime,
                    self.revalidate,
                    self.on_error,
                    self.must_validate,
                    self.must_revalidate,
                ],
                "vary": [
                    [n.decode("latin-1"), None if v is None else v.decode("latin-1")] for n, v in self.vary
                ],
                "keys": self.keys,
                "log": [self.epoch, self.position],
                "access": [self.access, self.story],
                "codings": [coding.decode("ascii") for coding in self.coded],
                "sizes": [len(segment) for segment in segments],
            },
            separators=(",", ":"),
        ).encode()
        rest = facts + b"".join(segments)
        return _FACTS.pack(zlib.crc32(rest), len(facts)) + rest


def unpack(record: bytes) -> Stored:
    """A record back into a response. Raises `Corrupt` unless every byte is as it was written."""
    try:
        check, length = _FACTS.unpack_from(record)
        rest = record[_FACTS.size :]
        if zlib.crc32(rest) != check:
            raise Corrupt
        facts = json.loads(rest[:length])
    except (struct.error, ValueError) as error:
        raise Corrupt from error
    received, age, lifetime, revalidate, on_error, must_validate, must_revalidate = facts["times"]
    segments, at = [], length
    for size in facts["sizes"]:
        segments.append(rest[at : at + size])
        at += size
    return Stored(
        status=facts["status"],
        headers=[(n.encode("latin-1"), v.encode("latin-1")) for n, v in facts["headers"]],
        body=segments[0],
        received=received,
        age=age,
        lifetime=lifetime,
        revalidate=revalidate,
        on_error=on_error,
        must_validate=must_validate,
        must_revalidate=must_revalidate,
        vary=tuple(
            (n.encode("latin-1"), None if v is None else v.encode("latin-1")) for n, v in facts["vary"]
        ),
        keys=tuple(facts["keys"]),
        epoch=facts["log"][0],
        position=facts["log"][1],
        access=facts["access"][0],
        story=facts["access"][1],
        coded=dict(zip((c.encode("ascii") for c in facts["codings"]), segments[1:], strict=True)),
    )


def status_line(status: int) -> bytes:
    """`HTTP/1.1 200 OK` with its line end."""
    return b"HTTP/1.1 %d %s\r\n" % (status, REASONS.get(status, b""))


def lines(headers: Headers) -> bytes:
    """Header lines, each with its line end."""
    return b"".join([name + b": " + value + b"\r\n" for name, value in headers])


def normal(value: bytes | None) -> bytes | None:
    """A selecting header's value without its optional whitespace."""
    return None if value is None else b",".join(part.strip(b" \t") for part in value.split(b","))
