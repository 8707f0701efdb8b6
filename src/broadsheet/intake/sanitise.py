"""The one HTML cleaner at the door: an allow-list; scripts, styles, handlers and odd schemes never come in."""

from __future__ import annotations

import nh3

TEXT_TAGS = {
    "p",
    "h2",
    "h3",
    "b",
    "i",
    "strong",
    "em",
    "a",
    "ul",
    "ol",
    "li",
    "br",
    "blockquote",
    "sup",
    "sub",
}
SCHEMES = {"http", "https", "mailto"}


def clean(html: str) -> str:
    """Text markup only, links to http(s) and mail; everything else is unwrapped or dropped."""
    cleaned = nh3.clean(
        html,
        tags=TEXT_TAGS,
        attributes={"a": {"href"}},
        url_schemes=SCHEMES,
        link_rel=None,
        strip_comments=True,
    )
    return cleaned.replace("\x00", "")
