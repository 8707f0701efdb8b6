"""The text of a body while it is written: lines that become paragraphs, paragraphs that become one block."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from broadsheet.newsroom.cleaning import clean_markup, clean_text

from . import figures
from .html_tree import has_words
from .incoming import IncomingBlock
from .rendering import MARKUP_INLINE

LONGEST_LINE = 32_768
SPACES = re.compile(r"[ \t\r\n\f]+")
TAGS = re.compile(r"<[^>]*>")
_EMPTY = re.compile(r"<(p|h[2-6]|ul|ol|li|strong|em|b|i|a|blockquote)(?: [^>]*)?>(?:\s|&nbsp;|<br/?>)*</\1>")
_ENDS_OF_BREAKS = re.compile(r"^(?:\s|<br>)+|(?:\s|<br>)+$")


class Flow:
    """Holds the line and the text that are being written; `note` takes what is lost."""

    def __init__(self, base: str, note: Callable[[str], None]) -> None:
        self._base, self._note = base, note
        self._pictures = figures.Pictures(base, note)
        self._blocks: list[IncomingBlock] = []
        self._text: list[str] = []
        self._line: list[str] = []
        self._wraps: list[tuple[str, str]] = []
        self._line_tag = "p"
        self._line_has_words = self._line_is_markup = False
        self._after: list[IncomingBlock] = []
        self._links: set[str] = set()
        self._seen_frames: set[str] = set()

    def finished(self) -> tuple[IncomingBlock, ...]:
        """The blocks; rules at the beginning and the end, and such as follow each other, are left out."""
        self._end_line()
        self._end_text()
        kept: list[IncomingBlock] = []
        for block in self._blocks:
            is_rule = block.kind == "html" and block.value == "<hr>"
            if is_rule and (not kept or kept[-1] == block):
                continue
            if (
                block.kind == "html"
                and kept
                and kept[-1].kind == "html"
                and "<hr>" not in (block.value, kept[-1].value)
            ):
                block = IncomingBlock("html", kept.pop().value + block.value)
            kept.append(block)
        while kept and kept[-1].kind == "html" and kept[-1].value == "<hr>":
            kept.pop()
        return tuple(kept)

    def _words(self, raw: str) -> None:
        if not self._line_has_words:
            if not has_words(raw):
                if self._line:
                    self._line.append(" ")
                return
            self._line_has_words = True
            raw = raw.lstrip()
        if len(raw) <= LONGEST_LINE:
            self._line.append(SPACES.sub(" ", raw))
            return
        # The cleaner's time grows with the square of the entities in one text: no line is that long by itself.
        for piece in _pieces(raw):
            self._line.append(SPACES.sub(" ", piece))
            self._line_has_words = True
            self._end_line()

    def _end_line(self) -> None:
        """The line becomes a paragraph; what stood inside of it comes after."""
        if self._line_has_words:
            html = "".join(self._line) + "".join(close for _, close in reversed(self._wraps))
            html = _ENDS_OF_BREAKS.sub("", without_empty(html))
            if self._line_is_markup:
                self._markup(f"<{self._line_tag}>{html}</{self._line_tag}>")
            else:
                self._text.append(f"<{self._line_tag}>{html}</{self._line_tag}>")
        self._line = [opening for opening, _ in self._wraps]
        self._line_has_words = False
        self._line_is_markup = any(
            opening.split(">")[0].split(" ")[0][1:] in MARKUP_INLINE for opening, _ in self._wraps
        )
        if self._after:
            after, self._after = self._after, []
            for block in after:
                self._put(block)

    def _end_text(self) -> None:
        if self._text:
            cleaned = "".join(map(self._cleaned, _batches(self._text))).strip()
            self._text = []
            if has_words(TAGS.sub("", cleaned)):
                self._blocks.append(IncomingBlock("text", cleaned))

    def _cleaned(self, html: str) -> str:
        cleaned = clean_text(html)
        self._missing_links(html, cleaned)
        return without_empty(cleaned)

    def _missing_links(self, before: str, after: str) -> None:
        if (count := before.count(' href="') - after.count(' href="')) > 0:
            self._note(f"{count} links whose addresses are none")

    def _markup(self, html: str) -> None:
        self._end_text()
        cleaned = clean_markup(html)
        self._missing_links(html, cleaned)
        if cleaned == "<hr>" or has_words(TAGS.sub("", cleaned)):
            self._blocks.append(IncomingBlock("html", cleaned.strip()))

    def _put(self, block: IncomingBlock) -> None:
        """A block between the texts; a picture that lazy loading names twice comes once."""
        if block.kind == "text":
            self._text.append(block.value)
            return
        self._end_text()
        if block.kind == "html":
            self._markup(block.value)
        elif not (self._blocks and self._blocks[-1] == block):
            self._blocks.append(block)

    def _beside(self, blocks: list[IncomingBlock]) -> None:
        """Blocks inside a line come after it, unless it has no words yet."""
        if self._line_has_words:
            self._after += blocks
        else:
            for block in blocks:
                self._put(block)

    # -- elements -----------------------------------------------------------------------------------------------


def _pieces(raw: str) -> Iterator[str]:
    """A long text cut at spaces, and where it has none, never inside of an entity."""
    at = 0
    while len(raw) - at > LONGEST_LINE:
        end = raw.rfind(" ", at + 1, at + LONGEST_LINE)
        if end < 0:
            end = at + LONGEST_LINE
            entity = raw.rfind("&", end - 12, end)
            end = entity if entity >= 0 and ";" not in raw[entity:end] else end
        yield raw[at:end]
        at = end
    yield raw[at:]


def _batches(parts: list[str]) -> Iterator[str]:
    """Parts joined into texts that are not much longer than `LONGEST_LINE`."""
    start = size = 0
    for at, part in enumerate(parts):
        size += len(part)
        if size > LONGEST_LINE:
            yield "".join(parts[start : at + 1])
            start, size = at + 1, 0
    yield "".join(parts[start:])


def without_empty(html: str) -> str:
    if "></" not in html and "\xa0</" not in html and " </" not in html and ";</" not in html:
        return html
    for _ in range(4):
        html, count = _EMPTY.subn("", html)
        if not count:
            break
    return html
