"""The request's target in one canonical form, which is both the cache's key and what the origin is asked.

Whatever two servers could read in two ways is refused: see RFC 9110 §4.2.3 and RFC 3986 §6.2.2.
"""

from __future__ import annotations

import re

LONGEST_TARGET = 8192
_HEX = re.compile(rb"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
# A slash, backslash or percent in disguise, and control bytes.
_AMBIGUOUS = frozenset(b"/\\%;") | frozenset(range(32)) | {127}
_VISIBLE = re.compile(rb"[\x21-\x7e]+")


class Refused(Exception):
    """A request that nobody should answer; `status` and a line of text say why."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status, self.text = status, text


def split_target(raw: bytes) -> tuple[bytes, bytes]:
    """A raw target → (canonical path, query without its question mark). Raises `Refused`."""
    if len(raw) > LONGEST_TARGET:
        raise Refused(414, "The address is too long.")
    if not _VISIBLE.fullmatch(raw) or not raw.startswith(b"/") or b"#" in raw:
        raise Refused(400, "The address is not one that can be asked for.")
    path, _, query = raw.partition(b"?")
    return canonical_path(path), query


def canonical_path(path: bytes) -> bytes:
    """Percent-encoding made uniform. Raises `Refused` for what has two readings."""
    if b";" in path or b"\\" in path:
        raise Refused(400, "The address has two readings.")
    if b"%" in path:
        if path.count(b"%") != len(_HEX.findall(path)):
            raise Refused(400, "The address is wrongly encoded.")
        path = _HEX.sub(_uniform, path)
        try:
            re.sub(_HEX, lambda found: bytes([int(found[1], 16)]), path).decode("utf-8")
        except UnicodeDecodeError:
            raise Refused(400, "The address is not UTF-8.") from None
    if b"/." in path and any(part in (b".", b"..") for part in path.split(b"/")):
        raise Refused(400, "The address has dot segments.")
    return path


def _uniform(found: re.Match[bytes]) -> bytes:
    byte = int(found[1], 16)
    if byte in _AMBIGUOUS:
        raise Refused(400, "The address has two readings.")
    return bytes([byte]) if byte in _UNRESERVED else found[0].upper()


def kept_query(query: bytes, allowed: frozenset[bytes]) -> bytes:
    """Only the allowed parameters, the first of each, in the order of their names."""
    if not query:
        return b""
    kept: dict[bytes, bytes] = {}
    for part in query.split(b"&"):
        name = part.partition(b"=")[0]
        if name in allowed:
            kept.setdefault(name, part)
    return b"&".join(kept[name] for name in sorted(kept))
