"""Lets go of what is over: followers on hosts that died, marks of what was heard, replies nobody wanted."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.utils import timezone

from ..models import Delivery, TroubledHost
from .acting import CHANNEL
from .models import Actor, Following, Heard, Peer, Reply
from .signatures import AHEAD, OLDEST

log = logging.getLogger("broadsheet.fediverse")
# A signature that could be shown again is too old by then; ids of activities are kept as long as other servers try again.
HEARD_KEPT = max(timedelta(days=7), 2 * (OLDEST + AHEAD))
DEAD_AFTER, DEAD_TRIES = timedelta(days=30), 20
HIDDEN_KEPT, HELD_KEPT = timedelta(days=30), timedelta(days=180)
GONE = 410
MOST_AT_ONCE = 1_000


def tidy() -> None:
    """For the worker."""
    if not Actor.objects.filter(was_on=True).exists():
        return
    drop_dead()
    now = timezone.now()
    old = Heard.objects.filter(at__lt=now - HEARD_KEPT)
    old._raw_delete(old.db)
    Reply.objects.filter(state=Reply.State.HIDDEN, came_at__lt=now - HIDDEN_KEPT).delete()
    Reply.objects.filter(state=Reply.State.HELD, came_at__lt=now - HELD_KEPT).delete()


def drop_dead() -> int:
    """Drop the followers on hosts that have taken nothing for a month, and at inboxes that said they are gone."""
    now = timezone.now()
    hosts = TroubledHost.objects.filter(
        channel=CHANNEL, since__lt=now - DEAD_AFTER, failures__gte=DEAD_TRIES
    ).values_list("host", flat=True)
    count = 0
    for host in list(hosts[:MOST_AT_ONCE]):
        count += Following.objects.filter(peer__host=host).delete()[0]
        Delivery.objects.filter(channel=CHANNEL, host=host, state=Delivery.State.WAITING).delete()
        TroubledHost.objects.filter(channel=CHANNEL, host=host).delete()
        log.warning("fediverse: %s has taken nothing for a month; its followers are dropped", host)
    gone = Delivery.objects.filter(
        channel=CHANNEL, state=Delivery.State.FAILED, status=GONE, done_at__gte=now - timedelta(hours=1)
    )
    targets = set(gone.values_list("target", flat=True)[:MOST_AT_ONCE])
    peers = Peer.objects.filter(delivers_to__in=targets)
    return count + Following.objects.filter(peer__in=peers).delete()[0]
