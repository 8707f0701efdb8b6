"""What a reader may open, now: read from subscriptions, grants and groups, never from a gateway."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from allauth.account.models import EmailAddress
from django.db.models import Q
from django.utils import timezone

from broadsheet.readers.models import User

from .models import Grant, Group, Seat, Subscription
from .standing import Status

# Carried in the pass so that a page can warn; it opens nothing.
PAST_DUE = "past_due"


def _running(now: datetime) -> Q:
    return Q(starts_at__lte=now) & (Q(ends_at=None) | Q(ends_at__gt=now))


def scopes_of(user: User) -> frozenset[str]:
    """The scopes of `user`; four small indexed queries."""
    now = timezone.now()
    found: set[str] = set()
    subscriptions = Subscription.objects.filter(reader=user, access_until__gt=now).select_related(
        "price__plan"
    )
    for subscription in subscriptions:
        found |= set(subscription.price.plan.scopes if subscription.price else ())
        if subscription.status == Status.PAST_DUE.value:
            found.add(PAST_DUE)
    for grant in Grant.objects.filter(_running(now), reader=user).select_related("plan"):
        found |= set(grant.plan.scopes)
    for group in groups_of(user, now):
        found |= set(group.plan.scopes)
    return frozenset(found)


def groups_of(user: User, now: datetime) -> Iterable[Group]:
    """The groups `user` reads with: by a seat, or by the domain of an address that was proved theirs."""
    running = Group.objects.filter(_running(now)).select_related("plan")
    seated = running.filter(pk__in=Seat.objects.filter(reader=user).values("group"))
    domain = user.email.rpartition("@")[2].lower()
    by_domain = [
        group
        for group in running.filter(domains__icontains=domain)
        if domain in group.domain_lines and is_address_proved(user)
    ]
    return {group.pk: group for group in [*seated, *by_domain]}.values()


def is_address_proved(user: User) -> bool:
    """Whether `user` has shown that their address is theirs; having paid from it, and been let in, shows nothing."""
    return EmailAddress.objects.filter(user=user, email__iexact=user.email, verified=True).exists()


def networks() -> list[tuple[str, list[str]]]:
    """Every network address that opens something, with its scopes."""
    groups = Group.objects.filter(_running(timezone.now())).exclude(networks="").select_related("plan")
    return [(line, sorted(group.plan.scopes)) for group in groups for line in group.network_lines]
