"""Gifts: bought once, sent by mail on their day, redeemed once.

The code is kept as a hash. It stands in the mail that is owed until that is sent, and nowhere else.
"""

from __future__ import annotations

import secrets
from calendar import monthrange
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from broadsheet.readers.models import User

from . import notices, taxes
from .billing import refunds
from .events import Kind
from .models import Checkout, Gift, Grant, LedgerEntry, Plan, Price
from .money import Money
from .standing import is_disputed
from .taxes import Tax

MONTHS = (1, 3, 6, 12)
# Letters and digits that nobody mistakes for one another.
ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
LATEST_DELIVERY = timedelta(days=365)


class CannotRedeem(Exception):
    """Why a code opened nothing: `str()` is the line for the reader."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A plan for some months. `money` is what is charged, but for a tax that only the gateway knows."""

    price: Price
    months: int
    money: Money


def choices(plan: Plan, currency: str, tax: Tax) -> list[Choice]:
    """What `plan` can be given for: months at the monthly price, a year at the yearly one where there is one."""
    prices = {price.interval: price for price in Price.objects.on_sale().filter(plan=plan, currency=currency)}
    found = []
    for months in MONTHS:
        price = prices.get("year") if months == 12 else None
        count = 1 if price else months
        price = price or prices.get("month")
        if price is not None:
            money = Money(price.amount * count, currency)
            found.append(Choice(price, months, taxes.cost(price, tax, money).total))
    return found


def make(checkout: Checkout) -> Gift | None:
    """The gift that was paid for, its mail owed on its day. Called in the transaction in which the checkout turns paid."""
    if checkout.price is None or Gift.objects.filter(checkout=checkout).exists():
        return None
    wish = checkout.details
    code = "".join(secrets.choice(ALPHABET) for _letter in range(16))
    code = "-".join(code[n : n + 4] for n in range(0, 16, 4))
    gift = Gift.objects.create(
        checkout=checkout,
        plan=checkout.price.plan,
        months=wish["months"],
        code_hash=hash_of(code),
        giver=wish.get("giver", ""),
        recipient_email=wish["recipient"],
        message=wish.get("message", ""),
        deliver_at=max(timezone.now(), datetime.fromisoformat(wish["deliver_at"])),
    )
    notices.owe(
        f"gift:{checkout.key}",
        "gift",
        email=gift.recipient_email,
        language=wish.get("language", ""),
        due_at=gift.deliver_at,
        checkout=checkout.pk,
        giver=gift.giver or checkout.email,
        message=gift.message,
        plan=gift.plan.said("name", wish.get("language", "")),
        months=gift.months,
        address=f"{wish['redeem_url']}?code={code}",
    )
    paid = LedgerEntry.objects.filter(gateway=checkout.gateway, subject=checkout.ref).exclude(payment_ref="")
    for payment in set(paid.values_list("payment_ref", flat=True)):
        # A refund may have been reported before the payment was.
        reconsider(checkout.gateway, payment)
    return gift


def reconsider(gateway: str, payment: str) -> None:
    """Void the gift that `payment` paid for when all of it was given back or is disputed; else let it be worth something.

    What a redeemed gift opened ends with it, and begins again with it.
    """
    told = [entry.event for entry in LedgerEntry.objects.filter(gateway=gateway, payment_ref=payment)]
    refs = {event.subject for event in told if event.kind is Kind.CHECKOUT}
    gift = (
        Gift.objects.select_for_update(of=("self",))
        .filter(checkout__gateway=gateway, checkout__ref__in=refs)
        .select_related("checkout", "grant")
        .first()
    )
    if gift is None:
        return
    is_void = sum(refunds(told).values()) >= gift.checkout.amount or is_disputed(told)
    if is_void == gift.is_void:
        return
    gift.is_void = is_void
    gift.save(update_fields=["is_void"])
    if is_void:
        notices.drop_waiting(f"gift:{gift.checkout.key}")
    if gift.grant is not None and gift.redeemed_at is not None:
        gift.grant.ends_at = timezone.now() if is_void else months_after(gift.grant.starts_at, gift.months)
        gift.grant.save()


def hash_of(code: str) -> str:
    """What is kept of a code: case and dashes make no difference."""
    plain = "".join(letter for letter in code.upper() if letter.isalnum())
    return sha256(f"gift:{plain}".encode()).hexdigest()


def found(code: str) -> Gift:
    """The unused gift behind `code`. Raises `CannotRedeem`."""
    gift = Gift.objects.filter(code_hash=hash_of(code)).select_related("plan").first()
    if gift is None or gift.is_void:
        raise CannotRedeem(_("We don't know this code. Please check it against your mail."))
    if gift.redeemed_at is not None:
        raise CannotRedeem(_("This code has been redeemed already."))
    return gift


@transaction.atomic
def redeem(code: str, reader: User) -> Grant:
    """Turn a code into months of reading, once. They follow on those of an earlier gift. Raises `CannotRedeem`."""
    pk = found(code).pk
    gift = Gift.objects.select_for_update().select_related("plan").get(pk=pk)
    if gift.redeemed_at is not None or gift.is_void:
        raise CannotRedeem(_("This code has been redeemed already."))
    now = timezone.now()
    held = Grant.objects.filter(reader=reader, plan=gift.plan, source="gift", ends_at__gt=now)
    start = max((grant.ends_at for grant in held if grant.ends_at is not None), default=now)
    gift.redeemed_at, gift.redeemed_by = now, reader
    gift.grant = Grant.objects.create(
        reader=reader,
        plan=gift.plan,
        source="gift",
        starts_at=start,
        ends_at=months_after(start, gift.months),
        note=gift.giver,
    )
    gift.save(update_fields=["redeemed_at", "redeemed_by", "grant"])
    return gift.grant


def months_after(moment: datetime, months: int) -> datetime:
    """The same day and hour some months later; the month's last day where it is shorter."""
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    day = min(moment.day, monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)
