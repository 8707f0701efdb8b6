"""Other forms of a page that have addresses of their own: who makes one adds a finder, and pages name what is found."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple


class Alternate(NamedTuple):
    """One other form: its media type and its address."""

    media_type: str
    address: str


# Given what a page shows (a document, a section, an author, or the paper's language), where else that is. They are asked
# for every page that is made: none may ask the database each time.
FINDERS: list[Callable[[object], Iterable[Alternate]]] = []


def of(shown: object) -> list[Alternate]:
    """All other forms of what a page shows."""
    return [found for finder in FINDERS for found in finder(shown)]
