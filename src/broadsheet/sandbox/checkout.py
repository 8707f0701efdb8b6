"""Checkout sessions: made through the API, paid on the hosted page."""

from __future__ import annotations

from dataclasses import dataclass

from broadsheet.sandbox import (
    cards,
    catalogue,
    changes,
    customers,
    discounts,
    invoices,
    lines,
    lists,
    money,
    payments,
)
from broadsheet.sandbox import subscriptions as subs
from broadsheet.sandbox.account import Account, new_id
from broadsheet.sandbox.errors import ApiError, Json, invalid, required
from broadsheet.sandbox.forms import Params
from broadsheet.sandbox.periods import DAY, HOUR, MINUTE

_SHOWN = (
    "after_expiration", "billing_address_collection", "consent_collection", "custom_text", "customer_creation", "locale",
    "origin_context", "payment_method_collection", "payment_method_options", "phone_number_collection",
    "saved_payment_method_options", "submit_type", "integration_identifier",
)  # fmt: skip
_IGNORED = (
    "adaptive_pricing", "customer_update", "excluded_payment_method_types", "payment_method_configuration",
    "payment_method_data", "payment_method_types", "redirect_on_completion", "tax_id_collection", "wallet_options",
    "name_collection", "branding_settings", "custom_fields",
)  # fmt: skip


@dataclass
class Payer:
    """What the person wrote on the hosted page."""

    email: str | None
    name: str | None
    country: str | None
    method: str | None
    """Id of the payment method made of it; None when nothing is to be paid or saved."""


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


def needs_card(session: Json) -> bool:
    return bool(session["amount_total"]) or session["payment_method_collection"] == "always"


def pay(account: Account, session: Json, payer: Payer, *, authenticated: bool = False) -> str:
    """`complete`, or `challenge` when the bank asks first. Raises `ApiError` when the card is refused.

    A session that is complete stays as it is: a second press or a second tab charges nothing.
    """
    if session["status"] != "open":
        return str(session["status"])
    session["_address"] = {"country": payer.country} if payer.country else None
    add_up(account, session)
    method = account.find("payment_method", payer.method)
    if method and not authenticated and challenged(method):
        session["_pending"] = payer.__dict__
        account.save(session)
        return "challenge"
    session["_pending"] = None
    account.save(session)
    if session["mode"] == "payment":
        _pay_once(account, session, payer, method)
    else:
        _subscribe(account, session, payer, method)
    return "complete"


def challenged(method: Json) -> bool:
    card = cards.by_last4(method[method["type"]]["last4"])
    return card.effect == "challenges" or (card.effect == "challenges_once" and not method.get("_set_up"))


def _customer(account: Account, session: Json, payer: Payer) -> Json:
    if session["customer"]:
        customer = account.get("customer", session["customer"])
        customer["name"] = customer["name"] or payer.name
        if payer.country and not customer["address"]:
            customer["address"] = {"country": payer.country} | dict.fromkeys(
                ("city", "line1", "line2", "postal_code", "state")
            )
        account.save(customer, "customer.updated")
        return customer
    customer = customers.make(account, email=payer.email, name=payer.name)
    if payer.country:
        customer["address"] = {"country": payer.country} | dict.fromkeys(
            ("city", "line1", "line2", "postal_code", "state")
        )
    account.save(customer)
    account.emit("customer.created", customer)
    return customer


def _pay_once(account: Account, session: Json, payer: Payer, method: Json | None) -> None:
    data = session["_payment"]
    keep = (
        session["customer_creation"] == "always"
        or data["setup_future_usage"]
        or session["_invoice"]
        or session["customer"]
    )
    intent = account.find("payment_intent", session["payment_intent"])
    customer = account.find("customer", intent["customer"]) if intent else None
    if keep and customer is None:
        customer = _customer(account, session, payer)
    if session["amount_total"]:
        if intent is None:
            intent = payments.make(
                account, session["amount_total"], session["currency"], customer["id"] if customer else None,
                **data, _session=session["id"],
            )  # fmt: skip
            session["payment_intent"] = intent["id"]
        intent["amount"] = session["amount_total"]
        account.save(session)
        if method is None:
            raise required("card")
        if data["setup_future_usage"] and customer:
            customers.attach_to(account, method, customer)
        outcome = payments.confirm(account, intent, method, authenticated=True)
        if outcome == "failed":
            raise payments.error_of(account, intent)
    who = customer["id"] if customer else None
    keys = [discounts.redeem(account, choice, who, session=session["id"]) for choice in session["_choices"]]
    if session["_invoice"] and customer:
        _invoice_of(account, session, customer, keys, intent)
    _complete(account, session, payer, customer, paid=intent is None or intent["status"] == "succeeded")


def _invoice_of(
    account: Account, session: Json, customer: Json, keys: list[str], intent: Json | None
) -> None:
    """The invoice of a single purchase, paid by the purchase's own payment."""
    now = account.now(customer["id"])
    for item in purchase(account, session):
        price = account.get("price", item["pricing"]["price_details"]["price"])
        changes.make_pending(
            account,
            customer["id"],
            price,
            item["quantity"],
            session["currency"],
            (now, now),
            rates=item["_rates"],
        )
    invoice = invoices.draw_up(account, customer, [], reason="manual", period=(now, now), currency=session["currency"],
                               discounted=keys, metadata=dict(session["metadata"]))  # fmt: skip
    invoices.finalize(account, invoice, intent)
    if intent and intent["status"] == "succeeded" and invoice["status"] == "open":
        invoices.mark_paid(account, invoice, invoice["amount_due"])
    session["invoice"] = invoice["id"]


def _subscribe(account: Account, session: Json, payer: Payer, method: Json | None) -> None:
    key = session["id"]
    try:
        with account.attempt():
            _begin(account, account.get("checkout.session", key), payer, method["id"] if method else None)
    except ApiError as error:
        _record_failure(account, account.get("checkout.session", key), payer, error)
        raise


def _begin(account: Account, session: Json, payer: Payer, method_key: str | None) -> None:
    customer = _customer(account, session, payer)
    method = account.find("payment_method", method_key)
    if method:
        customers.attach(account, Params({"customer": customer["id"]}), method["id"])
        method["_set_up"] = True
        account.save(method)
    items = []
    for item in session["_items"]:
        price = account.get("price", item["price"])
        if price["recurring"]:
            items.append(subs.Item(price, item["quantity"], item["rates"]))
        else:
            now = account.now(customer["id"])
            changes.make_pending(
                account,
                customer["id"],
                price,
                item["quantity"],
                session["currency"],
                (now, now),
                rates=item["rates"],
            )
    more = dict(session["_subscription"]["more"])
    if session["automatic_tax"]["enabled"]:
        more["automatic_tax"] = {"enabled": True, "liability": {"type": "self"}, "disabled_reason": None}
    subscription = subs.begin(account, customer, subs.Terms(
        items=items, currency=session["currency"], trial_end=trial_of(account, session), method=method_key,
        behaviour="error_if_incomplete", choices=session["_choices"], more=more, session=session["id"], authenticated=True,
    ))  # fmt: skip
    invoice = account.get("invoice", subscription["latest_invoice"])
    session |= {"subscription": subscription["id"], "invoice": invoice["id"]}
    _complete(account, session, payer, customer, paid=invoice["status"] == "paid")


def _record_failure(account: Account, session: Json, payer: Payer, error: ApiError) -> None:
    """The refused try is a charge that failed, without customer or subscription."""
    error.keep = True
    method = account.find("payment_method", payer.method)
    if method is None or error.status != 402 or not session["amount_total"]:
        return
    intent = payments.make(account, session["amount_total"], session["currency"], session["customer"])
    intent["payment_method"] = method["id"]
    payments.fail(account, intent, error.code or "card_declined", error.body.get("decline_code"))


def _complete(account: Account, session: Json, payer: Payer, customer: Json | None, *, paid: bool) -> None:
    country = {"country": payer.country} | dict.fromkeys(("city", "line1", "line2", "postal_code", "state"))
    known = customer or {}
    session |= {
        "status": "complete", "url": None, "customer": customer["id"] if customer else None,
        "payment_status": ("paid" if session["amount_total"] else "no_payment_required") if paid else "unpaid",
        "customer_details": {
            "address": country, "email": known.get("email") or payer.email, "name": payer.name or known.get("name"),
            "phone": known.get("phone"), "tax_exempt": known.get("tax_exempt", "none"), "tax_ids": [],
            "business_name": None, "individual_name": None,
        },
    }  # fmt: skip
    account.save(session)
    account.emit("checkout.session.completed", session)


def payment_result(account: Account, intent: Json, outcome: str) -> None:
    """A delayed payment's end is told to its session."""
    if outcome not in ("succeeded", "failed"):
        return
    found = account.find("checkout.session", intent.get("_session"))
    if found is None and (invoice := account.find("invoice", intent.get("_invoice"))):
        details = (invoice["parent"] or {}).get("subscription_details") or {}
        owned = account.where("checkout.session", parent=details.get("subscription") or "-")
        found = next((s for s in owned if s["invoice"] == invoice["id"]), None)
    if found and found["status"] == "complete" and found["payment_status"] == "unpaid":
        if outcome == "succeeded":
            found["payment_status"] = "paid"
        account.save(found)
        account.emit(f"checkout.session.async_payment_{outcome}", found)


payments.LISTENERS.append(payment_result)
lists.EXTRAS[("checkout.session", "line_items")] = lambda account, session: line_items(
    account, account.get("checkout.session", session["id"])
)
