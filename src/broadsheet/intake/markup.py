"""HTML of any source as blocks: the one converter of everything that comes in.

Bodies of plain paragraphs are only cleaned; all else is read once as a small tree and written as blocks in reading
order. No link is lost: what a block can't hold with its links becomes an `html` block, or a paragraph beside it.
"""

from __future__ import annotations

import re

from broadsheet.newsroom.cleaning import clean_text

from .flow import without_empty
from .html_tree import trees, without_comments, without_controls
from .incoming import IncomingBlock
from .writing import BodyWriter

MOST_QUICK_TAGS = 2_000
_LOST_AT_MOST = 40
# Anything but the markup of plain text, or an attribute that means something.
_SPECIAL = re.compile(
    r"<(?!/?(?:p|h2|h3|ul|li|a|b|i|em|strong|sup|sub)[\s>]|br\s*/?>|/?(?:ol|blockquote)>)"
    r"|href\s*+=\s*+(?![\"'](?:https?://|mailto:)[^\"'<>]+[\"'])"
    r"|<(?:p|h2|h3|ul)\s[^>]{0,200}?class=[^>]{0,200}?(?:quote|gallery|caption)",
    re.IGNORECASE,
)
_EDGES = re.compile(r"<(/?)(p|h2|h3|ul|ol|blockquote)(?=[\s>])[^>]*>", re.IGNORECASE)
_LOOSE_BREAKS = re.compile(r"(?<=<p>)(?:<br/>\s*)+|(?:\s*+<br/>)++\s*(?=</p>)")
_LINKED = re.compile(r"<a (?:[^>]*\s)?href=", re.IGNORECASE)


def blocks_of(html: str, base: str = "", *, lost: list[str] | None = None) -> tuple[IncomingBlock, ...]:
    """The blocks of an HTML fragment, in order; `base` is the address that relative links are seen from.

    `lost` takes what could not be kept, in a few words each. Never raises for what it reads; takes time in proportion
    to its length whatever is in it.
    """
    html = without_controls(without_comments(html)).strip()
    if not html:
        return ()
    if (quick := _plain(html)) is not None:
        return (IncomingBlock("text", quick),) if quick else ()
    notes: dict[str, None] = {}
    writer = BodyWriter(base, lambda note: notes.setdefault(note))
    for tree in trees(html):
        writer.walk(tree)
    blocks = writer.finished()
    if lost is not None:
        lost += list(notes)[:_LOST_AT_MOST]
        if len(notes) > _LOST_AT_MOST:
            lost.append(f"and {len(notes) - _LOST_AT_MOST} things more")
    return blocks


def _plain(html: str) -> str | None:
    """A body of nothing but paragraphs, headings, lists and quotes, cleaned; None where there is more to it."""
    if (
        html.count("<") + html.count("&") > MOST_QUICK_TAGS
        or _SPECIAL.search(html)
        or not _is_of_whole_blocks(html)
    ):
        return None
    cleaned = clean_text(html)
    if "<br/><br/>" in cleaned or cleaned.count("href=") < len(_LINKED.findall(html)):
        return None
    if "></" in cleaned or "\xa0</" in cleaned or " </" in cleaned or "<br/></" in cleaned:
        cleaned = _LOOSE_BREAKS.sub("", without_empty(cleaned))
    return cleaned.strip()


def _is_of_whole_blocks(html: str) -> bool:
    """Whether all text is inside of paragraphs and the like, each of them closed where it should be."""
    at = depth = 0
    inner = ""
    for match in _EDGES.finditer(html):
        if match[1]:
            depth -= 1
            if depth < 0:
                return False
        else:
            if depth == 0 and html[at : match.start()].strip():
                return False
            # A paragraph holds no block; only lists and quotes do.
            if depth and inner in ("p", "h2", "h3"):
                return False
            depth += 1
        inner = "" if match[1] else match[2].lower()
        at = match.end()
    return depth == 0 and not html[at:].strip()
