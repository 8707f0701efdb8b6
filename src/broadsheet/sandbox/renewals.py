"""What time does to a subscription: warnings, the trial's end, renewal, the end of a pause, cancellation."""

from __future__ import annotations

from broadsheet.sandbox import customers, invoices, lines, pauses, periods, standing
from broadsheet.sandbox import subscriptions as subs
from broadsheet.sandbox.account import Account, new_id
from broadsheet.sandbox.errors import Json
from broadsheet.sandbox.shapes import listed, shape

UPCOMING_NOTICE = 3 * periods.DAY


def due(subscription: Json) -> int | None:
    """The next moment at which something is to be done, Unix seconds."""
    status, moments = subscription["status"], []
    if status in ("canceled", "incomplete_expired") or not subscription["items"]["data"]:
        return None
    if status == "incomplete":
        return int(subscription["created"]) + subs.INCOMPLETE_LIVES
    if subscription["cancel_at"]:
        moments.append(subscription["cancel_at"])
    if status == "paused":
        return min(moments, default=None)
    end = subs.period_end(subscription)
    moments.append(end)
    if status == "trialing":
        if not subscription.get("_warned"):
            moments.append(max(subscription["trial_end"] - subs.TRIAL_WARNING, subscription["created"]))
    elif subscription.get("_notified") != end and not subscription["cancel_at"]:
        moments.append(
            max(end - UPCOMING_NOTICE, subscription["items"]["data"][0]["current_period_start"] + 1)
        )
    if (pause := subscription["pause_collection"]) and pause["resumes_at"]:
        moments.append(pause["resumes_at"])
    return int(min(moments))


def advance(account: Account, subscription: Json) -> None:
    """Do the one thing that is due."""
    now = account.now(subscription["customer"])
    status = subscription["status"]
    pause = subscription["pause_collection"]
    if status == "incomplete":
        _expire(account, subscription)
    elif subscription["cancel_at"] and subscription["cancel_at"] <= now:
        standing.end(account, subscription, "cancellation_requested")
    elif pause and pause["resumes_at"] and pause["resumes_at"] <= now:
        subscription["pause_collection"] = None
        standing.save(account, subscription)
    elif subs.period_end(subscription) <= now:
        if status == "trialing":
            _end_trial(account, subscription)
        else:
            _renew(account, subscription)
    elif status == "trialing":
        subscription["_warned"] = True
        account.save(subscription)
        account.emit("customer.subscription.trial_will_end", subscription)
    else:
        subscription["_notified"] = subs.period_end(subscription)
        account.save(subscription)
        account.emit("invoice.upcoming", upcoming(account, subscription))


def _expire(account: Account, subscription: Json) -> None:
    for invoice in account.where("invoice", parent=subscription["id"]):
        if invoice["status"] == "open":
            invoices.void(account, invoice)
    standing.end(account, subscription, "payment_failed", status="incomplete_expired")


def _end_trial(account: Account, subscription: Json) -> None:
    """The first paid period, or what was agreed for want of a card."""
    without = subscription["trial_settings"]["end_behavior"]["missing_payment_method"]
    if without != "create_invoice" and not customers.default_method(
        account, subscription["customer"], subscription
    ):
        if without == "pause":
            pauses.pause_for(account, subscription, "trial_end_without_payment_method")
        else:
            standing.end(account, subscription, "cancellation_requested")
        return
    subscription["status"] = "active"
    _renew(account, subscription)


def _renew(account: Account, subscription: Json) -> None:
    start = subs.period_end(subscription)
    end = periods.following(subscription["billing_cycle_anchor"], *subs.cycle_of(subscription), start)
    subs.set_period(subscription, start, end)
    standing.save(account, subscription)
    subs.bill(account, subscription, "subscription_cycle", at_once=False)


def upcoming(account: Account, subscription: Json) -> Json:
    """The next invoice as it would be drawn up now; nothing is kept of it."""
    customer = account.get("customer", subscription["customer"])
    start = subs.period_end(subscription)
    end = periods.following(subscription["billing_cycle_anchor"], *subs.cycle_of(subscription), start)
    items = [
        invoices.line_of_item(item)
        for item in invoices.pending(account, customer["id"], subscription["id"])
        if item["currency"] == subscription["currency"]
    ]
    if not subscription["cancel_at"] or subscription["cancel_at"] > start:
        items += subs.cycle_lines(account, subscription, start, end)
    return preview(account, customer, subscription, items, (start, end))


def preview(
    account: Account, customer: Json, subscription: Json, items: list[Json], period: tuple[int, int]
) -> Json:
    """An invoice that exists nowhere; its id says so."""
    key = new_id("invoice").replace("in_", "upcoming_in_", 1)
    invoice = shape(
        "invoice", id=key, created=account.now(customer["id"]), customer=customer["id"],
        currency=subscription["currency"], billing_reason="upcoming", period_start=period[0], period_end=period[0],
        customer_email=customer["email"], customer_name=customer["name"], starting_balance=customer["balance"],
        discounts=list(subscription["discounts"]), test_clock=customer["test_clock"], next_payment_attempt=period[0],
        parent={"type": "subscription_details", "quote_details": None, "subscription_details": {
            "metadata": subscription["metadata"], "subscription": subscription["id"], "subscription_proration_date": None}},
        lines=listed(items, f"/v1/invoices/{key}/lines"), _tax=0,
    )  # fmt: skip
    automatic = subscription["automatic_tax"]["enabled"]
    if automatic:
        invoice["automatic_tax"] |= {"enabled": True, "liability": {"type": "self"}, "status": "complete"}
    for item in items:
        item["invoice"] = key
        if automatic and item.get("_rates") is None:
            item["_rates"] = lines.country_rates(account, customer["address"])
    invoices.add_up(account, invoice)
    invoice["ending_balance"] = invoice["starting_balance"] + invoice["total"] - invoice["amount_due"]
    return invoice
