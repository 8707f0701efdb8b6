"""What the worker does for the invalidation log, and what a start says to it."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from broadsheet.pictures.models import Picture

from . import log
from .keys import SITE
from .models import LogState


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
    log.prune()


@transaction.atomic
def announce_looks(looks: str) -> bool:
    """Have every page made again when `looks`, a fingerprint of templates, styles and settings, is another one."""
    log.head()
    if LogState.objects.select_for_update().get(pk=1).looks == looks:
        return False
    LogState.objects.filter(pk=1).update(looks=looks)
    log.write([SITE])
    return True
