"""The networks that read along, as apps say them: for edges, and for the origin's own decisions.

An app registers a function that lists (CIDR, scopes). What they all say is compared with what was told last, so that a
group which begins or ends by the clock reaches the edges too.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from hashlib import blake2b

from django.db import transaction

from broadsheet.paywall.networks import Networks

from . import log
from .models import LogState

Listed = Iterable[tuple[str, Sequence[str]]]
_listers: list[Callable[[], Listed]] = []


def register(lister: Callable[[], Listed]) -> None:
    """Let an app say which networks hold which scopes; all answers are put together."""
    _listers.append(lister)


def listed() -> list[tuple[str, list[str]]]:
    """Every network with its scopes, in a fixed order."""
    return sorted((cidr, sorted(scopes)) for lister in _listers for cidr, scopes in lister())


def table() -> Networks:
    """The same, to be asked by address."""
    return Networks(listed())


@transaction.atomic
def announce() -> bool:
    """Tell edges to ask again if any network is another than when they were told last. Says whether they were."""
    mark = blake2b(json.dumps(listed()).encode(), digest_size=16).hexdigest()
    log.head()
    state = LogState.objects.select_for_update().get(pk=1)
    if state.networks == mark:
        return False
    LogState.objects.filter(pk=1).update(networks=mark)
    log.write_rights({"networks": True})
    return True
