"""The one HTML cleaner of stories: allow-lists; scripts, styles, handlers and odd schemes never come in."""

from __future__ import annotations

import nh3

from .editable import editable

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
# What an archive may hold beyond a story's text; no pictures, frames, forms, ids or classes.
MARKUP_TAGS = TEXT_TAGS | {
    *("h4", "h5", "h6", "hr", "pre", "code", "kbd", "samp", "var", "q", "cite", "abbr", "dfn", "mark"),
    *("del", "ins", "s", "u", "small", "time", "dl", "dt", "dd", "div", "span", "figure", "figcaption"),
    *("table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td", "colgroup", "col"),
    *("ruby", "rt", "rp", "bdi", "bdo", "wbr", "details", "summary"),
}
MARKUP_ATTRIBUTES = {
    "a": {"href"},
    "th": {"colspan", "rowspan", "scope"},
    "td": {"colspan", "rowspan"},
    "ol": {"start", "reversed", "type"},
    "time": {"datetime"},
    "abbr": {"title"},
    "*": {"dir", "lang"},
}
SCHEMES = {"http", "https", "mailto"}
MARKUP_SCHEMES = SCHEMES | {"tel"}


def clean_text(html: str) -> str:
    """A story's text markup only, links to http(s) and mail; everything else is unwrapped or dropped.

    In the form that the newsroom's editor gives back unchanged.
    """
    cleaned = nh3.clean(
        html,
        tags=TEXT_TAGS,
        # The cleaner's own default lets every tag keep a title and a language.
        attributes={"a": {"href"}, "*": set()},
        url_schemes=SCHEMES,
        link_rel=None,
        strip_comments=True,
    )
    return editable(cleaned.replace("\x00", ""))


def clean_markup(html: str) -> str:
    """The markup of a block that our own blocks can't hold: tables with spans, code, definition lists and the like."""
    cleaned = nh3.clean(
        html,
        tags=MARKUP_TAGS,
        attributes=MARKUP_ATTRIBUTES,
        url_schemes=MARKUP_SCHEMES,
        link_rel=None,
        strip_comments=True,
    )
    return cleaned.replace("\x00", "")
