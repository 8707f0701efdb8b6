"""What became of a story that is not there: whether it was public, and in which version it was taken back."""

from __future__ import annotations

from ..models import StoryEvent
from .items import Withdrawal
from .versions import Version, versions


def withdrawal(story: int) -> Withdrawal | None:
    """What is left of a story that was public, for as long as the log of events knows it; only for one that is not any
    more. Two queries."""
    last = StoryEvent.objects.filter(story=story).order_by("-pk").first()
    if last is None:
        return None
    version = versions([story]).get(story, Version())
    return Withdrawal(story, version.number, version.at or last.at, last.language)
