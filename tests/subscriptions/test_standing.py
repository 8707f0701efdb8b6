"""The laws of the fold, over generated histories."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.subscriptions.events import Event, Kind, Snapshot, Stage
from broadsheet.subscriptions.standing import Standing, Status, Terms, fold

START = datetime(2026, 3, 1, tzinfo=UTC)
TERMS = Terms()
MONTH = timedelta(days=30)


def snapshot(at: datetime, stage: Stage, number: int = 0, **facts: object) -> Event:
    """A report of the subscription."""
    given = Snapshot(stage=stage, price="price_1", reader=7, period_start=START, period_end=START + MONTH)
    return Event(
        f"evt_{number}_{at.timestamp():.0f}_{stage}",
        Kind.SUBSCRIPTION,
        at,
        "sub_1",
        subscription="sub_1",
        facts=replace(given, **facts).facts(),
    )


def look(at: datetime, stage: Stage, number: int = 0, *, covers: list[Event], **facts: object) -> Event:
    """An observation by somebody who knew the events `covers` when they asked."""
    told = snapshot(at, stage, number, **facts)
    known = sorted(event.id for event in covers)
    moment = max([at, *(event.at for event in covers)])
    facts = {**told.facts, "covers": known, "seen": f"{number:06d}"}
    return replace(told, id=f"seen_{number}", kind=Kind.OBSERVATION, at=moment, facts=facts)


@st.composite
def watched_lives(draw: st.DrawFn) -> tuple[Stage, list[Event]]:
    """What a gateway went through, with looks at it in between by somebody who knew some of its reports by then."""
    at, told, looks = START, [], []
    stage = Stage.INCOMPLETE
    for number in range(draw(st.integers(1, 7))):
        at += timedelta(seconds=draw(st.sampled_from([0, 0, 0, 1, 3600])))
        stage = draw(st.sampled_from([one for one in Stage if one is not Stage.ENDED]))
        told.append(snapshot(at, stage, number))
        for again in range(draw(st.integers(0, 2))):
            at += timedelta(seconds=draw(st.sampled_from([0, 0, 1])))
            known = draw(st.lists(st.sampled_from(told), unique_by=lambda event: event.id))
            looks.append(look(at, stage, number * 10 + again, covers=known))
    return stage, told + looks


@settings(max_examples=1000, deadline=None)
@given(watched_lives(), st.randoms(use_true_random=False))
def test_what_was_looked_at_is_true_or_known_to_be_doubtful(
    life: tuple[Stage, list[Event]], chance: random.Random
) -> None:
    """A look never hides a report of its own second that came after it."""
    truth, events = life
    chance.shuffle(events)
    standing = fold(events)
    assert standing is not None
    assert standing.is_ambiguous or standing.snapshot.stage is truth
    settled = fold([*events, look(events[0].at, truth, 999, covers=events)])
    assert settled is not None
    assert settled.snapshot.stage is truth
    assert not settled.is_ambiguous


@st.composite
def histories(draw: st.DrawFn) -> list[Event]:
    """Lives of one subscription, as a gateway tells them: several reports may share a second."""
    at, events, period = START, [], START + MONTH
    for number in range(draw(st.integers(1, 9))):
        at += timedelta(seconds=draw(st.sampled_from([0, 0, 1, 3600, 86_400])))
        stage = draw(st.sampled_from(list(Stage)))
        facts: dict[str, object] = {"period_end": period}
        if stage is Stage.ENDED:
            facts["ended_at"] = at
        elif draw(st.booleans()):
            facts["cancel_at"] = period
        if draw(st.booleans()):
            facts["reader"] = None
        events.append(snapshot(at, stage, number, **facts))
        if draw(st.integers(0, 4)) == 0:
            subject = draw(st.sampled_from(["dp_1", "dp_2"]))
            status = draw(st.sampled_from(["open", "won", "lost"]))
            events.append(
                Event(
                    f"dp_{number}", Kind.DISPUTE, at, subject, subscription="sub_1", facts={"status": status}
                )
            )
        if stage is Stage.ENDED and draw(st.booleans()):
            break
    return events


@settings(max_examples=1000, deadline=None)
@given(histories(), st.randoms(use_true_random=False))
def test_order_and_repetition_change_nothing(events: list[Event], chance: random.Random) -> None:
    expected = fold(events)
    told = events + chance.choices(events, k=len(events))
    chance.shuffle(told)
    assert fold(told) == expected


@settings(max_examples=1000, deadline=None)
@given(histories(), st.randoms(use_true_random=False))
def test_taking_events_in_late_gives_the_same_as_at_once(events: list[Event], chance: random.Random) -> None:
    """What a ledger that gets them one at a time ends with, whatever came last."""
    told = events[:]
    chance.shuffle(told)
    last: Standing | None = None
    for count in range(1, len(told) + 1):
        last = fold(told[:count])
    assert last == fold(events)


@settings(max_examples=300, deadline=None)
@given(histories())
def test_what_has_ended_stays_ended(events: list[Event]) -> None:
    standing = fold(events)
    if standing and any(e.facts.get("stage") == "ended" for e in events):
        assert standing.snapshot.stage is Stage.ENDED
        assert standing.status(TERMS, START + timedelta(days=4000)) is Status.EXPIRED


@settings(max_examples=300, deadline=None)
@given(histories())
def test_a_lost_chargeback_opens_nothing(events: list[Event]) -> None:
    if any(e.facts.get("status") == "lost" for e in events):
        standing = fold(events)
        assert standing is not None
        assert standing.access_until(TERMS) is None


@pytest.mark.parametrize(
    ("stage", "facts", "until"),
    [
        (Stage.INCOMPLETE, {}, None),
        (Stage.TRIALING, {}, START + MONTH + TERMS.leeway),
        (Stage.ACTIVE, {}, START + MONTH + TERMS.leeway),
        (Stage.ACTIVE, {"cancel_at": START + MONTH}, START + MONTH),
        (Stage.PAST_DUE, {}, START + TERMS.grace),
        (Stage.PAUSED, {}, START + MONTH),
        (Stage.ENDED, {"ended_at": START + timedelta(days=3)}, START + timedelta(days=3)),
    ],
)
def test_what_each_stage_is_worth(stage: Stage, facts: dict[str, object], until: datetime | None) -> None:
    standing = fold([snapshot(START, stage, **facts)])
    assert standing is not None
    assert standing.access_until(TERMS) == until


def test_grace_counts_from_the_first_failure_and_recovery_ends_it() -> None:
    failed = [snapshot(START + timedelta(days=day), Stage.PAST_DUE, day) for day in (1, 3, 5)]
    standing = fold([snapshot(START, Stage.ACTIVE), *failed])
    assert standing is not None
    assert standing.past_due_since == START + timedelta(days=1)
    recovered = fold([*failed, snapshot(START + timedelta(days=6), Stage.ACTIVE)])
    assert recovered is not None
    assert recovered.past_due_since is None


def test_two_reports_of_one_second_ask_for_a_look_and_the_look_decides() -> None:
    told = [snapshot(START, Stage.ACTIVE), snapshot(START, Stage.PAST_DUE)]
    standing = fold(told)
    assert standing is not None
    assert standing.is_ambiguous
    seen = look(START, Stage.PAST_DUE, covers=told)
    decided = fold([*told, seen])
    assert decided is not None
    assert decided.snapshot.stage is Stage.PAST_DUE
    assert not decided.is_ambiguous


def test_a_pause_is_open_to_the_end_of_what_was_paid_only() -> None:
    told = [
        snapshot(START, Stage.ACTIVE),
        snapshot(START + timedelta(days=5), Stage.PAUSED, 1),
        snapshot(START + timedelta(days=31), Stage.PAUSED, 2, period_end=START + 2 * MONTH),
    ]
    standing = fold(told)
    assert standing is not None
    assert standing.access_until(TERMS) == START + MONTH
