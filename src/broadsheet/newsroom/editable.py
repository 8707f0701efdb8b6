"""Cleaned text in the form in which the newsroom's editor reads it and gives it back unchanged.

That editor knows lines, not paragraphs, inside of an item or a quotation: it tears paragraphs out of them, and it fails
on a `<br>` that isn't closed.
"""

from __future__ import annotations

import re

_STRUCTURE = re.compile(r"<(/?)(p|h2|h3|li|ul|ol|blockquote)>")
_ANY_TAG = re.compile(r"<[^>]*>")
_LINES = frozenset(("p", "h2", "h3"))
_LISTS = frozenset(("ul", "ol"))


def editable(html: str) -> str:
    """`html` is well-formed and holds tags of a story's text only. No word and no link of it is lost."""
    html = html.replace("<br>", "<br/>").replace("&nbsp;", "\xa0")
    if "<li>" not in html and "<blockquote>" not in html:
        return html
    writer = _Writer()
    at = 0
    for tag in _STRUCTURE.finditer(html):
        writer.words(html[at : tag.start()])
        at = tag.end()
        if tag[1]:
            writer.end(tag[2])
        else:
            writer.start(tag[2])
    writer.words(html[at:])
    return "".join(writer.made)


class _Writer:
    def __init__(self) -> None:
        self.made: list[str] = []
        # Items that are open, each with whether it holds words yet; how many quotations are.
        self._items: list[bool] = []
        self._quotations = 0
        self._is_quoting = self._has_words = self._is_line_due = self._is_after_list = False

    def words(self, text: str) -> None:
        if (self._items or self._quotations) and _ANY_TAG.sub("", text).strip(" \t\r\n"):
            if self._is_after_list and self._items:
                # The editor would put them before the list that they follow.
                self.made.append("</li><li>")
                self._items[-1] = self._is_line_due = False
            self._is_after_list = False
            if not self._items and not self._is_quoting:
                self.made.append("<blockquote>")
                self._is_quoting, self._has_words = True, False
            if self._is_line_due and (self._items[-1] if self._items else self._has_words):
                self.made.append("<br/>")
            self._is_line_due = False
            if self._items:
                self._items[-1] = True
            else:
                self._has_words = True
        self.made.append(text)

    def start(self, tag: str) -> None:
        if tag == "blockquote":
            self._is_line_due = bool(self._items or self._quotations)
            self._quotations += not self._items
        elif tag in _LINES and (self._items or self._quotations):
            self._is_line_due = True
        else:
            if tag in _LISTS and not self._items:
                self._end_quoting()
            if tag == "li":
                self._items.append(False)
                self._is_after_list = False
            self._is_line_due = False
            self.made.append(f"<{tag}>")

    def end(self, tag: str) -> None:
        if tag == "blockquote":
            self._is_line_due = True
            if not self._items:
                self._quotations -= 1
                if not self._quotations:
                    self._end_quoting()
        elif tag in _LINES and (self._items or self._quotations):
            self._is_line_due = True
        else:
            if tag == "li" and self._items:
                self._items.pop()
            self._is_after_list = tag in _LISTS
            self._is_line_due = False
            self.made.append(f"</{tag}>")

    def _end_quoting(self) -> None:
        if self._is_quoting:
            self.made.append("</blockquote>")
        self._is_quoting = self._is_line_due = False
