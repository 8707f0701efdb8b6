"""Content codings: made once when a response is stored, chosen per request (RFC 9110 §12.5.3)."""

from __future__ import annotations

import zlib
from functools import lru_cache

import brotli
import zstandard

from .fields import split_list

# Under this a coding costs more bytes of header than it saves.
LEAST_BYTES = 512
MOST_BYTES = 4 << 20
# Preferred first, where the client likes several equally.
CODINGS = (b"br", b"zstd", b"gzip")
_TYPES = (
    b"text/",
    b"application/json",
    b"application/ld+json",
    b"application/feed+json",
    b"application/xml",
    b"application/rss+xml",
    b"application/atom+xml",
    b"application/javascript",
    b"application/manifest+json",
    b"image/svg+xml",
)


def is_compressible(content_type: bytes, size: int) -> bool:
    """Whether coding a body of this type and size is worth it."""
    return LEAST_BYTES <= size <= MOST_BYTES and content_type.lower().startswith(_TYPES)


def encode_all(body: bytes) -> dict[bytes, bytes]:
    """The body in every coding that makes it smaller."""
    gzip = zlib.compressobj(9, zlib.DEFLATED, 31)
    made = {
        b"br": brotli.compress(body, quality=7),
        b"zstd": zstandard.ZstdCompressor(level=11).compress(body),
        b"gzip": gzip.compress(body) + gzip.flush(),
    }
    return {coding: coded for coding, coded in made.items() if len(coded) < len(body)}


@lru_cache(maxsize=1024)
def accepted(field: bytes | None) -> tuple[bytes, ...]:
    """The codings of ours that an `Accept-Encoding` value allows, best first; identity is the rest."""
    if not field:
        return ()
    weights: dict[bytes, float] = {}
    for part in split_list([field[:512]]):
        name, _, parameters = part.partition(b";")
        weights[name.strip().lower()] = _weight(parameters)
    others = weights.get(b"*", 0.0)
    scored = [(weights.get(coding, others), coding) for coding in CODINGS]
    return tuple(coding for weight, coding in sorted(scored, key=lambda pair: -pair[0]) if weight > 0)


def _weight(parameters: bytes) -> float:
    text = parameters.strip()
    if not text.startswith(b"q="):
        return 1.0
    try:
        return float(text[2:])
    except ValueError:
        return 0.0
