"""IndexNow (https://www.indexnow.org/documentation): tells search engines which addresses changed, and nothing else.

Off unless the paper turns it on. What was withdrawn is told too: that is how an engine drops it. Addresses gather for a
minute, so that a busy one is a single message. The key's file at the root of the site proves that the paper speaks.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from urllib.parse import urlsplit

from django.utils import timezone

from broadsheet.newsroom.selectors import web
from broadsheet.outward.fetch import post

from .. import delivering
from ..models import Delivery, StoryEvent
from .maps import address
from .models import MachineTerms

CHANNEL = "indexnow"
# The others share what one of them is told.
ENDPOINT = "https://api.indexnow.org/indexnow"
MOST_URLS, GATHERING = 10_000, timedelta(minutes=1)
MOST_ANSWER = 65_536
# Tests post to this machine.
ALLOW_PRIVATE = False


def heard(events: Sequence[StoryEvent]) -> None:
    """Add the addresses to the message that still gathers, or begin one."""
    terms = MachineTerms.current()
    if not terms.is_announcing:
        return
    paths = list(dict.fromkeys(event.path for event in events))
    now = timezone.now()
    # One that a worker has claimed is due again much later: its message is on the way as it was.
    still = Delivery.objects.filter(
        channel=CHANNEL, state=Delivery.State.WAITING, tries=0, due_at__gt=now, due_at__lte=now + GATHERING
    )
    gathering = still.order_by("-pk").first()
    if gathering is not None:
        merged = list(dict.fromkeys([*gathering.payload["paths"], *paths]))
        if len(merged) <= MOST_URLS and still.filter(pk=gathering.pk).update(payload={"paths": merged}):
            return
    delivering.owe(CHANNEL, [ENDPOINT], {"paths": paths}, due_at=now + GATHERING)


def send(delivery: Delivery) -> delivering.HandOver | None:
    """One message; None when the paper has turned it off since."""
    terms = MachineTerms.current()
    if not terms.is_announcing:
        return None
    message = {
        "host": urlsplit(web("/")).netloc,
        "key": terms.index_now_key,
        "keyLocation": web(f"/{terms.index_now_key}.txt"),
        "urlList": [address(path) for path in delivery.payload["paths"]],
    }
    return partial(_post, delivery.target, json.dumps(message).encode())


def _post(target: str, body: bytes) -> None:
    kind = "application/json; charset=utf-8"
    post(target, body, kind, most_bytes=MOST_ANSWER, allow_private=ALLOW_PRIVATE)
