"""Invoices: drawn up, numbered, collected, tried again, and what their payment means."""

from __future__ import annotations

from typing import Any

from broadsheet.sandbox import customers, discounts, lines, lists, payments, standing
from broadsheet.sandbox.account import Account, new_id
from broadsheet.sandbox.errors import Json
from broadsheet.sandbox.periods import DAY, HOUR
from broadsheet.sandbox.shapes import listed

RETRY_DAYS = (3, 5, 7)
DRAFT_LIVES = HOUR


def pending(account: Account, customer: str, subscription: str | None = None) -> list[Json]:
    """Invoice items that wait for the next invoice."""
    return [
        item
        for item in account.where("invoiceitem", customer=customer)
        if item["invoice"] is None and item["_subscription"] in (None, subscription)
    ]


def line_of_item(item: Json) -> Json:
    """The invoice's line of one invoice item."""
    kind = "subscription_item_details" if item["_item"] else "invoice_item_details"
    details: Json = {"invoice_item": item["id"], "proration": item["proration"], "subscription": item["_subscription"],
                     "proration_details": {"credited_items": None}}  # fmt: skip
    if item["_item"]:
        details["subscription_item"] = item["_item"]
    return item["_line"] | {
        "id": new_id("line_item"), "parent": {"type": kind, "invoice_item_details": None, "subscription_item_details": None}
        | {kind: details}, "subscription": item["_subscription"],
    }  # fmt: skip


def draw_up(
    account: Account, customer: Json, items: list[Json], *, reason: str, period: tuple[int, int],
    subscription: Json | None = None, currency: str, discounted: list[str] | None = None, **values: Any,
) -> Json:  # fmt: skip
    """A draft with these lines and every pending item's; discounts for once are used up by it."""
    key = subscription["id"] if subscription else None
    waiting = [i for i in pending(account, customer["id"], key) if i["currency"] == currency]
    items = [line_of_item(item) for item in waiting] + items
    now = account.now(customer["id"])
    keys = discounts.current(account, subscription["discounts"] if subscription else discounted or [], now)
    automatic = bool(subscription and subscription["automatic_tax"]["enabled"]) or bool(
        values.pop("automatic", False)
    )
    parent = None
    if subscription:
        parent = {
            "type": "subscription_details", "quote_details": None,
            "subscription_details": {
                "metadata": dict(subscription["metadata"]), "subscription": key, "subscription_proration_date": None,
            },
        }  # fmt: skip
    invoice = account.make(
        "invoice", customer=customer["id"], created=now, currency=currency, billing_reason=reason, parent=parent,
        period_start=period[0], period_end=period[1], discounts=keys, customer_email=customer["email"],
        customer_name=customer["name"], customer_phone=customer["phone"], customer_address=customer["address"],
        customer_tax_exempt=customer["tax_exempt"], starting_balance=customer["balance"],
        lines=listed([], ""), _tax=0, **values,
    )  # fmt: skip
    if automatic:
        invoice["automatic_tax"] |= {"enabled": True, "liability": {"type": "self"}, "status": "complete"}
    for item in items:
        item["invoice"] = invoice["id"]
        if automatic and item.get("_rates") is None:
            item["_rates"] = lines.country_rates(account, customer["address"])
        if customer["tax_exempt"] != "none":
            item["_rates"] = []
    invoice["lines"] = listed(items, f"/v1/invoices/{invoice['id']}/lines")
    add_up(account, invoice)
    for item in waiting:
        item["invoice"] = invoice["id"]
        account.save(item)
    if invoice["subtotal"] > 0:
        _use_up(account, keys, subscription)
    account.save(invoice)
    account.emit("invoice.created", invoice)
    return invoice


def _use_up(account: Account, keys: list[str], subscription: Json | None) -> None:
    for key in keys:
        discount = account.get("discount", key)
        coupon = account.find("coupon", discount["source"]["coupon"])
        if coupon and coupon.get("duration") == "once" and subscription:
            subscription["discounts"] = [d for d in subscription["discounts"] if d != key]
            discounts.remove(account, key)
            standing.save(account, subscription)


def add_up(account: Account, invoice: Json) -> None:
    chosen = []
    for key in invoice["discounts"]:
        coupon = account.find("coupon", account.get("discount", key)["source"]["coupon"])
        if coupon and not coupon.get("deleted"):
            chosen.append((key, coupon))
    invoice |= lines.settle(
        account,
        invoice["lines"]["data"],
        chosen,
        invoice["currency"],
        automatic=invoice["automatic_tax"]["enabled"],
    )
    due = max(invoice["total"] + invoice["starting_balance"], 0)
    invoice |= {"amount_due": due, "amount_remaining": due - invoice["amount_paid"]}


def finalize(account: Account, invoice: Json, intent: Json | None = None) -> None:
    """Give it its number and take the customer's balance into it; nothing to pay is paid. `intent` pays it already."""
    customer = account.get("customer", invoice["customer"])
    now = account.now(customer["id"])
    invoice["starting_balance"] = customer["balance"]
    add_up(account, invoice)
    invoice["ending_balance"] = invoice["starting_balance"] + invoice["total"] - invoice["amount_due"]
    sequence = customer["next_invoice_sequence"]
    invoice |= {
        "number": f"{customer['invoice_prefix']}-{sequence:04}", "status": "open", "effective_at": now,
        "automatically_finalizes_at": None, "hosted_invoice_url": f"{account.base_url}/i/{invoice['id']}",
        "status_transitions": {**invoice["status_transitions"], "finalized_at": now},
    }  # fmt: skip
    customer["next_invoice_sequence"] = sequence + 1
    if customer["balance"] != invoice["ending_balance"]:
        customer["balance"] = invoice["ending_balance"]
    account.save(customer, "customer.updated")
    account.save(invoice)
    account.emit("invoice.finalized", invoice)
    if invoice["amount_due"] == 0:
        mark_paid(account, invoice, 0)
        return
    if intent is None:
        intent = payments.make(
            account, invoice["amount_due"], invoice["currency"], customer["id"], description=_told(invoice)
        )
    intent["_invoice"] = invoice["id"]
    account.save(intent)
    account.make(
        "invoice_payment", invoice=invoice["id"], amount_requested=invoice["amount_due"], currency=invoice["currency"],
        created=now, payment={"type": "payment_intent", "payment_intent": intent["id"]}, _intent=intent["id"],
    )  # fmt: skip


def _told(invoice: Json) -> str:
    reason = str(invoice["billing_reason"])
    words = {"subscription_create": "Subscription creation", "subscription_update": "Subscription update"}
    return words.get(reason, "Payment for Invoice" if reason == "manual" else "Subscription cycle")


def intent_of(account: Account, invoice: Json) -> Json | None:
    found = account.where("invoice_payment", parent=invoice["id"])
    return account.find("payment_intent", found[-1]["_intent"]) if found else None


def collect(
    account: Account, invoice: Json, method: Json | None = None, *, authenticated: bool = False
) -> str:
    """Try to pay an open invoice: the payment's outcome, or `paid` when there was nothing to pay."""
    if invoice["status"] == "paid":
        return "paid"
    subscription = standing.of_invoice(account, invoice)
    if method is None:
        key = invoice["default_payment_method"] or customers.default_method(
            account, invoice["customer"], subscription
        )
        method = account.find("payment_method", key)
    intent = intent_of(account, invoice)
    if intent is None:
        raise RuntimeError(f"{invoice['id']} is open without a payment")
    if method is None:
        _unpaid(account, invoice, subscription)
        return "failed"
    return payments.confirm(account, intent, method, authenticated=authenticated)


def payment_result(account: Account, intent: Json, outcome: str) -> None:
    """What a payment's outcome means for its invoice and the subscription."""
    if not (key := intent.get("_invoice")):
        return
    invoice = account.get("invoice", key)
    subscription = standing.of_invoice(account, invoice)
    if outcome == "succeeded":
        if not invoice.get("_processing"):
            invoice["attempt_count"] += 1
        mark_paid(account, invoice, intent["amount_received"])
    elif outcome == "processing":
        invoice |= {"attempted": True, "attempt_count": invoice["attempt_count"] + 1, "_processing": True}
        account.save(invoice, "invoice.updated")
        standing.processing(account, invoice)
    elif outcome == "requires_action":
        account.emit("invoice.payment_action_required", invoice)
        _unpaid(account, invoice, subscription)
    else:
        invoice["_processing"] = False
        _unpaid(account, invoice, subscription)


def mark_paid(account: Account, invoice: Json, amount: int) -> None:
    now = account.now(invoice["customer"])
    invoice |= {
        "status": "paid", "attempted": True, "amount_paid": amount, "amount_remaining": 0, "next_payment_attempt": None,
        "auto_advance": False, "status_transitions": {**invoice["status_transitions"], "paid_at": now},
    }  # fmt: skip
    account.save(invoice)
    for payment in account.where("invoice_payment", parent=invoice["id"]):
        if payment["status"] == "open":
            payment |= {"status": "paid", "amount_paid": amount}
            payment["status_transitions"]["paid_at"] = now
            account.save(payment)
            account.emit("invoice_payment.paid", payment)
    account.emit("invoice.paid", invoice)
    account.emit("invoice.payment_succeeded", invoice)
    standing.paid(account, invoice)


def _unpaid(account: Account, invoice: Json, subscription: Json | None) -> None:
    """Count the failed try and plan the next; a subscription's first invoice is not tried again by itself."""
    days = account.store.setting("dunning", {}).get("days", list(RETRY_DAYS))
    invoice |= {
        "attempted": True,
        "attempt_count": invoice["attempt_count"] + 1,
        "next_payment_attempt": None,
    }
    first = subscription is not None and subscription["status"] == "incomplete"
    retries = invoice["_retries"] = invoice.get("_retries", 0) + 1
    last = retries > len(days)
    if invoice["auto_advance"] and not first and not last:
        invoice["next_payment_attempt"] = account.now(invoice["customer"]) + int(days[retries - 1] * DAY)
    account.save(invoice)
    account.emit("invoice.payment_failed", invoice)
    if not first:
        standing.failed(account, invoice, last=last)


def void(account: Account, invoice: Json) -> None:
    now = account.now(invoice["customer"])
    invoice |= {"status": "void", "auto_advance": False, "next_payment_attempt": None}
    invoice["status_transitions"] = {**invoice["status_transitions"], "voided_at": now}
    account.save(invoice)
    account.emit("invoice.voided", invoice)
    _cancel_payment(account, invoice)


def _cancel_payment(account: Account, invoice: Json) -> None:
    for payment in account.where("invoice_payment", parent=invoice["id"]):
        if payment["status"] == "open":
            payment["status"] = "canceled"
            payment["status_transitions"]["canceled_at"] = account.now(invoice["customer"])
            account.save(payment)
    intent = intent_of(account, invoice)
    if intent and intent["status"].startswith("requires"):
        intent |= {"status": "canceled", "canceled_at": account.now(invoice["customer"]), "next_action": None}
        intent["cancellation_reason"] = "void_invoice"
        account.save(intent)
        account.emit("payment_intent.canceled", intent)


def give_up(account: Account, invoice: Json) -> None:
    """Uncollectible."""
    invoice |= {"status": "uncollectible", "auto_advance": False, "next_payment_attempt": None}
    marked = {"marked_uncollectible_at": account.now(invoice["customer"])}
    invoice["status_transitions"] = {**invoice["status_transitions"], **marked}
    account.save(invoice)
    account.emit("invoice.marked_uncollectible", invoice)


def due(invoice: Json) -> int | None:
    """When the sweep is to finalise it or to try again."""
    if not invoice["auto_advance"]:
        return None
    return (
        invoice["automatically_finalizes_at"]
        if invoice["status"] == "draft"
        else invoice["next_payment_attempt"]
    )


def advance(account: Account, invoice: Json) -> None:
    """Finalise a draft whose hour is over and collect it, or try an open one again."""
    if invoice["status"] == "draft":
        finalize(account, invoice)
    invoice["next_payment_attempt"] = None
    account.save(invoice)
    if invoice["status"] == "open" and invoice["collection_method"] == "charge_automatically":
        collect(account, invoice)


def _payments(account: Account, invoice: Json) -> Json:
    found = account.where("invoice_payment", parent=invoice["id"])
    return listed(found, f"/v1/invoice_payments?invoice={invoice['id']}")


def _secret(account: Account, invoice: Json) -> Json | None:
    intent = intent_of(account, invoice)
    return {"client_secret": intent["client_secret"], "type": "payment_intent"} if intent else None


payments.LISTENERS.append(payment_result)
lists.EXTRAS[("invoice", "payments")] = _payments
lists.EXTRAS[("invoice", "confirmation_secret")] = _secret
