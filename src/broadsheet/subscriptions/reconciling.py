"""Compares every subscription with the gateway, and takes in what was lost on the way. Changes nothing at the gateway.

First the events since the last run, which mend most; then all subscriptions in a stream, each beside its row. What
differs is looked at once more and recorded. Memory does not grow with the number of subscriptions.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import TypeVar

from django.utils import timezone

from . import ledger
from .events import Event, Snapshot, Stage
from .gateways.protocol import Gateway, GatewayError
from .models import GatewayRef, Reconciliation, Subscription

log = logging.getLogger("broadsheet.reconciling")
# Events are asked for from a little before the last run on: webhooks that were on their way then are known by now.
OVERLAP = timedelta(hours=6)
FIRST_LOOK_BACK = timedelta(days=29)
BATCH = 200
MOST_DIFFERENCES = 100
MOST_ERRORS = 20
Item = TypeVar("Item")
Progress = Callable[[int], None]


def reconcile(gateway: Gateway, progress: Progress | None = None) -> Reconciliation:
    """One run; its report is kept whatever happens. `progress` is called with the number of subscriptions checked.

    Raises nothing of the gateway's: an error is in the report, which then has no `finished_at`, and the next run begins
    where the last whole one did.
    """
    started = timezone.now()
    last = Reconciliation.objects.filter(gateway=gateway.name).exclude(finished_at=None).first()
    report = Reconciliation.objects.create(
        gateway=gateway.name,
        started_at=started,
        since=(last.started_at - OVERLAP) if last else started - FIRST_LOOK_BACK,
    )
    try:
        _take_lost_events(gateway, report)
        _compare(gateway, report, progress)
        report.finished_at = timezone.now()
    except GatewayError as error:
        log.warning("%s: reconciliation stopped: %s", gateway.name, error)
        _note(report, str(error))
    report.save()
    return report


def _note(report: Reconciliation, line: str) -> None:
    if len(report.errors) < MOST_ERRORS:
        report.errors = [*report.errors, line]


def _batches(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    source = iter(items)
    while batch := list(islice(source, size)):
        yield batch


def _take_lost_events(gateway: Gateway, report: Reconciliation) -> None:
    since: datetime = report.since or report.started_at
    for batch in _batches(gateway.since(since), BATCH):
        report.events += ledger.record(gateway.name, batch)


def _compare(gateway: Gateway, report: Reconciliation, progress: Progress | None) -> None:
    """All the gateway's subscriptions beside their rows; then the rows of which the gateway said nothing."""
    for batch in _batches(gateway.subscriptions(), BATCH):
        rows = {
            row.ref: row
            for row in Subscription.objects.filter(
                gateway=gateway.name, ref__in=[event.subscription for event in batch]
            )
        }
        names = _price_names(gateway.name, rows.values())
        for event in batch:
            row = rows.get(event.subscription)
            if _difference(row, Snapshot.of(event.facts), names) or (row is not None and row.needs_fetch):
                _settle(gateway, report, event.subscription)
        report.checked += len(batch)
        Reconciliation.objects.filter(pk=report.pk).update(checked=report.checked, events=report.events)
        if progress is not None:
            progress(report.checked)


def _price_names(gateway: str, rows: Iterable[Subscription]) -> dict[int, str]:
    wanted = {str(row.price_id) for row in rows if row.price_id}
    refs = GatewayRef.objects.filter(gateway=gateway, kind="price", local__in=wanted)
    return {int(ref.local): ref.ref for ref in refs}


def _difference(
    row: Subscription | None, there: Snapshot, names: dict[int, str]
) -> tuple[str, str, str] | None:
    """(what, here, there) of the first thing in which a row differs from what the gateway says; None when in none."""
    if row is None or row.started_at is None:
        return "existence", "", there.stage.value
    is_over = row.ended_at is not None
    if is_over != (there.stage is Stage.ENDED):
        return "stage", row.status, there.stage.value
    if is_over:
        return None
    if _stage_of(row) is not there.stage and not row.is_disputed:
        return "stage", row.status, there.stage.value
    pairs: list[tuple[str, object, object]] = [
        ("period_end", row.period_end, there.period_end),
        ("cancel_at", row.cancel_at, there.cancel_at),
        ("resumes_at", row.resumes_at, there.resumes_at),
        ("quantity", row.quantity, there.quantity),
    ]
    if row.price_id is not None:
        pairs.append(("price", names.get(row.price_id, ""), there.price))
    for what, here, said in pairs:
        if here != said:
            return what, str(here or ""), str(said or "")
    return None


def _stage_of(row: Subscription) -> Stage:
    """The gateway's word for a row's status: a cancelled one still runs there."""
    if row.status not in {"cancelled", "expired"}:
        return Stage(row.status)
    return Stage.TRIALING if row.trial_end and row.trial_end == row.period_end else Stage.ACTIVE


def _settle(gateway: Gateway, report: Reconciliation, ref: str) -> None:
    """Look at one once more, knowing what is known now, and let the ledger have it."""
    row = Subscription.objects.filter(gateway=gateway.name, ref=ref).first()
    try:
        seen = look(gateway, ref)
    except GatewayError as error:
        _note(report, f"{ref}: {error}")
        return
    names = _price_names(gateway.name, [row] if row else [])
    # What was reported while the page was on its way is no difference.
    found = _difference(row, Snapshot.of(seen.facts), names)
    if found is None:
        return
    what, here, there = found
    report.different += 1
    log.warning("%s: %s had %s %s, the gateway says %s", gateway.name, ref, what, here, there)
    if len(report.differences) < MOST_DIFFERENCES:
        report.differences = [
            *report.differences,
            {"subscription": ref, "what": what, "here": here, "there": there},
        ]


def look(gateway: Gateway, ref: str) -> Event:
    """Ask how one subscription stands, and record it as newer than all that was known before. Raises `GatewayError`."""
    mark = ledger.watermark()
    seen = ledger.observed(gateway.name, gateway.observe(ref), mark)
    ledger.record(gateway.name, [seen])
    return seen
