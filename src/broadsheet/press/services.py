"""What the worker does for the invalidation log, what a start says to it, and whose passes are taken back."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from broadsheet.pictures.models import Picture

from . import log, networks
from .keys import SITE
from .models import LogState, RevokedPass
from .selectors import still_matters


@transaction.atomic
def withdraw_expired() -> None:
    """Withdraw the pictures whose rights have run out since this was last looked at."""
    log.head()
    state = LogState.objects.select_for_update().get(pk=1)
    now = timezone.now()
    over = Picture.objects.filter(rights_expire_at__lte=now)
    if state.rights_seen_at is not None:
        over = over.filter(rights_expire_at__gt=state.rights_seen_at)
    keys = [f"picture/{pk}" for pk in over.values_list("pk", flat=True)]
    log.write(keys, is_hard=True)
    LogState.objects.filter(pk=1).update(rights_seen_at=now)


def tidy() -> None:
    """The log's sweeper."""
    withdraw_expired()
    networks.announce()
    log.prune()
    RevokedPass.objects.exclude(at__gt=still_matters()).delete()


@transaction.atomic
def revoke_passes(reader_id: int, at: datetime) -> None:
    """Refuse, at every edge and here, the passes that `reader_id` was given before `at` (aware).

    Edges follow within seconds. A later moment replaces an earlier one, never the other way round. Raises `ValueError`
    for a stranger, whose passes are everybody's.
    """
    if reader_id < 1:
        raise ValueError(f"{reader_id} is no reader")
    held, is_new = RevokedPass.objects.select_for_update().get_or_create(
        reader=reader_id, defaults={"at": at}
    )
    if not is_new:
        if held.at >= at:
            return
        RevokedPass.objects.filter(pk=reader_id).update(at=at)
    log.write_rights({"reader": reader_id, "at": at.timestamp()})


@transaction.atomic
def announce_looks(looks: str) -> bool:
    """Have every page made again when `looks`, a fingerprint of templates, styles and settings, is another one."""
    log.head()
    if LogState.objects.select_for_update().get(pk=1).looks == looks:
        return False
    LogState.objects.filter(pk=1).update(looks=looks)
    log.write([SITE])
    return True
