"""What the edge signs when it asks the origin, so that nobody else can ask for a story's full variant.

Form of the `Broadsheet-Edge` header: `v1 <unix seconds> <variant or -> <client address or -> <hex HMAC-SHA-256>`.
The signature covers method and target too: a header that leaks opens nothing else, and nothing for long.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import unquote_to_bytes

HEADER = "Broadsheet-Edge"
LONGEST_SKEW = 120


@dataclass(frozen=True, slots=True)
class Asking:
    """A request that an edge made: the variant it wants (empty: none in particular) and for whom."""

    variant: str
    client: str


def sign(key: str, method: str, target: str, asking: Asking, now: float) -> str:
    """The header's value for one request; `target` as it goes over the wire."""
    path, _, query = target.partition("?")
    words = f"v1 {int(now)} {asking.variant or '-'} {asking.client or '-'}"
    return f"{words} {_seal(key, words, method, unquote_to_bytes(path), query)}"


def verify(key: str, method: str, path: bytes, query: str, value: str, now: float) -> Asking | None:
    """What a genuine header says; None for any other. `path` is percent-decoded, as WSGI hands it on (PEP 3333)."""
    parts = value.split(" ")
    if len(parts) != 5 or parts[0] != "v1" or not parts[1].isdecimal() or not parts[1].isascii():
        return None
    if abs(now - int(parts[1][:15])) > LONGEST_SKEW:
        return None
    seal = _seal(key, " ".join(parts[:4]), method, path, query)
    if not hmac.compare_digest(parts[4].encode(), seal.encode()):
        return None
    variant, client = ("" if word == "-" else word for word in parts[2:4])
    return Asking(variant, client)


def _seal(key: str, words: str, method: str, path: bytes, query: str) -> str:
    # The query may hold anything; the path's length says where it begins.
    signed = b"\n".join([words.encode(), method.encode(), b"%d" % len(path), path, query.encode()])
    return hmac.new(key.encode(), signed, sha256).hexdigest()
