"""One row of `posts`, with what it refers to, as a story."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from html import unescape
from typing import Any

from ...incoming import IncomingAuthor, IncomingPicture, IncomingStory, IncomingTerm
from .body import body_of
from .relations import Relations
from .site import Site

Record = Mapping[str, Any]
STATUSES = {"published": "live", "draft": "draft", "scheduled": "scheduled", "sent": "private"}
ACCESS = {"public": "free", "members": "registered", "paid": "subscribers", "tiers": "subscribers"}
_SOCIAL = (
    "meta_title",
    "meta_description",
    "og_title",
    "og_description",
    "twitter_title",
    "twitter_description",
)
_UTC = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)(?:\.\d+)?\s*(Z|[+-]\d\d:?\d\d)?$")


def story_of(post: Record, relations: Relations, site: Site) -> IncomingStory:
    """The story of a post. Ghost's times are UTC."""
    lost: list[str] = []
    meta = relations.one("posts_meta", post.get("id"))
    said = {**meta, **{key: value for key, value in post.items() if value not in (None, "")}}
    slug, published = _text(said, "slug"), time_of(said.get("published_at"))
    is_page = said.get("type") == "page" or said.get("page") in (1, True)
    authors = _authors(post, relations, site)
    terms = _terms(post, relations, lost)
    old_urls = list(
        site.old_addresses(
            slug,
            is_page=is_page,
            post_id=str(post.get("id", "")),
            author=authors[0].slug if authors else "",
            published=published,
        )
        if slug
        else ()
    )
    if (url := _text(said, "url")).startswith(("http://", "https://")) and url not in old_urls:
        old_urls.insert(0, url)
    if any(said.get(key) for key in _SOCIAL):
        lost.append("title and description for search engines and social networks")
    if any(_text(said, key).strip() for key in ("codeinjection_head", "codeinjection_foot")):
        lost.append("code injected into the page")
    canonical = site.resolved(_text(said, "canonical_url"))
    return IncomingStory(
        source_id=source_id(post, site),
        headline=_plain(_text(said, "title")) or "(Untitled)",
        form="page" if is_page else "story",
        slug=slug,
        standfirst=_plain(_text(said, "custom_excerpt") or _text(said, "excerpt_custom")),
        body=body_of(post, site, lost),
        bylines=tuple(author.name for author in authors),
        authors=authors,
        published=published,
        modified=time_of(said.get("updated_at")),
        language=(_text(said, "locale") or _text(said, "language")).replace("_", "-") or site.language,
        terms=terms,
        access=_access(said, post, relations, lost),
        status=_status(said, lost),
        source_name=site.name,
        source_url=canonical or (old_urls[0] if old_urls and old_urls[0].startswith("http") else ""),
        old_urls=tuple(old_urls),
        lead=_lead(said, site),
        folder=site.folder,
        lost=tuple(dict.fromkeys(lost)),
    )


def source_id(post: Record, site: Site) -> str:
    """Ghost's own identity of a post; numbers and slugs are told apart by their site."""
    if uuid := _text(post, "uuid")[:100]:
        return f"ghost:{uuid}"
    key = str(post.get("id") or "")[:100]
    if re.fullmatch(r"[0-9a-f]{24}", key):
        return f"ghost:{key}"
    name = key or _text(post, "slug") or _text(post, "title")
    return f"ghost:{(site.address or site.name)[:100]}:{name[:250]}"


def time_of(value: object) -> datetime | None:
    """Ghost's times: milliseconds since 1970, or ISO 8601 with or without its zone, which is UTC."""
    try:
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return datetime.fromtimestamp(value / 1000, UTC)
        match = _UTC.match(value.strip()) if isinstance(value, str) else None
        if match is None:
            return None
        zone = (match[3] or "Z").replace("Z", "+00:00")
        return datetime.fromisoformat(f"{match[1]}T{match[2]}{zone}")
    except (ValueError, OverflowError, OSError):
        return None


def _status(said: Record, lost: list[str]) -> str:
    status = str(said.get("status", "published"))
    if status == "sent" or (status == "published" and said.get("email_only") in (1, True)):
        lost.append("was sent by e-mail only: kept private")
        return "private"
    if status not in STATUSES:
        lost.append(f"its status “{status[:40]}” is unknown: kept as a draft")
    return STATUSES.get(status, "draft")


def _access(said: Record, post: Record, relations: Relations, lost: list[str]) -> str:
    visibility = str(said.get("visibility", "public"))
    if visibility in ("tiers", "filter") or visibility not in ACCESS:
        tiers = _records(post.get("tiers")) or relations.linked("posts_products", post.get("id"))
        names = ", ".join(name for tier in tiers if (name := _text(tier, "name")))
        lost.append(f"was for {names or visibility[:80]} alone: is for all subscribers")
    return ACCESS.get(visibility, "subscribers")


def _lead(said: Record, site: Site) -> IncomingPicture | None:
    address = _text(said, "feature_image") or _text(said, "image")
    if not address:
        return None
    return IncomingPicture(
        site.picture(address),
        alt=_plain(_text(said, "feature_image_alt")),
        caption=_plain(_text(said, "feature_image_caption")),
    )


def _terms(post: Record, relations: Relations, lost: list[str]) -> tuple[IncomingTerm, ...]:
    """Ghost's first public tag is what it shows above a story and puts into feeds as its section."""
    terms: list[IncomingTerm] = []
    for tag in _records(post.get("tags")) or relations.linked("posts_tags", post.get("id")):
        name = _plain(_text(tag, "name"))
        if not name:
            continue
        if tag.get("visibility") == "internal" or name.startswith("#"):
            lost.append(f"internal tag {name}")
            continue
        is_first = not terms
        terms.append(
            IncomingTerm(
                kind="section" if is_first else "topic",
                name=name,
                key=_text(tag, "slug"),
                is_primary=is_first,
            )
        )
    return tuple(terms)


def _authors(post: Record, relations: Relations, site: Site) -> tuple[IncomingAuthor, ...]:
    users = _records(post.get("authors")) or relations.linked("posts_authors", post.get("id"))
    if not users and post.get("author_id"):
        users = [relations.one("users", post["author_id"])]
    if not users and isinstance(post.get("author"), dict):
        users = [post["author"]]
    found = (_author(user, site) for user in users)
    return tuple({author.name: author for author in found if author.name}.values())


def _author(user: Record, site: Site) -> IncomingAuthor:
    photo = _text(user, "profile_image") or _text(user, "image")
    return IncomingAuthor(
        name=_plain(_text(user, "name")),
        key=_text(user, "slug"),
        slug=_text(user, "slug"),
        email=_text(user, "email"),
        bio=_plain(_text(user, "bio")),
        url=_text(user, "website"),
        photo=IncomingPicture(site.picture(photo), alt=_plain(_text(user, "name"))) if photo else None,
    )


def _records(value: object) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)][:200] if isinstance(value, list) else []


def _text(record: Record, key: str) -> str:
    value = record.get(key)
    return value if isinstance(value, str) else ""


def _plain(text: str) -> str:
    """One line of text; captions hold HTML."""
    if "<" in text:
        text = re.sub(r"<[^<>]{1,2000}>", " ", text)
    return " ".join(unescape(text).split())
