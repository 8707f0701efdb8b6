"""May a response be stored, and for how long is it fresh? RFC 9111 §3 and §4.2, RFC 5861, RFC 9213."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .fields import LONGEST_SECONDS, Headers, date, directives, first, seconds, split_list, values

# RFC 9110 §15.1: statuses that may be stored without explicit freshness.
HEURISTIC = frozenset({200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501})
# Final statuses whose meaning this cache knows, for must-understand (RFC 9111 §5.2.2.3).
UNDERSTOOD = HEURISTIC | {302, 303, 307, 400, 401, 403, 406, 409, 413, 415, 416, 422, 429, 500, 502, 503, 504}
# A member of a Structured Fields dictionary: a key, and an integer, token, string or boolean; parameters are passed over.
_MEMBER = re.compile(
    rb"([a-z*][a-z0-9_.*-]*)(?:=(-?\d+(?:\.\d+)?|[A-Za-z*][A-Za-z0-9:/!#$%&'*+.^_`|~-]*|\"[ !#-~]*\"|\?[01]))?(?:;.*)?"
)
_IN_SECONDS = frozenset({b"max-age", b"s-maxage", b"stale-while-revalidate", b"stale-if-error"})
# A day: the longest that a guess from Last-Modified may last.
LONGEST_GUESS = 86_400


@dataclass(frozen=True, slots=True)
class Policy:
    """What a response allows a shared cache. Times are seconds; `stale_if_error` None means that it said nothing."""

    is_storable: bool
    lifetime: float = 0
    must_validate: bool = False
    must_revalidate: bool = False
    stale_while_revalidate: float = 0
    stale_if_error: float | None = None


NOT_STORED = Policy(is_storable=False)


def policy(
    status: int,
    headers: Headers,
    response_time: float,
    *,
    has_authorization: bool = False,
    may_guess: bool = True,
) -> Policy:
    """The policy of one response to GET. Deny by default: anything odd is not stored."""
    said = directives(values(headers, b"cache-control"))
    targeted = _targeted(headers)
    rules = said if targeted is None else targeted
    if status < 200 or status in (206, 304):
        return NOT_STORED
    if b"no-store" in rules and not (b"must-understand" in rules and status in UNDERSTOOD):
        return NOT_STORED
    if b"must-understand" in rules and status not in UNDERSTOOD:
        return NOT_STORED
    if (b"private" in rules and not rules[b"private"]) or values(headers, b"set-cookie"):
        return NOT_STORED
    if has_authorization and not {b"public", b"s-maxage", b"must-revalidate"} & rules.keys():
        return NOT_STORED
    lifetime = explicit_lifetime(headers, rules, response_time, is_targeted=targeted is not None)
    if lifetime is None:
        if not (status in HEURISTIC or b"public" in rules):
            return NOT_STORED
        if not may_guess and not _must_validate(rules):
            return NOT_STORED
        lifetime = _guess(headers, response_time) if may_guess else 0
    return Policy(
        is_storable=True,
        lifetime=lifetime,
        must_validate=_must_validate(rules),
        must_revalidate=bool({b"must-revalidate", b"proxy-revalidate", b"s-maxage"} & rules.keys()),
        stale_while_revalidate=seconds(rules.get(b"stale-while-revalidate")) or 0,
        stale_if_error=seconds(rules.get(b"stale-if-error")),
    )


def _must_validate(rules: dict[bytes, bytes | None]) -> bool:
    """Whether nothing of it may be used unasked; `no-cache="field"` is about that field only."""
    return b"no-cache" in rules and not rules[b"no-cache"]


def withheld(headers: Headers) -> frozenset[bytes]:
    """The fields that `no-cache="…"` and `private="…"` keep out of what is stored (RFC 9111 §5.2.2)."""
    rules = directives(values(headers, b"cache-control"))
    named = [rules[name] or b"" for name in (b"no-cache", b"private") if name in rules]
    return frozenset(part.strip().lower() for one in named for part in one.split(b",") if part.strip())


def explicit_lifetime(
    headers: Headers, rules: dict[bytes, bytes | None], response_time: float, *, is_targeted: bool = False
) -> float | None:
    """The lifetime that the response states; 0 when it states one that can't be read (RFC 9111 §4.2.1)."""
    for name in (b"s-maxage", b"max-age"):
        if name in rules:
            return seconds(rules[name]) or 0
    if is_targeted:
        return None
    expires = values(headers, b"expires")
    if not expires:
        return None
    until = date(expires[0]) if len(set(expires)) == 1 else None
    if until is None:
        return 0
    since = date(first(headers, b"date"))
    return max(0.0, until - (response_time if since is None else since))


def _targeted(headers: Headers) -> dict[bytes, bytes | None] | None:
    """`CDN-Cache-Control`, which counts instead of `Cache-Control` where it is valid (RFC 9213 §2).

    It is a Structured Fields dictionary: one member that isn't makes the whole field nothing (RFC 9651 §4.2).
    """
    lines = values(headers, b"cdn-cache-control")
    if not lines:
        return None
    found: dict[bytes, bytes | None] = {}
    for part in split_list(lines):
        member = _MEMBER.fullmatch(part)
        if member is None:
            return None
        name, value = member.groups()
        if name in _IN_SECONDS and (value is None or not value.isdigit()):
            return None
        found[name] = value
    return found or None


def _guess(headers: Headers, response_time: float) -> float:
    changed = date(first(headers, b"last-modified"))
    if changed is None:
        return 0
    since = date(first(headers, b"date"))
    return max(0.0, min(((response_time if since is None else since) - changed) / 10, LONGEST_GUESS))


def initial_age(headers: Headers, request_time: float, response_time: float) -> float:
    """How old a response is when it arrives (RFC 9111 §4.2.3)."""
    sent = date(first(headers, b"date"))
    apparent = max(0.0, response_time - sent) if sent is not None else 0.0
    ages = values(headers, b"age")
    told = seconds(ages[0].partition(b",")[0].strip()) if len(ages) == 1 else None
    if ages and told is None:
        # An Age that can't be read may hide any age: the response counts as stale.
        return float(LONGEST_SECONDS)
    corrected = (told or 0) + (response_time - request_time)
    # A second of clock granularity is no age.
    return min(max(apparent if apparent >= 2 else 0.0, corrected), float(LONGEST_SECONDS))
