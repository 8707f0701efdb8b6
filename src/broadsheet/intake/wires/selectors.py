"""What the newsroom reads of the wires: the inbox, one item with its versions and copies, notices, health."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet
from django.utils import timezone

from broadsheet.newsroom.selectors import Cursor

from .models import State, WireItem, WireNotice, WireSource

PAGE = 30
DAYS = 7
MOST_NOTICES = 20
# Filter's name → the states that it shows. What waits for somebody is shown first: what is new, and what was withdrawn.
STATES: Mapping[str, tuple[str, ...]] = {
    "": (State.NEW, State.KILLED),
    "new": (State.NEW,),
    "drafted": (State.DRAFTED,),
    "dropped": (State.DROPPED,),
    "killed": (State.KILLED,),
    "all": tuple(State.values),
}


@dataclass(frozen=True, slots=True)
class Filters:
    """What an editor wants to see; `desk` and `source` are keys, `state` one of `STATES`."""

    desk: int | None = None
    source: int | None = None
    state: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Inbox:
    """One page of the inbox; `older` leads on, and is None at the end."""

    items: Sequence[WireItem] = field(default_factory=tuple)
    older: Cursor | None = None


def inbox(filters: Filters, before: Cursor | None = None, *, limit: int = PAGE) -> Inbox:
    """Newest first; four queries whatever it holds. Each item has `made`: the stories made from any version of it, by key alone, for a draft's title is its desk's."""
    found = WireItem.objects.filter(is_current=True, same_as=None, state__in=STATES[filters.state])
    if not filters.state:
        # A kill is everybody's for a day; then whoever looks for it finds it.
        found = found.exclude(state=State.KILLED, arrived_at__lt=timezone.now() - timedelta(days=1))
    if filters.desk:
        found = found.filter(desk=filters.desk)
    if filters.source:
        copied = WireItem.objects.filter(source=filters.source, same_as__isnull=False, is_current=True)
        found = found.filter(Q(source=filters.source) | Q(pk__in=copied.values("same_as")))
    for word in filters.words.casefold().split()[:8]:
        found = found.filter(words__contains=word)
    if before:
        found = found.filter(
            Q(arrived_at__lt=before.published) | Q(arrived_at=before.published, pk__lt=before.id)
        )
    rows = list(_light(found).order_by("-arrived_at", "-pk")[: limit + 1])
    items = rows[:limit]
    _note_stories(items)
    more = len(rows) > limit
    return Inbox(items, Cursor(items[-1].arrived_at, items[-1].pk) if more else None)


def _light(found: QuerySet[WireItem]) -> QuerySet[WireItem]:
    copies = WireItem.objects.filter(is_current=True).select_related("source").defer("content", "words")
    return (
        found.select_related("source", "desk")
        .defer("content", "words")
        .prefetch_related(Prefetch("copies", copies.order_by("pk"), to_attr="also"))
    )


def _note_stories(items: Iterable[WireItem]) -> None:
    rows = list(items)
    made: dict[tuple[int, str], set[int]] = {}
    made_before: dict[int, set[int]] = {}
    of_these = WireItem.objects.filter(
        guid__in=[row.guid for row in rows], source__in={row.source_id for row in rows}
    )
    for source, guid, pk in of_these.exclude(story=None).values_list("source", "guid", "story"):
        made.setdefault((source, guid), set()).add(pk)
    # A notice under an id of its own follows an item of another id.
    followed = WireItem.objects.filter(newer__in=rows).exclude(story=None)
    for pk, story in followed.values_list("newer", "story"):
        made_before.setdefault(pk, set()).add(story)
    for row in rows:
        vars(row)["made"] = sorted(
            made.get((row.source_id, row.guid), set()) | made_before.get(row.pk, set())
        )


def versions(item: WireItem) -> list[WireItem]:
    """Every version of the item, the latest first."""
    rows = WireItem.objects.filter(source=item.source_id, guid=item.guid).select_related("story")
    return list(rows.defer("content", "words").order_by("-number", "-pk")[:50])


def copies(item: WireItem) -> list[WireItem]:
    """What other sources sent of the same story."""
    root = item.same_as_id or item.pk
    rows = WireItem.objects.filter(Q(same_as=root) | Q(pk=root), is_current=True).exclude(pk=item.pk)
    return list(rows.select_related("source").defer("content", "words").order_by("pk")[:50])


def open_notices(desks: Iterable[int] | None = None, story: Any = None) -> list[WireNotice]:
    """Notices that nobody has seen to, on the stories of these desks or on one story, newest first; one query."""
    rows = WireNotice.objects.filter(seen_at=None).select_related("story", "by__source")
    rows = rows.filter(story=story) if story is not None else rows.filter(story__desk__in=desks or ())
    return list(
        rows.defer("by__content", "by__words", "story__body").order_by("-made_at", "-pk")[:MOST_NOTICES]
    )


def health() -> list[WireSource]:
    """Every source with `a_day`: items a day over the last week."""
    since = timezone.now() - timedelta(days=DAYS)
    rows = WireSource.objects.select_related("desk", "subscription").annotate(
        lately=Count("items", filter=Q(items__arrived_at__gt=since))
    )
    found: list[WireSource] = [*rows.defer("files", "listed").order_by("name")]
    for row in found:
        vars(row)["a_day"] = round(vars(row)["lately"] / DAYS, 1)
    return found
