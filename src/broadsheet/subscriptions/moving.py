"""Moves running subscriptions to the price that replaced theirs, from their next period.

The request is a row and its place in the work is kept after each subscription, so that a killed worker goes on where
it stopped; the gateway is asked with the same key again and changes nothing twice.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from . import notices
from .buying import terms_of
from .events import Event
from .gateways.protocol import GatewayAway, GatewayError
from .gateways.registry import get
from .ledger import record
from .models import Price, PriceMove, Subscription
from .standing import Status

log = logging.getLogger("broadsheet.subscriptions")
MOVABLE = (Status.TRIALING.value, Status.ACTIVE.value, Status.PAST_DUE.value)
AT_ONCE = 50


def movable(price: Price) -> QuerySet[Subscription]:
    """Who pays `price` and will be charged again."""
    return Subscription.objects.filter(price=price, status__in=MOVABLE, ended_at=None)


def ask(old: Price, asked_by: int) -> PriceMove | None:
    """Note that the payers of `old` are to move; None when nothing replaces it on the same terms of time and money."""
    new = old.replaced_by
    while new is not None and new.replaced_by is not None:
        new = new.replaced_by
    if new is None or new.replaced_at or (new.interval, new.currency) != (old.interval, old.currency):
        return None
    move, _made = PriceMove.objects.get_or_create(
        old=old, new=new, finished_at=None, defaults={"asked_by_id": asked_by}
    )
    return move


def move_some() -> int:
    """The sweeper: the next fifty of every open request. Gives how many were moved."""
    return sum(
        _go_on(move) for move in PriceMove.objects.filter(finished_at=None).select_related("old", "new")
    )


def _go_on(move: PriceMove) -> int:
    waiting = list(movable(move.old).filter(pk__gt=move.last).order_by("pk")[:AT_ONCE])
    if not waiting:
        PriceMove.objects.filter(pk=move.pk).update(finished_at=timezone.now())
        return 0
    return _move(move, waiting)


def _move(move: PriceMove, waiting: Iterable[Subscription]) -> int:
    moved = 0
    for row in waiting:
        key = f"move:{move.pk}:{row.pk}"
        try:
            events = get(row.gateway).change(
                row.ref, terms_of(move.new), row.quantity, prorate=False, key=key
            )
        except GatewayAway as error:
            log.warning("moving prices waits: %s", error)
            break
        except GatewayError as error:
            log.warning("%s keeps its price: %s", row, error)
            move.refused += 1
        else:
            moved += 1
            move.moved += 1
            _note(row, key, events)
        move.last = row.pk
        move.save(update_fields=["last", "moved", "refused"])
    return moved


@transaction.atomic
def _note(row: Subscription, key: str, events: Iterable[Event]) -> None:
    record(row.gateway, events)
    if row.reader is not None:
        notices.owe(key, "price_change", email=row.reader.email, reader=row.reader, subscription=row.pk)
