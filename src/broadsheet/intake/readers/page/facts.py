"""What an HTML page says of its story outside the text: JSON-LD, Open Graph, meta tags, microdata, `time`, `h1`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo
from html import unescape
from typing import Any

from htmldate import find_date
from lxml import etree
from lxml.html import HtmlElement

from . import bylines, dates, words
from .bylines import squeezed
from .links import is_of_a_page, joined
from .printed import around

ARTICLE = re.compile(r"(?:article|posting|report|review|webpage|story|recipe)$", re.IGNORECASE)
DIVIDERS = (" | ", " – ", " — ", " - ", " :: ", " » ", " · ", " • ", " / ", ": ")
PUBLISHED_META = (
    "article:published_time",
    "og:article:published_time",
    "datepublished",
    "date",
    "dc.date.issued",
    "dcterms.created",
    "dc.date",
    "parsely-pub-date",
    "pubdate",
    "publishdate",
    "publish-date",
    "sailthru.date",
    "article.published",
    "cxenseparse:recs:publishtime",
    "citation_publication_date",
    "og:pubdate",
)
MODIFIED_META = (
    "article:modified_time",
    "og:updated_time",
    "datemodified",
    "last-modified",
    "dcterms.modified",
    "article.updated",
)
HEADLINE_CLASS = re.compile(
    r"(?:entry|post|article|story|page|single|content)[-_]?(?:title|headline|header)|headline|hed\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the page claims; empty where it says nothing."""

    headline: str
    labels: tuple[str, ...]
    bylines: tuple[str, ...]
    published: datetime | None
    modified: datetime | None
    description: str
    language: str
    site_name: str
    address: str
    picture: str
    section: str
    topics: tuple[str, ...]
    article_body: str
    is_free: bool


def read(tree: HtmlElement, html: str, address: str, zone: tzinfo) -> Facts:
    """Everything the page says; the more deliberate statement wins over the looser one."""
    meta = _meta(tree)
    linked = list(_linked(tree))
    items = [item for item in linked if _is_article(item)]
    site = _site_name(meta, items)
    raw = _headline(tree, meta, items, site)
    headline, labels = words.split_labels(raw)
    own = _own_address(tree, meta, address)
    base = address or own
    printed = around(tree, headline, zone)
    published = _moment(_texts(items, "datePublished"), meta, PUBLISHED_META, tree, "datePublished", zone)
    if published is None:
        published = printed.moment if printed.has_clock else None
    return Facts(
        headline=headline,
        labels=labels,
        bylines=bylines.of_page(
            tree, meta, items, _people(linked), (site, *bylines.hosts(base)), printed.bylines
        ),
        published=published or printed.moment or _guessed(html, zone, printed.mastheads),
        modified=_moment(_texts(items, "dateModified"), meta, MODIFIED_META, tree, "dateModified", zone),
        description=words.tidy(
            meta.get("og:description", "")
            or meta.get("description", "")
            or next(_texts(items, "description"), "")
        ),
        language=_language(tree, meta, items),
        site_name=site,
        address=own or address,
        picture=joined(base, meta.get("og:image", "") or next(_images(items), ""))
        if base or meta.get("og:image", "").startswith("http")
        else "",
        section=words.tidy(meta.get("article:section", "") or next(_texts(items, "articleSection"), "")),
        topics=tuple(dict.fromkeys(words.tidy(t) for t in _topics(tree, items) if words.tidy(t)))[:12],
        article_body=next(_texts(items, "articleBody"), ""),
        is_free=all(str(item.get("isAccessibleForFree", True)).lower() != "false" for item in items),
    )


def _own_address(tree: HtmlElement, meta: dict[str, str], address: str) -> str:
    """What the page calls its address, where that can be one story's."""
    for said in (meta.get("og:url", ""), _href(tree, '//link[@rel="canonical"]')):
        whole = joined(address, said) if said else ""
        if is_of_a_page(whole):
            return whole
    return ""


def _meta(tree: HtmlElement) -> dict[str, str]:
    found: dict[str, str] = {}
    for element in tree.iterfind(".//meta"):
        said = (element.get("property") or element.get("name") or element.get("itemprop") or "").lower()
        content = (element.get("content") or "").strip()
        for name in said.split() if content else ():
            found.setdefault(re.sub(r"^(dc|dcterms?)[:.](?:terms\.)?", r"\1.", name), content)
    return found


def _linked(tree: HtmlElement) -> Iterator[dict[str, Any]]:
    """Every node of the page's JSON-LD."""
    for script in tree.iterfind('.//script[@type="application/ld+json"]'):
        text = re.sub(r"[\x00-\x1f]+", " ", script.text or "")
        text = re.sub(r"^\s*(?:<!--|//)?\s*<!\[CDATA\[|(?://)?\s*\]\]>\s*(?:-->)?\s*$", "", text)
        try:
            data = json.loads(text)
        except (ValueError, RecursionError):
            continue
        yield from _flat(data, 0)


def _is_article(item: dict[str, Any]) -> bool:
    kinds = item.get("@type")
    return any(ARTICLE.search(str(kind)) for kind in (kinds if isinstance(kinds, list) else [kinds]))


def _people(linked: list[dict[str, Any]]) -> dict[str, str]:
    return {
        str(node["@id"]): node["name"]
        for node in linked
        if isinstance(node.get("name"), str) and "@id" in node and "Person" in str(node.get("@type"))
    }


def _flat(data: object, depth: int) -> Iterator[dict[str, Any]]:
    if depth > 6:
        return
    if isinstance(data, list):
        for item in data[:50]:
            yield from _flat(item, depth + 1)
    elif isinstance(data, dict):
        yield data
        for key in ("@graph", "mainEntity", "mainEntityOfPage"):
            yield from _flat(data.get(key), depth + 1)


def _texts(items: Iterable[dict[str, Any]], key: str) -> Iterator[str]:
    for item in items:
        value = item.get(key)
        for part in value if isinstance(value, list) else [value]:
            if isinstance(part, str) and part.strip():
                yield part.strip()


def _images(items: Iterable[dict[str, Any]]) -> Iterator[str]:
    for item in items:
        value = item.get("image")
        first = value[0] if isinstance(value, list) and value else value
        url = first.get("url") if isinstance(first, dict) else first
        if isinstance(url, str):
            yield url


def _site_name(meta: dict[str, str], items: list[dict[str, Any]]) -> str:
    if meta.get("og:site_name"):
        return words.tidy(meta["og:site_name"])
    for item in items:
        publisher = item.get("publisher")
        if isinstance(publisher, dict) and isinstance(publisher.get("name"), str):
            return words.tidy(publisher["name"])
    return ""


def _headline(tree: HtmlElement, meta: dict[str, str], items: list[dict[str, Any]], site: str) -> str:
    """The headline on which the page's statements agree best; the site's own name is cut off."""
    title = words.tidy(tree.findtext(".//title") or "")
    said = [
        next((words.tidy(unescape(t)) for t in _texts(items, "headline")), ""),
        words.tidy(meta.get("og:title", "")),
        words.tidy(meta.get("twitter:title", "")),
    ]
    claims = [text for text in [*said, title] if text]
    ones = [text for text, _ in _headings(tree, ("h1",), site)]
    for text in ones:
        # The h1 is what readers saw: it wins when title or metadata repeat it.
        if any(_agrees(text, other) for other in claims):
            return text
    named = [
        text
        for text, element in _headings(tree, ("h1", "h2", "h3"), site)
        if HEADLINE_CLASS.search(_classes(element))
    ]
    for text in named or [text for text, _ in _headings(tree, ("h2", "h3"), site)]:
        # Blogs keep the h1 for their own name.
        if any(_agrees(text, other) for other in claims):
            return text
    for text in said:
        if text:
            return _cut_site(text, site)
    if len(named) == 1:
        return named[0]
    if title:
        return _cut_site(title, site)
    return ones[0] if ones else ""


def _headings(tree: HtmlElement, tags: tuple[str, ...], site: str) -> list[tuple[str, HtmlElement]]:
    """Headings in order, without those that are the site's name: a link home, or what the site calls itself."""
    found = []
    for element in tree.iter(*tags):
        text = words.tidy(element.text_content())
        if not 3 <= len(text) <= 300 or (site and squeezed(text) == squeezed(site)):
            continue
        links = [a.get("href") or "" for a in element.iter("a")]
        if any(re.fullmatch(r"(?:https?://[^/]+)?/?(?:index\.\w+)?", link) for link in links):
            continue
        if re.search(
            r"site-?(?:title|name|logo)|blog-?title|logo",
            _classes(element) + _classes(element.getparent()),
            re.IGNORECASE,
        ):
            continue
        found.append((text, element))
    return found[:40]


def _classes(element: HtmlElement | None) -> str:
    return f"{element.get('class') or ''} {element.get('id') or ''} " if element is not None else ""


def _agrees(a: str, b: str) -> bool:
    """Whether heading `a` is claim `b`, or one of the parts that a divider makes of it."""
    x = squeezed(words.split_labels(a)[0])
    if len(x) < 4:
        return False
    whole = words.split_labels(b)[0]
    parts = {squeezed(whole)}
    for divider in DIVIDERS:
        pieces = whole.split(divider)
        parts |= {squeezed(piece) for piece in pieces}
        parts |= {squeezed(divider.join(pieces[:n])) for n in range(1, len(pieces))}
    return x in parts or (len(x) > 20 and squeezed(whole).startswith(x))


def _cut_site(text: str, site: str) -> str:
    for divider in DIVIDERS:
        left, found, right = text.rpartition(divider)
        if not found:
            continue
        if site and re.sub(r"\W+", "", right).casefold() in re.sub(r"\W+", "", site).casefold():
            return left.strip()
        if (
            divider != ": "
            and 1 <= len(right.split()) <= 4
            and len(left.split()) >= 3
            and len(left) > len(right) * 1.5
        ):
            return left.strip()
    left, found, right = text.partition(" | ")
    if found and site and re.sub(r"\W+", "", left).casefold() == re.sub(r"\W+", "", site).casefold():
        return right.strip()
    return text


def _moment(
    said: Iterable[str],
    meta: dict[str, str],
    names: tuple[str, ...],
    tree: HtmlElement,
    itemprop: str,
    zone: tzinfo,
) -> datetime | None:
    for text in said:
        if found := dates.parse(text, zone):
            return found
    for name in names:
        if name in meta and (found := dates.parse(meta[name], zone)):
            return found
    for element in tree.xpath(f'//*[@itemprop="{itemprop}"]')[:2]:
        text = element.get("content") or element.get("datetime") or element.text_content()
        if found := dates.parse(words.tidy(text), zone):
            return found
    if itemprop == "datePublished":
        for element in tree.xpath(
            "//article//time[@datetime] | //main//time[@datetime] | //header//time[@datetime]"
        )[:5]:
            if bylines.is_elsewhere(element):
                continue
            if found := dates.parse(element.get("datetime"), zone):
                return found
    return None


def _guessed(html: str, zone: tzinfo, mastheads: frozenset[str]) -> datetime | None:
    """What htmldate finds in addresses and text, a day without a time; never the day that the masthead prints."""
    try:
        found = find_date(html, original_date=True, extensive_search=True, outputformat="%Y-%m-%d")
    except (ValueError, TypeError, RecursionError, etree.LxmlError):
        return None
    if not found or found in mastheads or not _is_printed(found, html):
        return None
    return dates.parse(found, zone)


def _is_printed(day: str, html: str) -> bool:
    """Whether a first of a month stands on the page; a bare year or month is made one where it doesn't."""
    year, month, number = day.split("-")
    if number != "01":
        return True
    return bool(
        re.search(
            rf"{year}[-/.]?0?{int(month)}[-/.]?0?1(?!\d)"
            rf"|(?<!\d)0?1(?:st|er|º)?[-/.\s]+(?:de\s+)?(?:0?{int(month)}|[^\W\d]+)[-/.,\s]+(?:de\s+)?{year}"
            rf"|(?<!\d)0?{int(month)}[-/.]0?1[-/.]{year}|[^\W\d]+\.?\s+0?1(?:st)?,?\s+{year}",
            html,
        )
    )


def _language(tree: HtmlElement, meta: dict[str, str], items: list[dict[str, Any]]) -> str:
    root = tree.getroottree().getroot()
    said = (
        root.get("lang")
        or root.get("{http://www.w3.org/XML/1998/namespace}lang")
        or meta.get("content-language")
        or next(_texts(items, "inLanguage"), "")
        or meta.get("og:locale", "")
    )
    return re.split(r"[-_]", said.strip())[0].lower() if said else ""


def _href(tree: HtmlElement, path: str) -> str:
    found = tree.xpath(path)
    return str(found[0].get("href") or "") if found else ""


def _topics(tree: HtmlElement, items: list[dict[str, Any]]) -> Iterator[str]:
    for element in tree.xpath('//meta[@property="article:tag"]'):
        yield element.get("content") or ""
    for text in _texts(items, "keywords"):
        yield from text.split(",")
    for element in tree.xpath('//a[@rel="tag"]')[:12]:
        yield element.text_content()
