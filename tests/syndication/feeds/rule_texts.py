"""Texts inside a feed by the W3C feed validator's rules: addresses, dates, numbers, plain text, HTML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from lxml import etree, html


def words(text: str) -> set[str]:
    return set(text.split())


URI = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:[^\s<>\"{}|\\^`]+")
MIME = re.compile(r"[A-Za-z0-9][\w.+!#$&^-]*/[A-Za-z0-9*][\w.+!#$&^-]*(\s*;.*)?")
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*|[ix](-[A-Za-z0-9]{1,8})+")
RFC3339 = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)")
RFC822 = re.compile(
    r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)(?:day|sday|nesday|rsday|urday)?,? )?(\d{1,2}) (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) "
    r"(\d{2,4}) (\d\d):(\d\d)(?::(\d\d))? (GMT|UT|EST|EDT|CST|CDT|MST|MDT|PST|PDT|[A-IK-Z]|[+-]\d{4})"
)
RISKY = words("script style iframe object embed applet meta link base form frame noscript")
HTML = re.compile(r"<(/?[a-zA-Z][a-zA-Z0-9]*)(\s[^<>]*)?/?>|&(?:[a-z]{2,8}|#\d+|#x[0-9a-f]+);", re.IGNORECASE)
KNOWN_HTML = words(
    "a abbr address article aside b bdi bdo blockquote br caption cite code col colgroup dd del details dfn div dl dt em "
    "figcaption figure footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark nav ol p pre q rp rt ruby s samp "
    "section small span strong sub summary sup table tbody td tfoot th thead time tr u ul var wbr acronym area audio big "
    "button canvas center dir fieldset font input label legend map menu option select source strike textarea track tt "
    "video blink html head body title"
)


def text_of(element: etree._Element | None) -> str:
    return (element.text or "").strip() if element is not None else ""


def needed(parent: etree._Element, name: str) -> Iterator[str]:
    if parent.find(name) is None:
        yield "MissingElement"
    elif not text_of(parent.find(name)) and not len(parent.find(name)):
        yield "NotBlank"


def plain(element: etree._Element | None) -> Iterator[str]:
    """Text that is to hold no markup."""
    for found in HTML.finditer(text_of(element)):
        if not found[1] or found[1].strip("/").lower() in KNOWN_HTML:
            yield "ContainsHTML"
            return


def markup(source: str) -> Iterator[str]:
    """HTML inside a feed."""
    if "<" not in source:
        return
    for element in html.fragment_fromstring(source, create_parent="div").iter(tag=etree.Element):
        name = str(element.tag)
        if name in RISKY:
            yield "Risk"
        elif name not in KNOWN_HTML:
            yield "NotHtml"
        for attribute, value in element.attrib.items():
            if attribute.startswith("on"):
                yield "Risk"
            if attribute in ("href", "src"):
                try:
                    scheme = urlsplit(value.strip()).scheme
                except ValueError:
                    scheme = ""
                if scheme in ("javascript", "vbscript"):
                    yield "Risk"
                if not scheme:
                    yield "ContainsRelRef"


def addresses(parent: etree._Element, *names: str) -> Iterator[str]:
    for name in names:
        found = parent.find(name)
        if found is not None and text_of(found) and not is_address(text_of(found)):
            yield "Address"


def is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return False
    return (
        bool(URI.fullmatch(text))
        and (parts.scheme not in ("http", "https", "ftp") or bool(parts.hostname))
        and port != 0
    )


def is_reference(text: str) -> bool:
    """An address, whole or relative."""
    return (
        is_address(text)
        if re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:", text)
        else not re.search(r"[\s<>\"{}|\\^`]|^:", text)
    )


def number(element: etree._Element | None, *, least: int = 0, most: int = 10**9) -> Iterator[str]:
    if element is not None and not text_of(element):
        yield "NotBlank"
    if element is not None and not (text_of(element).isdecimal() and least <= int(text_of(element)) <= most):
        yield "Number"


def rfc822(element: etree._Element | None) -> Iterator[str]:
    if element is None or not text_of(element):
        return
    text = " ".join(text_of(element).split())
    found = RFC822.fullmatch(text)
    try:
        moment = parsedate_to_datetime(text) if found else None
    except ValueError:
        moment = None
    if moment is None or (text[3:4] == "," and moment.strftime("%a") != text[:3]):
        yield "InvalidRFC2822Date"


def rfc3339(element: etree._Element) -> Iterator[str]:
    found = RFC3339.fullmatch(element.text or "")
    try:
        if not found or int(found[3][1:3] or 0 if found[3] != "Z" else 0) > 23:
            yield "InvalidRFC3339Date"
        else:
            datetime.fromisoformat(found[1])
    except ValueError:
        yield "InvalidRFC3339Date"
