"""Makes share cards after stories are published, in the worker, never while a reader waits.

Each story has a row that says what its card shows (`digest`) and whether something on it changed since (`is_stale`).
Until a card is there, pages name the lead picture; what is not public any more loses its card.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
import time
from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models import F
from django.utils import timezone
from PIL import Image, UnidentifiedImageError

from broadsheet.newsroom.document import Document
from broadsheet.newsroom.models import ShareCard, Story
from broadsheet.newsroom.selectors import older_than
from broadsheet.pictures.models import Picture
from broadsheet.press import log

from ...models import StoryEvent
from ...stories import public_stories, released
from .. import entries
from .drawing import Words, card
from .setting import NoSuchLetter

logger = logging.getLogger("broadsheet.cards")
FOLDER = "cards/"
# Whoever changes how cards look makes this another one.
LOOKS = "1"
ROUND, ROUND_SECONDS, MOST_TRIES = 20, 8.0, 3
# Of a paper that has no cards yet, or an archive that moved in: the newest stories of each language.
NEWEST, LOOK_AGAIN = 200, 3600.0
_looked_at: float | None = None


def heard(events: Sequence[StoryEvent]) -> None:
    """The cards of these stories may be others now, or none."""
    want({event.story for event in events})


def want(stories: Iterable[int]) -> None:
    """Mark the cards of stories, and those that are still to be made."""
    ids = set(stories)
    ShareCard.objects.filter(pk__in=ids).update(is_stale=True, tries=0)
    missing = Story.objects.filter(pk__in=ids, share_card__isnull=True).values_list("pk", flat=True)
    ShareCard.objects.bulk_create([ShareCard(story_id=pk) for pk in missing], ignore_conflicts=True)


def pictures_changed(pictures: Iterable[int]) -> None:
    """Whatever shows these pictures shows them no longer as they are."""
    ShareCard.objects.filter(picture__in=list(pictures)).update(is_stale=True, tries=0)


def make_stale(*, seconds: float = ROUND_SECONDS) -> int:
    """Make what is wanted, the newest stories first, for at most about `seconds`; for the worker. Returns how many."""
    global _looked_at
    end, count = time.monotonic() + seconds, 0
    if _looked_at is None or time.monotonic() - _looked_at > LOOK_AGAIN:
        _look()
        _looked_at = time.monotonic()
    over = Picture.objects.filter(rights_expire_at__lte=timezone.now()).order_by().values("pk")
    ShareCard.objects.filter(picture__in=over).update(is_stale=True, tries=0)
    while time.monotonic() < end:
        rows = list(ShareCard.objects.filter(is_stale=True).order_by("-story")[:ROUND])
        if not rows:
            break
        count += _make(rows)
    return count


def _look() -> None:
    """Want cards for the newest stories that have none."""
    for language in entries.fronts():
        stories = older_than(public_stories().filter(language=language), None)
        newest = list(stories.values_list("pk", flat=True)[:NEWEST])
        have = set(ShareCard.objects.filter(pk__in=newest).values_list("pk", flat=True))
        want(set(newest) - have)


def _make(rows: Sequence[ShareCard]) -> int:
    stories = public_stories().filter(pk__in=[row.pk for row in rows])
    documents = {document.id: document for document in released(list(stories))}
    names = {language: front.title for language, front in entries.fronts().items()}
    return sum(_one(row, documents.get(row.pk), names) for row in rows)


def _one(row: ShareCard, document: Document | None, names: dict[str, str]) -> bool:
    """Bring one card up to date. Returns whether it was drawn."""
    if document is None:
        ShareCard.objects.filter(pk=row.pk).delete()
        _forget(row.file)
        return False
    image = document.lead.image
    words = Words(
        headline=document.social_headline,
        kicker=" · ".join(filter(None, (document.section.name if document.section else "", document.kicker))),
        paper=names.get(document.language, settings.PAPER.name),
        credit=image.credit if image else "",
        is_rtl=document.language.split("-")[0] in settings.LANGUAGES_BIDI,
    )
    photo = image.share.removeprefix(settings.MEDIA_URL) if image else ""
    facts: dict[str, Any] = {"picture_id": image.id if image else None, "is_stale": False}
    digest = hashlib.sha256(repr((LOOKS, words, photo)).encode()).hexdigest()[:20]
    mine = ShareCard.objects.filter(pk=row.pk)
    if digest == row.digest:
        mine.update(**facts)
        return False
    try:
        data = _drawn(words, photo)
    except (NoSuchLetter, OSError, UnidentifiedImageError, Image.DecompressionBombError) as error:
        _failed(row, error)
        return False
    name = default_storage.save(f"{FOLDER}{secrets.token_urlsafe(12)}/{row.pk}.jpg", ContentFile(data))
    mine.update(**facts, digest=digest, file=name, tries=0)
    _forget(row.file)
    log.write({f"story/{row.pk}"})
    return True


def _drawn(words: Words, photo: str) -> bytes:
    if not photo:
        return card(words)
    with default_storage.open(photo) as file, Image.open(file) as picture:
        return card(words, picture)


def _failed(row: ShareCard, error: Exception) -> None:
    """Try again a few times; then the page goes on with its lead picture. A letter that is missing stays so."""
    is_over = isinstance(error, NoSuchLetter) or row.tries + 1 >= MOST_TRIES
    if is_over:
        logger.warning("no share card for story %d: %s", row.pk, error)
        _forget(row.file)
    old = {"digest": "", "file": ""} if is_over else {}
    ShareCard.objects.filter(pk=row.pk).update(tries=F("tries") + 1, is_stale=not is_over, **old)
    if is_over and row.digest:
        log.write({f"story/{row.pk}"})


def _forget(name: str) -> None:
    if name:
        default_storage.delete(name)
