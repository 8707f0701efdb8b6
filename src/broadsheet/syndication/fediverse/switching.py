"""What follows when an account is switched on or off, or a domain blocked: caches, and what was held of it."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from broadsheet.press import log
from broadsheet.press.keys import MISSING, SITE

from ..models import Delivery
from . import naming
from .acting import CHANNEL
from .models import Actor, BlockedDomain, Peer


@receiver([post_save, post_delete], sender=Actor, dispatch_uid="fediverse_actor")
def changed(instance: Actor, **_: Any) -> None:
    """Its documents, and those that say whether anybody is here at all, are another; so are all pages that name it."""
    naming.forget()
    log.write({f"actor/{instance.pk}", "fediverse", MISSING}, is_hard=True)
    log.write({SITE})


@receiver(post_save, sender=BlockedDomain, dispatch_uid="fediverse_blocked")
def blocked(instance: BlockedDomain, **_: Any) -> None:
    """Whoever is there follows no more, and nothing that was said there is kept."""
    Peer.objects.filter(_within("host", instance.domain)).delete()
    Delivery.objects.filter(
        _within("host", instance.domain), channel=CHANNEL, state=Delivery.State.WAITING
    ).delete()


def _within(field: str, domain: str) -> Q:
    """A host, with or without a port, that is `domain` or below it."""
    return (
        Q(**{field: domain})
        | Q(**{f"{field}__startswith": f"{domain}:"})
        | Q(**{f"{field}__endswith": f".{domain}"})
        | Q(**{f"{field}__contains": f".{domain}:"})
    )
