"""One payment page a reader and plan, whichever device it was opened on.

A checkout holds its place by a unique column from before its page is opened until nothing can come of it any more. The
second device is sent to the page that is open, or, when it wants other terms, that page is closed before another opens.
"""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from broadsheet.readers.models import User

from . import ledger
from .gateways import registry
from .gateways.protocol import GatewayAway, GatewayError
from .models import Checkout, LedgerEntry, Price, Subscription

MOST_BROWSERS = 20


class Held(Exception):
    """Something else may still come of it: `str()` is the line for the reader."""


def place(reader: User, price: Price) -> str:
    """What is held: one purchase of one plan by one reader."""
    return f"{reader.pk}:{price.plan_id}"


def holder(reader: User, price: Price) -> Checkout | None:
    """The checkout that holds it."""
    return Checkout.objects.filter(hold=place(reader, price)).select_related("price__plan").first()


@transaction.atomic
def share(checkout: Checkout, session: str) -> Checkout:
    """Let another browser come back to `checkout` as well; it is let into nobody's account by that."""
    row = Checkout.objects.select_for_update().get(pk=checkout.pk)
    known = row.details.get("browsers", [])
    if session and session != row.session and session not in known:
        row.details["browsers"] = [*known, session][-MOST_BROWSERS:]
        row.save(update_fields=["details"])
    return row


def is_known(checkout: Checkout, session: str) -> bool:
    """Whether this browser began `checkout`, or was sent to its page."""
    return bool(session) and (session == checkout.session or session in checkout.details.get("browsers", []))


def give_up(checkout: Checkout) -> None:
    """Make sure that nothing comes of `checkout` any more, and let go of its place.

    Raises `Held` when it was paid or is being paid, `GatewayAway` when nobody knows.
    """
    gateway = registry.get(checkout.gateway)
    if checkout.state == "open" and checkout.ref:
        try:
            gateway.expire(checkout.ref, f"expire-{checkout.key}")
        except GatewayAway:
            raise
        except GatewayError:
            # It may be closed because it was paid.
            ledger.record(checkout.gateway, gateway.checkout(checkout.ref))
            checkout.refresh_from_db()
            if checkout.state == "open":
                raise Held(_("A payment page for this is open already. Please use it.")) from None
    if checkout.state == "pending":
        raise Held(_("A payment for this is under way already; nothing more was charged."))
    if checkout.state == "paid" and not _is_over(checkout):
        raise Held(_("There is a subscription already. Log in to change it; nothing was charged."))
    release(checkout)


def release(checkout: Checkout) -> None:
    """Let go, and close what was open."""
    rows = Checkout.objects.filter(pk=checkout.pk)
    rows.filter(state="open").update(state="expired")
    rows.update(hold=None)


def _is_over(checkout: Checkout) -> bool:
    """Whether what was bought is known, so that it speaks for itself. Its own report may be later than the payment's."""
    told = LedgerEntry.objects.filter(gateway=checkout.gateway, kind="checkout", subject=checkout.ref)
    refs = set(told.exclude(subscription_ref="").values_list("subscription_ref", flat=True))
    known = Subscription.objects.filter(gateway=checkout.gateway, ref__in=refs).exclude(started_at=None)
    return known.exists()
