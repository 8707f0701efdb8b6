"""A reader's data: what is handed to them, and what is forgotten when they go."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from broadsheet.readers import privacy, services
from broadsheet.readers.models import User

from . import ledger, notices
from .gateways import registry
from .models import Checkout, Departure, GatewayRef, Gift, Grant, Invoice, Notice, Seat, Subscription


def register() -> None:
    """Called when apps are ready."""
    services.register_keeper(owning_nothing)
    privacy.register_exporter(privacy.Exporter("subscriptions", _("Subscriptions and payments"), gathered))
    privacy.register_eraser(
        privacy.Eraser(
            "subscriptions",
            erase,
            keeps=_("Invoices with your name and address on them, as long as tax law asks for."),
        )
    )


def owning_nothing(people: QuerySet[User]) -> QuerySet[User]:
    """Of `people` those to whom nothing of ours belongs: no money, no right, no payment under way."""
    return people.filter(subscriptions=None, invoices=None, grants=None, seats=None).exclude(
        pk__in=Checkout.objects.filter(state__in=["open", "pending", "paid"], reader__isnull=False).values(
            "reader"
        )
    )


def gathered(reader: User) -> dict[str, Any]:
    """Everything of money and rights."""
    return {
        "subscriptions": list(
            reader.subscriptions.values(
                "gateway", "ref", "price__plan__name", "status", "started_at", "period_end", "ended_at"
            )
        ),
        "invoices": list(
            reader.invoices.exclude(number=None).values(
                "number", "issued_at", "currency", "net", "tax", "total", "state", "buyer", "lines"
            )
        ),
        "passes": list(reader.grants.values("plan__name", "source", "starts_at", "ends_at")),
        "seats": list(reader.seats.values("group__name", "email", "added_at")),
        "given stories": list(reader.gift_links.values("story", "created_at", "ends_at", "openings")),
        "purchases": list(
            Checkout.objects.filter(reader=reader).values(
                "purpose", "email", "amount", "currency", "state", "created_at", "finished_at"
            )
        ),
        "cancellations": list(
            Departure.objects.filter(subscription__reader=reader).values("reason", "note", "at")
        ),
    }


def erase(reader: User) -> None:
    """Forget `reader`; may run again. Nothing is charged any more before anything is forgotten.

    Raises `GatewayError` while a gateway can't be told: then nothing here is forgotten yet.
    """
    for subscription in Subscription.objects.filter(reader=reader).exclude(status="expired"):
        if subscription.ended_at is None:
            gateway = registry.get(subscription.gateway)
            key = f"erase-{reader.pk}-{subscription.ref}"
            ledger.record(subscription.gateway, gateway.cancel(subscription.ref, at_once=True, key=key))
    customers = GatewayRef.objects.filter(kind="customer", local=str(reader.pk))
    known = {(ref.gateway, ref.ref) for ref in customers}
    known |= set(
        Subscription.objects.filter(reader=reader)
        .exclude(customer_ref="")
        .values_list("gateway", "customer_ref")
    )
    for name, customer in sorted(known):
        registry.get(name).forget(customer, f"forget-{reader.pk}-{customer}")
    _forget_here(reader)


@transaction.atomic
def _forget_here(reader: User) -> None:
    # `ended` and its like are owed to an address that is about to go.
    Notice.objects.filter(reader=reader).delete()
    Departure.objects.filter(subscription__reader=reader).update(note="")
    Grant.objects.filter(reader=reader).delete()
    Seat.objects.filter(reader=reader).delete()
    reader.gift_links.all().delete()
    blank = f"erased-{reader.pk}@erased.invalid"
    mine = Checkout.objects.filter(reader=reader)
    for gift in Gift.objects.filter(checkout__in=mine):
        notices.drop_waiting(f"gift:{gift.checkout.key}")
    Gift.objects.filter(checkout__in=mine).update(recipient_email=blank, message="", giver="")
    mine.update(email=blank, session="", details={}, return_path="/", url="")
    # Unnumbered drafts were never issued: no law asks for them.
    Invoice.objects.filter(reader=reader, number=None).update(buyer={})
