"""What a reader is. Mapping, pictures, redirects and resuming come for free to whoever implements this."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo
from typing import Protocol

from ..incoming import IncomingStory


class Reader(Protocol):
    """Reads one kind of source."""

    kind: str

    def stories(self, source: str, zone: tzinfo) -> Iterator[IncomingStory]:
        """The stories of `source` (a path or an address); times without zone are in `zone`.

        Raises `UnreadableSource` when nothing of it can be read, `NoStory` for an item without one.
        """
        ...
