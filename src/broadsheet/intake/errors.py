"""What can go wrong inside a source that could be read."""

from __future__ import annotations

from broadsheet.outward.errors import OutsideError


class NoStory(OutsideError):
    """The source was read, and there is no story in it."""
