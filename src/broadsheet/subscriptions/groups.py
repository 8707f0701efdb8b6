"""Groups: the seats that a manager gives out, by invitation to an address."""

from __future__ import annotations

from django.core import signing
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from broadsheet.readers.models import User

from . import notices
from .models import Group, Seat

SALT = "broadsheet.subscriptions.seat"
INVITATION_DAYS = 60
MOST_AT_ONCE = 200


class CannotSeat(Exception):
    """Why a seat was not given or taken: `str()` is the line for the person."""


def managed(manager: User) -> QuerySet[Group]:
    """The running groups that `manager` looks after."""
    now = timezone.now()
    return Group.objects.filter(
        Q(ends_at=None) | Q(ends_at__gt=now), manager=manager, starts_at__lte=now
    ).select_related("plan")


@transaction.atomic
def invite(group: Group, addresses: str, join_url: str, language: str) -> list[Seat]:
    """A seat and a mail for each address, one a line; those who have one are passed over. All or none.

    `join_url` holds `TOKEN` where the invitation's token goes. Raises `CannotSeat`.
    """
    group = Group.objects.select_for_update().get(pk=group.pk)
    wanted = list(dict.fromkeys(a.strip().lower() for a in addresses.replace(",", "\n").split() if a.strip()))
    if not wanted:
        raise CannotSeat(_("Write at least one address."))
    if len(wanted) > MOST_AT_ONCE:
        raise CannotSeat(_("That is too many at once."))
    for address in wanted:
        try:
            validate_email(address)
        except ValidationError:
            raise CannotSeat(_("“%s” is not an e-mail address.") % address) from None
    known = set(group.taken_seats.filter(email__in=wanted).values_list("email", flat=True))
    new = [address for address in wanted if address not in known]
    free = group.seats - group.taken_seats.count()
    if len(new) > free:
        raise CannotSeat(_("There are only %(free)s seats left.") % {"free": max(0, free)})
    seats = [Seat.objects.create(group=group, email=address) for address in new]
    for seat in seats:
        address = join_url.replace("TOKEN", token_of(seat))
        notices.owe(
            f"seat:{seat.pk}", "seat", email=seat.email, language=language, group=group.name, address=address
        )
    return seats


def remove(group: Group, seat: int) -> bool:
    """Take a seat back; its reader's pass lives on for its quarter of an hour at most."""
    return bool(group.taken_seats.filter(pk=seat).delete()[0])


def token_of(seat: Seat) -> str:
    """What an invitation's link ends with."""
    return signing.dumps([seat.pk, seat.email], salt=SALT)


def seat_of(token: str) -> Seat | None:
    """The seat of an invitation that still stands; None for one that was taken back or is too old."""
    try:
        pk, email = signing.loads(token, salt=SALT, max_age=INVITATION_DAYS * 86_400)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return Seat.objects.filter(pk=pk, email=email).select_related("group__plan").first()


@transaction.atomic
def join(token: str, reader: User) -> Seat:
    """Sit down: whoever has the invitation's mail, once. Raises `CannotSeat`."""
    seat = seat_of(token)
    if seat is None:
        raise CannotSeat(_("This invitation is no longer valid. Ask for a new one."))
    seat = Seat.objects.select_for_update().select_related("group__plan").get(pk=seat.pk)
    if seat.reader_id is not None and seat.reader_id != reader.pk:
        raise CannotSeat(_("This seat is taken."))
    seat.reader = reader
    seat.save(update_fields=["reader"])
    return seat
