"""Finds, among what came lately, the item that another one repeats or speaks of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from . import likeness
from .models import State, WireItem

WINDOW = timedelta(days=7)
MOST = 20_000
# A text that is only alike is the same story while it is news; the same id or link is it for the whole window.
ALIKE = timedelta(days=2)


@dataclass(slots=True)
class Row:
    """As much of an item as matching needs."""

    pk: int
    source_pk: int
    guid: str
    agency_id: str
    link: str
    headline_key: str
    fingerprint: int | None
    same_as: int | None
    supersedes: int | None
    is_killed: bool
    arrived_at: datetime


class Recent:
    """What arrived in the last week, newest first, at most `MOST` items; one query."""

    def __init__(self, now: datetime) -> None:
        rows = WireItem.objects.filter(arrived_at__gt=now - WINDOW).order_by("-arrived_at", "-pk")
        self._now = now
        self._rows: dict[int, Row] = {}
        self._by_id: dict[str, list[int]] = {}
        self._by_link: dict[str, list[int]] = {}
        self._by_headline: dict[str, list[int]] = {}
        self._prints: list[int] = []
        self._of_prints: list[int] = []
        self._successor: dict[int, int] = {}
        found: Iterable[Any] = rows.values_list(
            *("pk", "source", "guid", "agency_id", "link", "headline_key", "fingerprint"),
            *("same_as", "supersedes", "state", "arrived_at"),
        )[:MOST]
        for *facts, state, arrived_at in reversed(list(found)):
            whole = [*facts, state == State.KILLED, arrived_at]
            self._add(Row(*whole))

    def add(self, item: WireItem) -> None:
        """Note an item that has just been saved."""
        self._add(
            Row(
                item.pk,
                item.source_id,
                item.guid,
                item.agency_id,
                item.link,
                item.headline_key,
                item.fingerprint,
                item.same_as_id,
                item.supersedes_id,
                item.state == State.KILLED,
                item.arrived_at,
            )
        )

    def move_copies(self, before: int, after: int) -> None:
        """Copies of one item are copies of its newer version."""
        for row in self._rows.values():
            if row.same_as == before:
                row.same_as = after

    def root_of(self, item: WireItem) -> int | None:
        """The item of another source that this one repeats: the latest version of the first that came."""
        for row in self._like(item, item.headline_key):
            if row.source_pk != item.source_id:
                last = self._last(row)
                root = self._rows.get(last.same_as, last) if last.same_as else last
                return self._last(root).pk
        return None

    def spoken_of(self, item: WireItem, headline_key: str) -> Row | None:
        """The item that a notice speaks of; one of its own source before others."""
        found = [row for row in self._like(item, headline_key, by_headline=True) if row.pk != item.pk]
        own = [row for row in found if row.source_pk == item.source_id]
        return self._last((own or found)[0]) if found else None

    def _add(self, row: Row) -> None:
        self._rows[row.pk] = row
        if row.agency_id:
            self._by_id.setdefault(row.agency_id, []).append(row.pk)
        if row.link:
            self._by_link.setdefault(row.link, []).append(row.pk)
        if row.headline_key:
            self._by_headline.setdefault(_words(row.headline_key), []).append(row.pk)
        if row.fingerprint is not None:
            self._prints.append(row.fingerprint & likeness.BITS)
            self._of_prints.append(row.pk)
        if row.supersedes:
            self._successor[row.supersedes] = row.pk

    def _last(self, row: Row) -> Row:
        for _ in range(100):
            after = self._rows.get(self._successor.get(row.pk, 0))
            if after is None:
                break
            row = after
        return row

    def _like(self, item: WireItem, headline_key: str, *, by_headline: bool = False) -> Iterator[Row]:
        """Rows that are the same story, the surest first."""
        for index, key in ((self._by_id, item.agency_id), (self._by_link, item.link)):
            yield from (self._rows[pk] for pk in index.get(key, ()) if key and pk != item.pk)
        same_words = self._by_headline.get(_words(headline_key), ()) if headline_key else ()
        near: list[int] = []
        if item.fingerprint is not None:
            own, most = item.fingerprint & likeness.BITS, likeness.SAME_STORY
            found = [at for at, other in enumerate(self._prints) if (own ^ other).bit_count() <= most]
            near = [self._of_prints[at] for at in found]
        is_telling = by_headline and len(headline_key.split()) >= 3
        for pk in dict.fromkeys((*same_words, *near)):
            row = self._rows[pk]
            if pk == item.pk or (self._now - row.arrived_at > ALIKE and not by_headline):
                continue
            if (is_telling and pk in same_words) or likeness.is_same(
                item.fingerprint, row.fingerprint, headline_key, row.headline_key
            ):
                yield row


def _words(headline_key: str) -> str:
    return " ".join(sorted(set(headline_key.split())))
