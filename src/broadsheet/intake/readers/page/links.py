"""Addresses as pages write them: joined to where they stand, and never a reason to stumble."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit


def joined(base: str, address: str) -> str:
    """`address` as seen from `base`; "" where it is no address at all (`http://[`)."""
    try:
        whole = urljoin(base, address.strip()) if base else address.strip()
        urlsplit(whole)
    except ValueError:
        return ""
    return whole


def is_of_a_page(address: str) -> bool:
    """Whether an address can be one story's: sites that name their front page as every page's address say nothing."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return (
        parts.scheme in ("http", "https")
        and bool(parts.hostname)
        and bool(parts.path.strip("/") or parts.query)
    )
