"""Refusals, as problem details (RFC 9457)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from .shapes import Wrong


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of refusal: its name in the type's address, status, title, and what whoever asked may do."""

    name: str
    status: int
    title: str
    mend: str


BAD_PARAMETER = Kind(
    "bad-parameter", 400, "A parameter can't be understood", "`errors` says which, and what is wrong with it."
)
UNKNOWN_KEY = Kind(
    "unknown-key", 401, "This key opens nothing", "Ask the paper for another, or leave `Authorization` out."
)
NOT_FOUND = Kind("not-found", 404, "There is nothing here", "Look at the address; ids never change.")
NOT_ALLOWED = Kind("read-only", 405, "The API is read only", "Use GET or HEAD.")
GONE = Kind("gone", 410, "It was withdrawn", "Delete your copy.")
TOO_MANY = Kind("too-many", 429, "Too many requests", "Wait as long as `Retry-After` says, in seconds.")
KINDS = (BAD_PARAMETER, UNKNOWN_KEY, NOT_FOUND, NOT_ALLOWED, GONE, TOO_MANY)


@dataclass(slots=True)
class Problem(Exception):
    """Raised by whoever can't answer; `answering` turns it into the response. `key` finds it in caches."""

    kind: Kind
    detail: str
    errors: Sequence[Wrong] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
