"""Readers who come along from another system: an account each, their complimentary access, and nothing more.

Nobody is written to, billed or subscribed; an account that is here already is left as it is.
"""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone

from broadsheet.intake.incoming import IncomingMember
from broadsheet.intake.members import Outcome
from broadsheet.readers.models import User
from broadsheet.subscriptions.models import Grant, Plan


@transaction.atomic
def take_member(member: IncomingMember) -> Outcome:
    """Make the account. It has no password: its owner comes in by a code to the mailbox that the old system knew."""
    email = member.email.strip().lower()
    try:
        validate_email(email)
        User._meta.get_field("email").run_validators(email)
    except ValidationError:
        return Outcome(reason="its e-mail address is none")
    known = User.objects.filter(email=email).exists()
    if known or EmailAddress.objects.filter(email=email).exists():
        return Outcome()
    first, _, last = member.name.replace("\x00", "").strip().partition(" ")
    user = User.objects.create_user(
        email, first_name=first[:150], last_name=last[:150], date_joined=member.created or timezone.now()
    )
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    if member.plan == "paid":
        return Outcome(is_new=True, lost="a paid membership: it stays with the old system's gateway")
    if member.plan == "complimentary":
        plan = next((p for p in Plan.objects.filter(seats=0) if "stories" in p.scopes), None)
        if plan is None:
            return Outcome(
                is_new=True, lost="complimentary access: this paper has no plan yet that opens stories"
            )
        Grant.objects.create(reader=user, plan=plan, starts_at=timezone.now(), note="came along by import")
    return Outcome(is_new=True)
