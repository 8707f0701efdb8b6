"""Words and marks of a sentence, with their places. English possessives are words of their own."""

from __future__ import annotations

import re
from dataclasses import dataclass

_TOKEN = re.compile(
    r"(?:[A-Z]\.){2,}|[A-Z]\.(?=[\s\u00a0][A-Z])|['’]s\b|"
    r"(?:[dDlL]['’])?[^\W\d_]+(?:[-‑–][^\W\d_]+|['’](?!s\b)[^\W\d_]+|\.(?=[A-Z][a-z]))*|"
    r"\d+(?:[.,:/]\d+)*(?:st|nd|rd|th)?|\S"
)


@dataclass(frozen=True, slots=True)
class Token:
    """A word or a mark; `start` and `end` are places in the whole text. `low` has straight apostrophes."""

    text: str
    low: str
    start: int
    end: int

    @property
    def is_capital(self) -> bool:
        return self.text[0].isupper()

    @property
    def is_word(self) -> bool:
        return self.text[0].isalpha()

    @property
    def is_initial(self) -> bool:
        return len(self.text) <= 6 and self.text.endswith(".") and self.text[0].isupper()


def tokenise(text: str, start: int, end: int) -> list[Token]:
    """The tokens of `text[start:end]`."""
    return [
        Token(word := match.group(0), word.lower().replace("’", "'"), match.start(), match.end())
        for match in _TOKEN.finditer(text, start, end)
    ]
