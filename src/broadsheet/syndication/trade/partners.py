"""What a partner may have: by its token, its choice of stories, and each as much of it as was agreed."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from broadsheet.newsroom.document import Document
from broadsheet.newsroom.models import Story
from broadsheet.newsroom.selectors import Cursor, older_than, page_of
from broadsheet.paywall import Access

from ..following import KEPT
from ..models import StoryEvent
from ..stories import public_stories, released
from ..tokens import digest
from .items import Item, Withdrawal, item, may_go_on, shown_pictures, without_pictures
from .models import Partner, PartnerItem
from .rights import Rights, public_rights
from .versions import Version, versions

# Secret scanners know a leaked token by how it begins.
PREFIX = "bsp_"
MOST = 50


def give(partner: Partner) -> str:
    """Put a new token into an unsaved or known partner; returns it, for the only time."""
    token = PREFIX + secrets.token_urlsafe(32)
    partner.digest, partner.start = digest(token), token[:10]
    return token


def behind(token: str) -> Partner | None:
    """The partner that shows a token, if it may have anything today. Two queries at most."""
    partner = Partner.objects.filter(digest=digest(token)).first()
    if partner is None or not partner.is_valid:
        return None
    today = timezone.localdate()
    if partner.used_on != today:
        Partner.objects.filter(pk=partner.pk).update(used_on=today)
    return partner


def stories_of(partner: Partner) -> QuerySet[Story]:
    """The public stories that a partner may have now. One query, and no more."""
    found = public_stories()
    if partner.embargo:
        found = found.filter(published_at__lte=timezone.now() - timedelta(minutes=partner.embargo))
    if partner.language_codes:
        found = found.filter(language__in=partner.language_codes)
    if sections := list(partner.sections.values_list("pk", flat=True)):
        found = found.filter(desk__in=sections)
    if partner.topic_slugs:
        links = Story.topics.through.objects.filter(topic__slug__in=partner.topic_slugs)
        found = found.filter(Exists(links.filter(story_id=OuterRef("pk"))))
    if partner.only_free:
        found = found.filter(access=Access.FREE.value)
    if not partner.with_others:
        found = found.filter(source_name="", usage_terms="")
    return found


def page_for(partner: Partner, before: Cursor | None) -> tuple[Sequence[Story], Cursor | None]:
    """The newest of its stories from a place on, and where the next page begins: a query for each of its sections, or
    else languages, which an index gives in their order, and two more."""
    found = stories_of(partner)
    sections = list(partner.sections.values_list("pk", flat=True))
    lanes = [Q(desk=pk) for pk in sections]
    lanes = lanes or [Q(language=code) for code in partner.language_codes or settings.PAPER.languages]
    newest: list[tuple[datetime, int]] = []
    for lane in lanes:
        rows = older_than(found.filter(lane), before).values_list("published_at", "pk")[: MOST + 1]
        newest += [(at, pk) for at, pk in rows if at]
    kept = sorted(newest, reverse=True)[: MOST + 1]
    stories = {story.pk: story for story in found.filter(pk__in=[pk for _, pk in kept]).order_by()}
    return page_of([stories[pk] for _, pk in kept if pk in stories], MOST)


def documents_of(partner: Partner, stories: Sequence[Story]) -> list[Document]:
    """The documents that the partner gets of stories of its own, in order: whole or as previews, with those pictures alone
    that may be handed on."""
    made = released(stories, lambda story: partner.is_whole or story.access == Access.FREE)
    return [_allowed(document, with_pictures=partner.with_pictures) for document in made]


def _allowed(document: Document, *, with_pictures: bool) -> Document:
    kept = [image.id for _, image in shown_pictures(document) if with_pictures and may_go_on(image)]
    cut = without_pictures(document, kept)
    # A clip bears no terms that could be looked at.
    return replace(cut, lead=replace(cut.lead, clip_url="", clip_caption="", clip_credit=""))


def items_of(partner: Partner, stories: Sequence[Story]) -> list[Item]:
    """The items of those stories, each with the rights that were agreed."""
    documents = documents_of(partner, stories)
    known = versions(document.id for document in documents)
    rights = rights_of(partner)
    return [item(document, rights, known.get(document.id)) for document in documents]


def rights_of(partner: Partner) -> Rights:
    """What was agreed with it."""
    return Rights(
        holder=settings.PAPER.name,
        notice=public_rights(timezone.localdate().year).notice,
        usage_terms=partner.usage_terms,
        may_distribute=partner.may_print,
        assignee=partner.name,
        until=partner.valid_until,
    )


# -- what it was given, and must take down ------------------------------------------------------------------------------


def note(partner: Partner, given: Iterable[Item | Withdrawal]) -> None:
    """Remember what a partner was given: whatever of it goes away is told to it."""
    rows = [
        PartnerItem(
            partner=partner,
            story=one.id if isinstance(one, Withdrawal) else one.document.id,
            version=one.version,
            is_withdrawn=isinstance(one, Withdrawal),
            at=timezone.now(),
        )
        for one in given
    ]
    PartnerItem.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["partner", "story"],
        update_fields=["version", "is_withdrawn", "at"],
    )


def withdrawals_of(partner: Partner, stories: Iterable[int]) -> list[Withdrawal]:
    """Of stories that it can't have any more, those that it was given, as items that take them back. Three queries."""
    had = dict(
        PartnerItem.objects.filter(partner=partner, story__in=list(stories)).values_list("story", "at")
    )
    known = versions(had)
    events = StoryEvent.objects.filter(story__in=list(had)).order_by("pk").values_list("story", "language")
    languages = dict(events)
    return [
        Withdrawal(
            story, (version := known.get(story, Version())).number, version.at or at, languages.get(story, "")
        )
        for story, at in had.items()
    ]


def lately_withdrawn(partner: Partner) -> list[Withdrawal]:
    """What it was given and went away while the log remembers, newest first, at most `MOST`."""
    since = timezone.now() - KEPT
    gone = StoryEvent.objects.filter(
        Exists(PartnerItem.objects.filter(partner=partner, story=OuterRef("story"))),
        kind=StoryEvent.Kind.UNPUBLISHED,
        at__gte=since,
    ).order_by("-pk")
    ids = list(dict.fromkeys(gone.values_list("story", flat=True)[: 4 * MOST]))
    there = set(stories_of(partner).filter(pk__in=ids).values_list("pk", flat=True))
    return withdrawals_of(partner, [pk for pk in ids if pk not in there][:MOST])


def changes_of(partner: Partner, after: int) -> tuple[list[Item | Withdrawal], int]:
    """What became of its stories since an event, oldest first, and the event to go on from.

    Events younger than its embargo wait: a story that is held back is not passed over.
    """
    events = StoryEvent.objects.filter(
        pk__gt=after, at__lte=timezone.now() - timedelta(minutes=partner.embargo)
    ).order_by("pk")
    read = list(events.values_list("pk", "story")[: 4 * MOST])
    last: dict[int, int] = {}
    for pk, story in read:
        if story not in last and len(last) == MOST:
            read = [row for row in read if row[0] < pk]
            break
        last[story] = pk
    order = list(dict.fromkeys(story for _, story in read))
    stories = list(stories_of(partner).filter(pk__in=order))
    items = {one.document.id: one for one in items_of(partner, stories)}
    gone = {one.id: one for one in withdrawals_of(partner, [pk for pk in order if pk not in items])}
    found = [items.get(pk) or gone.get(pk) for pk in order]
    return [one for one in found if one is not None], read[-1][0] if read else after


def newest_event() -> int:
    """From where a partner that has everything goes on."""
    return StoryEvent.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
