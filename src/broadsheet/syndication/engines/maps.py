"""Site maps as XML: sitemaps.org 0.9, with Google's image and news extensions and `xhtml:link` for translations."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.encoding import iri_to_uri
from lxml import etree

from broadsheet.newsroom.selectors import web

from ..markup import line
from . import entries
from .entries import Entry
from .models import SiteMapMonth
from .months import Kind

CORE = "http://www.sitemaps.org/schemas/sitemap/0.9"
IMAGE = "http://www.google.com/schemas/sitemap-image/1.1"
NEWS = "http://www.google.com/schemas/sitemap-news/0.9"
XHTML = "http://www.w3.org/1999/xhtml"
MOST_FILES = 50_000
# Almost every address of ours: looked at a thousand times a file.
_PLAIN = re.compile(r"[A-Za-z0-9/:._~-]*")


def index() -> bytes:
    """Every file: pages, authors and topics, then months, newest first."""
    root = etree.Element(f"{{{CORE}}}sitemapindex", nsmap={None: CORE})
    for language in entries.fronts():
        _listed(root, f"/sitemap-{language}-pages.xml", entries.newest(language))
        for kind in entries.NAMED:
            for number in entries.named_parts(kind, language):
                _listed(root, f"/sitemap-{language}-{kind}-{number}.xml", None)
    rows = SiteMapMonth.objects.order_by("-month", "language", "kind")
    for row in rows:
        for number, part in enumerate(row.parts, 1):
            if len(root) < MOST_FILES:
                _listed(root, path_of(row, number), datetime.fromisoformat(part[2]))
    return _written(root)


def path_of(row: SiteMapMonth, number: int) -> str:
    """`/sitemap-en-2026-11-1.xml`, of galleries `/sitemap-en-galleries-2026-11-1.xml`."""
    kind = "" if row.kind == Kind.STORIES else f"-{row.kind}"
    return f"/sitemap-{row.language}{kind}-{row.month:%Y-%m}-{number}.xml"


def month_named(text: str) -> date | None:
    """The month that an address names."""
    try:
        return datetime.strptime(text, "%Y-%m").date()  # noqa: DTZ007  (a month has no zone)
    except ValueError:
        return None


def urls(listed: Iterable[Entry]) -> bytes:
    """One file of addresses."""
    root = etree.Element(f"{{{CORE}}}urlset", nsmap={None: CORE, "image": IMAGE, "xhtml": XHTML})
    for entry in listed:
        _pictures(_url(root, entry), entry)
    return _written(root)


def news(listed: Iterable[Entry], names: Mapping[str, str]) -> bytes:
    """The news map; `names` are the paper's, by language."""
    root = etree.Element(f"{{{CORE}}}urlset", nsmap={None: CORE, "news": NEWS, "image": IMAGE})
    for entry in listed:
        url = _url(root, Entry(entry.path, entry.language, entry.changed))
        story = etree.SubElement(url, f"{{{NEWS}}}news")
        paper = etree.SubElement(story, f"{{{NEWS}}}publication")
        _text(paper, NEWS, "name", line(names.get(entry.language, settings.PAPER.name)))
        _text(paper, NEWS, "language", entry.language)
        if entry.published:
            _text(story, NEWS, "publication_date", moment(entry.published))
        _text(story, NEWS, "title", line(entry.title))
        _pictures(url, entry)
    return _written(root)


def _url(root: Any, entry: Entry) -> Any:
    url = etree.SubElement(root, f"{{{CORE}}}url")
    _text(url, CORE, "loc", address(entry.path))
    if entry.changed:
        _text(url, CORE, "lastmod", moment(entry.changed))
    for language, path in entry.translations:
        link = {"rel": "alternate", "hreflang": language, "href": address(path)}
        etree.SubElement(url, f"{{{XHTML}}}link", attrib=link)
    return url


def _pictures(url: Any, entry: Entry) -> None:
    for picture in entry.pictures:
        _text(etree.SubElement(url, f"{{{IMAGE}}}image"), IMAGE, "loc", address(picture))


def _listed(root: Any, path: str, at: datetime | None) -> None:
    file = etree.SubElement(root, f"{{{CORE}}}sitemap")
    _text(file, CORE, "loc", address(path))
    if at:
        _text(file, CORE, "lastmod", moment(at))


def _text(parent: Any, namespace: str, name: str, text: str) -> None:
    etree.SubElement(parent, f"{{{namespace}}}{name}").text = text


def _written(root: Any) -> bytes:
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def address(path: str) -> str:
    """In full, as RFC 3986 has it."""
    full = web(path)
    return full if _PLAIN.fullmatch(full) else str(iri_to_uri(full))


def moment(at: datetime) -> str:
    """W3C date and time in the paper's zone."""
    return timezone.localtime(at, settings.PAPER.zone).isoformat(timespec="seconds")
