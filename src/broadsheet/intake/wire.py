"""What agencies' formats have in common: by-lines, renditions, headlines that a body repeats, embargoes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from html import unescape
from urllib.parse import urlsplit

from django.utils import timezone

from broadsheet.newsroom.models import Genre
from broadsheet.newsroom.slugs import slug_for

from .incoming import Incoming, IncomingBlock, IncomingMedia, IncomingPicture, IncomingStory, IncomingTerm
from .readers.jsonl.fields import is_web
from .readers.page.words import byline_names

# "By" in the languages of agencies; what stands behind it is a name.
BY = re.compile(r"^\s*(?:by|von|par|por|av|af|di|door|de|od|przez)\s*:?\s+(?=[^\W\d_])", re.IGNORECASE)
TAG = re.compile(r"<[^>]*>")
FIRST_HEADING = re.compile(r"\s*<(h[1-6])\b[^>]*>(.*?)</\1\s*>", re.IGNORECASE | re.DOTALL)
HEADING = re.compile(r"<(h1)\b[^>]*>(.{0,2000}?)</\1\s*>", re.IGNORECASE | re.DOTALL)
PICTURE_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif", ".tif", ".tiff", ".heic")
MOST_TERMS = 100


@dataclass(frozen=True, slots=True)
class Rendition:
    """One file of a picture, as an agency offers it. Sizes in pixels and bytes, 0 where they are not said."""

    href: str
    content_type: str = ""
    width: int = 0
    height: int = 0
    size: int = 0

    @property
    def is_picture(self) -> bool:
        if self.content_type:
            return self.content_type.casefold().startswith("image/")
        return self.href.partition("?")[0].casefold().endswith(PICTURE_SUFFIXES)


def best_of(renditions: Iterable[Rendition]) -> Rendition | None:
    """The largest that is a picture; the first of equals."""
    usable = [r for r in renditions if r.href and r.is_picture]
    return max(usable, key=lambda r: (r.width * r.height, r.size), default=None)


def words_of(markup: str) -> str:
    """The words of a short text that may hold markup, on one line."""
    text = unescape(TAG.sub(" ", markup)) if "<" in markup or "&" in markup else markup
    return " ".join(text.split())


def names_of(byline: str) -> tuple[str, ...]:
    """The names in an agency's by-line; what is no by-line that we know stays as it is."""
    line = BY.sub("", words_of(byline))
    return byline_names(line) or ((line,) if line else ())


def squeezed(text: str) -> str:
    """Letters and digits alone, for telling whether two texts say the same."""
    return re.sub(r"\W+", "", text).casefold()


def without_headline(html: str, headline: str) -> str:
    """`html` without the heading that only repeats the headline."""
    for pattern in (HEADING, FIRST_HEADING):
        found = pattern.search(html) if pattern is HEADING else pattern.match(html)
        if found and squeezed(words_of(found[2])) == squeezed(headline):
            return html[: found.start()] + html[found.end() :]
    return html


def slug_in(page: str) -> str:
    """The last part of a page's address, by which it is found there; empty when it is no slug."""
    last = urlsplit(page).path.rstrip("/").rpartition("/")[2] if page else ""
    return last if slug_for(last) == last else ""


def repeats(standfirst: str, body_text: str) -> bool:
    """Whether the standfirst is only the body's beginning over again."""
    said, body = squeezed(standfirst), squeezed(body_text[: 4 * len(standfirst) + 400])
    return bool(said) and said in body


def opening(standfirst: str, blocks: Sequence[IncomingBlock]) -> str:
    """Where a story has no headline: how it begins."""
    words = standfirst or next((words_of(b.value) for b in blocks if b.kind in ("text", "html")), "")
    return words if len(words) <= 100 else words[:100].rpartition(" ")[0] + "…"


def genre_of(names: Iterable[str]) -> str:
    """Which of our genres a source's name for it is; empty when none."""
    for name in names:
        word = name.strip().casefold()
        if word in Genre.values:
            return word
    return ""


def release(published: datetime | None, embargo: datetime | None) -> tuple[str, datetime | None]:
    """Status and time: an embargo that still runs is when the story goes live by itself."""
    if embargo and embargo > timezone.now():
        return "scheduled", embargo
    return "live", published


def terms_of(found: Iterable[tuple[str, str]]) -> tuple[IncomingTerm, ...]:
    """(name, key) → topics, each name once; a code without a name is none for readers."""
    terms: dict[str, IncomingTerm] = {}
    for name, key in found:
        tidy = words_of(name)
        if tidy and len(terms) < MOST_TERMS:
            terms.setdefault(tidy.casefold(), IncomingTerm("topic", tidy, key))
    return tuple(terms.values())


def with_pictures(
    blocks: Sequence[IncomingBlock],
    pictures: Sequence[tuple[IncomingPicture, Sequence[str]]],
    top: IncomingPicture | None = None,
) -> tuple[IncomingPicture | None, tuple[IncomingBlock, ...]]:
    """Lead and body: each picture where the body shows it (`pictures` names every address that it has), in its best
    rendition and with its words; on top `top`, which the source itself puts there, or the first of the others, the rest
    at the end."""
    by_address = {address: picture for picture, addresses in pictures for address in addresses}
    shown: set[str] = set()
    body = []
    for block in blocks:
        if block.kind == "picture" and block.value.address in by_address:
            best = by_address[block.value.address]
            shown.add(best.address)
            block = IncomingBlock("picture", _worded(best, block.value))
        body.append(block)
    others = list({p.address: p for p, _ in pictures if p.address not in shown}.values())
    lead = top or (others[0] if others and not shown else None)
    rest = tuple(picture for picture in others if lead is None or picture.address != lead.address)
    if len(rest) > 1:
        body.append(IncomingBlock("gallery", rest))
    elif rest:
        body.append(IncomingBlock("picture", rest[0]))
    return lead, tuple(body)


def _worded(best: IncomingPicture, here: IncomingPicture) -> IncomingPicture:
    """The picture with the words of one place, whose caption may only say its credit over again."""
    caption = here.caption
    if best.credit and not here.credit:
        caption = caption.removesuffix(f"({best.credit})").rstrip()
    return replace(
        best,
        alt=here.alt or best.alt,
        caption=caption or best.caption,
        credit=here.credit or best.credit,
    )


def below(found: Incoming, prefix: str) -> Incoming:
    """The same with paths of pictures seen from `prefix` further up: two folders of one source may each hold a `1.jpg`."""
    if not prefix:
        return found
    if isinstance(found, IncomingMedia):
        return replace(found, picture=_below(found.picture, prefix))
    if isinstance(found, IncomingStory):
        return replace(
            found,
            lead=_below(found.lead, prefix) if found.lead else None,
            body=tuple(block_below(block, prefix) for block in found.body),
        )
    return found


def block_below(block: IncomingBlock, prefix: str) -> IncomingBlock:
    """`below` for one block."""
    if not prefix:
        return block
    if block.kind == "picture":
        return IncomingBlock("picture", _below(block.value, prefix))
    if block.kind == "gallery":
        return IncomingBlock("gallery", tuple(_below(picture, prefix) for picture in block.value))
    return block


def _below(picture: IncomingPicture, prefix: str) -> IncomingPicture:
    return picture if is_web(picture.address) else replace(picture, address=f"{prefix}/{picture.address}")
