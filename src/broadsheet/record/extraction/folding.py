"""Text folded for matching, one code point for one: offsets in the folded text are offsets in the text."""

from __future__ import annotations

import unicodedata

_APOSTROPHES = str.maketrans("’‘ʼ‑\u00a0\u202f\u2009", "'''-   ")
# Letters whose small form is longer than one code point, or another letter in Turkish and Azerbaijani.
_LONG = {"İ": "i", "ẞ": "ß"}


def fold(text: str) -> str:
    """Lower case, straight apostrophes, plain hyphens and spaces; the length stays."""
    lowered = text.lower()
    if len(lowered) != len(text):
        lowered = "".join(_LONG.get(c) or (low if len(low := c.lower()) == 1 else c) for c in text)
    return lowered.translate(_APOSTROPHES)


def plain(text: str) -> str:
    """Folded and without marks, for ids: "Várhelyi" is "varhelyi". The length may change."""
    marked = unicodedata.normalize("NFKD", fold(text).replace("ə", "a").replace("ı", "i"))
    return "".join(c for c in marked if not unicodedata.combining(c))


def slug(text: str) -> str:
    """An id's part: letters and digits of any script, joined by hyphens."""
    made = "".join(c if c.isalnum() else "-" for c in plain(text))
    return "-".join(part for part in made.split("-") if part)
