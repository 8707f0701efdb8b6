"""Format labels: PHOTO, VIDEO, LIVE, UPDATED, ANALYSIS, OPINION. Derived, never typed into a headline."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .models import Story

KNOWN = ("LIVE", "UPDATED", "ANALYSIS", "OPINION", "PHOTO", "VIDEO")
GENRES = {"live": "LIVE", "analysis": "ANALYSIS", "opinion": "OPINION"}
# A change within minutes of going live is finishing touches, not an update.
UPDATE_COUNTS_AFTER = timedelta(minutes=15)


def formats_of(story: Story) -> list[str]:
    """Which of PHOTO and VIDEO the story's content earns, or its source claimed for it."""
    # As stored: looking into the blocks themselves would read their pictures from the database.
    body = story.body.raw_data
    kinds = [block["type"] for block in body]
    pictures = kinds.count("picture") + kinds.count("missing_picture") + bool(story.lead_picture_id)
    videos = any(block["type"] == "embed" and block["value"].get("kind") == "video" for block in body)
    earned = []
    if story.lead_gallery_id or "gallery" in kinds or pictures > 2:
        earned.append("PHOTO")
    if story.lead_clip_id or videos:
        earned.append("VIDEO")
    return [name for name in ("PHOTO", "VIDEO") if name in earned or name in story.claimed_labels]


def labels_of(story: Story) -> tuple[str, ...]:
    """The story's labels in the order of `KNOWN`."""
    has = set(story.formats)
    if story.genre in GENRES:
        has.add(GENRES[story.genre])
    if (
        story.updated_at
        and story.published_at
        and story.updated_at - story.published_at > UPDATE_COUNTS_AFTER
    ):
        has.add("UPDATED")
    has.update(name for name in story.claimed_labels if name in KNOWN)
    return tuple(name for name in KNOWN if name in has)
