"""How often one caller may ask: counted by the minute in the cache that every process shares.

The fields are those of the IETF's draft "RateLimit header fields for HTTP". Answers that caches keep say only the policy:
what is left differs from caller to caller.
"""

from __future__ import annotations

import ipaddress
import time
from dataclasses import dataclass
from hashlib import blake2b

from django.core.cache import cache

from .keys import Caller

WINDOW = 60


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a caller has left in this window; `reset` is in seconds."""

    policy: str
    most: int
    left: int
    reset: int

    @property
    def is_spent(self) -> bool:
        return self.left < 0

    @property
    def fields(self) -> dict[str, str]:
        return {
            "RateLimit-Policy": self.policy_field,
            "RateLimit": f'"{self.policy}";r={max(self.left, 0)};t={self.reset}',
        }

    @property
    def policy_field(self) -> str:
        return f'"{self.policy}";q={self.most};w={WINDOW}'


def count(caller: Caller) -> Allowance:
    """Count one request."""
    now = time.time()
    turn = int(now // WINDOW)
    who = blake2b(_counted_as(caller.name).encode(), digest_size=16).hexdigest()
    name = f"api:{who}:{turn}"
    try:
        used = cache.incr(name)
    except ValueError:
        # The first of its minute; of two that are first one adds, and the other counts on.
        used = 1 if cache.add(name, 1, WINDOW * 2) else cache.incr(name)
    policy = "key" if caller.key else "anonymous"
    return Allowance(policy, caller.per_minute, caller.per_minute - used, WINDOW - int(now) % WINDOW)


def _counted_as(name: str) -> str:
    """An IPv6 line has 2^64 addresses: they count as one."""
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return name
    if address.version == 6 and address.ipv4_mapped is None:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)
