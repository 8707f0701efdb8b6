"""From an item of the inbox to a draft: by one click, or by a rule; once, however often it is asked for."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction

from broadsheet.newsroom.models import Section, Story
from broadsheet.outward.errors import OutsideError, RefusedAddress

from ..arrival import kept_id, ready
from ..errors import NoStory
from ..incoming import IncomingBlock, IncomingPicture, IncomingStory
from ..landing import Landing
from ..media import MOST_PICTURES, PictureDesk
from ..models import ImportItem
from ..places import Places
from ..readers.jsonl.fields import BadLine
from ..report import ImportReport
from . import notices
from .content import unpacked
from .folders import folder_of
from .models import State, WireItem

log = logging.getLogger("broadsheet.wires")
KIND = "wire"
MOST_AT_ONCE = 5


def make_draft(item: WireItem, desk: Section, user: Any = None, *, allow_private: bool = False) -> Story:
    """The draft of this item: the one that was made before, or a new one at `desk`, owned by `user`.

    Pictures are fetched before anything is locked. Raises `OutsideError` when there can be no draft.
    """
    story = _story(item, desk)
    report = ImportReport(KIND)
    pictures = PictureDesk(report, allow_private=allow_private)
    if item.story_id is None:
        pictures.take_all((picture, story.folder) for picture in story.pictures[:MOST_PICTURES])
    with transaction.atomic():
        # Whoever comes second waits here, and finds the draft that the first made.
        mine = WireItem.objects.filter(pk=item.pk, story=None).exclude(state=State.KILLED)
        if not mine.update(state=State.DRAFTED, is_wanted=False, trouble=""):
            return _made_before(item)
        # An editor may have deleted an earlier draft of it; asked for again, it may be made again.
        ImportItem.objects.filter(kind=KIND, source_id=kept_id(story.source_id), page=None).delete()
        Landing(KIND, Places(), pictures, report).land([ready(story)])
        landed = ImportItem.objects.filter(kind=KIND, source_id=kept_id(story.source_id)).first()
        draft = Story.objects.filter(pk=landed.page_id).first() if landed else None
        if draft is None:
            said = report.errors[-1].reason if report.errors else "it can't be landed"
            raise NoStory(said, item.headline[:80], "open the item and see")
        if user is not None:
            Story.objects.filter(pk=draft.pk).update(owner=user)
            draft.owner = user
        draft.save_revision(user=user, clean=False, changed=False)
        WireItem.objects.filter(pk=item.pk).update(story=draft, desk=desk)
    return draft


def draft_wanted(*, allow_private: bool = False) -> int:
    """Make the drafts that rules want, a few at a time; for the worker. One that fails waits in the inbox with the reason."""
    wanted = WireItem.objects.filter(is_wanted=True, state=State.NEW).select_related("source", "desk")
    made = 0
    for item in wanted.order_by("pk")[:MOST_AT_ONCE]:
        try:
            if item.desk is None:
                raise NoStory("neither the rule nor the source has a desk", item.headline[:80], "give one")
            make_draft(item, item.desk, allow_private=allow_private)
            made += 1
        except (OutsideError, ValidationError, DatabaseError, ValueError) as error:
            log.warning("no draft of %s: %s", item.pk, error)
            WireItem.objects.filter(pk=item.pk).update(is_wanted=False, trouble=str(error)[:300])
    return made


def _made_before(item: WireItem) -> Story:
    fresh = WireItem.objects.select_related("story").get(pk=item.pk)
    if fresh.story is None:
        raise NoStory("its agency has withdrawn it", item.headline[:80], "drop it")
    return fresh.story


def _story(item: WireItem, desk: Section) -> IncomingStory:
    """The item as it is to land: a draft of this desk, with everything that the source asks for filled in."""
    source = item.source
    try:
        story = unpacked(item)
    except BadLine as error:
        raise NoStory(str(error), item.headline[:80], "wait for its next version") from None
    credit = source.credit or story.source_name or source.name
    said = notices.of_headline(story.headline)
    is_agencys_word = said.kind in (notices.CORRECTION, notices.UPDATE) and said.rest
    return replace(
        story,
        headline=said.rest if is_agencys_word else story.headline,
        source_id=f"{item.pk}:{item.guid}",
        status="draft",
        form="story",
        language=desk.locale.language_code,
        section=desk.slug,
        section_name="",
        published=None,
        modified=None,
        source_name=credit,
        usage_terms=story.usage_terms or source.usage_terms,
        lead=_credited(story.lead, credit) if story.lead else None,
        body=tuple(_block(block, credit) for block in story.body),
        corrections=(),
        authors=(),
        files=(),
        folder=_folder(item.folder),
    )


def _block(block: IncomingBlock, credit: str) -> IncomingBlock:
    if block.kind == "picture":
        return IncomingBlock("picture", _credited(block.value, credit))
    if block.kind == "gallery":
        return IncomingBlock("gallery", tuple(_credited(picture, credit) for picture in block.value))
    return block


def _credited(picture: IncomingPicture, credit: str) -> IncomingPicture:
    return picture if picture.credit else replace(picture, credit=credit)


def _folder(name: str) -> str:
    """Where the pictures beside an item are, as long as the owner allows that folder."""
    try:
        return str(folder_of(name)) if name else ""
    except RefusedAddress:
        return ""
