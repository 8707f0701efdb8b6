"""Signs and reads the two cookies: compact, versioned, HMAC-SHA-256 cut to 128 bits, two live keys.

Form: base64url(version byte ‖ payload ‖ tag). The tag covers the cookie's kind, so that a meter is never a pass.
Nothing here raises on what a reader sent.
"""

from __future__ import annotations

import binascii
import hmac
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from .meter import Meter
from .passes import Pass

VERSION = 1
TAG_BYTES = 16
LONGEST_COOKIE = 2048
MOST_READS = 64
Keys = Sequence[str]


@dataclass(frozen=True, slots=True)
class _Kind:
    name: bytes


PASS, METER = _Kind(b"pass"), _Kind(b"meter")


def encode_pass(pass_: Pass, keys: Keys) -> str:
    """A signed pass; the first key signs."""
    head = struct.pack(">QI", pass_.reader, int(pass_.expires.timestamp()))
    return _sign(PASS, head + ",".join(sorted(pass_.scopes)).encode("ascii"), keys)


def decode_pass(text: str, keys: Keys) -> Pass | None:
    """The pass a reader sent; None when it is broken, forged or of another version."""
    payload = _verified(PASS, text, keys)
    if payload is None or len(payload) < 12:
        return None
    reader, expires = struct.unpack(">QI", payload[:12])
    scopes = payload[12:].decode("ascii", "replace")
    return Pass(reader, frozenset(s for s in scopes.split(",") if s), datetime.fromtimestamp(expires, UTC))


def encode_meter(meter: Meter, keys: Keys) -> str:
    """A signed meter of at most 64 reads, the newest kept; moments in whole seconds."""
    reads = meter.reads[-MOST_READS:]
    body = b"".join(struct.pack(">QI", story, int(at.timestamp())) for story, at in reads)
    return _sign(METER, bytes([meter.is_spent]) + body, keys)


def decode_meter(text: str, keys: Keys) -> Meter:
    """The meter a reader sent: empty when there is none, spent when it was tampered with."""
    if not text:
        return Meter()
    payload = _verified(METER, text, keys)
    if payload is None or len(payload) % 12 != 1:
        return Meter.spent()
    reads = tuple(
        (story, datetime.fromtimestamp(at, UTC)) for story, at in struct.iter_unpack(">QI", payload[1:])
    )
    return Meter(reads, is_spent=bool(payload[0]))


def _tag(kind: _Kind, payload: bytes, key: str) -> bytes:
    return hmac.digest(key.encode(), kind.name + bytes([VERSION]) + payload, "sha256")[:TAG_BYTES]


def _sign(kind: _Kind, payload: bytes, keys: Keys) -> str:
    raw = bytes([VERSION]) + payload + _tag(kind, payload, keys[0])
    return urlsafe_b64encode(raw).decode("ascii").rstrip("=")


def _verified(kind: _Kind, text: str, keys: Keys) -> bytes | None:
    if not text or len(text) > LONGEST_COOKIE:
        return None
    try:
        raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return None
    if len(raw) <= TAG_BYTES or raw[0] != VERSION:
        return None
    payload, tag = raw[1:-TAG_BYTES], raw[-TAG_BYTES:]
    if any(hmac.compare_digest(tag, _tag(kind, payload, key)) for key in keys[:2]):
        return payload
    return None
