"""What a secret that we gave away is known by: our tables hold this, never the secret."""

from __future__ import annotations

from hashlib import sha256


def digest(secret: str) -> str:
    """64 hexadecimal signs. No slow hash: a secret of ours is 256 random bits."""
    return sha256(secret.encode("utf-8", "replace")).hexdigest()
