"""The API of payment intents and setup intents."""

from __future__ import annotations

import secrets
from typing import Any

from broadsheet.sandbox import customers, lists, money, payments
from broadsheet.sandbox.account import Account
from broadsheet.sandbox.errors import ApiError, Json, invalid, required
from broadsheet.sandbox.forms import Params

_SHOWN_ONLY = (
    "automatic_payment_methods", "payment_method_types", "payment_method_options", "off_session", "error_on_requires_action",
    "use_stripe_sdk", "mandate_data", "confirmation_method",
)  # fmt: skip


def create(account: Account, params: Params) -> Json:
    amount = params.integer("amount", least=1, most=money.LARGEST)
    if amount is None:
        raise required("amount")
    customer = params.text("customer")
    if customer:
        account.get("customer", customer, "customer")
    params.ignore(*_SHOWN_ONLY)
    intent = payments.make(
        account, amount, money.currency(params.need("currency")), customer, metadata=params.metadata(),
        description=params.text("description"), receipt_email=params.text("receipt_email"),
        setup_future_usage=params.choice("setup_future_usage", ("on_session", "off_session")),
        _return_url=params.text("return_url"),
    )  # fmt: skip
    if method := payments.method_for(account, params, customer):
        intent |= {"payment_method": method["id"], "status": "requires_confirmation"}
        account.save(intent)
    if params.flag("confirm"):
        _confirm(account, intent)
    return intent


def _confirm(account: Account, intent: Json) -> None:
    if intent["status"] not in ("requires_payment_method", "requires_confirmation", "requires_action"):
        raise invalid(
            f"You cannot confirm this PaymentIntent because it has a status of {intent['status']}.",
            code="payment_intent_unexpected_state",
        )
    if not intent["payment_method"]:
        raise required("payment_method")
    if payments.confirm(account, intent, account.get("payment_method", intent["payment_method"])) == "failed":
        raise payments.error_of(account, intent)


def confirm(account: Account, params: Params, key: str) -> Json:
    intent = account.get("payment_intent", key)
    params.ignore(*_SHOWN_ONLY)
    if url := params.text("return_url"):
        intent["_return_url"] = url
    if method := payments.method_for(account, params, intent["customer"]):
        intent["payment_method"] = method["id"]
    _confirm(account, intent)
    return intent


def update(account: Account, params: Params, key: str) -> Json:
    intent = account.get("payment_intent", key)
    intent["metadata"] = params.metadata(intent["metadata"])
    if params.given("amount"):
        if not intent["status"].startswith("requires"):
            raise invalid(
                "This PaymentIntent's amount could not be updated.", code="payment_intent_unexpected_state"
            )
        intent["amount"] = params.integer("amount", least=1, most=money.LARGEST)
    if params.given("description"):
        intent["description"] = params.text("description")
    if method := payments.method_for(account, params, intent["customer"]):
        intent |= {"payment_method": method["id"], "status": "requires_confirmation"}
    account.save(intent)
    return intent


def cancel(account: Account, params: Params, key: str) -> Json:
    intent = account.get("payment_intent", key)
    if not intent["status"].startswith("requires"):
        raise invalid(
            f"You cannot cancel this PaymentIntent because it has a status of {intent['status']}.",
            code="payment_intent_unexpected_state",
        )
    reasons = ("duplicate", "fraudulent", "requested_by_customer", "abandoned")
    cancel_intent(account, intent, params.choice("cancellation_reason", reasons))
    return intent


def cancel_intent(account: Account, intent: Json, reason: str | None) -> None:
    intent |= {
        "status": "canceled", "canceled_at": account.now(intent["customer"]), "cancellation_reason": reason,
        "next_action": None,
    }  # fmt: skip
    account.save(intent)
    account.emit("payment_intent.canceled", intent)


def create_setup(account: Account, params: Params) -> Json:
    customer = params.text("customer")
    if customer:
        account.get("customer", customer, "customer")
    params.ignore(*_SHOWN_ONLY, "return_url")
    intent = make_setup(account, customer, metadata=params.metadata())
    if method := payments.method_for(account, params, customer):
        intent |= {"payment_method": method["id"], "status": "requires_confirmation"}
        account.save(intent)
    if params.flag("confirm"):
        finish_setup(account, intent)
    return intent


def make_setup(account: Account, customer: str | None, **values: Any) -> Json:
    intent = account.make("setup_intent", customer=customer, client_secret=None, **values)
    intent["client_secret"] = f"{intent['id']}_secret_{secrets.token_urlsafe(18)}"
    account.save(intent)
    account.emit("setup_intent.created", intent)
    return intent


def finish_setup(account: Account, intent: Json) -> None:
    """Save the method for later charges; a card that is refused at once raises `ApiError` (402)."""
    if not intent["payment_method"]:
        raise required("payment_method")
    method = account.get("payment_method", intent["payment_method"])
    if intent["customer"]:
        try:
            account_params = Params({"customer": intent["customer"]})
            customers.attach(account, account_params, method["id"])
        except ApiError as error:
            intent |= {
                "status": "requires_payment_method",
                "last_setup_error": error.body,
                "payment_method": None,
            }
            account.save(intent)
            account.emit("setup_intent.setup_failed", intent)
            raise
    method["_set_up"] = True
    account.save(method)
    intent["status"] = "succeeded"
    account.save(intent)
    account.emit("setup_intent.succeeded", intent)


def confirm_setup(account: Account, params: Params, key: str) -> Json:
    intent = account.get("setup_intent", key)
    params.ignore(*_SHOWN_ONLY, "return_url")
    if method := payments.method_for(account, params, intent["customer"]):
        intent["payment_method"] = method["id"]
    finish_setup(account, intent)
    return intent


def cancel_setup(account: Account, params: Params, key: str) -> Json:
    intent = account.get("setup_intent", key)
    intent |= {"status": "canceled", "cancellation_reason": params.text("cancellation_reason")}
    account.save(intent)
    account.emit("setup_intent.canceled", intent)
    return intent


lists.EXTRAS[("charge", "refunds")] = lambda account, charge: {
    "object": "list",
    "data": [
        r for r in account.where("refund", parent=charge["payment_intent"]) if r["charge"] == charge["id"]
    ][::-1],
    "has_more": False,
    "url": f"/v1/charges/{charge['id']}/refunds",
}
