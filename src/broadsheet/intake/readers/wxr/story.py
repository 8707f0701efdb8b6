"""A post or a page of an export as an incoming story."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from email.utils import parsedate_to_datetime
from urllib.parse import unquote

from broadsheet.newsroom.cleaning import clean_text

from ...addresses import host_of
from ...incoming import IncomingAuthor, IncomingBlock, IncomingPicture, IncomingStory, IncomingTerm
from ...labels import split_labels
from ...markup import blocks_of
from .editor import html_of
from .item import Item, words
from .shortcodes import Pieces
from .site import Site

STATUSES = {
    "publish": "live",
    "inherit": "live",
    "future": "scheduled",
    "private": "private",
    "draft": "draft",
    "pending": "draft",
    "auto-draft": "draft",
}
# Taxonomies of WordPress and its plug-ins that say nothing of what a story is about.
_TECHNICAL = frozenset(
    [
        "author",
        "nav_menu",
        "link_category",
        "language",
        "post_translations",
        "term_language",
        "term_translations",
        "translation_priority",
        "wp_theme",
        "wp_template_part_area",
        "wp_pattern_category",
        "yst_prominent_words",
        "elementor_library_type",
        "following_users",
        "ef_usergroup",
        "post_status",
        "amp_validation_error",
        "action-group",
        "product_visibility",
        "product_type",
    ]
)
_FORMATS = {"post-format-video": "VIDEO", "post-format-gallery": "PHOTO", "post-format-image": "PHOTO"}
_SUBTITLES = (
    "newspack_post_subtitle",
    "wps_subtitle",
    "_subtitle",
    "subtitle",
    "kia_subtitle",
    "secondary_title",
)
_SEARCH_TITLES = ("_yoast_wpseo_title", "rank_math_title", "_aioseo_title", "_aioseop_title")
_SEARCH_TEXTS = (
    "_yoast_wpseo_metadesc",
    "rank_math_description",
    "_aioseo_description",
    "_aioseop_description",
)
_BYLINE_NAME = re.compile(r"\[Author[^\]]*\](.*?)\[/Author\]", re.IGNORECASE | re.DOTALL)
_MARK = re.compile("<p>\ue000(\\d+)\ue001</p>|\ue000(\\d+)\ue001")
_PRIVATE_USE = re.compile("[\ue000-\ue002]")
_MOST_SLUGS = 50
_LONGEST_HEADLINE_OF_TEXT = 80


def number_of(item: Item) -> str:
    """The post's number, from its address where it isn't said."""
    number = item.get("post_id").strip()
    if number.isdecimal():
        return number
    for name in ("guid", "link"):
        if found := re.search(r"[?&](?:p|page_id|attachment_id)=(\d+)", item.get(name)):
            return found[1]
    return ""


def source_id(item: Item, site: Site) -> str:
    number = number_of(item)
    if number:
        return f"{site.base}/?p={number}"
    return (
        item.get("guid").strip()
        or item.get("link").strip()
        or f"{site.base}/#{words(item.get('title'))} {item.get('post_date').strip()}"
    )


def story_of(item: Item, site: Site, zone: tzinfo, shortcodes: Mapping[str, str]) -> IncomingStory:
    """The story with everything that the export says of it."""
    lost: list[str] = []
    number = number_of(item)
    published, modified = _times(item, zone)
    status = STATUSES.get(item.get("status").strip() or "draft", "draft")
    if not item.get("status").strip():
        lost.append("no status: it comes in as a draft")
    if item.get("post_password").strip():
        status = "private"
        lost.append("its password: it comes in as private")
    if status == "draft" and not _is_time(item.get("post_date_gmt")):
        published = None
    raw = item.get("content")
    link = item.get("link").strip()
    blocks, is_for_members = _body(raw, number, link or site.base, site, shortcodes, lost)
    headline, labels = split_labels(words(item.get("title")))
    lead, blocks = _lead(item, site, blocks, lost)
    standfirst = _standfirst(item, lost)
    authors = _authors(item, site)
    if item.comments:
        lost.append(f"{item.comments} comments")
    for names, said in ((_SEARCH_TITLES, "title"), (_SEARCH_TEXTS, "description")):
        if text := item.meta(*names):
            lost.append(f"a {said} for search engines: {words(text)[:160]}")
    story = IncomingStory(
        source_id=source_id(item, site),
        headline=headline,
        body=tuple(blocks),
        form="page" if item.post_type == "page" else "story",
        slug=unquote(item.get("post_name").strip()),
        kicker=words(item.meta("kicker", "_kicker", "newspack_kicker")),
        standfirst=standfirst,
        bylines=tuple(author.name for author in authors),
        published=published,
        modified=modified,
        language=_language(item, site),
        access="subscribers"
        if is_for_members or item.meta("rcp_subscription_level", "rcp_access_level") not in ("", "0", "None")
        else "free",
        status=status,
        labels=tuple(dict.fromkeys((*labels, *(_FORMATS[t.key] for t in item.terms if t.key in _FORMATS)))),
        source_url=link if link.startswith("http") else "",
        old_urls=old_urls(item, site, number),
        lead=lead,
        terms=_terms(item, site),
        authors=authors,
        lost=tuple(dict.fromkeys(lost)),
    )
    if not headline:
        text = story.standfirst or " ".join(story.body_text.split())
        cut = (
            text
            if len(text) <= _LONGEST_HEADLINE_OF_TEXT
            else text[:_LONGEST_HEADLINE_OF_TEXT].rsplit(" ", 1)[0] + "…"
        )
        story = replace(
            story,
            headline=cut or story.slug or f"No. {number}",
            lost=(*story.lost, "no title: it has one of its first words"),
        )
    return story


def _body(
    raw: str, number: str, base: str, site: Site, shortcodes: Mapping[str, str], lost: list[str]
) -> tuple[list[IncomingBlock], bool]:
    if not raw.strip():
        return [], False
    if max(raw) >= "\ue000" and _PRIVATE_USE.search(raw):
        raw = _PRIVATE_USE.sub("", raw)

    def gallery(attributes: dict[str, str]) -> str:
        html, missing = site.gallery(attributes, number)
        if missing:
            lost.append(f"{missing} pictures of a gallery, which aren't in this file")
        return html

    pieces = Pieces(
        gallery=gallery,
        files=lambda attributes: site.files(attributes.get("ids") or attributes.get("id") or ""),
        note=lost.append,
        mapping=shortcodes,
    )
    html = html_of(raw, pieces, lambda key: site.store.get("block", key) or "")
    if not pieces.facts:
        return site.originals(blocks_of(html, base, lost=lost)), pieces.is_for_members
    blocks: list[IncomingBlock] = []
    at = 0
    for mark in _MARK.finditer(html):
        blocks += blocks_of(html[at : mark.start()], base, lost=lost)
        title, inside = pieces.facts[int(mark[1] or mark[2])]
        text = "".join(b.value for b in blocks_of(inside, base, lost=lost) if b.kind in ("text", "html"))
        blocks.append(IncomingBlock("facts", {"title": title, "text": clean_text(text)}))
        at = mark.end()
    blocks += blocks_of(html[at:], base, lost=lost)
    return site.originals(blocks), pieces.is_for_members


def _lead(
    item: Item, site: Site, blocks: list[IncomingBlock], lost: list[str]
) -> tuple[IncomingPicture | None, list[IncomingBlock]]:
    number = item.meta("_thumbnail_id")
    if not number:
        return None, blocks
    lead = site.picture(number)
    if lead is None:
        lost.append(f"its featured picture {number}, which isn't in this file")
        return None, blocks
    if blocks and blocks[0].kind == "picture" and blocks[0].value.address == lead.address:
        # Themes show a featured picture above the text; there it would stand twice.
        first = blocks[0].value
        lead = IncomingPicture(
            lead.address, first.alt or lead.alt, first.caption or lead.caption, first.credit or lead.credit
        )
        blocks = blocks[1:]
    return lead, blocks


def _standfirst(item: Item, lost: list[str]) -> str:
    subtitle, excerpt = words(item.meta(*_SUBTITLES)), words(item.get("excerpt"))
    if subtitle and excerpt and subtitle != excerpt:
        lost.append(f"its excerpt, for it has a subtitle: {excerpt[:160]}")
    if "<a " in item.get("excerpt"):
        lost.append("links of its excerpt")
    return subtitle or excerpt


def _authors(item: Item, site: Site) -> tuple[IncomingAuthor, ...]:
    """Co-authors in their order where there are such, else whoever wrote it in WordPress."""
    found: list[IncomingAuthor | None] = []
    if item.meta("_newspack_byline_active") in ("1", "true") and (byline := item.meta("_newspack_byline")):
        names = [words(name) for name in _BYLINE_NAME.findall(byline)] or [words(byline)]
        found = [site.author("", name) for name in names if name]
    if not found:
        found = [site.author(term.key, term.name) for term in item.terms if term.domain == "author"]
    if not found:
        login = words(item.get("creator")) or words(item.get("author")) or words(item.get("rss_author"))
        found = [site.author(login)] if login else []
    return tuple({author.name: author for author in found if author and author.name}.values())


def _terms(item: Item, site: Site) -> tuple[IncomingTerm, ...]:
    primary = item.meta(
        "_yoast_wpseo_primary_category",
        "rank_math_primary_category",
        "epc_primary_category",
        "_primary_category",
    )
    primary = (site.store.get("term-number", primary) or primary) if primary else ""
    found: dict[tuple[str, str], IncomingTerm] = {}
    names: set[str] = set()
    for term in item.terms:
        if term.domain in ("category", "post_tag", "tag"):
            is_section = term.domain == "category"
            made = site.term(
                "section" if is_section else "topic",
                "category" if is_section else "post_tag",
                term.key,
                term.name,
                primary=primary if is_section else "",
            )
        elif not term.domain or term.domain == "post_format" or term.domain in _TECHNICAL:
            continue
        else:
            made = site.term("topic", term.domain, term.key, term.name)
        names.add(made.name.casefold())
        found.setdefault((made.kind, made.key or made.name), made)
    for term in item.terms:
        # Old exports name each term a second time without saying what it is.
        if not term.domain and term.name.casefold() not in names:
            key = site.store.get("named:category", term.name.casefold())
            is_section = bool(key) or term.name == "Uncategorized"
            made = site.term(
                "section" if is_section else "topic",
                "category" if is_section else "post_tag",
                key or term.key,
                term.name,
            )
            found.setdefault((made.kind, made.key or made.name), made)
    if item.post_type not in ("post", "page"):
        name = item.post_type.replace("_", " ").replace("-", " ").strip()
        found["type", item.post_type] = IncomingTerm("topic", name, f"post_type:{item.post_type}")
    return tuple(found.values())


def _language(item: Item, site: Site) -> str:
    said = next((t.key or t.name for t in item.terms if t.domain == "language"), "") or site.language
    return said.replace("_", "-").split("-")[0].strip().lower()[:10]


def _is_time(text: str) -> bool:
    text = text.strip()
    return len(text) >= 10 and not text.startswith(("0000", "-0001"))


def _parsed(text: str) -> datetime | None:
    if not _is_time(text):
        return None
    try:
        return datetime.fromisoformat(text.strip())
    except ValueError:
        return None


def _mailed(text: str) -> datetime | None:
    """A time in the form of e-mail as one without zone, in UTC."""
    try:
        found = parsedate_to_datetime(text) if text else None
    except (ValueError, TypeError, IndexError):
        return None
    return found.astimezone(UTC).replace(tzinfo=None) if found and found.tzinfo else found


def _times(item: Item, zone: tzinfo) -> tuple[datetime | None, datetime | None]:
    """First published and changed, in the zone that the site had then."""
    local, gmt = _parsed(item.get("post_date")), _parsed(item.get("post_date_gmt"))
    if gmt is None and "-0001" not in item.get("pubDate"):
        gmt = _mailed(item.get("pubDate").strip())
    published = _aware(local, gmt, zone)
    modified = _aware(_parsed(item.get("post_modified")), _parsed(item.get("post_modified_gmt")), zone)
    if modified and published and modified <= published:
        modified = None
    return published, modified


def _aware(local: datetime | None, gmt: datetime | None, zone: tzinfo) -> datetime | None:
    try:
        if gmt is None or gmt.tzinfo is not None:
            return local.replace(tzinfo=zone) if local and local.tzinfo is None else local or gmt
        exact = gmt.replace(tzinfo=UTC)
        if local is None or local.tzinfo is not None:
            return exact.astimezone(zone)
        minutes = round((local - gmt).total_seconds() / 900) * 15
        if abs(minutes) > 14 * 60:
            return exact.astimezone(zone)
        in_zone = exact.astimezone(zone)
        if in_zone.utcoffset() == timedelta(minutes=minutes):
            return in_zone
        return exact.astimezone(timezone(timedelta(minutes=minutes)))
    except (OverflowError, ValueError):
        return None


def old_urls(item: Item, site: Site, number: str) -> tuple[str, ...]:
    """Every address that the site answered for this item."""
    link, guid = item.get("link").strip(), item.get("guid").strip()
    found = [link]
    host = _site_of(site.base) or _site_of(link)
    if guid.startswith("http") and _site_of(guid) == host:
        found.append(guid)
    if number and site.base.startswith("http"):
        name = {"page": "page_id", "attachment": "attachment_id"}.get(item.post_type, "p")
        found.append(f"{site.base}/?{name}={number}")
        found += [f"{site.base}/?p={number}"] if name == "page_id" else []
    path = link.split("?")[0].rstrip("/")
    slug = path.rsplit("/", 1)[-1]
    if slug and unquote(slug) == unquote(item.get("post_name").strip()):
        end = "/" if link.rstrip().endswith("/") else ""
        for old in item.metas.get("_wp_old_slug", [])[:_MOST_SLUGS]:
            if old and "/" not in old:
                found.append(f"{path[: -len(slug)]}{old}{end}")
    return tuple(dict.fromkeys(url for url in found if url.startswith(("http://", "https://"))))


def _site_of(url: str) -> str:
    return host_of(url).removeprefix("www.")
