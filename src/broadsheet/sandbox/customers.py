"""Customers and their payment methods."""

from __future__ import annotations

import secrets
from typing import Any

from broadsheet.sandbox import cards, lists
from broadsheet.sandbox.account import Account
from broadsheet.sandbox.errors import Json, declined, invalid, missing, required
from broadsheet.sandbox.forms import Params

_ADDRESS = ("city", "country", "line1", "line2", "postal_code", "state")


def address(params: Params) -> Json | None:
    if not params.given("address") or params.empty("address"):
        return None
    given = params.sub("address")
    return {name: given.text(name) for name in _ADDRESS}


def create(account: Account, params: Params) -> Json:
    clock = params.text("test_clock")
    if clock:
        account.get("test_helpers.test_clock", clock, "test_clock")
    customer = make(account, test_clock=clock)
    _change(account, params, customer)
    account.save(customer)
    account.emit("customer.created", customer)
    return customer


def make(account: Account, **values: Any) -> Json:
    """A customer without its event, which is sent when it is complete."""
    key = values.pop("test_clock", None) or account.store.setting("clocks", {}).get("new_customers") or None
    clock = account.find("test_helpers.test_clock", key)
    now = int(clock["frozen_time"]) if clock else account.wall()
    return account.make(
        "customer", test_clock=key, created=now, invoice_prefix=secrets.token_hex(4).upper(), **values
    )


def _change(account: Account, params: Params, customer: Json) -> None:
    customer["metadata"] = params.metadata(customer["metadata"])
    for name in ("email", "name", "phone", "description"):
        if params.given(name):
            customer[name] = params.text(name)
    if params.given("address"):
        customer["address"] = address(params)
    if params.given("preferred_locales"):
        customer["preferred_locales"] = params.texts("preferred_locales")
    if params.given("tax_exempt"):
        customer["tax_exempt"] = params.choice("tax_exempt", ("none", "exempt", "reverse"), "none")
    if params.given("balance"):
        customer["balance"] = params.integer("balance", 0, least=-99_999_999)
    params.ignore("tax", "tax_id_data", "shipping", "next_invoice_sequence", "source")
    params.plain("shipping")
    if params.given("payment_method"):
        attach_to(account, method(account, params.need("payment_method")), customer)
    settings = params.sub("invoice_settings")
    settings.ignore("footer", "custom_fields", "rendering_options")
    if settings.given("default_payment_method"):
        key = settings.text("default_payment_method")
        if key:
            owned = account.get("payment_method", key, "invoice_settings[default_payment_method]")
            if owned["customer"] != customer["id"]:
                raise invalid("The customer does not have a payment method with that ID.", "invoice_settings")
        customer["invoice_settings"]["default_payment_method"] = key


def update(account: Account, params: Params, key: str) -> Json:
    customer = account.get("customer", key)
    _change(account, params, customer)
    account.save(customer, "customer.updated")
    return customer


def retrieve(account: Account, params: Params, key: str) -> Json:
    """A deleted customer is answered with its tombstone."""
    customer = account.find("customer", key)
    if customer is None:
        raise missing("customer", key, status=404)
    return customer


def listing(account: Account, params: Params) -> Json:
    return lists.page(account, "customer", params, "/v1/customers", filters=("email", "test_clock"))


def method(account: Account, key: str, param: str = "payment_method") -> Json:
    """A payment method by its id, or a new one by the name of a test card (`pm_card_visa`)."""
    if found := account.find("payment_method", key):
        return found
    if card := cards.by_token(key):
        return make_method(account, card, 12, 2034)
    raise missing("payment_method", key, param)


def make_method(
    account: Account,
    card: cards.Card,
    month: int,
    year: int,
    billing: Json | None = None,
    customer: str | None = None,
) -> Json:
    kind = "sepa_debit" if card.brand == "sepa_debit" else "card"
    details = {"address": dict.fromkeys(_ADDRESS), "email": None, "name": None, "phone": None, "tax_id": None}
    created = account.now(customer)
    method = account.make(
        "payment_method", type=kind, created=created, billing_details=details | (billing or {})
    )
    method[kind] = cards.details(card, month, year)
    account.save(method)
    return method


def create_method(account: Account, params: Params) -> Json:
    params.choice("type", ("card", "sepa_debit"))
    billing = params.sub("billing_details")
    known = {name: billing.text(name) for name in ("email", "name", "phone") if billing.given(name)}
    if where := address(billing):
        known["address"] = where  # type: ignore[assignment]  # a hash among texts
    card = params.sub("card")
    iban = params.sub("sepa_debit").text("iban")
    if token := card.text("token"):
        found = cards.by_token(token)
    else:
        found = cards.by_number(iban or card.text("number") or "")
    if found is None:
        raise (
            required("card[number]")
            if not (iban or card.text("number"))
            else declined("card_declined", "test_mode_live_card")
        )
    card.ignore("cvc", "networks")
    made = make_method(
        account,
        found,
        card.integer("exp_month", 12, least=1, most=12) or 12,
        card.integer("exp_year", 2034) or 2034,
        known,
    )
    made["metadata"] = params.metadata()
    account.save(made)
    return made


def attach_to(account: Account, paid_with: Json, customer: Json) -> Json:
    if paid_with["customer"] not in (None, customer["id"]):
        raise invalid(
            "The payment method you provided has already been attached to a customer.", "payment_method"
        )
    if paid_with["customer"] is None:
        if paid_with.get("_detached"):
            raise invalid("This PaymentMethod was detached from a Customer, and may not be used again.")
        paid_with["customer"] = customer["id"]
        account.save(paid_with)
        account.emit("payment_method.attached", paid_with)
    return paid_with


def attach(account: Account, params: Params, key: str) -> Json:
    customer = account.get("customer", params.need("customer"), "customer")
    found = method(account, key)
    kind = found["type"]
    card = cards.by_last4(found[kind]["last4"])
    if card.effect == "declines":
        raise declined(card.code, card.decline_code)
    return attach_to(account, found, customer)


def detach(account: Account, params: Params, key: str) -> Json:
    found = account.get("payment_method", key)
    if not (owner := found["customer"]):
        raise invalid(
            "The payment method you provided is not attached to a customer so detachment is impossible."
        )
    found |= {"customer": None, "_detached": True}
    account.save(found)
    account.emit("payment_method.detached", found, {"customer": owner})
    customer = account.get("customer", owner)
    if customer["invoice_settings"]["default_payment_method"] == key:
        customer["invoice_settings"]["default_payment_method"] = None
        account.save(customer, "customer.updated")
    return found


def update_method(account: Account, params: Params, key: str) -> Json:
    found = account.get("payment_method", key)
    found["metadata"] = params.metadata(found["metadata"])
    billing = params.sub("billing_details")
    for name in ("email", "name", "phone"):
        if billing.given(name):
            found["billing_details"][name] = billing.text(name)
    card = params.sub("card")
    for name in ("exp_month", "exp_year"):
        if card.given(name) and found["type"] == "card":
            found["card"][name] = card.integer(name)
    account.save(found, "payment_method.updated")
    return found


def list_methods(account: Account, params: Params, customer: str | None = None) -> Json:
    owner = customer or params.need("customer")
    account.get("customer", owner, "customer")
    params.ignore("allow_redisplay")
    url = f"/v1/customers/{owner}/payment_methods" if customer else "/v1/payment_methods"
    if customer:
        params.ignore("customer")
    return lists.page(account, "payment_method", params, url, filters=("type",), customer=owner)


def default_method(account: Account, customer: str, subscription: Json | None = None) -> str | None:
    """What a charge without the payer would be tried on."""
    if subscription and subscription["default_payment_method"]:
        return str(subscription["default_payment_method"])
    found = account.find("customer", customer)
    return found["invoice_settings"]["default_payment_method"] if found and not found.get("deleted") else None


lists.EXTRAS[("customer", "subscriptions")] = lambda account, customer: {
    "object": "list",
    "data": [s for s in account.where("subscription", customer=customer["id"]) if s["status"] != "canceled"],
    "has_more": False,
    "url": f"/v1/customers/{customer['id']}/subscriptions",
}
lists.EXTRAS[("customer", "tax_ids")] = lambda account, customer: {
    "object": "list", "data": [], "has_more": False, "url": f"/v1/customers/{customer['id']}/tax_ids",
}  # fmt: skip
