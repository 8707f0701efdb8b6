"""JSON Feed 1 and 1.1 (https://www.jsonfeed.org/version/1.1/)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import tzinfo
from html import escape
from typing import Any, BinaryIO

from broadsheet.outward.errors import UnreadableSource

from ...errors import NoStory
from ...incoming import Broken, Incoming, IncomingAuthor, IncomingPicture, IncomingStory
from ...json_rows import head, rows
from ...json_stream import JsonSource
from ...markup import blocks_of
from . import channel as feeds
from .channel import Channel
from .dates import iso
from .media import kind_of, player

HEAD = frozenset(
    {"version", "title", "home_page_url", "feed_url", "language", "author", "authors", "items_total"}
)
Parts = Mapping[str, Any]


def stories(source: BinaryIO, name: str, address: str, folder: str, zone: tzinfo) -> Iterator[Incoming]:
    """Every item, in two passes over `source`. Raises `UnreadableSource` where it breaks off or is no feed."""
    try:
        said = head(JsonSource(source, name), HEAD)
    except UnreadableSource:
        # The items before the break are read below, and then it is met again.
        said = {}
    channel = Channel(
        address=address or feeds.web_address(said.get("feed_url")),
        title=feeds.one_line(_text(said, "title")),
        site=feeds.web_address(said.get("home_page_url")),
        language=_text(said, "language").replace("_", "-")[:20],
        authors=tuple(_authors(said)),
        folder=folder,
    )
    source.seek(0)
    found = 0
    for row in rows(JsonSource(source, name), {"items"}, bare="items"):
        found += 1
        if not isinstance(row.value, dict) or row.trouble:
            yield Broken(f"item {found}", row.trouble or "it is no item of a feed")
            continue
        try:
            yield story_of(row.value, channel, zone)
        except NoStory as error:
            yield Broken(error.where or f"item {found}", error.what)
    if not found and "jsonfeed" not in _text(said, "version"):
        raise UnreadableSource("it is no JSON Feed, or one without items", name, "check the address")


def story_of(item: Parts, channel: Channel, zone: tzinfo) -> IncomingStory:
    """The story of one item. Raises `NoStory`."""
    lost: list[str] = []
    base = channel.address or channel.site
    url = feeds.web_address(item.get("url"), base)
    external = feeds.web_address(item.get("external_url"), base)
    html = _text(item, "content_html") or feeds.paragraphs(_text(item, "content_text"))
    summary = feeds.one_line(_text(item, "summary"))
    is_whole = bool(html)
    files = [part for part in _list(item, "attachments") if isinstance(part, dict)][:100]
    if external:
        html += f'<p><a href="{escape(external)}">{escape(external)}</a></p>' if external not in html else ""
    blocks = blocks_of(
        (html or feeds.paragraphs(summary)) + _players(files, base, lost), url or base, lost=lost
    )
    words = IncomingStory("", "", blocks).body_text
    if not is_whole and words:
        lost.append("the feed gives no more than a summary")
    title = feeds.plain(_text(item, "title"))[:500]
    lead, body = feeds.with_pictures(blocks, _pictures(item, files, base))
    key = item.get("id")
    key = str(key).strip()[:2000] if isinstance(key, (str, int, float)) else ""
    if not title and not words and not body and lead is None:
        raise NoStory("it has neither title nor text", url or key, "see the feed")
    if not title:
        lost.append("it has no title: its first words are the headline")
    published, modified = iso(item.get("date_published"), zone), iso(item.get("date_modified"), zone)
    authors = tuple(_authors(item)) or channel.authors
    own = feeds.web_address(key)
    return IncomingStory(
        source_id=channel.source_id(key or url or title or words[:200]),
        headline=title or feeds.headline_of(words) or "(Untitled)",
        slug=feeds.slug_of(url or own),
        standfirst=feeds.standfirst_of(summary, words) if is_whole else "",
        body=body,
        bylines=tuple(author.name for author in authors),
        authors=authors,
        published=published or modified,
        modified=modified if published and modified != published else None,
        language=_text(item, "language").replace("_", "-")[:20] or channel.language,
        terms=feeds.topics((tag, tag) for tag in _list(item, "tags") if isinstance(tag, str)),
        access="free",
        source_name=channel.title,
        source_url=url or own or external,
        old_urls=tuple(dict.fromkeys(address for address in (url, own) if address)),
        lead=lead,
        folder=channel.folder,
        lost=tuple(dict.fromkeys(lost)),
    )


def _pictures(item: Parts, files: Sequence[Parts], base: str) -> list[IncomingPicture]:
    found = [feeds.picture_address(item.get(name), base) for name in ("image", "banner_image")]
    made = [IncomingPicture(address) for address in found if address]
    for file in files:
        address = feeds.picture_address(file.get("url"), base)
        if address and kind_of(address, _text(file, "mime_type")) == "image":
            made.append(IncomingPicture(address, caption=feeds.one_line(_text(file, "title"))))
    return made


def _players(files: Sequence[Parts], base: str, lost: list[str]) -> str:
    html = ""
    for file in files:
        address = feeds.web_address(file.get("url"), base)
        kind = kind_of(address, _text(file, "mime_type"))
        if address and kind in ("audio", "video"):
            html += player(kind, address, feeds.one_line(_text(file, "title")))
            lost.append(f"{kind} file: stays where it was, {address[:100]}")
        elif address and kind != "image":
            title = feeds.one_line(_text(file, "title")) or address
            html += f'<p><a href="{escape(address)}">{escape(title)}</a></p>'
    return html


def _authors(parts: Parts) -> Iterator[IncomingAuthor]:
    people = _list(parts, "authors") or [parts.get("author")]
    seen: set[str] = set()
    for person in people[:50]:
        if not isinstance(person, dict):
            continue
        photo = feeds.web_address(person.get("avatar"))
        made = feeds.author(_text(person, "name"), url=feeds.web_address(person.get("url")), photo=photo)
        if made is not None and made.name.casefold() not in seen:
            seen.add(made.name.casefold())
            yield made


def _list(parts: Parts, key: str) -> list[Any]:
    value = parts.get(key)
    return value if isinstance(value, list) else []


def _text(parts: Parts, key: str) -> str:
    value = parts.get(key)
    return value if isinstance(value, str) else ""
