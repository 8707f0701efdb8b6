"""Hands over what is owed to other servers: tried again with growing pauses, and a host that is down holds up no other.

A delivery may arrive twice (a worker can die after the hand-over), never not at all: receivers tell them apart by id.
"""

from __future__ import annotations

import logging
import random
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.utils import timezone
from django.utils.module_loading import import_string

from broadsheet.outward.errors import BadAnswer, OutsideError, RefusedAddress

from .channels import SENDERS
from .models import Delivery, TroubledHost

log = logging.getLogger("broadsheet.deliveries")
MOST_AT_ONCE, MOST_FOR_HOST, ROUND, ROUND_SECONDS = 16, 4, 64, 20.0
MOST_LOOKS = 4
# For one statement.
BATCH = 500
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
Outcome = OutsideError | Afterwards | None
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
        for start in range(0, len(rows), BATCH):
            waiting.filter(target__in=[row.target for row in rows[start : start + BATCH]]).delete()
    return len(Delivery.objects.bulk_create(rows, batch_size=BATCH))


def deliver_due(*, seconds: float = ROUND_SECONDS) -> int:
    """Hand over what is due, the longest due first, for at most about `seconds`; for the worker. Returns how many.

    Some are always on their way and some wait for their turn: one that hangs holds up its own thread only.
    """
    end, count = time.monotonic() + seconds, 0
    under_way: dict[Future[Outcome], Delivery] = {}
    with ThreadPoolExecutor(MOST_AT_ONCE, thread_name_prefix="deliver") as pool:
        while True:
            if len(under_way) <= MOST_AT_ONCE and time.monotonic() < end:
                for delivery in _claim(timezone.now(), Counter(row.host for row in under_way.values())):
                    under_way[pool.submit(_hand_over, _ready(delivery))] = delivery
            if not under_way:
                return count
            done, _ = wait(under_way, return_when=FIRST_COMPLETED)
            _settle([(under_way.pop(future), _noted(future.result())) for future in done])
            count += len(done)


def _claim(now: datetime, busy: Counter[str]) -> list[Delivery]:
    """Some that are due; with those that are under way at most `MOST_FOR_HOST` for a host. Six queries at most.

    Of two workers that find one due, one gets it: by the moment that it wrote in, which no other writes.
    """
    paused = TroubledHost.objects.filter(
        channel=OuterRef("channel"), host=OuterRef("host"), paused_until__gt=now
    )
    due = Delivery.objects.filter(~Exists(paused), state=Delivery.State.WAITING, due_at__lte=now)
    chosen: list[int] = []
    # Behind what one host may not have yet there may be others: looked for as often as this.
    for _ in range(MOST_LOOKS):
        full = [host for host, count in busy.items() if count >= MOST_FOR_HOST]
        others = due.exclude(host__in=full).exclude(pk__in=chosen).order_by("due_at", "pk")
        rows = list(others.values_list("pk", "host")[: ROUND - len(chosen)])
        for pk, host in rows:
            if busy[host] < MOST_FOR_HOST:
                busy[host] += 1
                chosen.append(pk)
        if len(chosen) == ROUND or not rows:
            break
    if not chosen:
        return []
    until = now + CLAIM + timedelta(microseconds=random.randrange(60_000_000))  # noqa: S311  (a mark, no secret)
    wanted = Delivery.objects.filter(pk__in=chosen, state=Delivery.State.WAITING)
    wanted.filter(due_at__lte=now).update(due_at=until)
    return list(wanted.filter(due_at=until).order_by("pk"))


def _ready(delivery: Delivery) -> HandOver:
    """What hands it over; what can't be made ready fails like what can't be handed over."""
    try:
        send: Sender = import_string(SENDERS[delivery.channel])
        return send(delivery) or _nothing
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


def _hand_over(hand_over: HandOver) -> Outcome:
    """Runs in a thread of the pool: what goes wrong is returned."""
    try:
        return hand_over()
    except OutsideError as error:
        return error
    except Exception as error:  # as in `_ready`
        log.exception("a delivery failed")
        return OutsideError(f"it can't be sent ({type(error).__name__})", "here", "see the log")


def _noted(outcome: Outcome) -> OutsideError | None:
    """What went wrong, after the answer was noted."""
    if outcome is None or isinstance(outcome, OutsideError):
        return outcome
    try:
        outcome()
    except OutsideError as error:
        return error
    except Exception as error:  # as in `_ready`
        log.exception("what a delivery answered can't be noted")
        return OutsideError(f"the answer can't be noted ({type(error).__name__})", "here", "see the log")
    return None


def _settle(outcomes: Sequence[tuple[Delivery, OutsideError | None]]) -> None:
    """Write down what became of some, in one transaction."""
    now = timezone.now()
    arrived = [delivery for delivery, error in outcomes if error is None]
    with transaction.atomic():
        if arrived:
            rows = Delivery.objects.filter(
                pk__in=[delivery.pk for delivery in arrived], state=Delivery.State.WAITING
            )
            rows.update(state=Delivery.State.DONE, done_at=now, tries=F("tries") + 1, status=200, error="")
            for channel, hosts in _hosts_by_channel(arrived).items():
                TroubledHost.objects.filter(channel=channel, host__in=hosts).delete()
        for delivery, error in outcomes:
            if error is not None:
                _settle_failed(delivery, error, now)


def _hosts_by_channel(deliveries: Iterable[Delivery]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for delivery in deliveries:
        found.setdefault(delivery.channel, set()).add(delivery.host)
    return found


def _settle_failed(delivery: Delivery, error: OutsideError, now: datetime) -> None:
    tries = delivery.tries + 1
    status = error.status if isinstance(error, BadAnswer) else None
    is_over = tries >= MOST_TRIES or isinstance(error, FINAL) or _is_refusal(status)
    changes: dict[str, Any] = {"tries": tries, "status": status, "error": str(error)[:500]}
    if is_over:
        changes |= {"state": Delivery.State.FAILED, "done_at": now}
    else:
        changes["due_at"] = now + max(_wait(tries), _asked_wait(error))
    Delivery.objects.filter(pk=delivery.pk, state=Delivery.State.WAITING).update(**changes)
    if not _is_refusal(status) and not isinstance(error, FINAL):
        _trouble(delivery, now)


def _asked_wait(error: OutsideError) -> timedelta:
    """As long as the receiver asks for in seconds (RFC 9110 §10.2.3), within reason."""
    asked = error.retry_after.strip() if isinstance(error, BadAnswer) else ""
    return timedelta(seconds=min(int(asked), 3600)) if asked.isdecimal() and len(asked) < 9 else timedelta(0)


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
