"""What a feed says of itself, and the plain values that both kinds of feed are made of."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from hashlib import blake2b
from html import escape, unescape
from urllib.parse import unquote, urljoin, urlsplit

from ...addresses import host_of
from ...incoming import IncomingAuthor, IncomingBlock, IncomingPicture, IncomingTerm

_TAG = re.compile(r"<[^<>]{0,5000}>")
_SCRIPT = re.compile(r"<(script|style)\b[^>]{0,5000}>.*?(?:</\1\s*>|$)", re.IGNORECASE | re.DOTALL)
_EMAIL = re.compile(r"[^\s@()<>]{1,64}@[^\s@()<>]{1,190}")
_GLOBAL_ID = re.compile(r"(?:https?://|tag:|urn:|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-)", re.IGNORECASE)
_SLUG = re.compile(r"[^\W\d_][^\W_]*(?:[-_][^\W_]+)+")
SHORT_BODY = 1200
LONGEST_ID = 400


@dataclass(frozen=True, slots=True)
class Channel:
    """A feed: its own address where it was fetched, its title, the site's address and language, rights, authors."""

    address: str = ""
    title: str = ""
    site: str = ""
    language: str = ""
    rights: str = ""
    authors: tuple[IncomingAuthor, ...] = ()
    folder: str = ""

    @property
    def place(self) -> str:
        """What tells this feed apart from others: the site's host, or else its title."""
        for address in (self.site, self.address):
            if host := host_of(address):
                return host
        return self.title

    def source_id(self, key: str) -> str:
        """`key` as the feed's items are told apart: alone where it is unique in the world."""
        whole = f"feed:{key}" if _GLOBAL_ID.match(key) else f"feed:{self.place[:100]}#{key}"
        if len(whole) <= LONGEST_ID:
            return whole
        return f"{whole[:LONGEST_ID]}#{blake2b(whole.encode('utf-8', 'replace'), digest_size=12).hexdigest()}"


def plain(text: str) -> str:
    """One line of text out of HTML."""
    if "<" in text:
        text = _TAG.sub(" ", _SCRIPT.sub(" ", text))
    return " ".join(unescape(text).replace("\x00", "").split())


def one_line(text: str) -> str:
    """One line of what is no HTML."""
    return " ".join(text.replace("\x00", "").split())


def paragraphs(text: str) -> str:
    """Plain text as HTML: an empty line parts paragraphs, a line's end stays one."""
    parts = re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(
        f"<p>{'<br>'.join(escape(part.strip()).split(chr(10)))}</p>" for part in parts if part.strip()
    )


def web_address(address: object, base: str = "") -> str:
    """An http(s) address, seen from `base`; "" where it is none."""
    if not isinstance(address, str) or not address.strip() or len(address) > 4000:
        return ""
    try:
        whole = urljoin(base, address.strip()) if base else address.strip()
        parts = urlsplit(whole)
        return whole if parts.scheme in ("http", "https") and parts.hostname else ""
    except ValueError:
        return ""


def slug_of(address: str) -> str:
    """The words of an address, which a story may keep: its last part where that is several words."""
    try:
        last = unquote(urlsplit(address).path).rstrip("/").rsplit("/", 1)[-1]
    except ValueError:
        return ""
    last = re.sub(r"\.(?:html?|php|aspx?)$", "", last).lower()
    return last if len(last) <= 200 and _SLUG.fullmatch(last) else ""


def picture_address(address: object, base: str = "") -> str:
    """An http(s) address, or a path beside the source."""
    if whole := web_address(address, base):
        return whole
    if not isinstance(address, str) or ":" in address or address.startswith("//"):
        return ""
    return address.strip().lstrip("/")


def author(name: str, email: str = "", url: str = "", photo: str = "") -> IncomingAuthor | None:
    """Who wrote an item; nobody where there is no more than an address."""
    name = plain(name).removeprefix("By ").removeprefix("by ")
    if found := _EMAIL.search(name):
        email, name = email or found[0], " ".join(name.replace(found[0], "").split()).strip("()<>, ")
    if not name:
        return None
    portrait = IncomingPicture(photo, alt=name[:200]) if photo else None
    return IncomingAuthor(
        name=name[:200], email=email if _EMAIL.fullmatch(email) else "", url=url, photo=portrait
    )


def topics(names: Iterable[tuple[str, str]]) -> tuple[IncomingTerm, ...]:
    """Terms of (name, key) pairs, each name once, at most a hundred."""
    found: dict[str, IncomingTerm] = {}
    for name, key in names:
        tidy = plain(name)[:200]
        if tidy and tidy.casefold() not in found and len(found) < 100:
            found[tidy.casefold()] = IncomingTerm("topic", tidy, key or tidy, is_primary=not found)
    return tuple(found.values())


def headline_of(words: str) -> str:
    """What stands for a title where an item has none: its first sentence, or as much of it as a headline holds."""
    first = re.split(r"(?<=[.!?…])\s", words.split("\n")[0], maxsplit=1)[0]
    if len(first) <= 100:
        return first
    return first[:100].rsplit(" ", 1)[0] + "…"


def standfirst_of(summary: str, body: str) -> str:
    """A summary that says something of its own, rather than how the text begins; "" otherwise."""
    bare, text = (re.sub(r"\W+", "", part).casefold() for part in (summary, body))
    cut = re.sub(
        r"\W+",
        "",
        re.sub(r"(?:\[?(?:…|\.\.\.|&hellip;)\]?|Read more|Continue reading).{0,200}$", "", summary),
    )
    is_own = (
        bare
        and len(summary) <= 600
        and not text.startswith(bare)
        and not text.startswith(cut.casefold()[:80])
    )
    return summary if is_own else ""


def with_pictures(
    body: tuple[IncomingBlock, ...], pictures: list[IncomingPicture]
) -> tuple[IncomingPicture | None, tuple[IncomingBlock, ...]]:
    """The lead, and the body with those pictures behind it that neither is the lead nor stands in it already."""
    inside = {_same(picture.address) for block in body for picture in block.pictures}
    fresh = list({_same(p.address): p for p in pictures if _same(p.address) not in inside}.values())
    if not fresh:
        return None, body
    # A body that has pictures already shows what the feed's own picture repeats, in another size or not.
    lead = None if inside and len(fresh) == 1 and not (fresh[0].caption or fresh[0].credit) else fresh[0]
    return lead, body + tuple(IncomingBlock("picture", picture) for picture in fresh[1:])


def _same(address: str) -> str:
    """What is left of a picture's address when its size and scheme are taken away."""
    path = address.split("?")[0].split("://")[-1]
    return re.sub(r"-\d{2,4}x\d{2,4}(?=\.\w+$)", "", path).casefold()


def aware(moment: datetime, zone: tzinfo) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)
