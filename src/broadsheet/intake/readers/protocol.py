"""What a reader is. Mapping, pictures, redirects and resuming come for free to whoever implements this."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Protocol

from ..incoming import Incoming


@dataclass(frozen=True, slots=True)
class ReaderOptions:
    """What the person who imports said. `shortcodes`: WordPress shortcode → `drop`, `text` (keep what it encloses),
    `html`, `embed`, `quote`, `facts` or `gallery`. `site`: where the source's own pages are (`https://paper.example`), for
    sources that do not say. `allow_private` is for tests against this machine.
    """

    shortcodes: Mapping[str, str] = field(default_factory=dict)
    allow_private: bool = False
    site: str = ""


class Reader(Protocol):
    """Reads one kind of source, item by item: what it holds in memory does not grow with the source."""

    kind: str
    position: int
    """Bytes of the present source that were read so far, for the progress bar."""

    def size(self, source: str) -> int:
        """Bytes of `source`, 0 when that isn't known before it is read."""
        ...

    def items(self, source: str, zone: tzinfo) -> Iterator[Incoming]:
        """Every item of `source` (a path or an address), in its order; times without zone are in `zone`.

        An item that can't be read is yielded as `Broken`, one that is left out as `Skipped`. Raises `UnreadableSource`
        when nothing (or, after a truncation, nothing more) of the source can be read.
        """
        ...
