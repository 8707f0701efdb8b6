"""Buying: a wish becomes one checkout and one page of the gateway's, however often it is sent.

The checkout with its key is kept before the gateway is called, and what the gateway is told is built from what was
kept: a repeated call, after a double click or a crash, is the same call.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from broadsheet.readers.models import User

from . import holds, promotions, taxes
from .gateways import registry
from .gateways.protocol import Gateway, GatewayAway, GatewayError, Order, Reduction, Terms
from .models import Checkout, GatewayRef, LedgerEntry, Price, PromotionCode, Subscription

log = logging.getLogger("broadsheet.buying")
# A payment page that is older may be closed at the gateway by the time it is paid.
PAGE_LIFE = timedelta(hours=12)
TRIES = 5
WISHES = UUID("3b0f6c2e-7d54-4f2b-9a0e-54c1f6b1d9a7")


class CannotBuy(Exception):
    """Why nothing was bought: `str()` is the line for the reader. `field` is the form's field that it is about."""

    def __init__(self, line: str, where: str = "") -> None:
        super().__init__(line)
        self.field = where


class Subscribed(CannotBuy):
    """Whoever this is has what they want to buy."""


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who buys: `session` names the browser; `reader` is who is logged in there, if anybody; `country` where they are."""

    email: str
    session: str
    language: str
    reader: User | None = None
    country: str = ""


@dataclass(frozen=True, slots=True)
class Return:
    """Where to afterwards: `base_url` without a slash at its end, a path of ours, and the stories that led here."""

    base_url: str
    done: str
    left: str
    path: str = "/"
    story: int | None = None
    first_story: int | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """What is bought besides a subscription: `amount` in minor units; `details` are kept with the checkout.

    `is_taxed` says whether the tax of the buyer's country is reckoned; it is in the amount if `is_tax_inclusive`.
    """

    purpose: str
    amount: int
    currency: str
    label: str
    price: Price | None = None
    is_taxed: bool = False
    is_tax_inclusive: bool = True
    details: Mapping[str, Any] = field(default_factory=dict)


def subscribe(buyer: Buyer, price: Price, code: str, back: Return) -> Checkout:
    """A payment page for a subscription: `url` of the checkout. The same wish from the same browser has the same page.

    Raises `CannotBuy` with the reason, and `GatewayAway` when it is worth trying again; then nothing is lost.
    """
    gateway = _gateway()
    if price.replaced_at is not None or not price.plan.is_offered:
        raise CannotBuy(_("This price is no longer offered. Please choose again."), "price")
    promotion = None
    if code.strip():
        try:
            promotion = promotions.check(code, price)
        except promotions.BadCode as reason:
            raise CannotBuy(str(reason), "code") from None
    checkout = _held(gateway, buyer, price, promotion, back)
    _close_others(buyer, checkout)
    return _page(gateway, checkout)


def _held(
    gateway: Gateway, buyer: Buyer, price: Price, promotion: PromotionCode | None, back: Return
) -> Checkout:
    """The one checkout that may be paid for this plan by this reader: the one that is open, or a new one."""
    for _attempt in range(TRIES):
        try:
            with transaction.atomic():
                person, is_new = _person(buyer)
                if subscription := running(person, price):
                    raise Subscribed(_already(subscription), "email")
                found = holds.holder(person, price)
                if found is None:
                    return _begun(gateway, buyer, price, promotion, back, person, is_new)
        except IntegrityError:
            # Another device was quicker: its page is this one's too.
            continue
        wanted = (gateway.name, "open", price, promotion, buyer.country)
        there = (found.gateway, found.state, found.price, found.promotion, found.country)
        if there == wanted and _is_fresh(found):
            return holds.share(found, buyer.session)
        try:
            holds.give_up(found)
        except holds.Held as reason:
            raise Subscribed(str(reason), "email") from None
    raise CannotBuy(_("The payment page could not be opened. Nothing was charged."))


def _begun(
    gateway: Gateway,
    buyer: Buyer,
    price: Price,
    promotion: PromotionCode | None,
    back: Return,
    person: User,
    is_new: bool,
) -> Checkout:
    return Checkout.objects.create(
        purpose="subscription",
        hold=holds.place(person, price),
        reader=person,
        email=person.email,
        price=price,
        promotion=promotion,
        currency=price.currency,
        country=buyer.country,
        details={
            "language": buyer.language,
            "tax": _told_tax(buyer.country),
            "trial_days": 0 if _was_subscribed(person) else price.plan.trial_days,
            **_kept(back),
        },
        gateway=gateway.name,
        session=buyer.session,
        made_account=is_new,
        return_path=back.path,
        story=back.story,
    )


def pay_once(buyer: Buyer, wish: Wish, form: str, back: Return) -> Checkout:
    """A payment page for a gift or a donation. `form` names the page it was sent from. Raises as `subscribe` does."""
    gateway = _gateway()
    said = f"{buyer.session}:{form}:{buyer.email}:{buyer.country}:{wish.purpose}:{wish.amount}{wish.currency}:{wish.details}"
    for attempt in range(20):
        checkout, _made = Checkout.objects.get_or_create(
            key=uuid5(WISHES, f"{said}:{attempt}"),
            defaults={
                "purpose": wish.purpose,
                "reader": buyer.reader,
                "email": buyer.email,
                "price": wish.price,
                "amount": wish.amount,
                "currency": wish.currency,
                "country": buyer.country,
                "details": {
                    "language": buyer.language,
                    "tax": _told_tax(buyer.country) if wish.is_taxed else {},
                    "is_tax_inclusive": wish.is_tax_inclusive,
                    "label": wish.label,
                    **wish.details,
                    **_kept(back),
                },
                "gateway": gateway.name,
                "session": buyer.session,
                "return_path": back.path,
            },
        )
        if checkout.state not in {"failed", "expired"} and _is_fresh(checkout):
            return _page(gateway, checkout)
    raise CannotBuy(_("The payment page could not be opened. Nothing was charged."))


def running(person: User, price: Price | None = None) -> Subscription | None:
    """The subscription that `person` has, of the plan of `price` if given: whatever may be charged again."""
    found = Subscription.objects.filter(
        reader=person, status__in=["trialing", "active", "past_due", "paused", "cancelled"]
    ).select_related("price__plan")
    open_ = [row for row in found if row.status != "cancelled" or _is_to_come(row.access_until)]
    if price is not None:
        open_ = [row for row in open_ if row.price is None or row.price.plan_id == price.plan_id]
    return open_[0] if open_ else None


def look(checkout: Checkout) -> Checkout:
    """Ask the gateway once what came of `checkout`, and let the ledger say it. Raises `GatewayError`."""
    from . import ledger

    if checkout.ref and checkout.state in {"open", "pending"}:
        ledger.record(checkout.gateway, registry.get(checkout.gateway).checkout(checkout.ref))
        checkout.refresh_from_db()
    return checkout


def abandon(checkout: Checkout) -> None:
    """Close a payment page that its buyer left for good. A gateway that can't be reached closes it by itself, later."""
    if not checkout.ref or checkout.state != "open":
        return
    try:
        registry.get(checkout.gateway).expire(checkout.ref, f"expire-{checkout.key}")
    except GatewayError as error:
        log.warning("checkout %s could not be closed: %s", checkout.key, error)
    else:
        holds.release(checkout)


def is_own_account(checkout: Checkout, session: str) -> bool:
    """Whether this browser may be let into the account by having paid.

    Only into one that this browser's purchase made and that nobody has ever entered: paying proves no address.
    """
    person = checkout.reader
    return (
        person is not None
        and checkout.made_account
        and checkout.state == "paid"
        and bool(session)
        and checkout.session == session
        and person.is_active
        and person.last_login is None
    )


def note_stories(checkout: Checkout) -> None:
    """Tell the subscription which stories led to it. Called in the transaction in which the checkout turns paid."""
    entry = (
        LedgerEntry.objects.filter(gateway=checkout.gateway, kind="checkout", subject=checkout.ref)
        .exclude(subscription_ref="")
        .first()
    )
    if entry is None or checkout.purpose != "subscription":
        return
    Subscription.objects.filter(
        gateway=checkout.gateway, ref=entry.subscription_ref, last_story=None, first_story=None
    ).update(last_story=checkout.story, first_story=checkout.details.get("first_story") or checkout.story)


def _gateway() -> Gateway:
    try:
        gateway = registry.default()
    except GatewayError as error:
        log.warning("no gateway: %s", error)
        gateway = None
    if gateway is None:
        raise CannotBuy(_("Subscriptions can't be bought here at the moment."))
    return gateway


def _person(buyer: Buyer) -> tuple[User, bool]:
    """The account that will own it, locked, and whether this browser's purchases made it and nobody ever entered it."""
    people = User.objects.select_for_update()
    if buyer.reader is not None:
        return people.get(pk=buyer.reader.pk), False
    email = buyer.email.strip().lower()
    person = people.filter(email=email).first()
    if person is None:
        try:
            with transaction.atomic():
                return User.objects.create_user(email), True
        except IntegrityError:
            # The other click of a double click was quicker.
            person = people.get(email=email)
    if not person.is_active:
        raise CannotBuy(_("This address can't be used. Please write to us."), "email")
    begun_here = Checkout.objects.filter(reader=person, session=buyer.session, made_account=True).exists()
    return person, begun_here and person.last_login is None


def _close_others(buyer: Buyer, checkout: Checkout) -> None:
    """The pages of other plans that this browser has open are not paid any more."""
    others = Checkout.objects.filter(
        purpose="subscription",
        gateway=checkout.gateway,
        session=buyer.session,
        reader=checkout.reader,
        state="open",
        created_at__gt=timezone.now() - PAGE_LIFE,
    )
    for other in others.exclude(pk=checkout.pk):
        abandon(other)


def _page(gateway: Gateway, checkout: Checkout) -> Checkout:
    if checkout.url:
        return checkout
    try:
        payment = gateway.begin(order_of(checkout))
    except GatewayAway:
        raise
    except GatewayError as error:
        log.warning("checkout %s was refused: %s", checkout.key, error)
        Checkout.objects.filter(pk=checkout.pk, state="open", url="").update(state="failed", hold=None)
        raise CannotBuy(_("The payment page could not be opened. Nothing was charged.")) from error
    Checkout.objects.filter(pk=checkout.pk).update(ref=payment.ref, url=payment.url)
    checkout.refresh_from_db()
    return checkout


def order_of(checkout: Checkout) -> Order:
    """What the gateway is told: only what was kept, so that it is the same every time."""
    details, price = checkout.details, checkout.price
    customer = GatewayRef.objects.filter(
        gateway=checkout.gateway, kind="customer", local=str(checkout.reader_id)
    ).first()
    is_subscription = checkout.purpose == "subscription" and price is not None
    tax = taxes.kept_tax(checkout)
    return Order(
        key=str(checkout.key),
        email=checkout.email,
        language=details.get("language", ""),
        return_url=details["return_url"].replace("KEY", str(checkout.key)),
        cancel_url=details["cancel_url"].replace("KEY", str(checkout.key)),
        reader=checkout.reader_id,
        customer=customer.ref if customer else "",
        terms=terms_of(price) if is_subscription and price else None,
        trial_days=details.get("trial_days", 0),
        reduction=reduction_of(checkout.promotion) if checkout.promotion else None,
        tax_name=tax.name,
        tax_basis_points=tax.basis_points,
        country=tax.country,
        is_tax_inclusive=details.get("is_tax_inclusive", True),
        amount=checkout.amount,
        currency=checkout.currency,
        label=details.get("label", ""),
    )


def terms_of(price: Price) -> Terms:
    """One of our prices as the gateway must know it."""
    return Terms(
        local=str(price.pk),
        plan=price.plan.slug,
        plan_name=price.plan.name,
        interval=price.interval,
        currency=price.currency,
        amount=price.amount,
        is_tax_inclusive=price.is_tax_inclusive,
        intro_amount=price.intro_amount,
        intro_periods=price.intro_periods if price.intro_amount is not None else 0,
    )


def reduction_of(code: PromotionCode) -> Reduction:
    """One of our promotion codes as the gateway must know it."""
    return Reduction(
        local=str(code.pk),
        code=code.code,
        percent_off=code.percent_off,
        amount_off=code.amount_off,
        currency=code.currency,
        periods=code.periods,
    )


def _told_tax(country: str) -> dict[str, Any]:
    """The tax that the buyer is told of, to be kept: a rate may be changed before the gateway is asked again."""
    tax = taxes.shown(country)
    return {"name": tax.name, "basis_points": tax.basis_points}


def _kept(back: Return) -> dict[str, Any]:
    return {
        "return_url": back.base_url + back.done,
        "cancel_url": back.base_url + back.left,
        "first_story": back.first_story,
    }


def _was_subscribed(person: User) -> bool:
    return Subscription.objects.filter(reader=person).exclude(started_at=None).exists()


def _already(subscription: Subscription) -> str:
    if subscription.status == "cancelled":
        return _("There is a subscription that runs on until its end. Log in to keep it.")
    return _("There is a subscription already. Log in to change it; nothing was charged.")


def _is_fresh(checkout: Checkout) -> bool:
    return timezone.now() - checkout.created_at < PAGE_LIFE


def _is_to_come(moment: Any) -> bool:
    return moment is not None and moment > timezone.now()
