from datetime import UTC, datetime

import pytest
from allauth.account.models import EmailAddress
from django.core import mail

from broadsheet.intake.incoming import IncomingMember
from broadsheet.intake.members import take_in
from broadsheet.readers.models import User
from broadsheet.readers.services import forget_unconfirmed
from broadsheet.subscriptions.models import Grant, Plan, Subscription

pytestmark = pytest.mark.django_db
LONG_AGO = datetime(2019, 5, 6, tzinfo=UTC)


def member(email="Ann@Reader.Example", **facts):
    return IncomingMember("m1", email, **{"name": "Ann Reader", "created": LONG_AGO, **facts})


def test_a_member_has_an_account_that_stays_and_is_not_written_to():
    assert take_in(member()).is_new
    user = User.objects.get(email="ann@reader.example")

    assert (user.first_name, user.last_name, user.date_joined) == ("Ann", "Reader", LONG_AGO)
    assert not user.has_usable_password()
    assert not (user.is_staff)
    assert not (user.is_superuser)
    assert not (user.groups.exists())
    assert mail.outbox == []
    assert forget_unconfirmed() == 0
    assert not take_in(member()).is_new
    assert User.objects.count() == 1


def test_complimentary_access_comes_along_and_a_paid_one_is_said_to_stay_behind():
    Plan.objects.create(name="Full", slug="full", scopes=["stories"])
    take_in(member(plan="complimentary"))
    paid = take_in(member("paid@reader.example", plan="paid"))

    assert Grant.objects.get().reader.email == "ann@reader.example"
    assert "stays with the old" in paid.lost
    assert not Subscription.objects.exists()


def test_an_account_that_is_here_gains_nothing_by_an_import():
    Plan.objects.create(name="Full", slug="full", scopes=["stories"])
    owner = User.objects.create_superuser("ann@reader.example")
    EmailAddress.objects.create(user=owner, email="ann@reader.example", verified=False)
    outcome = take_in(member(plan="complimentary", name="Other Name"))
    owner.refresh_from_db()

    assert not outcome.is_new
    assert owner.first_name == ""
    assert not Grant.objects.exists()
    assert not EmailAddress.objects.get().verified


@pytest.mark.parametrize("email", ["", "nobody", "a@b@c", "x" * 300 + "@y.example", "a\n@b.example"])
def test_no_address_is_left_out_with_its_reason(email):
    assert "is none" in take_in(member(email)).reason
    assert not User.objects.exists()
