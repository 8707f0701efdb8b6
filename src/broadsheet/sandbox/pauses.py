"""A subscription that is paused, by request or for want of a card, and goes on."""

from __future__ import annotations

from broadsheet.sandbox import periods, standing
from broadsheet.sandbox import subscriptions as subs
from broadsheet.sandbox.account import Account
from broadsheet.sandbox.errors import Json, invalid
from broadsheet.sandbox.forms import Params


def pause(account: Account, params: Params, key: str) -> Json:
    """Stop service and billing until it is resumed. Unused time is not credited here."""
    subscription = account.get("subscription", key)
    if subscription["status"] not in ("active", "trialing", "past_due"):
        raise invalid(f"A subscription that is {subscription['status']} can't be paused.")
    params.ignore("bill_for", "invoicing_behavior", "type")
    pause_for(account, subscription, "pause_requested")
    return subscription


def pause_for(account: Account, subscription: Json, reason: str) -> None:
    now = account.now(subscription["customer"])
    details = {"paused": {"type": "subscription", "transitioned_at": now, "subscription": {"type": reason}}}
    subscription |= {"status": "paused", "status_details": details}
    standing.save(account, subscription)
    account.emit("customer.subscription.paused", subscription)


def resume(account: Account, params: Params, key: str) -> Json:
    """A paused one goes on: a new period from now, billed at once, or the old one to its end."""
    subscription = account.get("subscription", key)
    if subscription["status"] != "paused":
        raise invalid("The subscription is not paused.")
    params.ignore("payment_behavior", "proration_behavior", "proration_date")
    anchor = params.sub("billing_cycle_anchor").choice("type", ("now", "unchanged"), "now")
    now = account.now(subscription["customer"])
    subscription |= {"status": "active", "status_details": None}
    if anchor == "now" or subs.period_end(subscription) <= now:
        subscription["billing_cycle_anchor"] = now
        subs.set_period(subscription, now, periods.following(now, *subs.cycle_of(subscription), now))
        standing.save(account, subscription)
        account.emit("customer.subscription.resumed", subscription)
        subs.bill(account, subscription, "subscription_update", at_once=True)
    else:
        standing.save(account, subscription)
        account.emit("customer.subscription.resumed", subscription)
    return subscription
