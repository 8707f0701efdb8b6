"""What the edge signs when it asks the origin, so that nobody else can ask for a story's full variant.

Form of the `Broadsheet-Edge` header: `v1 <unix seconds> <variant or -> <client address or -> <hex HMAC-SHA-256>`.
The signature covers method and target too: a header that leaks opens nothing else, and nothing for long.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from hashlib import sha256

HEADER = "Broadsheet-Edge"
LONGEST_SKEW = 120


@dataclass(frozen=True, slots=True)
class Asking:
    """A request that an edge made: the variant it wants (empty: none in particular) and for whom."""

    variant: str
    client: str


def sign(key: str, method: str, target: str, asking: Asking, now: float) -> str:
    """The header's value for one request."""
    words = f"v1 {int(now)} {asking.variant or '-'} {asking.client or '-'}"
    return f"{words} {_seal(key, words, method, target)}"


def verify(key: str, method: str, target: str, value: str, now: float) -> Asking | None:
    """What a genuine header says; None for any other."""
    parts = value.split(" ")
    if len(parts) != 5 or parts[0] != "v1" or not parts[1].isdecimal() or not parts[1].isascii():
        return None
    if abs(now - int(parts[1][:15])) > LONGEST_SKEW:
        return None
    if not hmac.compare_digest(parts[4].encode(), _seal(key, " ".join(parts[:4]), method, target).encode()):
        return None
    variant, client = ("" if word == "-" else word for word in parts[2:4])
    return Asking(variant, client)


def _seal(key: str, words: str, method: str, target: str) -> str:
    return hmac.new(key.encode(), f"{words}\n{method}\n{target}".encode(), sha256).hexdigest()
