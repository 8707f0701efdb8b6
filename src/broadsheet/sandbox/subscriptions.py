"""Subscriptions: begun, read, cancelled, paused; what changes their price is in `changes`."""

from __future__ import annotations

from dataclasses import dataclass, field

from broadsheet.sandbox import (
    catalogue,
    customers,
    discounts,
    invoices,
    lines,
    lists,
    money,
    payments,
    periods,
    standing,
)
from broadsheet.sandbox.account import Account, new_id
from broadsheet.sandbox.errors import ApiError, Json, invalid, missing, required
from broadsheet.sandbox.forms import Params
from broadsheet.sandbox.shapes import listed, shape

BEHAVIOURS = ("allow_incomplete", "default_incomplete", "error_if_incomplete", "pending_if_incomplete")
INCOMPLETE_LIVES = 23 * periods.HOUR
TRIAL_WARNING = 3 * periods.DAY


@dataclass
class Item:
    """One price of a subscription. `rates`: tax rates' ids, or None for the subscription's own."""

    price: Json
    quantity: int = 1
    rates: list[str] | None = None
    metadata: Json = field(default_factory=dict)


@dataclass
class Terms:
    """How a subscription begins."""

    items: list[Item]
    currency: str
    trial_end: int | None = None
    method: str | None = None
    behaviour: str = "allow_incomplete"
    choices: list[Json] = field(default_factory=list)
    more: Json = field(default_factory=dict)
    session: str | None = None
    authenticated: bool = False


def plan_of(price: Json, currency: str) -> Json:
    """The old name of a recurring price, which items still carry."""
    cycle, amount = price["recurring"], catalogue.unit_amount(price, currency)
    return {
        "id": price["id"], "object": "plan", "active": price["active"], "amount": amount, "amount_decimal": str(amount),
        "billing_scheme": "per_unit", "created": price["created"], "currency": currency, "interval": cycle["interval"],
        "interval_count": cycle["interval_count"], "livemode": False, "metadata": price["metadata"], "meter": None,
        "nickname": price["nickname"], "product": price["product"], "tiers_mode": None, "transform_usage": None,
        "trial_period_days": None, "usage_type": "licensed",
    }  # fmt: skip


def make_item(subscription: str, item: Item, currency: str, period: tuple[int, int], created: int) -> Json:
    return shape(
        "subscription_item", id=new_id("subscription_item"), created=created, subscription=subscription,
        price=item.price, plan=plan_of(item.price, currency), quantity=item.quantity, metadata=item.metadata,
        tax_rates=[], _rates=item.rates, current_period_start=period[0], current_period_end=period[1],
        billed_until=period[1],
    )  # fmt: skip


def cycle_of(subscription: Json) -> tuple[str, int]:
    recurring = subscription["items"]["data"][0]["price"]["recurring"]
    return recurring["interval"], recurring["interval_count"]


def period_end(subscription: Json) -> int:
    return int(min(item["current_period_end"] for item in subscription["items"]["data"]))


def set_period(subscription: Json, start: int, end: int) -> None:
    for item in subscription["items"]["data"]:
        item |= {"current_period_start": start, "current_period_end": end, "billed_until": end}
    if subscription["cancel_at_period_end"]:
        subscription["cancel_at"] = end


def rates_of(subscription: Json, item: Json) -> list[str] | None:
    """The tax rates of a line; None leaves it to automatic tax."""
    if item["_rates"]:
        return list(item["_rates"])
    return list(subscription["default_tax_rates"]) or None


def cycle_lines(
    account: Account, subscription: Json, start: int, end: int, *, trial: bool = False
) -> list[Json]:
    """The lines of one period; a trial's cost nothing."""
    made = []
    for item in subscription["items"]["data"]:
        name = account.get("product", item["price"]["product"])["name"] if trial else ""
        made.append(lines.line(
            account, account.get("price", item["price"]["id"]), item["quantity"], subscription["currency"], (start, end),
            amount=0 if trial else None, description=f"Trial period for {name}" if trial else None,
            _rates=rates_of(subscription, item), subscription=subscription["id"],
            parent={
                "type": "subscription_item_details", "invoice_item_details": None,
                "subscription_item_details": {
                    "invoice_item": None, "proration": False, "proration_details": {"credited_items": None},
                    "subscription": subscription["id"], "subscription_item": item["id"],
                },
            },
        ))  # fmt: skip
    return made


def begin(account: Account, customer: Json, terms: Terms) -> Json:
    """Start billing. Raises `ApiError` (402, nothing kept) when `error_if_incomplete` and the payment fails."""
    now = account.now(customer["id"])
    trial = terms.trial_end if terms.trial_end and terms.trial_end > now else None
    interval = {
        (i.price["recurring"]["interval"], i.price["recurring"]["interval_count"]) for i in terms.items
    }
    if len(interval) > 1:
        raise invalid("All prices on a subscription must have the same interval here", "items")
    cycle = next(iter(interval))
    anchor = trial or now
    end = trial or periods.following(anchor, *cycle, now)
    subscription = account.make(
        "subscription", customer=customer["id"], created=now, currency=terms.currency, status="trialing" if trial else "incomplete",
        billing_cycle_anchor=anchor, start_date=now, trial_start=now if trial else None, trial_end=trial,
        default_payment_method=terms.method, items=listed([], ""), _told=False, **terms.more,
    )  # fmt: skip
    key = subscription["id"]
    subscription["items"] = listed(
        [make_item(key, item, terms.currency, (now, end), now) for item in terms.items],
        f"/v1/subscription_items?subscription={key}",
    )
    set_period(subscription, now, end)
    subscription["discounts"] = [
        discounts.redeem(account, choice, customer["id"], subscription=key, session=terms.session)
        for choice in terms.choices
    ]
    customer["currency"] = customer["currency"] or terms.currency
    account.save(customer)
    account.save(subscription)
    bill_first(account, customer, subscription, terms, (now, end))
    return subscription


def bill_first(
    account: Account, customer: Json, subscription: Json, terms: Terms, period: tuple[int, int]
) -> None:
    invoice = invoices.draw_up(
        account, customer, cycle_lines(account, subscription, *period, trial=subscription["status"] == "trialing"),
        reason="subscription_create", period=(period[0], period[0]), subscription=subscription, currency=terms.currency,
        auto_advance=True, collection_method=subscription["collection_method"],
    )  # fmt: skip
    if subscription["days_until_due"] is not None:
        invoice["due_date"] = period[0] + subscription["days_until_due"] * periods.DAY
    subscription["latest_invoice"] = invoice["id"]
    invoices.finalize(account, invoice)
    if invoice["status"] == "open":
        if invoice["collection_method"] == "send_invoice":
            subscription["status"] = "active"
        elif terms.behaviour != "default_incomplete":
            outcome = invoices.collect(account, invoice, authenticated=terms.authenticated)
            if terms.behaviour == "error_if_incomplete" and outcome in ("failed", "requires_action"):
                intent = invoices.intent_of(account, invoice)
                if outcome == "failed" and intent and intent["last_payment_error"]:
                    refused = payments.error_of(account, intent)
                    refused.keep = False
                    raise refused
                raise ApiError(
                    "Payment for this subscription requires additional user action before it can be completed.",
                    status=402, kind="card_error", code="subscription_payment_intent_requires_action",
                )  # fmt: skip
    account.save(subscription)
    standing.tell_created(account, subscription)


def create(account: Account, params: Params) -> Json:
    customer = account.get("customer", params.need("customer"), "customer")
    now = account.now(customer["id"])
    items = [read_item(account, item) for item in params.many("items")]
    if not items:
        raise required("items")
    currency = money.currency(params.text("currency") or items[0].price["currency"])
    method = params.text("default_payment_method")
    if (
        method
        and account.get("payment_method", method, "default_payment_method")["customer"] != customer["id"]
    ):
        raise missing("payment_method", method, "default_payment_method")
    trial = trial_end(params, now)
    behaviour = params.choice("payment_behavior", BEHAVIOURS, "allow_incomplete") or "allow_incomplete"
    more = _options(params)
    has_method = method or customers.default_method(account, customer["id"])
    if (
        not has_method
        and not trial
        and behaviour != "default_incomplete"
        and more["collection_method"] == "charge_automatically"
    ):
        due = sum(catalogue.unit_amount(i.price, currency) * i.quantity for i in items)
        if due:
            raise invalid(
                "This customer has no attached payment source or default payment method.",
                code="resource_missing",
            )
    params.ignore(
        "off_session",
        "payment_settings",
        "billing_mode",
        "proration_behavior",
        "add_invoice_items",
        "enable_incomplete_payments",
    )
    terms = Terms(
        items=items, currency=currency, trial_end=trial, method=method, behaviour=behaviour, more=more,
        choices=discounts.chosen(account, params.many("discounts"), customer["id"], now),
    )  # fmt: skip
    subscription = begin(account, customer, terms)
    if params.flag("cancel_at_period_end"):
        subscription |= {
            "cancel_at_period_end": True,
            "cancel_at": period_end(subscription),
            "canceled_at": now,
        }
        standing.save(account, subscription)
    elif at := params.integer("cancel_at"):
        subscription |= {"cancel_at": at, "canceled_at": now}
        standing.save(account, subscription)
    return subscription


def read_item(account: Account, params: Params) -> Item:
    price = catalogue.price_of(account, params)
    if not price["recurring"]:
        raise invalid(
            "The price specified is set to `type=one_time` but this field only accepts prices with `type=recurring`.",
            params.name("price"),
        )
    rates = [
        account.get("tax_rate", key, params.name("tax_rates"))["id"] for key in params.texts("tax_rates")
    ]
    return Item(
        price, params.integer("quantity", 1, least=0, most=1_000_000) or 0, rates or None, params.metadata()
    )


def trial_end(params: Params, now: int) -> int | None:
    """From `trial_end` or `trial_period_days`."""
    days = params.integer("trial_period_days", least=1, most=730)
    params.ignore("trial_from_plan")
    given = params.text("trial_end")
    if given and given != "now":
        return params.integer("trial_end")
    return now + days * periods.DAY if days else None


def _options(params: Params) -> Json:
    options: Json = {
        "metadata": params.metadata(),
        "description": params.text("description"),
        "default_tax_rates": params.texts("default_tax_rates"),
        "collection_method": params.choice(
            "collection_method", ("charge_automatically", "send_invoice"), "charge_automatically"
        ),
        "days_until_due": params.integer("days_until_due", least=0),
    }
    return options | automatic_tax(params) | trial_settings(params)


def automatic_tax(params: Params) -> Json:
    if not params.given("automatic_tax"):
        return {}
    tax = params.sub("automatic_tax")
    tax.ignore("liability")
    on = tax.flag("enabled")
    return {
        "automatic_tax": {
            "enabled": on,
            "liability": {"type": "self"} if on else None,
            "disabled_reason": None,
        }
    }


def trial_settings(params: Params) -> Json:
    if not params.given("trial_settings"):
        return {}
    end = params.sub("trial_settings").sub("end_behavior")
    end.ignore("billing_cycle_anchor")
    chosen = end.choice("missing_payment_method", ("cancel", "create_invoice", "pause"), "create_invoice")
    return {"trial_settings": {"end_behavior": {"missing_payment_method": chosen}}}


def listing(account: Account, params: Params) -> Json:
    """Without a status, those that are not over; `all` is all."""
    status = params.text("status")
    params.ignore("collection_method", "current_period_end", "current_period_start", "automatic_tax")
    filters = ("test_clock",) if status in (None, "all", "ended") else ("test_clock", "status")
    without = "canceled" if status is None else None
    return lists.page(
        account, "subscription", params, "/v1/subscriptions", filters=filters, without=without,
        customer=params.text("customer"), price=params.text("price"),
    )  # fmt: skip


def cancel(account: Account, params: Params, key: str) -> Json:
    subscription = account.get("subscription", key)
    if subscription["status"] in ("canceled", "incomplete_expired"):
        raise missing("subscription", key, status=404)
    details = params.sub("cancellation_details")
    for name in ("comment", "feedback"):
        if details.given(name):
            subscription["cancellation_details"][name] = details.text(name)
    params.ignore("invoice_now", "prorate")
    standing.end(account, subscription, "cancellation_requested")
    return subscription


def bill(account: Account, subscription: Json, reason: str, *, at_once: bool, cycle: bool = True) -> Json:
    """An invoice over the current period and what is pending; collected now, or after its hour as a draft."""
    customer = account.get("customer", subscription["customer"])
    first = subscription["items"]["data"][0]
    period = (first["current_period_start"], first["current_period_end"])
    now = account.now(customer["id"])
    paused = subscription["pause_collection"]
    invoice = invoices.draw_up(
        account, customer, cycle_lines(account, subscription, *period) if cycle else [], reason=reason,
        period=(subscription.get("_billed_from", first["current_period_start"]), now), subscription=subscription,
        currency=subscription["currency"], collection_method=subscription["collection_method"],
        auto_advance=subscription["status"] != "unpaid" and (paused or {}).get("behavior") != "keep_as_draft",
        automatically_finalizes_at=None if at_once else now + invoices.DRAFT_LIVES,
    )  # fmt: skip
    if invoice["auto_advance"] is False:
        invoice["automatically_finalizes_at"] = None
    subscription |= {"latest_invoice": invoice["id"], "_billed_from": period[0]}
    account.save(invoice)
    standing.save(account, subscription)
    if paused and paused["behavior"] != "keep_as_draft":
        invoices.finalize(account, invoice)
        if invoice["status"] == "open":
            (invoices.void if paused["behavior"] == "void" else invoices.give_up)(account, invoice)
    elif at_once and invoice["auto_advance"]:
        invoices.finalize(account, invoice)
        if invoice["status"] == "open" and invoice["collection_method"] == "charge_automatically":
            invoices.collect(account, invoice)
    return invoice


def delete_customer(account: Account, params: Params, key: str) -> Json:
    """The customer goes, and their running subscriptions end."""
    customer = account.get("customer", key)
    for subscription in account.where("subscription", customer=key):
        if subscription["status"] in (*standing.LIVE, "incomplete"):
            standing.end(account, subscription, "cancellation_requested")
    return account.delete(customer, "customer.deleted")
