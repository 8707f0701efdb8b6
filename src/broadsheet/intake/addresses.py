"""Addresses in incoming markup: made absolute, freed of what browsers would ignore, refused where they could run."""

from __future__ import annotations

import re
from ipaddress import ip_address
from urllib.parse import urljoin, urlsplit

LINK_SCHEMES = frozenset(("http", "https", "mailto", "tel"))
_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*):")
_IGNORED = re.compile(r"[\x00-\x1f\x7f\u200b\ufeff]")
_OWN = (".local", ".localhost", ".internal", ".lan", ".home.arpa")
# Browsers read 2130706433, 0x7f.1 and 127.1 as addresses, too.
_NUMBERS = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)(?:\.(?:0x[0-9a-f]*|[0-9]+))*")
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


def host_of(address: str) -> str:
    """The host in small letters; "" where there is none."""
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def is_public(address: str) -> bool:
    """Whether the host of a web address could be one that everybody reaches: no machine or network of one's own."""
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").rstrip(".").lower()
    except ValueError:
        return False
    if parts.username is not None or host.endswith(_OWN) or not host:
        return False
    if ":" in host or _NUMBERS.fullmatch(host):
        try:
            return ip_address(host.split("%")[0]).is_global
        except ValueError:
            return False
    return "." in host


def is_picture(address: str) -> bool:
    """Whether an address names a picture file."""
    return _PICTURE.search(_BESIDE.split(address, 1)[0]) is not None


def file_name(address: str) -> str:
    """The last part of an address, for want of better words."""
    return _BESIDE.split(address, 1)[0].rstrip("/").rsplit("/", 1)[-1] or address
