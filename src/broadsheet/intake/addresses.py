"""Addresses in incoming markup: made absolute, freed of what browsers would ignore, refused where they could run."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

LINK_SCHEMES = frozenset(("http", "https", "mailto", "tel"))
_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*):")
_IGNORED = re.compile(r"[\x00-\x1f\x7f\u200b\ufeff]")
_BESIDE = re.compile(r"[?#]")
_PICTURE = re.compile(r"\.(?:jpe?g|jpe|png|gif|webp|avif|bmp|tiff?|heic)$", re.IGNORECASE)


def absolute(address: str, base: str) -> str:
    """`address` as seen from `base`; as it is, where there is no base. "" where it is no address at all."""
    address = _IGNORED.sub("", address).strip()
    if not address:
        return ""
    if address.startswith("www."):
        address = f"http://{address}"
    if address.startswith("//"):
        address = f"{base.split(':', 1)[0] if base.startswith('http') else 'https'}:{address}"
    try:
        if base and not _SCHEME.match(address):
            address = urljoin(base, address)
        parts = urlsplit(address)
        if parts.scheme in ("http", "https") and not parts.hostname:
            return ""
    except ValueError:
        return ""
    return address.replace(" ", "%20") if parts.scheme != "mailto" else address


def scheme(address: str) -> str:
    """The scheme in small letters; "" for a relative address."""
    match = _SCHEME.match(address)
    return match[1].lower() if match else ""


def is_web(address: str) -> bool:
    return address.startswith(("http://", "https://"))


def is_picture(address: str) -> bool:
    """Whether an address names a picture file."""
    return _PICTURE.search(_BESIDE.split(address, 1)[0]) is not None


def file_name(address: str) -> str:
    """The last part of an address, for want of better words."""
    return _BESIDE.split(address, 1)[0].rstrip("/").rsplit("/", 1)[-1] or address
