"""What a page of HTML prints around its headline for readers to see, where its markup says nothing of it.

The story's date and by-line stand below the headline and before the text; on blogs the date stands just above. A date
inside the page's own header is the masthead's, the day of saving.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo

from lxml.html import HtmlElement

from . import dates, plain, words

BREAKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "br",
        "button",
        "dd",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "nav",
        "ol",
        "option",
        "p",
        "pre",
        "section",
        "select",
        "span",
        "table",
        "td",
        "th",
        "time",
        "tr",
        "ul",
    ]
)
SILENT = frozenset({"script", "style", "noscript", "template", "title", "select", "svg", "head"})
MASTHEADS = frozenset(
    {
        "masthead",
        "header",
        "top",
        "topbar",
        "top-bar",
        "site-header",
        "page-header",
        "navbar",
        "today",
        "current-date",
    }
)
LOOKED_AT = 14
TEXT_BEGINS = 140


@dataclass(frozen=True, slots=True)
class Printed:
    """`moment` has a time of day only where `has_clock`. `mastheads` are the days that the page's header prints."""

    bylines: tuple[str, ...] = ()
    moment: datetime | None = None
    has_clock: bool = False
    mastheads: frozenset[str] = frozenset()


def around(tree: HtmlElement, headline: str, zone: tzinfo) -> Printed:
    """Date and by-line as printed below `headline`, which has lost its labels."""
    lines = list(_lines(tree))
    same = headline.casefold().strip(" .")
    places = [
        at
        for at, (line, _) in enumerate(lines)
        if same in line.casefold() and words.split_labels(line)[0].casefold().strip(" .") == same
    ]
    if not places:
        return Printed()
    bylines: tuple[str, ...] = ()
    moments: list[tuple[datetime, bool]] = []
    for line, _ in (
        lines[places[0] + 1 : places[-1] + 1 + LOOKED_AT]
        if len(places) < 4
        else lines[places[0] + 1 : places[0] + 1 + LOOKED_AT]
    ):
        if len(line) >= TEXT_BEGINS:
            break
        if both := plain.byline_and_date(line, zone):
            bylines, moments = bylines or both[0], [*moments, both[1]]
        elif moment := dates.date_line(line, zone):
            moments.append(moment)
        elif moments and not moments[-1][1] and (clock := dates.clock_line(line)):
            moments[-1] = (moments[-1][0].replace(hour=clock[0], minute=clock[1]), True)
        else:
            bylines = bylines or plain.byline(line)
    above = frozenset(
        found[0].date().isoformat()
        for line, is_masthead in lines[: places[0]]
        if is_masthead and (found := dates.date_line(line, zone))
    )
    best = next((m for m in moments if m[1]), moments[0] if moments else None)
    return Printed(bylines, best[0] if best else None, bool(best and best[1]), above)


def _lines(tree: HtmlElement) -> Iterator[tuple[str, bool]]:
    """The page's visible lines in order, each with whether it stands in the page's header."""
    held: list[str] = []
    articles = mastheads = 0

    def flush() -> Iterator[tuple[str, bool]]:
        text = words.tidy(" ".join(held))
        held.clear()
        if text:
            yield text, mastheads > 0 and not articles

    stack: list[tuple[HtmlElement, bool]] = [(tree, False)]
    while stack:
        element, is_closing = stack.pop()
        is_break = element.tag in BREAKS
        if is_closing:
            if is_break:
                yield from flush()
            articles -= element.tag == "article"
            mastheads -= _is_masthead(element)
            held.append(element.tail or "")
            continue
        if not isinstance(element.tag, str) or element.tag in SILENT:
            held.append(element.tail or "")
            continue
        if is_break:
            yield from flush()
        articles += element.tag == "article"
        mastheads += _is_masthead(element)
        held.append(element.text or "")
        stack.append((element, True))
        stack.extend((child, False) for child in reversed(element))
    yield from flush()


def _is_masthead(element: HtmlElement) -> bool:
    names = f"{element.get('class') or ''} {element.get('id') or ''}".lower().split()
    return element.tag in ("header", "nav") or not MASTHEADS.isdisjoint(names)
