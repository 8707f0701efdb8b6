"""Rights that change reach the edges at once: who was signed out, what was bought or ended, which networks read along.

Each receiver writes in the transaction that changed the right. A pass that is taken back is renewed by the edge before the
next story, so this serves what was gained as well as what was lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from broadsheet.paywall.passes import PAST_DUE
from broadsheet.press import networks
from broadsheet.press.middleware import Reader
from broadsheet.press.services import revoke_passes
from broadsheet.readers.models import User
from broadsheet.readers.signals import signed_out_everywhere
from broadsheet.subscriptions.ledger import subscription_changed
from broadsheet.subscriptions.models import Grant, Group, Plan, Seat

# A pass counts whole seconds.
MOMENT = timedelta(seconds=2)


@receiver(signed_out_everywhere, dispatch_uid="rights_signed_out")
def signed_out(reader_id: int, at: datetime, **_: Any) -> None:
    """Every pass from before `at` ends here."""
    revoke_passes(reader_id, at)


@receiver(post_delete, sender=User, dispatch_uid="rights_deleted")
def deleted(instance: User, **_: Any) -> None:
    """An account that is gone opens nothing; by now the instance may have lost its key."""
    if instance.pk:
        revoke_passes(instance.pk, timezone.now())


@receiver(subscription_changed, dispatch_uid="rights_bought_or_ended")
def bought_or_ended(subscription: Any, before: str, **_: Any) -> None:
    """A month more changes nothing; a beginning, an end or a chargeback does."""
    if subscription.reader_id and (subscription.status != before or subscription.is_disputed):
        until = subscription.access_until
        _renew(subscription.reader_id, is_gain=until is not None and until > timezone.now())


@receiver(post_save, sender=Grant, dispatch_uid="rights_granted")
@receiver(post_delete, sender=Grant, dispatch_uid="rights_ungranted")
@receiver(post_save, sender=Seat, dispatch_uid="rights_seated")
@receiver(post_delete, sender=Seat, dispatch_uid="rights_unseated")
def granted(instance: Grant | Seat, created: bool = False, **_: Any) -> None:
    """A complimentary pass, a gift or a seat was given or taken back."""
    if instance.reader_id:
        _renew(instance.reader_id, is_gain=created)


def _renew(reader_id: int, *, is_gain: bool) -> None:
    """Have older passes replaced. What is gained leaves alone the pass that was given with it, in the same second."""
    revoke_passes(reader_id, timezone.now() - (MOMENT if is_gain else timedelta(0)))


@receiver(post_save, sender=Group, dispatch_uid="rights_group")
@receiver(post_delete, sender=Group, dispatch_uid="rights_ungroup")
@receiver(post_save, sender=Plan, dispatch_uid="rights_plan")
def regrouped(**_: Any) -> None:
    """Networks may be others now, or hold other scopes."""
    networks.announce()


def standing(request: HttpRequest) -> Mapping[str, Any]:
    """For the script on each page: whether a payment is late."""
    pass_ = Reader(request).pass_
    return {"is_past_due": True} if pass_ is not None and PAST_DUE in pass_.scopes else {}
