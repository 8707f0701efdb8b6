"""What a document of a source held becomes items of the inbox: each version once, filed by rules, copies found."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from ..incoming import IncomingStory
from ..values import writable
from . import content, likeness, notices
from .flagging import family_of, flag, versions_of, withdraw
from .marks import Mark
from .matching import Recent, Row
from .models import Action, State, WireItem, WireSource
from .rules import Rules

BATCH = 25
MOST_ITEMS = 1_000
MOST_LISTED = 3_000


@dataclass(slots=True)
class Taken:
    """What one document brought: `new` items, `versions` of items that were there, `killed` ones."""

    new: int = 0
    versions: int = 0
    killed: int = 0
    items: list[WireItem] = field(default_factory=list)


def take_in(
    source: WireSource, stories: Iterable[IncomingStory], marks: Mapping[str, Mark], *, is_whole: bool
) -> Taken:
    """Put these stories into the inbox, the last of them first, as feeds list them.

    `is_whole`: the document is all that the source lists at present, not one of many. What is older than the inbox
    keeps, and what was deleted from it since the last look, stays out. A few items land at a time, so that the newsroom's
    own saves need not wait.
    """
    arrivals = _arrivals(source, stories, marks)
    known = {arrival.story.source_id for arrival in arrivals}
    killed = [
        (source_id, mark)
        for source_id, mark in marks.items()
        if mark.notice == notices.KILL and source_id not in known
    ]
    desk = _Desk(source)
    waiting = arrivals[::-1]
    for start in range(0, len(waiting), BATCH):
        batch = waiting[start : start + BATCH]
        with transaction.atomic():
            desk.open([arrival.story.source_id for arrival in batch])
            for arrival in batch:
                desk.take(arrival)
    with transaction.atomic():
        desk.open([source_id for source_id, _ in killed])
        for source_id, mark in killed:
            desk.kill(source_id, mark)
        if is_whole:
            listed = [arrival.digest for arrival in arrivals][:MOST_LISTED]
            WireSource.objects.filter(pk=source.pk).update(listed=listed)
    return desk.taken


@dataclass(slots=True)
class _Arrival:
    story: IncomingStory
    mark: Mark
    version: str

    @property
    def digest(self) -> str:
        said = f"{self.story.source_id}\n{self.version}"
        return hashlib.blake2b(said.encode("utf-8", "replace"), digest_size=8).hexdigest()


def _arrivals(
    source: WireSource, stories: Iterable[IncomingStory], marks: Mapping[str, Mark]
) -> list[_Arrival]:
    made: dict[str, _Arrival] = {}
    for story in stories:
        source_id = writable(story.source_id, 500)
        mark = marks.get(source_id) or Mark()
        named = replace(story, source_id=source_id, language=story.language or source.language)
        # Of an item that stands in the document twice, the last is the one that holds.
        made[source_id] = _Arrival(named, mark, f"{mark.version[:40]}:{content.digest_of(story)}")
    return list(made.values())[:MOST_ITEMS]


class _Desk:
    """Takes the arrivals of one document, one by one."""

    def __init__(self, source: WireSource) -> None:
        self.taken = Taken()
        self._source, self._now = source, timezone.now()
        self._oldest = self._now - timedelta(days=settings.PAPER.wire_days)
        self._rules = Rules(source)
        self._listed: frozenset[str] | None = None
        self._found: Recent | None = None
        self._seen: dict[str, set[str]] = {}
        self._current: dict[str, WireItem] = {}

    def open(self, ids: Sequence[str]) -> None:
        """Look up what is here of these items, in the transaction that takes them.

        One document of a source at a time: two would each find the same item new.
        """
        fresh = WireSource.objects.select_for_update().get(pk=self._source.pk)
        if self._listed is None:
            self._listed = frozenset(fresh.listed)
        rows = WireItem.objects.filter(source=self._source, guid__in=ids)
        for row in rows.order_by("pk").defer("content", "words"):
            self._seen.setdefault(row.guid, set()).add(row.version)
            if row.is_current:
                self._current[row.guid] = row

    def take(self, arrival: _Arrival) -> None:
        """One story: nothing where it was here before, else a new item or a new version of one."""
        story, mark = arrival.story, arrival.mark
        before = self._current.get(story.source_id)
        said = notices.of_story(story)
        kind = mark.notice or said.kind
        if arrival.version in self._seen.get(story.source_id, ()):
            if before and kind == notices.KILL and before.notice != notices.KILL:
                self._withdraw(before.pk, before)
            return
        if before is None and not kind and self._is_old(arrival):
            return
        item = self._made(story, arrival.version, kind)
        if before:
            self._follow(item, before, arrival)
        # A notice under an id of its own speaks of an item that came before.
        about: Row | None = None
        if before is None and kind and kind != notices.ADVISORY:
            about = self._recent.spoken_of(item, likeness.headline_key(said.rest))
            if about and about.source_pk == self._source.pk:
                item.supersedes_id = about.pk
        elif before is None and not kind:
            item.same_as_id = self._recent.root_of(item)
        self._settle(item, before, about)

    def kill(self, source_id: str, mark: Mark) -> None:
        """An item is withdrawn, and no story came with the word."""
        version = f"{mark.version[:40]}:kill"
        if version in self._seen.get(source_id, ()):
            return
        before = self._current.get(source_id)
        headline = mark.headline or (before.headline if before else source_id)
        item = self._made(IncomingStory(source_id, headline, ()), version, notices.KILL)
        if before:
            item.number, item.supersedes = before.number + 1, before
            item.same_as_id, item.desk_id = before.same_as_id, before.desk_id
        self._settle(item, before, None)

    @property
    def _recent(self) -> Recent:
        if self._found is None:
            self._found = Recent(self._now)
        return self._found

    def _is_old(self, arrival: _Arrival) -> bool:
        moment = arrival.story.modified or arrival.story.published
        return arrival.digest in (self._listed or ()) or bool(moment and moment < self._oldest)

    def _made(self, story: IncomingStory, version: str, kind: str) -> WireItem:
        words = content.words_in(story)
        verdict = self._rules.verdict(words, [*story.topics, *(term.name for term in story.terms)])
        item = WireItem(
            source=self._source,
            guid=story.source_id,
            version=version,
            notice=kind,
            desk_id=verdict.desk_id,
            arrived_at=self._now,
            is_wanted=verdict.action == Action.DRAFT,
            headline=writable(story.headline or story.standfirst or story.source_id, 255),
            summary=writable(" ".join((story.standfirst or story.body_text).split()), 400),
            words=words,
            language=story.language[:35],
            content=content.packed(story),
            folder=story.folder,
            agency_id=content.agency_id(story),
            link=content.link_of(story.source_url),
            headline_key=likeness.headline_key(story.headline),
            fingerprint=likeness.fingerprint(story.body_text),
        )
        if verdict.action == Action.DROP and not kind:
            item.state = State.DROPPED
        if kind == notices.KILL:
            item.state = State.KILLED
        return item

    def _follow(self, item: WireItem, before: WireItem, arrival: _Arrival) -> None:
        """A version that is not the first: where its item is, it is."""
        item.number, item.supersedes = before.number + 1, before
        item.same_as_id = before.same_as_id
        item.desk_id = before.desk_id or item.desk_id
        if before.state == State.DROPPED and item.state == State.NEW:
            item.state = State.DROPPED
        order = _order(arrival.mark.version, before.version.partition(":")[0])
        if before.state == State.KILLED and order <= 0:
            item.state = State.KILLED
        if order < 0:
            item.is_current, item.supersedes, item.number = False, None, before.number

    def _settle(self, item: WireItem, before: WireItem | None, about: Row | None) -> None:
        replaced = item.supersedes_id
        # A copy, a notice, a version of what was drafted: there is a story already, and a person decides.
        waits = item.same_as_id or (before.story_id if before else item.notice)
        if waits or item.state != State.NEW or not item.is_current:
            item.is_wanted = False
        item.save(force_insert=True)
        self._seen.setdefault(item.guid, set()).add(item.version)
        if not item.is_current:
            return
        self._current[item.guid] = item
        if replaced:
            WireItem.objects.filter(pk=replaced).update(is_current=False, is_wanted=False)
            WireItem.objects.filter(same_as_id=replaced).update(same_as=item)
            self._recent.move_copies(replaced, item.pk)
        self._recent.add(item)
        self.taken.items.append(item)
        self.taken.new += before is None
        self.taken.versions += before is not None
        target = replaced or (about.pk if about else None)
        if target is None:
            return
        if item.notice == notices.KILL:
            self._withdraw(target, item)
        elif item.notice == notices.CORRECTION:
            flag(family_of(target), item, notices.CORRECTION)
        else:
            flag(versions_of(target), item, notices.UPDATE)

    def _withdraw(self, pk: int, by: WireItem) -> None:
        withdraw(pk, by)
        self.taken.killed += 1


def _order(version: str, other: str) -> int:
    """-1, 0 or 1 for versions that an agency counts; 1 where it doesn't."""
    if not (version.isdecimal() and other.isdecimal()):
        return 1
    return (int(version) > int(other)) - (int(version) < int(other))
