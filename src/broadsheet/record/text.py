"""A story as plain text that claims can be anchored in: each paragraph knows the block that it stands in.

Extraction reads `text`; `place` turns its offsets into a block's, `find` looks a quote up again after an edit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from html import unescape
from typing import Any

from broadsheet.newsroom.models import Story

HEADLINE, STANDFIRST = "headline", "standfirst"
CONTEXT = 32
_MARKUP = re.compile(r"""<(?:[^<>"']|"[^"<]*"|'[^'<]*')*+>""")
_BREAK = re.compile(
    r"</?(?:p|h[1-6]|li|ul|ol|br|div|tr|t[dh]|blockquote|pre|d[tdl]|table|caption|fig\w+|hr)\b[^>]*>"
)
_SPACE = re.compile(r"[ \t\r\f\v\u00a0]+")


@dataclass(frozen=True, slots=True)
class Passage:
    """The plain text of one block; `start` is where it begins in the whole."""

    block: str
    start: int
    text: str


@dataclass(frozen=True, slots=True)
class Anchor:
    """A span in a block's text, its words, and a little of what stands around them."""

    block: str
    start: int
    end: int
    quote: str
    prefix: str = ""
    suffix: str = ""


class StoryText:
    """Headline, standfirst and every block with words, in order, a line apart."""

    def __init__(self, parts: Iterable[tuple[str, str]]) -> None:
        passages: list[Passage] = []
        at = 0
        for block, text in parts:
            if text:
                passages.append(Passage(block, at, text))
                at += len(text) + 1
        self.passages = passages

    @cached_property
    def text(self) -> str:
        return "\n".join(passage.text for passage in self.passages)

    @cached_property
    def _by_block(self) -> dict[str, Passage]:
        return {passage.block: passage for passage in self.passages}

    def place(self, start: int, end: int) -> Anchor | None:
        """The anchor of a span of the whole; None when it leaves its block."""
        for passage in self.passages:
            if passage.start <= start and end <= passage.start + len(passage.text):
                return _anchor(passage, start - passage.start, end - passage.start)
        return None

    def sentence(self, start: int, end: int) -> Anchor | None:
        """The anchor of the line or sentence around a span of the whole."""
        for passage in self.passages:
            begin, stop = start - passage.start, end - passage.start
            if begin >= 0 and stop <= len(passage.text):
                first = max(passage.text.rfind("\n", 0, begin) + 1, _sentence_start(passage.text, begin))
                ends = [
                    i for i in (passage.text.find("\n", stop), _sentence_end(passage.text, stop)) if i >= 0
                ]
                return _anchor(passage, first, min(ends, default=len(passage.text)))
        return None

    def find(self, anchor: Anchor) -> Anchor | None:
        """Where the quote stands now: in its own block as near as it can be to where it was, else in any other; None if it is gone."""
        own = self._by_block.get(anchor.block)
        for passage in [own, *self.passages] if own else self.passages:
            assert passage is not None
            found = list(_finds(passage.text, anchor.quote))
            if found:
                best = min(found, key=lambda at: (_misfit(passage.text, at, anchor), abs(at - anchor.start)))
                return _anchor(passage, best, best + len(anchor.quote))
        return None


def story_text(story: Story) -> StoryText:
    """The text of a story as it is in memory. No query."""
    return StoryText(_parts(story))


def _parts(story: Story) -> Iterator[tuple[str, str]]:
    yield HEADLINE, plain(story.title)
    yield STANDFIRST, plain(story.standfirst)
    for position, block in enumerate(story.body.raw_data):
        words = _words(block["type"], block["value"])
        if words:
            # Blocks that were written without an id get one at the next save; until then their place names them.
            yield block.get("id") or f"block-{position}", words


def _words(kind: str, value: Any) -> str:
    if kind in ("text", "html"):
        return plain(value)
    if kind == "quote":
        return plain(f"{value.get('quote') or ''}\n{value.get('by') or ''}")
    if kind == "facts":
        return plain(f"{value.get('title') or ''}\n{value.get('text') or ''}")
    return ""


def plain(markup: str) -> str:
    """Clean HTML as text, one paragraph a line."""
    text = unescape(_MARKUP.sub("", _BREAK.sub("\n", markup)))
    lines = (_SPACE.sub(" ", line).strip() for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


def _anchor(passage: Passage, start: int, end: int) -> Anchor:
    text = passage.text
    return Anchor(
        passage.block,
        start,
        end,
        text[start:end],
        text[max(0, start - CONTEXT) : start],
        text[end : end + CONTEXT],
    )


def _finds(text: str, quote: str) -> Iterator[int]:
    """Every place of a quote that begins and ends at the border of a word."""
    at = text.find(quote) if quote else -1
    while at >= 0:
        stop = at + len(quote)
        if not (_joins(text, at) or _joins(text, stop)):
            yield at
        at = text.find(quote, at + 1)


def _joins(text: str, at: int) -> bool:
    return 0 < at < len(text) and text[at - 1].isalnum() and text[at].isalnum()


def _misfit(text: str, at: int, anchor: Anchor) -> int:
    """How little the surroundings are those that were: 0 for both sides the same, 2 for neither."""
    before = text[max(0, at - len(anchor.prefix)) : at] == anchor.prefix
    stop = at + len(anchor.quote)
    return 2 - before - (text[stop : stop + len(anchor.suffix)] == anchor.suffix)


_STOP = re.compile(r"[.!?…؟۔]+[\"'”’»)\]]*\s+(?=[^\W\d_a-z]|[\"'“«(\d])")
# A point after one of these ends no sentence.
_SHORT = re.compile(r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|St|Gen|Col|Sen|Rep|Gov|Lt|No|Jr|Sr|vs)|\b[A-ZА-ЯƏ])\.$")


def _stops(text: str) -> list[tuple[int, int]]:
    return [
        (match.end(), match.start() + len(match[0].rstrip()))
        for match in _STOP.finditer(text)
        if not _SHORT.search(text[: match.start() + 1])
    ]


def _sentence_start(text: str, at: int) -> int:
    return max((after for after, _ in _stops(text) if after <= at), default=0)


def _sentence_end(text: str, at: int) -> int:
    return min((stop for _, stop in _stops(text) if stop >= at), default=len(text))
