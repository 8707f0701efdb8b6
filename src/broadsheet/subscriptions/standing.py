"""Where a subscription stands: a pure function of its events, whatever their order, number and delay.

Every object's newest report counts, by a total order over reports (moment, observation, stage, id); that makes the fold
commutative, associative and idempotent. What has ended stays ended. Where the order can't be known the fold says that
it is ambiguous: an observation that was asked for after all that is known settles it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from .events import Event, Kind, Snapshot, Stage

_STAGES = list(Stage)


class Status(StrEnum):
    """What we call it: the gateway's stage, seen at a moment."""

    INCOMPLETE = "incomplete"
    TRIALING = "trialing"
    ACTIVE = "active"
    PAST_DUE = "past_due"
    PAUSED = "paused"
    CANCELLED = "cancelled"  # will not renew; what is paid for may still be read
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Terms:
    """How patient the paper is. `leeway` bridges a renewal that is reported late."""

    grace: timedelta = timedelta(days=14)
    leeway: timedelta = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Standing:
    """The fold of one subscription's events."""

    snapshot: Snapshot
    started_at: datetime
    past_due_since: datetime | None = None
    paid_until: datetime | None = None
    is_disputed: bool = False
    is_ambiguous: bool = False

    def access_until(self, terms: Terms) -> datetime | None:
        """When the right to read ends; None when there is none."""
        now = self.snapshot
        if self.is_disputed or now.stage is Stage.INCOMPLETE:
            return None
        if now.stage is Stage.ENDED:
            return now.ended_at
        if now.stage is Stage.PAUSED:
            return self.paid_until
        if now.stage is Stage.PAST_DUE:
            since = self.past_due_since or now.period_start
            return None if since is None else since + terms.grace
        if now.cancel_at is not None:
            return now.cancel_at
        return None if now.period_end is None else now.period_end + terms.leeway

    def status(self, terms: Terms, now: datetime) -> Status:
        """What it is called at `now`."""
        until = self.access_until(terms)
        is_open = until is not None and until > now
        stage = self.snapshot.stage
        if stage is Stage.ENDED:
            return Status.CANCELLED if is_open else Status.EXPIRED
        if self.is_disputed:
            return Status.EXPIRED
        if stage in {Stage.TRIALING, Stage.ACTIVE} and self.snapshot.cancel_at is not None:
            return Status.CANCELLED if is_open else Status.EXPIRED
        return Status(stage.value)


def fold(events: Iterable[Event]) -> Standing | None:
    """Where these events leave one subscription; None when no event has described it yet."""
    unique = {event.id: event for event in events}.values()
    snapshots = sorted(
        (e for e in unique if e.kind in {Kind.SUBSCRIPTION, Kind.OBSERVATION}), key=_snapshot_order
    )
    if not snapshots:
        return None
    read = [(event, Snapshot.of(event.facts)) for event in snapshots]
    ended = [snapshot for _, snapshot in read if snapshot.stage is Stage.ENDED]
    last = ended[0] if ended else read[-1][1]
    return Standing(
        snapshot=_with_reader(last, read),
        started_at=min((s.started_at for _, s in read if s.started_at), default=read[0][0].at),
        past_due_since=_run_start(read, Stage.PAST_DUE),
        paid_until=_paid_until(read),
        is_disputed=is_disputed(unique),
        is_ambiguous=not ended and _is_tied(read),
    )


def _snapshot_order(event: Event) -> tuple[datetime, bool, str, int, str]:
    stage = _STAGES.index(Stage(event.facts["stage"]))
    return event.at, event.kind is Kind.OBSERVATION, event.facts.get("seen", ""), stage, event.id


def _with_reader(last: Snapshot, read: list[tuple[Event, Snapshot]]) -> Snapshot:
    """The snapshot with its owner, should only an older report name them."""
    if last.reader is not None:
        return last
    known = [snapshot.reader for _, snapshot in read if snapshot.reader is not None]
    return Snapshot.of({**last.facts(), "reader": known[-1]}) if known else last


def _run_start(read: list[tuple[Event, Snapshot]], stage: Stage) -> datetime | None:
    """When the stage that it is in now began."""
    start = None
    for event, snapshot in reversed(read):
        if snapshot.stage is not stage:
            break
        start = event.at
    return start


def _paid_until(read: list[tuple[Event, Snapshot]]) -> datetime | None:
    """The end of the period in which a pause began: later periods are not charged, nor open."""
    until = None
    for _, snapshot in reversed(read):
        if snapshot.stage is not Stage.PAUSED:
            break
        until = snapshot.period_end
    return until


def is_disputed(events: Iterable[Event]) -> bool:
    """Whether a chargeback is open or lost. A verdict outlasts whatever is reported of its opening."""
    disputes: dict[str, set[str]] = {}
    for event in events:
        if event.kind is Kind.DISPUTE:
            disputes.setdefault(event.subject, set()).add(event.facts["status"])
    return any("lost" in said or "won" not in said for said in disputes.values())


def _is_tied(read: list[tuple[Event, Snapshot]]) -> bool:
    """Whether the last second has a report that differs from the one that counts, and may be newer than it.

    Only an observation is known to be newer than another report of its second: than those that it covers.
    """
    (last, snapshot) = read[-1]
    older = set(last.facts.get("covers", ()))
    return any(
        event.at == last.at and other != snapshot and event.id not in older
        for event, other in read[:-1]
        if last.kind is not Kind.OBSERVATION or event.kind is not Kind.OBSERVATION
    )
