"""Pictures and players that stand beside an item's text: Media RSS, enclosures, iTunes.

Media RSS 1.5.1 (https://www.rssboard.org/media-rss): what a group holds is one thing in several sizes, and words said
of a group or an item hold for what is within.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from itertools import islice

from lxml import etree

from ...incoming import IncomingAuthor, IncomingPicture
from .channel import author, picture_address, plain, web_address

_MEDIA = re.compile(r"\{https?://(?:search\.yahoo\.com/mrss|tools\.search\.yahoo\.com/mrss)/?\}")
_PICTURE = re.compile(r"\.(?:jpe?g|png|gif|webp|avif|tiff?|bmp)(?:$|[?#])", re.IGNORECASE)
_SOUND = re.compile(r"\.(?:mp3|m4a|ogg|oga|opus|wav|aac|flac)(?:$|[?#])", re.IGNORECASE)
_FILM = re.compile(r"\.(?:mp4|m4v|webm|mov|ogv|mkv)(?:$|[?#])", re.IGNORECASE)
MOST = 100


@dataclass(slots=True)
class Beside:
    """What an item carries beside its text. `players` is HTML: each a frame, a video or an audio element. `title` and `topics` are said of the media."""

    title: str = ""
    key: str = ""
    """The item's own guid or id as it is written: feedparser would join it to the feed's address."""
    authors: list[IncomingAuthor] = field(default_factory=list)
    topics: list[str] = field(default_factory=list)

    pictures: list[IncomingPicture] = field(default_factory=list)
    players: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)


def is_media(element: etree._Element) -> bool:
    return isinstance(element.tag, str) and _MEDIA.match(element.tag) is not None


def kind_of(address: str, media_type: str, medium: str = "") -> str:
    """`image`, `video`, `audio` or ""."""
    said = medium.lower() or media_type.lower().split("/")[0]
    if said in ("image", "video", "audio"):
        return said
    for kind, pattern in (("image", _PICTURE), ("audio", _SOUND), ("video", _FILM)):
        if pattern.search(address):
            return kind
    return ""


def player(kind: str, address: str, title: str = "") -> str:
    """The HTML of a file that plays."""
    return f'<figure><{kind} src="{escape(address)}" title="{escape(title)}"></{kind}></figure>'


def media_of(item: etree._Element, base: str) -> Beside:
    """What an item of RSS or an entry of Atom carries beside its text."""
    found = Beside()
    thumbnails: list[IncomingPicture] = []
    for group in (item, *islice(_children(item, "group"), MOST)):
        words = _words(group, {}) if group is not item else _words(item, {})
        contents = list(_children(group, "content"))[:MOST]
        if group is not item:
            contents = [_largest(contents)] if contents else []
        for content in contents:
            _content(content, _words(content, words), base, found)
        thumbnails += _thumbnails(group, words, base)
        found.title = found.title or words.get("title", "")
        found.topics += [
            part.get("label") or _said(part) for part in islice(_children(group, "category"), MOST)
        ]
        found.topics += [
            word for part in islice(_children(group, "keywords"), 5) for word in _said(part)[:2000].split(",")
        ]
    for element in item:
        if len(found.players) + len(found.pictures) < MOST:
            _enclosure(element, base, found)
        if _name(element) in ("guid", "id") and not is_media(element):
            found.key = found.key or " ".join(_said(element)[:2000].split())
        if (
            _name(element) in ("author", "creator")
            and len(found.authors) < MOST
            and (made := _author(element, base))
        ):
            found.authors.append(made)
    if not found.pictures:
        found.pictures += thumbnails[:1] or _images(item, base)
    return found


def _content(content: etree._Element, words: dict[str, str], base: str, found: Beside) -> None:
    address = picture_address(content.get("url"), base)
    kind = kind_of(address, content.get("type", ""), content.get("medium", ""))
    if kind == "image" and address:
        found.pictures.append(_picture(address, words))
        return
    if kind in ("video", "audio") and web_address(address):
        found.players.append(player(kind, address, words.get("title", "")))
        found.lost.append(f"{kind} file: stays where it was, {address[:100]}")
        return
    page = next((web_address(part.get("url"), base) for part in _children(content, "player")), "")
    if page or web_address(address):
        title = words.get("title", "")
        found.players.append(
            f'<p><a href="{escape(page or address)}">{escape(title or page or address)}</a></p>'
        )


def _enclosure(element: etree._Element, base: str, found: Beside) -> None:
    """RSS's `enclosure`, Atom's `link rel="enclosure"`."""
    name = _name(element)
    if not (name == "enclosure" or (name == "link" and element.get("rel") == "enclosure")):
        return
    address = picture_address(element.get("url") or element.get("href") or _said(element), base)
    kind = kind_of(address, element.get("type", ""))
    known = {picture.address for picture in found.pictures}
    if kind == "image" and address and address not in known:
        found.pictures.append(IncomingPicture(address, alt=plain(element.get("title", ""))))
    elif kind in ("video", "audio") and web_address(address):
        if not any(escape(address) in html for html in found.players):
            found.players.append(player(kind, address, plain(element.get("title", ""))))
            found.lost.append(f"{kind} file: stays where it was, {address[:100]}")
    elif web_address(address) and kind != "image":
        name = address.split("?")[0].rstrip("/").rsplit("/", 1)[-1] or address
        found.players.append(
            f'<p><a href="{escape(address)}">{escape(plain(element.get("title", "")) or name)}</a></p>'
        )


def _author(element: etree._Element, base: str) -> IncomingAuthor | None:
    """Atom's `author` of parts, RSS's `author` and Dublin Core's `creator` of one text."""
    parts = {
        _name(child): _said(child) for child in element if _name(child) in ("name", "email", "uri", "url")
    }
    if parts:
        url = web_address(parts.get("uri") or parts.get("url"), base)
        return author(parts.get("name", "")[:500], parts.get("email", ""), url)
    return author(_said(element)[:500])


def _thumbnails(group: etree._Element, words: dict[str, str], base: str) -> list[IncomingPicture]:
    holders = [group, *_children(group, "content")]
    best = max(
        (thumbnail for holder in holders for thumbnail in _children(holder, "thumbnail")),
        key=_width,
        default=None,
    )
    address = picture_address(best.get("url") or _said(best), base) if best is not None else ""
    return [_picture(address, words)] if address else []


def _images(item: etree._Element, base: str) -> list[IncomingPicture]:
    """`itunes:image`, and the `image` and `thumbnail` elements of nobody's standard."""
    for element in item:
        if _name(element) in ("image", "thumbnail", "featuredimage", "thumb"):
            inner = next((_said(child) for child in element if _name(child) == "url"), "")
            address = picture_address(
                element.get("href") or element.get("url") or inner or _said(element), base
            )
            if address and (_PICTURE.search(address) or element.get("href")):
                return [IncomingPicture(address)]
    return []


def _picture(address: str, words: dict[str, str]) -> IncomingPicture:
    caption = words.get("description", "") or words.get("title", "")
    return IncomingPicture(
        address, alt=words.get("title", ""), caption=caption, credit=words.get("credit", "")
    )


def _words(holder: etree._Element, inherited: dict[str, str]) -> dict[str, str]:
    """Title, description and credit said of a content, else of its group, else of its item."""
    said = dict(inherited)
    for name, key in (("title", "title"), ("description", "description")):
        if text := next((plain(_said(part)) for part in _children(holder, name)), ""):
            said[key] = text[:2000]
    credits = [plain(_said(part)) for part in _children(holder, "credit")]
    credits += [plain(_said(part)) for part in _children(holder, "copyright")] if not any(credits) else []
    if text := ", ".join(dict.fromkeys(name for name in credits[:10] if name)):
        said["credit"] = text[:500]
    return said


def _largest(contents: list[etree._Element]) -> etree._Element:
    """One thing in several sizes: the default where there is one, else the widest."""
    return max(contents, key=lambda content: (content.get("isDefault") == "true", _width(content)))


def _width(element: etree._Element) -> int:
    text = element.get("width", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else 0


def _children(holder: etree._Element, name: str) -> Iterator[etree._Element]:
    return (child for child in holder if is_media(child) and child.tag.rpartition("}")[2].lower() == name)


def _name(element: etree._Element) -> str:
    return element.tag.rpartition("}")[2].lower() if isinstance(element.tag, str) else ""


def _said(element: etree._Element) -> str:
    return "".join(element.itertext()).strip()
