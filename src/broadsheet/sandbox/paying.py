"""Paying a checkout session: once, whatever is pressed how often."""

from __future__ import annotations

from dataclasses import dataclass

from broadsheet.sandbox import cards, changes, checkout, customers, discounts, invoices, payments
from broadsheet.sandbox import subscriptions as subs
from broadsheet.sandbox.account import Account
from broadsheet.sandbox.errors import ApiError, Json, required
from broadsheet.sandbox.forms import Params


@dataclass
class Payer:
    """What the person wrote on the hosted page."""

    email: str | None
    name: str | None
    country: str | None
    method: str | None
    """Id of the payment method made of it; None when nothing is to be paid or saved."""


def needs_card(session: Json) -> bool:
    return bool(session["amount_total"]) or session["payment_method_collection"] == "always"


def pay(account: Account, session: Json, payer: Payer, *, authenticated: bool = False) -> str:
    """`complete`, or `challenge` when the bank asks first. Raises `ApiError` when the card is refused.

    A session that is complete stays as it is: a second press or a second tab charges nothing.
    """
    if session["status"] != "open":
        return str(session["status"])
    session["_address"] = _address(account, session, payer)
    if session["automatic_tax"]["enabled"] and not session["_address"]:
        raise ApiError("Your address is incomplete: choose a country.", status=402, code="address_required")
    checkout.add_up(account, session)
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


def _address(account: Account, session: Json, payer: Payer) -> Json | None:
    """Where the payer is taxed: what they wrote, unless their customer's address is to stay."""
    known = (account.find("customer", session["customer"]) or {}).get("address")
    if known and not session.get("_moves"):
        return dict(known)
    return {"country": payer.country} if payer.country else None


def challenged(method: Json) -> bool:
    card = cards.by_last4(method[method["type"]]["last4"])
    return card.effect == "challenges" or (card.effect == "challenges_once" and not method.get("_set_up"))


def _customer(account: Account, session: Json, payer: Payer) -> Json:
    if session["customer"]:
        customer = account.get("customer", session["customer"])
        customer["name"] = customer["name"] or payer.name
        if payer.country and (session.get("_moves") or not customer["address"]):
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
    for item in checkout.purchase(account, session):
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
        items=items, currency=session["currency"], trial_end=checkout.trial_of(account, session), method=method_key,
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
