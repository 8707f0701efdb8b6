"""One entry of RSS or Atom, as feedparser gives it, as a story."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo
from hashlib import blake2b
from html import escape
from typing import Any

from ...errors import NoStory
from ...incoming import IncomingAuthor, IncomingStory
from ...markup import blocks_of
from . import channel as feeds
from .channel import Channel
from .dates import moment
from .items import Item

_HTML = ("html", "xhtml")
# Asked with `dict.get`: feedparser's own takes other keys for missing ones, and warns of it.
Parts = dict[str, Any]


def channel_of(feed: Parts, address: str, folder: str) -> Channel:
    """What a feed says of itself."""
    return Channel(
        address=address,
        title=feeds.plain(_text(feed, "title")),
        site=feeds.web_address(_text(feed, "link"), address),
        language=_language(_text(feed, "language")),
        rights=feeds.plain(_text(feed, "rights"))[:500],
        authors=tuple(_authors(feed)),
        folder=folder,
    )


def story_of(item: Item, channel: Channel, zone: tzinfo) -> IncomingStory:
    """The story of one entry. Raises `NoStory` where it has neither title nor text."""
    entry = item.entry
    assert entry is not None
    lost: list[str] = list(item.beside.lost)
    link = feeds.web_address(
        _text(entry, "feedburner_origlink") or _text(entry, "link"), channel.address or channel.site
    )
    html, base, is_whole, language = _body(entry, lost)
    base = feeds.web_address(base, channel.address or channel.site) or link or channel.site
    blocks = blocks_of(html + "".join(item.beside.players), base, lost=lost)
    lead, body = feeds.with_pictures(blocks, item.beside.pictures)
    words = IncomingStory("", "", blocks).body_text
    if not is_whole and words and len(words) < feeds.SHORT_BODY:
        lost.append("the feed gives no more than a summary")
    title = _title(entry) or item.beside.title[:500]
    if not title and not words and not body and lead is None:
        raise NoStory("it has neither title nor text", link or _text(entry, "id")[:120], "see the feed")
    if not title:
        lost.append("it has no title: its first words are the headline")
    published, modified = _times(entry, zone)
    own = {author.name.casefold(): author for author in item.beside.authors[:50]}
    authors = tuple(own.values()) or (channel.authors if item.version.startswith("atom") else ())
    source = dict.get(entry, "source") or {}
    key = item.beside.key or _text(entry, "id").strip()[:2000] or link
    permalink = feeds.web_address(key) if dict.get(entry, "guidislink", True) or not link else ""
    return IncomingStory(
        source_id=channel.source_id(key or _digest(title, words, str(published))),
        headline=title or feeds.headline_of(words) or "(Untitled)",
        slug=feeds.slug_of(link or permalink),
        standfirst=feeds.standfirst_of(feeds.plain(_text(entry, "summary")), words) if is_whole else "",
        body=body,
        bylines=tuple(author.name for author in authors),
        authors=authors,
        published=published,
        modified=modified if modified != published else None,
        language=language or channel.language,
        terms=feeds.topics((*_terms(entry), *((name, "") for name in item.beside.topics))),
        access="free",
        source_name=feeds.plain(_text(source, "title")) or channel.title,
        source_url=link or permalink,
        usage_terms=feeds.plain(_text(entry, "rights"))[:500] or channel.rights,
        old_urls=tuple(dict.fromkeys(address for address in (link, permalink) if address)),
        lead=lead,
        folder=channel.folder,
        lost=tuple(dict.fromkeys(lost)),
    )


def _body(entry: Parts, lost: list[str]) -> tuple[str, str, bool, str]:
    """The fullest text: its HTML, base address, whether it is more than a summary, and its language."""
    best: tuple[str, str, bool, str] = ("", "", False, "")
    contents = dict.get(entry, "content")
    for content in (contents if isinstance(contents, list) else [])[:20]:
        html = _as_html(content, lost)
        if len(html) > len(best[0]):
            best = (html, _text(content, "base"), True, _language(_text(content, "language")))
    summary = dict.get(entry, "summary_detail")
    if not best[0] and isinstance(summary, dict):
        best = (_as_html(summary, lost), _text(summary, "base"), False, _language(_text(summary, "language")))
    if not best[0] and _text(entry, "summary"):
        best = (_text(entry, "summary"), "", False, "")
    return best


def _as_html(content: Parts, lost: list[str]) -> str:
    value, kind = _text(content, "value"), _text(content, "type").lower()
    if not value.strip():
        if src := feeds.web_address(_text(content, "src"), _text(content, "base")):
            lost.append("its text is elsewhere: a link to it")
            return f'<p><a href="{escape(src)}">{escape(src)}</a></p>'
        return ""
    if any(name in kind for name in _HTML):
        return value
    if kind in ("", "text/plain", "text", "plain"):
        return feeds.paragraphs(value)
    if kind.startswith("text/") or kind.endswith(("+xml", "/xml")):
        return value
    lost.append(f"a content of the type {kind[:60]}")
    return ""


def _title(entry: Parts) -> str:
    detail = dict.get(entry, "title_detail")
    kind = _text(detail, "type") if isinstance(detail, dict) else ""
    title = _text(entry, "title")
    return (feeds.one_line(title) if kind == "text/plain" else feeds.plain(title))[:500]


def _times(entry: Parts, zone: tzinfo) -> tuple[Any, Any]:
    """First published and modified; a feed that knows one time alone means when it was published."""
    said = {
        name: moment(dict.get(entry, name), dict.get(entry, f"{name}_parsed"), zone)
        for name in ("published", "created", "updated")
    }
    published = said["published"] or said["created"] or said["updated"]
    return published, said["updated"]


def _authors(parts: Parts) -> Iterator[IncomingAuthor]:
    seen: set[str] = set()
    people = dict.get(parts, "authors")
    for person in (people if isinstance(people, list) else [])[:50]:
        if not isinstance(person, dict):
            continue
        made = feeds.author(
            _text(person, "name"), _text(person, "email"), feeds.web_address(_text(person, "href"))
        )
        if made is not None and made.name.casefold() not in seen:
            seen.add(made.name.casefold())
            yield made


def _terms(entry: Parts) -> Iterator[tuple[str, str]]:
    tags = dict.get(entry, "tags")
    for tag in (tags if isinstance(tags, list) else [])[:200]:
        if isinstance(tag, dict):
            yield _text(tag, "label") or _text(tag, "term"), _text(tag, "term")[:200]


def _language(tag: str) -> str:
    tag = tag.strip().replace("_", "-")
    return tag if 2 <= len(tag) <= 20 and tag.replace("-", "").isalnum() else ""


def _digest(*parts: str) -> str:
    return blake2b("\n".join(parts).encode("utf-8", "replace"), digest_size=12).hexdigest()


def _text(parts: Parts, key: str) -> str:
    value = dict.get(parts, key) if isinstance(parts, dict) else None
    return value if isinstance(value, str) else ""
