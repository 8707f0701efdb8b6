"""Hands over what is owed to other servers: tried again with growing pauses, and a host that is down holds up no other.

A delivery may arrive twice (a worker can die after the hand-over), never not at all: receivers tell them apart by id.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from django.db.models import Exists, F, OuterRef
from django.utils import timezone
from django.utils.module_loading import import_string

from broadsheet.outward.errors import BadAnswer, OutsideError, RefusedAddress

from .channels import SENDERS
from .models import Delivery, TroubledHost

log = logging.getLogger("broadsheet.deliveries")
MOST_AT_ONCE, ROUND, ROUND_SECONDS = 8, 64, 20.0
# As long as a hand-over may take by far: a worker that dies in it leaves the delivery due again after this.
CLAIM = timedelta(minutes=5)
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=12)
# With pauses that double, two and a half days.
MOST_TRIES = 15
# A host is left alone after so many failures in a row, whatever is owed to it.
PATIENCE = 3
KEPT = timedelta(days=30)


class GivenUp(OutsideError):
    """Trying again would do harm, or no good."""


FINAL = (RefusedAddress, GivenUp)
# Hands one over, in a thread and without the database. Raises `OutsideError`: `RefusedAddress` and a 4xx but 408, 425
# and 429 are not tried again. What it returns, if anything, is called afterwards, with the database, to note an answer;
# that may raise as well.
Afterwards = Callable[[], object]
HandOver = Callable[[], Afterwards | None]
# Makes ready what one delivery hands over, with the database; None when there is no longer anything to hand over.
Sender = Callable[[Delivery], HandOver | None]


def owe(
    channel: str,
    targets: Iterable[str],
    payload: Mapping[str, Any],
    *,
    subject: str = "",
    due_at: datetime | None = None,
) -> int:
    """Write down one delivery for each target, in the caller's transaction. With a `subject` whatever still waits in
    this channel about it gives way: only the newest state is worth handing over. Returns how many are owed."""
    due = due_at or timezone.now()
    rows = [
        Delivery(
            channel=channel,
            target=target,
            host=urlsplit(target).netloc,
            subject=subject,
            payload=payload,
            due_at=due,
        )
        for target in targets
    ]
    if subject and rows:
        waiting = Delivery.objects.filter(channel=channel, subject=subject, state=Delivery.State.WAITING)
        waiting.filter(target__in=[row.target for row in rows]).delete()
    return len(Delivery.objects.bulk_create(rows, batch_size=500))


def deliver_due(*, seconds: float = ROUND_SECONDS) -> int:
    """Hand over what is due, the longest due first, for at most about `seconds`; for the worker. Returns how many."""
    end, count = time.monotonic() + seconds, 0
    with ThreadPoolExecutor(MOST_AT_ONCE, thread_name_prefix="deliver") as pool:
        while time.monotonic() < end and (claimed := _claim(timezone.now())):
            outcomes = pool.map(_hand_over, [_ready(delivery) for delivery in claimed])
            for delivery, outcome in zip(claimed, outcomes, strict=True):
                _settle(delivery, _noted(outcome))
            count += len(claimed)
    return count


def _claim(now: datetime) -> list[Delivery]:
    """Some that are due, at most half a round for a host at a time; of two workers that find one due, one gets it."""
    paused = TroubledHost.objects.filter(
        channel=OuterRef("channel"), host=OuterRef("host"), paused_until__gt=now
    )
    due = Delivery.objects.filter(~Exists(paused), state=Delivery.State.WAITING, due_at__lte=now).order_by(
        "due_at", "pk"
    )
    claimed: list[Delivery] = []
    by_host: dict[str, int] = {}
    for delivery in due[:ROUND]:
        if by_host.get(delivery.host, 0) >= MOST_AT_ONCE // 2:
            continue
        mine = Delivery.objects.filter(pk=delivery.pk, state=Delivery.State.WAITING, due_at=delivery.due_at)
        if mine.update(due_at=now + CLAIM):
            by_host[delivery.host] = by_host.get(delivery.host, 0) + 1
            claimed.append(delivery)
    return claimed


def _ready(delivery: Delivery) -> HandOver:
    """What hands it over; what can't be made ready fails like what can't be handed over."""
    try:
        return import_string(SENDERS[delivery.channel])(delivery) or _nothing
    except OutsideError as error:
        return partial(_fail, error)
    except Exception as error:  # a sender's own fault must not stop the others; the log has the trace
        log.exception("delivery %d (%s) can't be made ready", delivery.pk, delivery.channel)
        return partial(
            _fail, OutsideError(f"not ready ({type(error).__name__})", delivery.target, "see the log")
        )


def _nothing() -> None:
    """What it was about is gone: that is settled."""


def _fail(error: OutsideError) -> None:
    raise error


def _hand_over(hand_over: HandOver) -> OutsideError | Afterwards | None:
    """Runs in a thread of the pool: what goes wrong is returned."""
    try:
        return hand_over()
    except OutsideError as error:
        return error
    except Exception as error:  # as in `_ready`
        log.exception("a delivery failed")
        return OutsideError(f"it can't be sent ({type(error).__name__})", "here", "see the log")


def _noted(outcome: OutsideError | Afterwards | None) -> OutsideError | None:
    """What went wrong, after the answer was noted."""
    if outcome is None or isinstance(outcome, OutsideError):
        return outcome
    try:
        outcome()
    except OutsideError as error:
        return error
    return None


def _settle(delivery: Delivery, error: OutsideError | None) -> None:
    row = Delivery.objects.filter(pk=delivery.pk, state=Delivery.State.WAITING)
    now = timezone.now()
    if error is None:
        row.update(state=Delivery.State.DONE, done_at=now, tries=F("tries") + 1, status=200, error="")
        TroubledHost.objects.filter(channel=delivery.channel, host=delivery.host).delete()
        return
    tries = delivery.tries + 1
    status = error.status if isinstance(error, BadAnswer) else None
    is_over = tries >= MOST_TRIES or isinstance(error, FINAL) or _is_refusal(status)
    changes: dict[str, Any] = {"tries": tries, "status": status, "error": str(error)[:500]}
    if is_over:
        changes |= {"state": Delivery.State.FAILED, "done_at": now}
    else:
        changes["due_at"] = now + _wait(tries)
    row.update(**changes)
    if not _is_refusal(status) and not isinstance(error, FINAL):
        _trouble(delivery, now)


def _is_refusal(status: int | None) -> bool:
    return status is not None and 400 <= status < 500 and status not in (408, 425, 429)


def _wait(tries: int) -> timedelta:
    return min(FIRST_WAIT * 2 ** (tries - 1), LONGEST_WAIT) * random.uniform(0.8, 1.2)  # noqa: S311  (spreads tries, guards nothing)


def _trouble(delivery: Delivery, now: datetime) -> None:
    """Count a failure against the host; from `PATIENCE` on it is left alone, ever longer."""
    host, _ = TroubledHost.objects.get_or_create(
        channel=delivery.channel, host=delivery.host, defaults={"since": now, "paused_until": now}
    )
    failures = host.failures + 1
    pause = _wait(min(failures - PATIENCE + 1, 12)) if failures >= PATIENCE else timedelta(0)
    TroubledHost.objects.filter(pk=host.pk).update(failures=failures, paused_until=now + pause)


def forget_old() -> int:
    """Drop what was settled long ago; for the worker."""
    old = Delivery.objects.filter(done_at__lt=timezone.now() - KEPT)
    return old._raw_delete(old.db)
