"""Checkout sessions: made through the API, paid on the hosted page."""

from __future__ import annotations

from broadsheet.sandbox import (
    catalogue,
    discounts,
    lines,
    lists,
    money,
)
from broadsheet.sandbox import subscriptions as subs
from broadsheet.sandbox.account import Account, new_id
from broadsheet.sandbox.errors import Json, invalid, required
from broadsheet.sandbox.forms import Params
from broadsheet.sandbox.periods import DAY, HOUR, MINUTE

_SHOWN = (
    "after_expiration", "billing_address_collection", "consent_collection", "custom_text", "customer_creation", "locale",
    "origin_context", "payment_method_collection", "payment_method_options", "phone_number_collection",
    "saved_payment_method_options", "submit_type", "integration_identifier",
)  # fmt: skip
_IGNORED = (
    "adaptive_pricing", "excluded_payment_method_types", "payment_method_configuration",
    "payment_method_data", "payment_method_types", "redirect_on_completion", "tax_id_collection", "wallet_options",
    "name_collection", "branding_settings", "custom_fields",
)  # fmt: skip


def create(account: Account, params: Params) -> Json:
    mode = params.choice("mode", ("payment", "subscription")) or params.need("mode")
    customer = params.text("customer")
    if customer:
        account.get("customer", customer, "customer")
        if params.given("customer_email"):
            raise invalid(
                "You may only specify one of these parameters: customer, customer_email.", "customer"
            )
    params.choice("ui_mode", ("hosted_page",), "hosted_page")
    items = _items(account, params, mode)
    first = items[0]["price"]
    currency = money.currency(params.text("currency") or first["currency"])
    now = account.now(customer)
    expires = params.integer("expires_at", now + DAY) or 0
    if not now + 30 * MINUTE - MINUTE <= expires <= now + 24 * HOUR + MINUTE:
        raise invalid(
            "The `expires_at` timestamp must be between 30 minutes and 24 hours from now.", "expires_at"
        )
    if params.many("discounts") and params.flag("allow_promotion_codes"):
        raise invalid(
            "You may only specify one of these parameters: allow_promotion_codes, discounts.", "discounts"
        )
    tax = params.sub("automatic_tax")
    tax.ignore("liability")
    automatic = tax.flag("enabled")
    key = new_id("checkout.session", 58)
    params.ignore(*_IGNORED)
    session = account.make(
        "checkout.session", id=key, mode=mode, customer=customer, currency=currency, created=now, expires_at=expires,
        success_url=params.need("success_url"), cancel_url=params.text("cancel_url"), url=f"{account.base_url}/c/pay/{key}",
        client_reference_id=params.text("client_reference_id"), customer_email=params.text("customer_email"),
        metadata=params.metadata(), allow_promotion_codes=params.flag("allow_promotion_codes") or None,
        **{name: params.plain(name) for name in _SHOWN if params.given(name)},
        _items=[i | {"price": i["price"]["id"]} for i in items],
        _choices=discounts.chosen(account, params.many("discounts"), customer, now),
        _subscription=_subscription_data(params, now) if mode == "subscription" else None,
        _payment=_payment_data(params) if mode == "payment" else None, _address=None,
        _invoice=params.sub("invoice_creation").flag("enabled"), amount_subtotal=0, amount_total=0, total_details=None,
    )  # fmt: skip
    params.sub("invoice_creation").ignore("invoice_data")
    session["_moves"] = params.sub("customer_update").choice("address", ("auto", "never"), "never") == "auto"
    params.sub("customer_update").ignore("name", "shipping")
    if automatic and customer and not session["_moves"] and not account.get("customer", customer)["address"]:
        raise invalid(
            "Automatic tax needs the customer's address: set it, or set `customer_update[address]` to `auto`.",
            "automatic_tax",
        )
    session["automatic_tax"] |= {"enabled": automatic, "liability": {"type": "self"} if automatic else None}
    session["payment_method_collection"] = session["payment_method_collection"] or (
        "always" if mode == "subscription" else None
    )
    add_up(account, session)
    account.save(session)
    return session


def _items(account: Account, params: Params, mode: str) -> list[Json]:
    items: list[Json] = []
    for given in params.many("line_items"):
        price = catalogue.price_of(account, given)
        given.ignore("adjustable_quantity")
        if mode == "payment" and price["recurring"]:
            raise invalid("You specified `payment` mode but passed a recurring price.", given.name("price"))
        rates = given.texts("tax_rates") + given.texts("dynamic_tax_rates")
        quantity = given.integer("quantity", 1, least=1, most=999_999) or 1
        items.append(
            {"id": f"li_{new_id('coupon')}", "price": price, "quantity": quantity, "rates": rates or None}
        )
    if not items:
        raise required("line_items")
    if mode == "subscription" and not any(item["price"]["recurring"] for item in items):
        raise invalid("You must provide at least one recurring price in `subscription` mode.", "line_items")
    return items


def _subscription_data(params: Params, now: int) -> Json:
    data = params.sub("subscription_data")
    data.ignore("billing_mode", "invoice_settings", "proration_behavior")
    trial = subs.trial_end(data, now)
    return {
        "trial": trial, "trial_days": (trial - now) // DAY if trial and not data.text("trial_end") else None,
        "more": {"metadata": data.metadata(), "description": data.text("description"),
                 "default_tax_rates": data.texts("default_tax_rates")} | subs.trial_settings(data),
    }  # fmt: skip


def _payment_data(params: Params) -> Json:
    data = params.sub("payment_intent_data")
    return {
        "metadata": data.metadata(), "description": data.text("description"), "receipt_email": data.text("receipt_email"),
        "setup_future_usage": data.choice("setup_future_usage", ("on_session", "off_session")),
    }  # fmt: skip


def trial_of(account: Account, session: Json) -> int | None:
    """When the trial would end if it began now."""
    data = session["_subscription"] or {}
    if days := data.get("trial_days"):
        return account.now(session["customer"]) + int(days) * DAY
    return data.get("trial")


def purchase(account: Account, session: Json) -> list[Json]:
    """The lines of what is paid today."""
    now = account.now(session["customer"])
    default = ((session["_subscription"] or {}).get("more") or {}).get("default_tax_rates") or None
    trial = trial_of(account, session)
    made = []
    for item in session["_items"]:
        price = account.get("price", item["price"])
        rates = item["rates"] or default
        if rates is None and session["automatic_tax"]["enabled"]:
            rates = lines.country_rates(account, session["_address"])
        free = 0 if price["recurring"] and trial else None
        made.append(lines.line(account, price, item["quantity"], session["currency"], (now, now), amount=free, _rates=rates,
                               _session_item=item["id"]))  # fmt: skip
    return made


def add_up(account: Account, session: Json) -> list[Json]:
    """Set the session's amounts; answer its lines, settled."""
    made = purchase(account, session)
    chosen = [(f"choice_{n}", account.get("coupon", c["coupon"])) for n, c in enumerate(session["_choices"])]
    sums = lines.settle(
        account, made, chosen, session["currency"], automatic=session["automatic_tax"]["enabled"]
    )
    off = sum(d["amount"] for d in sums["total_discount_amounts"])
    session |= {
        "amount_subtotal": sums["subtotal"], "amount_total": sums["total"],
        "total_details": {"amount_discount": off, "amount_shipping": 0, "amount_tax": sums["_tax"]},
        "discounts": [{"coupon": c["coupon"], "promotion_code": c["promotion_code"]} for c in session["_choices"]],
    }  # fmt: skip
    if session["automatic_tax"]["enabled"]:
        session["automatic_tax"]["status"] = "complete" if session["_address"] else "requires_location_inputs"
    return made


def line_items(account: Account, session: Json) -> Json:
    data = []
    for item in add_up(account, session):
        off = sum(d["amount"] for d in item["discount_amounts"])
        tax = sum(t["amount"] for t in item["taxes"])
        outside = sum(t["amount"] for t in item["taxes"] if t["tax_behavior"] == "exclusive")
        price = account.get("price", item["pricing"]["price_details"]["price"])
        data.append({
            "id": item["_session_item"], "object": "item", "adjustable_quantity": None, "amount_discount": off,
            "amount_subtotal": item["amount"], "amount_tax": tax, "amount_total": item["amount"] - off + outside,
            "currency": session["currency"], "description": account.get("product", price["product"])["name"],
            "metadata": {}, "price": price, "quantity": item["quantity"],
        })  # fmt: skip
    return {
        "object": "list",
        "data": data,
        "has_more": False,
        "url": f"/v1/checkout/sessions/{session['id']}/line_items",
    }


def list_line_items(account: Account, params: Params, key: str) -> Json:
    found = line_items(account, account.get("checkout.session", key))
    return lists.part(found["data"], params, found["url"])


def listing(account: Account, params: Params) -> Json:
    subscription = params.text("subscription")
    return lists.page(
        account, "checkout.session", params, "/v1/checkout/sessions", filters=("status", "payment_intent"),
        customer=params.text("customer"), parent=subscription,
    )  # fmt: skip


def expire(account: Account, params: Params, key: str) -> Json:
    session = account.get("checkout.session", key)
    if session["status"] != "open":
        raise invalid(
            f'Only Checkout Sessions with a status in ["open"] can be expired; this one is {session["status"]}.'
        )
    expire_due(account, session)
    return session


def expire_due(account: Account, session: Json) -> None:
    if session["status"] == "open":
        session |= {"status": "expired", "url": None}
        account.save(session)
        account.emit("checkout.session.expired", session)


def use_code(account: Account, session: Json, code: str) -> None:
    """Put a promotion code that a person typed on the session. Raises `ApiError` when it can't be used."""
    promotion = discounts.by_code(account, code)
    if promotion is None:
        raise invalid("This code is invalid.", "promotion_code")
    limits = promotion["restrictions"]
    coupon = discounts.check_promotion(
        account, promotion, "promotion_code", session["customer"], account.now(session["customer"])
    )
    if limits["minimum_amount"] and session["amount_subtotal"] < limits["minimum_amount"]:
        raise invalid("This code needs a larger purchase.", "promotion_code")
    session["_choices"] = [{"coupon": coupon["id"], "promotion_code": promotion["id"]}]
    add_up(account, session)
    account.save(session)


lists.EXTRAS[("checkout.session", "line_items")] = lambda account, session: line_items(
    account, account.get("checkout.session", session["id"])
)
