"""How often one address or account may try something: counted in the cache, forgotten with its window."""

from __future__ import annotations

from hashlib import blake2b

from django.core.cache import cache


def may(action: str, who: str, *, most: int, seconds: int) -> bool:
    """Count one try of `action` by `who`; False once there were more than `most` in the window."""
    name = blake2b(who.encode(), digest_size=16).hexdigest()
    key = f"limit:{action}:{name}"
    cache.add(key, 0, seconds)
    try:
        return cache.incr(key) <= most
    except ValueError:
        # It ran out between the two lines.
        return True
