"""Who wrote an HTML page, by what it says in JSON-LD, meta tags, microdata, and by-lines that readers see."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import unescape
from typing import Any
from urllib.parse import urlsplit

from lxml import etree
from lxml.html import HtmlElement
from trafilatura import extract_metadata

from . import words

MOST = 6
AUTHOR_META = (
    "dc.creator",
    "dcterms.creator",
    "author",
    "article:author",
    "byl",
    "parsely-author",
    "sailthru.author",
    "twitter:creator_name",
    "cxenseparse:author",
    "citation_author",
)
_WORDS = 'contains(concat(" ", normalize-space(@class), " "), " {} ")'
# What is said to be an author's name may be one word; a by-line found by its class must look like a name.
SAID = (
    '//*[@itemprop="author"]//*[@itemprop="name"]',
    '//*[@itemprop="author"]',
    '//*[contains(concat(" ", normalize-space(@rel), " "), " author ")]',
    f"//*[{_WORDS.format('author')}]//*[{_WORDS.format('fn')}] | //*[{_WORDS.format('author')} and {_WORDS.format('fn')}]",
)
SHOWN = (
    f"//*[{_WORDS.format('byline')}]",
    f"//*[{_WORDS.format('author-name')}]",
    f"//*[{_WORDS.format('author')}]",
    '//*[contains(@class, "byline")]',
    '//*[contains(@class, "author__name") or contains(@class, "post-author") or contains(@class, "entry-author") or contains(@class, "article-author")]',
    '//a[contains(@href, "/author/") or contains(@href, "/authors/") or contains(@href, "/autor/") or contains(@href, "/autoren/") or contains(@href, "/auteur/")]',
)
# Other stories' by-lines, and those who comment.
ELSEWHERE = re.compile(
    r"comment|related|teaser|recommend|footer|popular|most-?read|newsletter|carousel|widget|sidebar|read-?next|more-",
    re.IGNORECASE,
)
NOT_NAMES = re.compile(
    r"^(?:(?:wordpress|site|web)?[ -]?admin|administrator|editors?|editorial|editorial team|redaktion|redaksiya|staff|webmaster|guest|authors?|publisher|anonymous|anonym|an[oó]nimo|unknown|none|null|root|https?:.*|@.*|www\..*|.*\bredaktion|.*\b(?:gmbh|inc|ltd|llc|e\W{0,2}v|ag|s\.?a)\.?)$",
    re.IGNORECASE,
)
WRITTEN_BY = re.compile(
    r"^(?:written by|verfasst von|geschrieben von|escrito por|écrit par|scritto da)$", re.IGNORECASE
)


def of_page(
    tree: HtmlElement,
    meta: dict[str, str],
    articles: list[dict[str, Any]],
    people: dict[str, str],
    sites: Iterable[str],
    printed: tuple[str, ...],
) -> tuple[str, ...]:
    """The names, the more deliberate statement before the looser one; never the site's own.

    `people` are the names of JSON-LD's nodes by their `@id`; `printed` is what stands below the headline.
    """
    own = {squeezed(site) for site in sites if site}

    def usable(names: Iterable[str]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(n for n in names if not NOT_NAMES.match(n) and squeezed(n) not in own))[
            :MOST
        ]

    for names in _statements(tree, meta, articles, people, printed):
        if found := usable(names):
            return found
    return ()


def _statements(
    tree: HtmlElement,
    meta: dict[str, str],
    articles: list[dict[str, Any]],
    people: dict[str, str],
    printed: tuple[str, ...],
) -> Iterator[Iterable[str]]:
    for item in articles:
        yield [n for text in _linked(item, people) for n in words.byline_names(unescape(text))]
    for name in AUTHOR_META:
        if name in meta:
            yield words.byline_names(meta[name])
    for number in ("1", "2"):
        if WRITTEN_BY.match(meta.get(f"twitter:label{number}", "")):
            yield words.byline_names(meta.get(f"twitter:data{number}", ""))
    for path in (*SAID, *SHOWN):
        yield _marked(tree, path, 2)
    yield printed
    for path in SAID:
        yield _marked(tree, path, 1)
    yield words.byline_names(_guessed(tree))


def _linked(item: dict[str, Any], people: dict[str, str]) -> Iterator[str]:
    """The persons of `author` or `creator`, told by name or by the `@id` of another node."""
    said = item.get("author") or item.get("creator")
    for author in said if isinstance(said, list) else [said]:
        if isinstance(author, str):
            yield author
        elif isinstance(author, dict) and "organization" not in str(author.get("@type", "")).lower():
            name = author.get("name") or people.get(str(author.get("@id")))
            yield from (one for one in (name if isinstance(name, list) else [name]) if isinstance(one, str))


def _marked(tree: HtmlElement, path: str, fewest: int) -> list[str]:
    """The names in the first element that `path` finds outside of other stories, and in those beside it."""
    found: list[str] = []
    first: HtmlElement | None = None
    for element in tree.xpath(path)[:20]:
        if is_elsewhere(element) or (first is not None and not _are_neighbours(first, element)):
            continue
        text = words.tidy(element.get("content") or element.text_content())
        names = words.byline_names(text) if 2 <= len(text) <= 120 else ()
        names = tuple(name for name in names if fewest <= len(name.split()) <= 5)
        if names:
            first = element if first is None else first
            found += names
    return found


def is_elsewhere(element: HtmlElement) -> bool:
    """Whether an element belongs to other stories, to comments or to the page's frame."""
    for place in element.iterancestors():
        if place.tag in ("body", "html", "article"):
            return False
        if place.tag in ("aside", "footer", "nav"):
            return True
        if ELSEWHERE.search(f"{place.get('class') or ''} {place.get('id') or ''}"):
            return True
    return False


def _are_neighbours(first: HtmlElement, other: HtmlElement) -> bool:
    """Whether both stand side by side, or in one element that isn't the whole text or page."""
    if first.getparent() is other.getparent():
        return True
    around = [place for place, _ in zip(first.iterancestors(), range(2), strict=False)]
    small = [place for place in around if place.tag not in ("article", "main", "body", "html")]
    return any(place is step for place in small for step in other.iterancestors())


def _guessed(tree: HtmlElement) -> str:
    """What trafilatura's rules for authors find where the page says nothing we know."""
    try:
        return getattr(extract_metadata(tree, extensive=False), "author", None) or ""
    except (ValueError, TypeError, AttributeError, RecursionError, etree.LxmlError):
        return ""


def hosts(address: str) -> tuple[str, ...]:
    """What a site may call itself by its address: its host, and that without the last part."""
    host = (urlsplit(address).hostname or "").removeprefix("www.") if address else ""
    return (host, host.rpartition(".")[0]) if host else ()


def squeezed(text: str) -> str:
    """Letters and digits alone, for comparing what differs in marks and case only."""
    return re.sub(r"[\W_]+", "", text).casefold()
