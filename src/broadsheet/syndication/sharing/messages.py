"""What is posted: plain values that every adapter takes, and how long a service lets a text be."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

import regex

URL = re.compile(r"https?://\S+")
ELLIPSIS = "…"


@dataclass(frozen=True, slots=True)
class Login:
    """Where an account is and what opens it. The secret is in no representation."""

    server: str
    handle: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Message:
    """`text` as it is posted; the rest is the link's preview, for services that don't make their own.

    `key` is the same for every try to post this one, `image` a JPEG or PNG of at most a megabyte, `alt` its words.
    """

    text: str
    url: str
    title: str
    description: str
    language: str
    key: str
    image: bytes = b""
    image_type: str = ""
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Posted:
    """What a service made of it."""

    id: str
    url: str = ""


def graphemes(text: str) -> int:
    """What a reader counts as characters (Unicode's extended grapheme clusters)."""
    return len(regex.findall(r"\X", text))


def with_short_urls(text: str, url_length: int = 23) -> int:
    """As Mastodon and X count: every address is so long, whatever it is."""
    return graphemes(URL.sub("", text)) + url_length * len(URL.findall(text))


def weighted(text: str) -> int:
    """As X counts (twitter-text 3): Latin and its kin one, everything else two, an address 23."""
    rest = URL.sub("", text)
    light = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
    weight = sum(
        1 if len(g) == 1 and any(low <= ord(g) <= high for low, high in light) else 2
        for g in regex.findall(r"\X", rest)
    )
    return weight + 23 * len(URL.findall(text))


def fitted(text: str, limit: int, length: Callable[[str], int]) -> str:
    """The text, its longest paragraph cut at a word until `length` of it is at most `limit`; addresses stay whole."""
    parts = text.split("\n")
    while length("\n".join(parts)) > limit:
        longest = max(range(len(parts)), key=lambda n: 0 if URL.search(parts[n]) else len(parts[n]))
        words = parts[longest].removesuffix(ELLIPSIS).rstrip()
        if URL.search(parts[longest]) or not words:
            return "\n".join(parts)
        shorter = words.rsplit(None, 1)[0] if " " in words.strip() else words[: max(0, len(words) - 8)]
        parts[longest] = f"{shorter.rstrip(' ,;:–—-')}{ELLIPSIS}" if shorter else ""
    return "\n".join(parts)
