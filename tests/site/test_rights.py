"""What changes a right anywhere reaches the log in the same transaction."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from broadsheet.press.models import LogRow, RevokedPass
from broadsheet.readers.models import User
from broadsheet.readers.services import sign_out_everywhere
from broadsheet.subscriptions.ledger import subscription_changed
from broadsheet.subscriptions.models import Grant, Group, Plan, Subscription

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader():
    return User.objects.create_user("reader@example.org")


@pytest.fixture
def plan():
    return Plan.objects.create(name="Digital", slug="digital", scopes=["stories"])


def revoked():
    return set(RevokedPass.objects.values_list("pk", flat=True))


def test_signing_out_everywhere_takes_the_passes_back(reader):
    with transaction.atomic():
        sign_out_everywhere(reader)
        transaction.set_rollback(True)
    assert revoked() == set()

    sign_out_everywhere(reader)

    assert revoked() == {reader.pk}


def test_a_deleted_account_opens_nothing(reader):
    number = reader.pk
    reader.delete()

    assert revoked() == {number}


def test_a_grant_is_worth_a_new_pass_at_once(reader, plan):
    Grant.objects.create(reader=reader, plan=plan, starts_at=timezone.now())

    assert revoked() == {reader.pk}


@pytest.mark.parametrize(
    ("before", "status", "is_disputed", "is_told"),
    [
        ("", "active", False, True),
        ("active", "active", False, False),
        ("active", "expired", False, True),
        ("active", "active", True, True),
    ],
)
def test_a_beginning_an_end_and_a_chargeback_are_told_a_renewal_is_not(
    reader, before, status, is_disputed, is_told
):
    row = Subscription(gateway="sandbox", ref="s", reader=reader, status=status, is_disputed=is_disputed)
    subscription_changed.send(Subscription, subscription=row, before=before)

    assert (revoked() == {reader.pk}) is is_told


def test_a_groups_networks_are_announced(plan):
    now = timezone.now()
    Group.objects.create(name="Library", plan=plan, networks="192.0.2.0/24", starts_at=now)
    told = LogRow.objects.filter(rights={"networks": True}).count()
    Group.objects.create(name="Seats only", plan=plan, seats=3, starts_at=now - timedelta(days=1))

    assert told >= 1
    assert LogRow.objects.filter(rights={"networks": True}).count() == told
