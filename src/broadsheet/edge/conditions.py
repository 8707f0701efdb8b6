"""Conditional and range requests against a stored response (RFC 9110 §13 and §14)."""

from __future__ import annotations

import re

from .fields import date, first, split_list, tag_matches
from .stored import Stored

_RANGE = re.compile(rb"bytes=(\d*)-(\d*)")


def outcome(stored: Stored, headers: dict[bytes, bytes], coding: bytes) -> int:
    """200, 304 or 412: what the preconditions make of a GET or HEAD, in the order of §13.2.2."""
    changed = date(first(stored.headers, b"last-modified"))
    etag = stored.head(coding).etag if stored.etag or stored.status == 200 else None
    if b"if-match" in headers:
        field = headers[b"if-match"].strip()
        if field != b"*" and not any(
            part == etag and not part.startswith(b"W/") for part in split_list([field])
        ):
            return 412
    elif b"if-unmodified-since" in headers and changed is not None:
        since = date(headers[b"if-unmodified-since"])
        if since is not None and changed > since:
            return 412
    if b"if-none-match" in headers:
        return 304 if tag_matches(headers[b"if-none-match"], etag) else 200
    if b"if-modified-since" in headers:
        since = date(headers[b"if-modified-since"])
        moment = changed if changed is not None else date(first(stored.headers, b"date"))
        if since is not None and moment is not None and moment <= since:
            return 304
    return 200


def wanted_range(stored: Stored, headers: dict[bytes, bytes]) -> tuple[int, int] | None:
    """The one range asked for, as (first, last) byte; None when the whole is to be sent.

    Raises `ValueError` when no byte of the body is in it. Several ranges get the whole: a server may ignore them.
    """
    found = _RANGE.fullmatch(headers.get(b"range", b"").replace(b" ", b""))
    if found is None or found.group() == b"bytes=-":
        return None
    if not _is_same(stored, headers.get(b"if-range")):
        return None
    size = len(stored.body)
    start, end = found.groups()
    if not start:
        length = int(end[:18])
        if length == 0:
            raise ValueError("empty range")
        return max(0, size - length), size - 1
    begin, last = int(start[:18]), int(end[:18]) if end else size - 1
    if end and last < begin:
        return None
    if begin >= size:
        raise ValueError("range past the end")
    return begin, min(last, size - 1)


def _is_same(stored: Stored, field: bytes | None) -> bool:
    """Whether `If-Range` holds: a strong tag, or the exact date (RFC 9110 §13.1.5)."""
    if field is None:
        return True
    field = field.strip()
    if field.startswith((b'"', b"W/")):
        return not field.startswith(b"W/") and field == stored.head(b"").etag
    moment = date(field)
    return moment is not None and moment == date(first(stored.headers, b"last-modified"))
