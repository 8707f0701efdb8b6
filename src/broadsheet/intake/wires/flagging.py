"""Tells of an agency's later word: on the items it speaks of, and on every story that was made from them."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from broadsheet.newsroom.models import Story

from .models import NoticeKind, State, WireItem, WireNotice

MOST_ROUNDS = 12


def versions_of(pk: int) -> set[int]:
    """An item and the versions before and after it."""
    return _grown({pk}, lambda known: Q(newer__in=known) | Q(supersedes__in=known))


def family_of(pk: int) -> set[int]:
    """The same with the copies that other sources sent, and their versions."""
    return _grown(
        {pk},
        lambda known: (
            Q(newer__in=known) | Q(supersedes__in=known) | Q(same_as__in=known) | Q(copies__in=known)
        ),
    )


def _grown(known: set[int], beside: object) -> set[int]:
    assert callable(beside)
    fresh = set(known)
    for _ in range(MOST_ROUNDS):
        found = set(WireItem.objects.filter(beside(list(fresh))).values_list("pk", flat=True)[:1000])
        fresh = found - known
        if not fresh:
            break
        known |= fresh
    return known


def flag(items: Collection[int], by: WireItem, kind: str) -> int:
    """Put a notice on every story that was made from one of these items. Returns how many are new."""
    stories = Story.objects.filter(wire_items__in=items).exclude(wire_items=by.pk).distinct()
    made = 0
    for pk in stories.values_list("pk", flat=True):
        _, is_new = WireNotice.objects.get_or_create(
            story_id=pk, by=by, kind=kind, defaults={"text": by.headline[:300]}
        )
        made += is_new
    return made


def withdraw(pk: int, by: WireItem) -> None:
    """The item and its versions are withdrawn: nothing new is made from them; stories that were made are flagged and
    stay as they are."""
    versions = versions_of(pk)
    rows = WireItem.objects.filter(pk__in=versions)
    rows.update(notice=NoticeKind.KILL, is_wanted=False)
    rows.filter(state__in=(State.NEW, State.DROPPED)).update(state=State.KILLED)
    flag(family_of(pk), by, NoticeKind.KILL)


@transaction.atomic
def see_to(notice: WireNotice, user: object) -> None:
    """Somebody has read the notice and done what is to be done: it is shown no more."""
    WireNotice.objects.filter(pk=notice.pk, seen_at=None).update(seen_at=timezone.now(), seen_by=user)
