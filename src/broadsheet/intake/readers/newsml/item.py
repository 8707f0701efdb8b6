"""One NewsML-G2 newsItem under plain names."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from html import escape

from lxml import etree

from ...nitf import Head, find, head_of, html_of, name_of, text_of
from ...wire import Rendition, squeezed, words_of
from ..jsonl.fields import is_usable, is_web, sound
from .catalogs import Codes, code_of

XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
# Roots of inline XML that hold a text; anything else is data.
WRITTEN = frozenset({"nitf", "html", "body", "div", "article", "section", "p", "xhtml", "body.content"})
# `file:///./a.jpg`, `file:a.jpg`: beside the item. A path of the sender's own disk is none.
LOCAL_FILE = re.compile(r"^file:/*(?=\.{1,2}/|[^/]+$)", re.IGNORECASE)
MOST_CHILDREN = 5_000
MOST_INLINE = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Written:
    """The text of an item as HTML, and what its own head says."""

    html: str = ""
    head: Head = field(default_factory=Head)
    data: str = ""
    """The root's name of inline XML that is no text."""


class NewsItem:
    """Reads one `newsItem` element. Nothing in here raises for what is missing."""

    def __init__(self, element: etree._Element, folder: str, prefix: str = "") -> None:
        """`folder` is the source's, `prefix` where the item's file is below it."""
        self.element = element
        self.prefix = prefix
        self.codes = Codes(element, f"{folder}/{prefix}" if folder and prefix else folder)
        self.guid = sound((element.get("guid") or "").strip())
        parts = {name_of(child): child for child in reversed(element[:MOST_CHILDREN])}
        self._lang = parts["contentmeta"].get(XML_LANG) if "contentmeta" in parts else None
        self._own = _by_name(element)
        self._meta = _by_name(parts.get("itemmeta"))
        self._content = _by_name(parts.get("contentmeta"))
        self._set = _by_name(parts.get("contentset"))
        self.language = self._language()

    def _language(self) -> str:
        said = next((e.get("tag") for e in self._all(self._content, "language") if e.get("tag")), None)
        return (said or self._lang or self.element.get(XML_LANG) or "").strip()

    @staticmethod
    def _all(parent: Mapping[str, list[etree._Element]], *names: str) -> list[etree._Element]:
        return [element for name in names for element in parent.get(name, ())]

    @property
    def kind(self) -> str:
        """text, picture, graphic, video, audio, composite; empty where not said."""
        return next((code_of(e) for e in self._all(self._meta, "itemclass")), "")

    @property
    def status(self) -> str:
        return next((code_of(e) for e in self._all(self._meta, "pubstatus")), "usable")

    @property
    def signals(self) -> list[str]:
        return [code_of(e) for e in self._all(self._meta, "signal")]

    @property
    def has_note(self) -> bool:
        return any(text_of(e) for e in self._all(self._meta, "ednote"))

    def moment(self, name: str, zone: tzinfo) -> datetime | None:
        """A time of the item's or the content's; one without an offset is in `zone`."""
        for element in (*self._all(self._meta, name), *self._all(self._content, name)):
            try:
                moment = datetime.fromisoformat(text_of(element))
                moment = moment if moment.tzinfo else moment.replace(tzinfo=zone)
                moment.astimezone(zone)
            except (ValueError, OverflowError):
                continue
            return moment
        return None

    def named(self, element: etree._Element) -> str:
        """The name in the item's language, else the one without a language, else the first."""
        names = [(e.get(XML_LANG) or "", text_of(e)) for e in element if name_of(e) == "name"]
        wanted = self.language.casefold().partition("-")[0]
        ranked = sorted(
            names, key=lambda n: (n[0].casefold().partition("-")[0] != wanted or not n[0], bool(n[0]))
        )
        return sound(ranked[0][1]) if ranked else ""

    def said(self, name: str, *roles: str) -> str:
        """The words of the content's element of this name: of the first of these roles, else (no roles) of any."""
        found = [
            (code_of_role(e), e.get(XML_LANG) or "", sound(text_of(e)))
            for e in self._all(self._content, name)
        ]
        wanted = self.language.casefold().partition("-")[0]
        found.sort(key=lambda f: bool(f[1]) and f[1].casefold().partition("-")[0] != wanted)
        for role in roles:
            if text := next((text for said, _, text in found if said == role and text), ""):
                return text
        return "" if roles else next((text for *_, text in found if text), "")

    def headline(self) -> str:
        titles = " ".join(text_of(e) for e in self._all(self._meta, "title")[:1])
        return self.said("headline", "main", "hlmain") or self.said("headline") or sound(titles)

    def writers(self) -> list[str]:
        """Creators and contributors by name; those who only wrote captions, edited or sent it are none."""
        found = []
        for element in self._all(self._content, "creator", "contributor"):
            role = code_of_role(element)
            is_writer = name_of(element) == "creator" or role in ("author", "writer", "reporter", "cowriter")
            if is_writer and role not in ("descrwriter", "editor"):
                found.append(self.named(element))
        return list(dict.fromkeys(name for name in found if name))

    def place(self) -> str:
        located = self._all(self._content, "located")
        return self.said("dateline") or (self.named(located[0]) if located else "")

    def source(self) -> str:
        """Who it is from: the information's source, else the provider, else the holder of the copyright."""
        for element in (*self._all(self._content, "infosource"), *self._all(self._meta, "provider")):
            if name := self.named(element) or element.get("literal", ""):
                return sound(name)[:255]
        for element in self._rights("copyrightholder"):
            if name := self.named(element):
                return name[:255]
        provider = self._all(self._meta, "provider")
        return (provider[0].get("qcode") or "").rpartition(":")[2][:255] if provider else ""

    def _rights(self, name: str) -> Iterator[etree._Element]:
        for info in self._all(self._own, "rightsinfo"):
            yield from self._all(_by_name(info), name)

    def terms(self) -> str:
        found = [sound(text_of(e)) for name in ("usageterms", "copyrightnotice") for e in self._rights(name)]
        return "\n".join(dict.fromkeys(text for text in found if text))

    def subjects(self) -> Iterator[tuple[str, str]]:
        """(name, key) of every subject and keyword."""
        for element in self._all(self._content, "subject"):
            yield self.named(element), self.codes.uri(element)
        for element in self._all(self._content, "keyword"):
            yield sound(text_of(element)), ""

    def sections(self) -> Iterator[tuple[str, str]]:
        """(name, key) of the provider's desks."""
        for element in self._all(self._meta, "service"):
            yield self.named(element), code_of(element)

    def origin(self) -> str:
        """Where the source of the information has it; empty when it doesn't say."""
        return next(
            (u for e in self._all(self._content, "infosource") if is_web(u := e.get("uri") or "")), ""
        )

    def page(self) -> str:
        """Its page on the web."""
        found = (r.href for r in self.renditions() if r.content_type == "text/html" and is_web(r.href))
        return next(found, "")

    def told(self, role: str) -> str:
        """What another paper of ours says beyond the standard; empty otherwise."""
        for element in self._all(self._meta, "itemmetaextproperty"):
            if (element.get("reluri") or "") == f"https://broadsheet.example/role/{role}":
                return element.get("value") or ""
        return ""

    def genres(self) -> list[str]:
        return [text for e in self._all(self._content, "genre") for text in (code_of(e), self.named(e))]

    # -- content --------------------------------------------------------------------------------------------------------

    def renditions(self) -> list[Rendition]:
        """Every remote file, its address relative where it names a file beside the item."""
        found = []
        for element in self._all(self._set, "remotecontent"):
            href = LOCAL_FILE.sub("", " ".join((element.get("href") or "").split())).strip()
            href = href[2:].strip() if href.startswith("./") else href
            if is_usable(href):
                is_beside = self.prefix and not is_web(href)
                found.append(
                    Rendition(
                        f"{self.prefix}/{sound(href)}" if is_beside else sound(href),
                        element.get("contenttype") or "",
                        *(_number(element.get(name)) for name in ("width", "height", "size")),
                    )
                )
        return found

    def written(self) -> Written:
        """The fullest of the texts inside; the first of equals."""
        found = [self._inline(e) for e in self._all(self._set, "inlinexml", "inlinedata")]
        texts = [w for w in found if w.html.strip()]
        if texts:
            return max(texts, key=lambda w: len(squeezed(words_of(w.html))))
        return next((w for w in found if w.data or w.head.headline), Written())

    def _inline(self, element: etree._Element) -> Written:
        content_type = (element.get("contenttype") or "").casefold()
        if name_of(element) == "inlinexml":
            roots = [child for child in element if name_of(child)]
            if not roots:
                return Written(f"<p>{escape(text, quote=False)}</p>" if (text := text_of(element)) else "")
            if name_of(roots[0]) in WRITTEN:
                return Written("".join(html_of(root) for root in roots), head_of(roots[0]))
            # A text inside of other markup (SportsML holds articles as NITF).
            inner = find(roots[0], "nitf", "body.content", "html")
            return (
                Written(html_of(inner), head_of(inner))
                if inner is not None
                else Written(data=name_of(roots[0]))
            )
        text = "".join(element.itertext())
        if (element.get("encoding") or "").casefold().rpartition(":")[2].rpartition("/")[2] == "base64":
            text = _decoded(text)
        if not content_type.startswith(("text/", "application/xhtml")) and content_type:
            return Written()
        if "html" in content_type:
            return Written(text)
        pieces = text.replace("\r\n", "\n").strip()
        parts = pieces.split("\n\n") if "\n\n" in pieces else pieces.split("\n")
        tidy = [" ".join(part.split()) for part in parts]
        return Written("".join(f"<p>{escape(part, quote=False)}</p>" for part in tidy if part))


def _by_name(parent: etree._Element | None) -> dict[str, list[etree._Element]]:
    """The children by their names, the first `MOST_CHILDREN` of them."""
    found: dict[str, list[etree._Element]] = {}
    for child in parent[:MOST_CHILDREN] if parent is not None else ():
        found.setdefault(name_of(child), []).append(child)
    return found


def code_of_role(element: etree._Element) -> str:
    """`drol:caption` → `caption`."""
    role = (element.get("role") or element.get("roleuri") or "").replace(":", "/")
    return role.rpartition("/")[2].casefold()


def _decoded(text: str) -> str:
    try:
        return base64.b64decode("".join(text.split())[:MOST_INLINE], validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return ""


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 13 else 0
