"""Ill-formed feeds made readable: named characters of HTML, stray ampersands, prefixes that nobody declared."""

from __future__ import annotations

import re
from html.entities import html5

from ..page.source import decode

MOST_BYTES = 16 * 1024 * 1024
MOST_PREFIXES = 50
_CDATA = re.compile(r"(<!\[CDATA\[.*?(?:\]\]>|\Z))", re.DOTALL)
_AMPERSAND = re.compile(r"&(?:#(\d{1,7}|[xX][0-9a-fA-F]{1,6});|(\w{1,40});)?")
_XML = frozenset({"lt", "gt", "amp", "quot", "apos"})
_ROOT = re.compile(r"<(?![?!])[^\s<>/]{1,60}")
_PREFIX = re.compile(r"</?([A-Za-z][\w.-]{0,30}):[A-Za-z]|\s([A-Za-z][\w.-]{0,30}):[A-Za-z][\w.-]{0,40}=")
_DECLARATION = re.compile(r"\sxmlns:([\w.-]{1,30})=")
_INVALID = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
NAMESPACES = {
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "media": "http://search.yahoo.com/mrss/",
    "atom": "http://www.w3.org/2005/Atom",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "feedburner": "http://rssnamespace.org/feedburner/ext/1.0",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "xhtml": "http://www.w3.org/1999/xhtml",
    "slash": "http://purl.org/rss/1.0/modules/slash/",
    "wfw": "http://wellformedweb.org/CommentAPI/",
    "georss": "http://www.georss.org/georss",
}


def mended(data: bytes, name: str, charset: str = "") -> bytes:
    """The document in UTF-8 from its root on, as near to well-formed as can be had. Raises `UnreadableSource`."""
    text = _INVALID.sub("", decode(data, name, charset))
    start = _ROOT.search(text)
    text = text[start.start() :] if start else text
    parts = _CDATA.split(text)
    # Every other part is a CDATA section, where an ampersand is one.
    parts[::2] = [_AMPERSAND.sub(_reference, part) for part in parts[::2]]
    if len(parts) > 1 and not parts[-2].endswith("]]>"):
        parts[-2] += "]]>"
    text = _declared("".join(parts))
    return text.encode("utf-8", "replace")


def _reference(match: re.Match[str]) -> str:
    number, name = match[1], match[2]
    if number:
        value = int(number[1:], 16) if number[0] in "xX" else int(number)
        return match[0] if value in (9, 10, 13) or 32 <= value < 0xD800 or 0xE000 <= value < 0x110000 else ""
    if name in _XML:
        return match[0]
    return html5.get(f"{name};", f"&amp;{name};") if name else "&amp;"


def _declared(text: str) -> str:
    """The root with a declaration for each prefix that is used and not declared."""
    root = _ROOT.match(text)
    if root is None:
        return text
    known = {"xml", "xmlns", *_DECLARATION.findall(text)}
    missing: list[str] = []
    for match in _PREFIX.finditer(text):
        prefix = match[1] or match[2]
        if prefix not in known and len(missing) < MOST_PREFIXES:
            known.add(prefix)
            missing.append(prefix)
    made = "".join(
        f' xmlns:{prefix}="{NAMESPACES.get(prefix, f"urn:prefix:{prefix}")}"' for prefix in missing
    )
    return text[: root.end()] + made + text[root.end() :]
