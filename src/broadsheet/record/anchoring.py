"""Keeps claims on the words that they stand on: after an edit each quote is looked up again in the story's text."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from django.db import connection, transaction

from broadsheet.newsroom.models import Story

from .models import Claim, ClaimStatus, Mention
from .projecting import settle
from .scope import Scope
from .taking_in import ENTITY_KINDS
from .text import Anchor, StoryText, story_text

_COLUMNS = ("block", "start", "end", "prefix", "suffix", "is_anchored")


@transaction.atomic
def reanchor(story: Story, text: StoryText | None = None) -> list[Claim]:
    """Find every quote again, in `text` or in the story as it is in memory, and make its facts anew.

    A claim whose words are gone is flagged and carries no public fact until they are back: of somebody's names one must still stand, of
    offices, dates and events the whole sentence. Returns the claims that have just lost their words.
    """
    text = text or story_text(story)
    claims = {
        claim.pk: claim
        for claim in Claim.objects.filter(
            story=story, status__in=(ClaimStatus.SUGGESTED, ClaimStatus.CONFIRMED)
        )
    }
    standing: dict[int, list[bool]] = defaultdict(list)
    moved: list[Mention] = []
    for mention in Mention.objects.filter(claim__in=claims):
        if _follow(mention, text):
            moved.append(mention)
        standing[mention.claim_id].append(mention.is_anchored)
    _write(moved)
    changed: list[Claim] = []
    for pk, claim in claims.items():
        found = standing[pk] or [True]
        is_anchored = any(found) if claim.kind in ENTITY_KINDS else all(found)
        if claim.is_anchored != is_anchored:
            claim.is_anchored = is_anchored
            changed.append(claim)
    for is_anchored in (True, False):
        pks = [claim.pk for claim in changed if claim.is_anchored is is_anchored]
        if pks:
            Claim.objects.filter(pk__in=pks).update(is_anchored=is_anchored)
    confirmed = {claim.pk for claim in claims.values() if claim.status == ClaimStatus.CONFIRMED}
    hidden = {claim.pk for claim in claims.values() if claim.pk in confirmed and not claim.is_public}
    # Going live changes what is public without moving a word.
    if changed or hidden or _is_new_moment(story):
        settle(Scope(claims=confirmed, stories={story.pk}))
    return [claim for claim in changed if not claim.is_anchored and claim.pk in confirmed]


def _write(moved: Sequence[Mention]) -> None:
    """One prepared statement for all: Django would compile a CASE of them."""
    rows = [[*(getattr(mention, name) for name in _COLUMNS), mention.pk] for mention in moved]
    if rows:
        columns = ", ".join(f"{connection.ops.quote_name(name)} = %s" for name in _COLUMNS)
        with connection.cursor() as cursor:
            cursor.executemany(f"UPDATE record_mention SET {columns} WHERE id = %s", rows)  # noqa: S608  (our own names)


def _follow(mention: Mention, text: StoryText) -> bool:
    """Move a mention to where its quote stands now. Whether anything changed."""
    old = Anchor(mention.block, mention.start, mention.end, mention.quote, mention.prefix, mention.suffix)
    now = text.find(old)
    before = tuple(getattr(mention, name) for name in _COLUMNS)
    mention.is_anchored = now is not None
    if now is not None:
        mention.block, mention.start, mention.end = now.block, now.start, now.end
        mention.prefix, mention.suffix = now.prefix, now.suffix
    return before != tuple(getattr(mention, name) for name in _COLUMNS)


def _is_new_moment(story: Story) -> bool:
    from .models import EntityStory

    row = EntityStory.objects.filter(story=story).values_list("published_at", flat=True).first()
    return row is not None and row != story.published_at
