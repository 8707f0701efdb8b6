"""What stays the same of a text when an editor's form gives it back unchanged: words, styles, links, blocks.

A browser sends other line ends, the text editor other spaces, other tags for the same style, and styles cut at links.
"""

from __future__ import annotations

import re
from html import unescape

_TOKEN = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)([^>]*)>|[^<]+|<")
_STYLES = {"b": "b", "strong": "b", "i": "i", "em": "i", "sup": "sup", "sub": "sub"}
_MARKS = re.compile(r'\sdata-block-key="[^"]*"')


def likeness(text: str) -> str:
    """Equal for texts that an editor would call equal."""
    return _of_markup(text) if "<" in text else _tidy(text)


def _tidy(text: str) -> str:
    return " ".join(text.split())


def _of_markup(html: str) -> str:
    made: list[str] = []
    styles: dict[str, int] = {}
    link, state, words = "", "", ""
    for token in _TOKEN.finditer(html):
        tag = token[2] and token[2].lower()
        if tag is None:
            now = f"{link}{'.'.join(sorted(name for name, depth in styles.items() if depth > 0))}"
            piece = unescape(token[0])
            if now != state and piece.strip():
                made.append(f"{state}:{_tidy(words)}")
                # A space between two styles belongs to neither.
                state, words = now, ""
            words += piece
        elif tag in _STYLES:
            styles[_STYLES[tag]] = styles.get(_STYLES[tag], 0) + (-1 if token[1] else 1)
        elif tag == "a":
            link = "" if token[1] else _tidy(unescape(_MARKS.sub("", token[3]))) + " "
        else:
            made += [
                f"{state}:{_tidy(words)}",
                f"<{token[1]}{tag}{_tidy(_MARKS.sub('', token[3])).rstrip('/ ')}>",
            ]
            state = words = ""
    made.append(f"{state}:{_tidy(words)}")
    return "\n".join(part for part in made if not part.endswith(":") or part.startswith("<"))
