"""What a subscription's status becomes when an invoice is paid or isn't, and how a subscription ends."""

from __future__ import annotations

from broadsheet.sandbox.account import Account
from broadsheet.sandbox.errors import Json

LIVE = ("trialing", "active", "past_due", "unpaid", "paused")


def of_invoice(account: Account, invoice: Json) -> Json | None:
    """The subscription that an invoice bills."""
    details = (invoice["parent"] or {}).get("subscription_details") or {}
    return account.find("subscription", details.get("subscription"))


def save(account: Account, subscription: Json) -> None:
    """Write; told as an update once its creation has been told."""
    account.save(subscription, "customer.subscription.updated" if subscription["_told"] else None)


def tell_created(account: Account, subscription: Json) -> None:
    subscription["_told"] = True
    account.save(subscription)
    account.emit("customer.subscription.created", subscription)


def paid(account: Account, invoice: Json) -> None:
    """A paid invoice mends the standing when no other is open."""
    if (subscription := of_invoice(account, invoice)) is None:
        return
    _delinquent(account, subscription["customer"])
    if subscription["status"] not in ("incomplete", "past_due", "unpaid"):
        return
    others = account.where("invoice", parent=subscription["id"])
    if not any(
        other["status"] == "open" and other["attempted"] and other["id"] != invoice["id"] for other in others
    ):
        subscription["status"] = "active"
        save(account, subscription)


def failed(account: Account, invoice: Json, *, last: bool) -> None:
    """A failed one makes it past due; after the `last` try it is cancelled or unpaid, as the settings say."""
    subscription = of_invoice(account, invoice)
    if subscription is None or subscription["status"] not in ("trialing", "active", "past_due"):
        return
    subscription["status"] = "past_due"
    if last:
        then = account.store.setting("dunning", {}).get("then", "cancel")
        if then == "cancel":
            end(account, subscription, "payment_failed")
            return
        subscription["status"] = "unpaid" if then == "unpaid" else "past_due"
    save(account, subscription)
    _delinquent(account, subscription["customer"])


def processing(account: Account, invoice: Json) -> None:
    """A delayed payment gives access at once, as at Stripe."""
    subscription = of_invoice(account, invoice)
    if subscription and subscription["status"] == "incomplete":
        subscription["status"] = "active"
        save(account, subscription)


def _delinquent(account: Account, key: str) -> None:
    customer = account.get("customer", key)
    owing = any(
        i["status"] == "open" and i["attempted"] and i["next_payment_attempt"]
        for i in account.where("invoice", customer=key)
    )
    if customer["delinquent"] != owing:
        customer["delinquent"] = owing
        account.save(customer, "customer.updated")


def end(account: Account, subscription: Json, reason: str, *, status: str = "canceled") -> None:
    """Cancelled for good. Open invoices stay, but are not tried again."""
    now = account.now(subscription["customer"])
    subscription |= {"status": status, "ended_at": now, "cancel_at_period_end": False}
    subscription["canceled_at"] = subscription["canceled_at"] or now
    subscription["cancellation_details"] = {**subscription["cancellation_details"], "reason": reason}
    for invoice in account.where("invoice", parent=subscription["id"]):
        if invoice["status"] in ("draft", "open"):
            invoice |= {
                "auto_advance": False,
                "next_payment_attempt": None,
                "automatically_finalizes_at": None,
            }
            account.save(invoice, "invoice.updated")
    if status == "incomplete_expired":
        save(account, subscription)
        return
    account.save(subscription)
    account.emit("customer.subscription.deleted", subscription)
