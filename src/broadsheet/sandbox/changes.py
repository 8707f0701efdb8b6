"""Changes of a running subscription: another price or number, with proration; trial, pause, discounts, cancellation."""

from __future__ import annotations

from datetime import UTC, datetime

from broadsheet.sandbox import discounts, invoices, lines, money, payments, periods, standing
from broadsheet.sandbox import subscriptions as subs
from broadsheet.sandbox.account import Account
from broadsheet.sandbox.errors import Json, invalid, missing
from broadsheet.sandbox.forms import Params

PRORATIONS = ("create_prorations", "always_invoice", "none")


def update(account: Account, params: Params, key: str) -> Json:
    """Stripe's `POST /v1/subscriptions/:id`. Raises `ApiError` (402) when `error_if_incomplete` and payment fails."""
    subscription = account.get("subscription", key)
    if subscription["status"] in ("canceled", "incomplete_expired"):
        raise missing("subscription", key, status=404)
    now = account.now(subscription["customer"])
    behaviour = params.choice("payment_behavior", subs.BEHAVIOURS[:3], "allow_incomplete")
    proration = params.choice("proration_behavior", PRORATIONS, "create_prorations") or ""
    params.ignore("off_session", "payment_settings", "collection_method", "days_until_due", "trial_from_plan")
    _plain_fields(account, params, subscription)
    _discounts(account, params, subscription, now)
    _cancellation(params, subscription, now)
    _pause(params, subscription)
    at = params.integer("proration_date", now) or now
    changed = _items(account, params, subscription, at, proration)
    restart = (
        changed == "cycle" or params.sub("billing_cycle_anchor").choice("type", ("now", "unchanged")) == "now"
    )
    invoice = None
    if params.given("trial_end"):
        invoice = _trial(account, params, subscription, now, proration)
    elif restart and subscription["status"] != "trialing":
        if changed != "cycle" and proration != "none":
            for item in subscription["items"]["data"]:
                _credit(account, subscription, item, at)
        invoice = _start_over(account, subscription, now)
    elif changed and proration == "always_invoice" and subscription["status"] != "trialing":
        standing.save(account, subscription)
        if invoices.pending(account, subscription["customer"], key):
            invoice = subs.bill(account, subscription, "subscription_update", at_once=True, cycle=False)
    standing.save(account, subscription)
    if invoice and invoice["status"] == "open" and behaviour == "error_if_incomplete":
        intent = invoices.intent_of(account, invoice)
        if intent and intent["last_payment_error"]:
            refused = payments.error_of(account, intent)
            refused.keep = False
            raise refused
        raise invalid(
            "This customer has no attached payment source or default payment method.", code="resource_missing"
        )
    return subscription


def _plain_fields(account: Account, params: Params, subscription: Json) -> None:
    subscription["metadata"] = params.metadata(subscription["metadata"])
    if params.given("description"):
        subscription["description"] = params.text("description")
    if params.given("default_tax_rates"):
        subscription["default_tax_rates"] = params.texts("default_tax_rates")
    if params.given("default_payment_method"):
        method = params.text("default_payment_method")
        if method:
            owned = account.get("payment_method", method, "default_payment_method")
            if owned["customer"] != subscription["customer"]:
                raise missing("payment_method", method, "default_payment_method")
        subscription["default_payment_method"] = method
    subscription |= subs.automatic_tax(params) | subs.trial_settings(params)


def _discounts(account: Account, params: Params, subscription: Json, now: int) -> None:
    if not params.given("discounts"):
        return
    before = list(subscription["discounts"])
    choices = [] if params.empty("discounts") else params.many("discounts")
    chosen = discounts.chosen(account, choices, subscription["customer"], now)
    subscription["discounts"] = [
        discounts.redeem(account, choice, subscription["customer"], subscription=subscription["id"])
        for choice in chosen
    ]
    for key in before:
        if key not in subscription["discounts"]:
            discounts.remove(account, key)


def _cancellation(params: Params, subscription: Json, now: int) -> None:
    details = params.sub("cancellation_details")
    details.ignore("feedback_option")
    for name in ("comment", "feedback"):
        if details.given(name):
            subscription["cancellation_details"][name] = details.text(name)
    if params.given("cancel_at_period_end"):
        set_cancel(subscription, now, cancel=params.flag("cancel_at_period_end"))
    elif params.given("cancel_at"):
        word = params.text("cancel_at")
        at = (
            subs.period_end(subscription)
            if word in ("min_period_end", "max_period_end")
            else params.integer("cancel_at")
        )
        subscription |= {"cancel_at": at, "canceled_at": now if at else None, "cancel_at_period_end": False}
        subscription["cancellation_details"]["reason"] = "cancellation_requested" if at else None


def set_cancel(subscription: Json, now: int, *, cancel: bool) -> None:
    """Cancel at the period's end, or go on after all."""
    subscription["cancel_at_period_end"] = cancel
    subscription["cancel_at"] = subs.period_end(subscription) if cancel else None
    subscription["canceled_at"] = now if cancel else None
    subscription["cancellation_details"]["reason"] = "cancellation_requested" if cancel else None


def _pause(params: Params, subscription: Json) -> None:
    if not params.given("pause_collection"):
        return
    if params.empty("pause_collection"):
        subscription["pause_collection"] = None
        return
    pause = params.sub("pause_collection")
    behaviour = pause.choice("behavior", ("keep_as_draft", "mark_uncollectible", "void")) or pause.need(
        "behavior"
    )
    subscription["pause_collection"] = {"behavior": behaviour, "resumes_at": pause.integer("resumes_at")}


def _items(account: Account, params: Params, subscription: Json, at: int, proration: str) -> str:
    """Change the items: `cycle` when the interval is another one, `items` when something else is, or nothing."""
    if not params.given("items"):
        return ""
    prorate = proration != "none" and subscription["status"] not in ("trialing", "incomplete")
    cycle = subs.cycle_of(subscription)
    items = subscription["items"]["data"]
    first = items[0]
    period = (first["current_period_start"], first["current_period_end"])
    added, changed = [], False
    for given in params.many("items"):
        old = _named(items, given)
        if old and given.flag("deleted"):
            if prorate:
                _credit(account, subscription, old, at)
            items.remove(old)
            changed = True
            continue
        if old and not given.given("price") and not given.given("price_data"):
            new = subs.Item(
                account.get("price", old["price"]["id"]), old["quantity"], old["_rates"], old["metadata"]
            )
            if given.given("quantity"):
                new.quantity = given.integer("quantity", least=0) or 0
            if given.given("tax_rates"):
                new.rates = given.texts("tax_rates") or None
            old["metadata"] = given.metadata(old["metadata"])
        else:
            new = subs.read_item(account, given)
            if old and not given.given("quantity"):
                new.quantity = old["quantity"]
        params.ignore("clear_usage")
        made = subs.make_item(subscription["id"], new, subscription["currency"], period, at)
        if old:
            made |= {"id": old["id"], "created": old["created"], "metadata": old["metadata"] | new.metadata}
            same = old["price"]["id"] == made["price"]["id"] and old["quantity"] == made["quantity"]
            if prorate and not same:
                _credit(account, subscription, old, at)
            items[items.index(old)] = made
            changed = changed or not same
        else:
            items.append(made)
            same = False
            changed = True
        added.append((made, old is not None and same))
    if not items:
        raise invalid("A subscription must have at least one active item.", "items")
    if (
        len({(i["price"]["recurring"]["interval"], i["price"]["recurring"]["interval_count"]) for i in items})
        > 1
    ):
        raise invalid("All prices on a subscription must have the same interval here", "items")
    if subs.cycle_of(subscription) != cycle:
        return "cycle"
    for made, same in added:
        if prorate and not same:
            _debit(account, subscription, made, at)
    return "items" if changed else ""


def _named(items: list[Json], given: Params) -> Json | None:
    if (key := given.text("id")) is None:
        return None
    if found := next((item for item in items if item["id"] == key), None):
        return found
    raise missing("subscription_item", key, given.name("id"))


def _credit(account: Account, subscription: Json, item: Json, at: int) -> None:
    """What was billed for the item's unused time comes back, after the discounts that it had."""
    start, end = item["current_period_start"], item["current_period_end"]
    price = account.get("price", item["price"]["id"])
    billed = lines.line(account, price, item["quantity"], subscription["currency"], (start, end))["amount"]
    for invoice in reversed(account.where("invoice", parent=subscription["id"])):
        if line := next((one for one in invoice["lines"]["data"] if _pays_for(one, item)), None):
            billed = line["amount"] - sum(d["amount"] for d in line["discount_amounts"])
            start = line["period"]["start"]
            break
    _prorate(
        account, subscription, item, at, -money.share(billed, max(end - at, 0), end - start), "Unused time on"
    )


def _pays_for(line: Json, item: Json) -> bool:
    """Whether a line billed the item at its price to the end of its period: all of it, or what was left of it then."""
    details = (line["parent"] or {}).get("subscription_item_details") or {}
    return (
        details.get("subscription_item") == item["id"]
        and line["pricing"]["price_details"]["price"] == item["price"]["id"]
        and line["period"]["end"] == item["current_period_end"]
        and line["amount"] > 0
    )


def _debit(account: Account, subscription: Json, item: Json, at: int) -> None:
    start, end = item["current_period_start"], item["current_period_end"]
    price = account.get("price", item["price"]["id"])
    whole = lines.line(account, price, item["quantity"], subscription["currency"], (start, end))["amount"]
    _prorate(
        account,
        subscription,
        item,
        at,
        money.share(whole, max(end - at, 0), end - start),
        "Remaining time on",
    )


def _prorate(account: Account, subscription: Json, item: Json, at: int, amount: int, words: str) -> None:
    price = account.get("price", item["price"]["id"])
    name = account.get("product", price["product"])["name"]
    day = datetime.fromtimestamp(at, UTC).strftime("%d %b %Y")
    make_pending(
        account, subscription["customer"], price, item["quantity"], subscription["currency"],
        (at, item["current_period_end"]), amount=amount, description=f"{words} {name} after {day}",
        rates=subs.rates_of(subscription, item), subscription=subscription["id"], item=item["id"], proration=True,
    )  # fmt: skip


def make_pending(
    account: Account, customer: str, price: Json, quantity: int, currency: str, period: tuple[int, int], *,
    amount: int | None = None, description: str | None = None, rates: list[str] | None = None,
    subscription: str | None = None, item: str | None = None, proration: bool = False, metadata: Json | None = None,
) -> Json:  # fmt: skip
    """An invoice item that waits for the next invoice."""
    line = lines.line(
        account, price, quantity, currency, period, amount=amount, description=description, _rates=rates
    )
    parent = None
    if subscription:
        parent = {"type": "subscription_details",
                  "subscription_details": {"subscription": subscription, "subscription_item": item}}  # fmt: skip
    return account.make(
        "invoiceitem", event="invoiceitem.created", customer=customer, amount=line["amount"], currency=currency,
        net_amount=line["amount"],
        date=account.now(customer), description=line["description"], discountable=line["discountable"], period=line["period"],
        pricing=line["pricing"], proration=proration, quantity=quantity, tax_rates=[], metadata=metadata or {},
        parent=parent, _line=line, _subscription=subscription, _item=item,
    )  # fmt: skip


def _start_over(account: Account, subscription: Json, now: int) -> Json:
    """A new period from now, billed at once with all that is pending."""
    subscription["billing_cycle_anchor"] = now
    subs.set_period(subscription, now, periods.following(now, *subs.cycle_of(subscription), now))
    standing.save(account, subscription)
    return subs.bill(account, subscription, "subscription_update", at_once=True)


def _trial(account: Account, params: Params, subscription: Json, now: int, proration: str) -> Json | None:
    """End the trial now, or make it end at another time."""
    at = now if params.text("trial_end") == "now" else params.integer("trial_end") or now
    trialing = subscription["status"] == "trialing"
    if at <= now:
        if not trialing:
            return None
        subscription |= {"status": "active", "trial_end": now}
        return _start_over(account, subscription, now)
    if not trialing:
        if proration != "none":
            for item in subscription["items"]["data"]:
                _credit(account, subscription, item, now)
        subscription["trial_start"] = now
    subscription |= {"status": "trialing", "trial_end": at, "billing_cycle_anchor": at, "_warned": False}
    subs.set_period(
        subscription, subscription["items"]["data"][0]["current_period_start"] if trialing else now, at
    )
    return None
