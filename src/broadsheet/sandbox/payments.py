"""Payment intents and charges: what a card does when it is asked to pay."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from broadsheet.sandbox import cards, customers, lists, money
from broadsheet.sandbox.account import Account, public
from broadsheet.sandbox.errors import ApiError, Json, declined, invalid, missing
from broadsheet.sandbox.forms import Params
from broadsheet.sandbox.periods import DAY

LISTENERS: list[Callable[[Account, Json, str], None]] = []
"""Told of each payment's outcome: succeeded, failed, requires_action, processing."""


def make(account: Account, amount: int, currency: str, customer: str | None, **values: Any) -> Json:
    created = account.now(customer)
    secret = f"_secret_{secrets.token_urlsafe(18)}"
    intent = account.make(
        "payment_intent",
        amount=amount,
        currency=currency,
        customer=customer,
        created=created,
        client_secret=None,
        **values,
    )
    intent["client_secret"] = intent["id"] + secret
    account.save(intent)
    account.emit("payment_intent.created", intent)
    return intent


def confirm(account: Account, intent: Json, method: Json, *, authenticated: bool = False) -> str:
    """Try to pay. The outcome is in the intent's status, and told to the listeners."""
    card = cards.by_last4(method[method["type"]]["last4"])
    intent |= {"payment_method": method["id"], "next_action": None, "payment_method_types": [method["type"]]}
    refusal = _refusal_on_demand(account)
    challenged = card.effect == "challenges" or (
        card.effect == "challenges_once" and not method.get("_set_up")
    )
    if refusal is None and card.effect in ("declines", "declines_later"):
        refusal = (card.code, card.decline_code)
    if refusal is None and challenged and not authenticated:
        return _challenge(account, intent)
    if refusal is None and card.effect == "challenges" and card.decline_code:
        refusal = (card.code, card.decline_code)
    if refusal:
        return fail(account, intent, *refusal)
    if card.effect.startswith("delays"):
        after = float(account.store.setting("payments", {}).get("settle_after", 3))
        intent |= {"status": "processing", "_settles_at": account.now(intent["customer"]) + int(after)}
        intent["_settles"] = "failed" if card.effect == "delays_then_fails" else "succeeded"
        account.save(intent)
        account.emit("payment_intent.processing", intent)
        return _tell(account, intent, "processing")
    if challenged:
        method["_set_up"] = True
        account.save(method)
    return succeed(account, intent, method, card)


def _refusal_on_demand(account: Account) -> tuple[str, str | None] | None:
    asked = account.store.setting("payments", {})
    if int(asked.get("fail_next", 0)) < 1:
        return None
    account.store.set("payments", asked | {"fail_next": int(asked["fail_next"]) - 1})
    return str(asked.get("code", "card_declined")), str(asked.get("decline_code", "generic_decline"))


def _challenge(account: Account, intent: Json) -> str:
    url = f"{account.base_url}/c/3ds/{intent['id']}"
    intent |= {
        "status": "requires_action",
        "next_action": {
            "type": "redirect_to_url",
            "redirect_to_url": {"url": url, "return_url": intent.get("_return_url")},
        },
    }
    account.save(intent)
    account.emit("payment_intent.requires_action", intent)
    return _tell(account, intent, "requires_action")


def _tell(account: Account, intent: Json, outcome: str) -> str:
    for listener in LISTENERS:
        listener(account, intent, outcome)
    return outcome


def _charge(account: Account, intent: Json, method: Json, **values: Any) -> Json:
    kind = method["type"]
    detail = method[kind]
    if kind == "card":
        shown = {
            "amount_authorized": intent["amount"], "authorization_code": None, "brand": detail["brand"],
            "checks": detail["checks"], "country": detail["country"], "exp_month": detail["exp_month"],
            "exp_year": detail["exp_year"], "extended_authorization": {"status": "disabled"},
            "fingerprint": detail["fingerprint"], "funding": detail["funding"],
            "incremental_authorization": {"status": "unavailable"}, "installments": None, "last4": detail["last4"],
            "mandate": None, "multicapture": {"status": "unavailable"}, "network": detail["brand"],
            "network_token": {"used": False}, "network_transaction_id": None,
            "overcapture": {"maximum_amount_capturable": intent["amount"], "status": "unavailable"},
            "regulated_status": "unregulated", "three_d_secure": None, "wallet": None,
        }  # fmt: skip
    else:
        shown = detail
    return account.make(
        "charge", amount=intent["amount"], currency=intent["currency"], customer=intent["customer"],
        payment_intent=intent["id"], payment_method=method["id"], payment_method_details={kind: shown, "type": kind},
        billing_details=method["billing_details"], metadata=dict(intent["metadata"]),
        description=intent["description"], receipt_email=intent["receipt_email"], **values,
    )  # fmt: skip


def _outcome(code: str | None, words: str, kind: str) -> Json:
    return {
        "advice_code": None, "network_advice_code": None, "network_decline_code": None,
        "network_status": "declined_by_network" if code else "approved_by_network", "reason": code,
        "risk_level": "normal", "seller_message": words, "type": kind,
    }  # fmt: skip


def succeed(account: Account, intent: Json, method: Json, card: cards.Card) -> str:
    charge = _charge(
        account, intent, method, amount_captured=intent["amount"],
        outcome=_outcome(None, "Payment complete.", "authorized"),
    )  # fmt: skip
    charge["balance_transaction"] = book(
        account, intent["amount"], intent["currency"], charge["id"], "charge"
    )["id"]
    charge["receipt_url"] = f"{account.base_url}/r/{charge['id']}"
    account.save(charge)
    account.emit("charge.succeeded", charge)
    intent |= {
        "status": "succeeded", "amount_received": intent["amount"], "latest_charge": charge["id"],
        "last_payment_error": None, "_settles_at": None,
    }  # fmt: skip
    account.save(intent)
    account.emit("payment_intent.succeeded", intent)
    _tell(account, intent, "succeeded")
    if card.effect in ("disputes", "inquires"):
        reason = "product_not_received" if card.code == "product_not_received" else "fraudulent"
        open_dispute(account, charge, reason, inquiry=card.effect == "inquires")
    return "succeeded"


def fail(account: Account, intent: Json, code: str, decline_code: str | None) -> str:
    """The bank says no; the intent waits for another method."""
    method = account.get("payment_method", intent["payment_method"])
    words = str(declined(code, decline_code))
    charge = _charge(
        account, intent, method, status="failed", paid=False, captured=False, failure_code=code,
        failure_message=words, outcome=_outcome(decline_code or code, "The bank returned a decline.", "issuer_declined"),
    )  # fmt: skip
    account.emit("charge.failed", charge)
    error = {
        "charge": charge["id"], "code": code, "decline_code": decline_code, "message": words,
        "payment_method": public(method), "type": "card_error",
    }  # fmt: skip
    intent |= {
        "status": "requires_payment_method", "latest_charge": charge["id"], "payment_method": None, "next_action": None,
        "last_payment_error": {k: v for k, v in error.items() if v is not None}, "_settles_at": None,
    }  # fmt: skip
    account.save(intent)
    account.emit("payment_intent.payment_failed", intent)
    return _tell(account, intent, "failed")


def settle(account: Account, intent: Json) -> None:
    """The end of a delayed payment."""
    method = account.get("payment_method", intent["payment_method"])
    if intent["_settles"] == "succeeded":
        succeed(account, intent, method, cards.by_last4(method[method["type"]]["last4"]))
    else:
        fail(account, intent, "payment_intent_payment_attempt_failed", None)


def authenticate(account: Account, intent: Json, *, passed: bool) -> str:
    """What the bank's challenge page answers."""
    if intent["status"] != "requires_action":
        return str(intent["status"])
    if not passed:
        return fail(account, intent, "payment_intent_authentication_failure", None)
    return confirm(
        account, intent, account.get("payment_method", intent["payment_method"]), authenticated=True
    )


def book(account: Account, net: int, currency: str, source: str, kind: str) -> Json:
    now = account.wall()
    return account.make(
        "balance_transaction", amount=net, available_on=now, created=now, currency=currency, net=net,
        reporting_category=kind, source=source, type=kind,
    )  # fmt: skip


def error_of(account: Account, intent: Json) -> ApiError:
    """The answer to a request whose payment failed; what was written stands."""
    error = intent["last_payment_error"]
    return declined(
        error["code"],
        error.get("decline_code"),
        charge=error.get("charge"),
        intent=lists.show(account, intent),
    )


def open_dispute(account: Account, charge: Json, reason: str, *, inquiry: bool = False) -> Json:
    now = account.now(charge["customer"])
    due = {"due_by": now + 7 * DAY, "has_evidence": False, "past_due": False, "submission_count": 0,
           "enhanced_eligibility": {}}  # fmt: skip
    dispute = account.make(
        "dispute", amount=charge["amount"], charge=charge["id"], created=now, currency=charge["currency"], reason=reason,
        payment_intent=charge["payment_intent"], evidence_details=due, is_charge_refundable=inquiry,
        status="warning_needs_response" if inquiry else "needs_response", _inquiry=inquiry,
    )  # fmt: skip
    charge["disputed"] = True
    account.save(charge, "charge.updated")
    if not inquiry:
        txn = book(account, -charge["amount"], charge["currency"], dispute["id"], "adjustment")
        dispute["balance_transactions"] = [public(txn)]
        account.save(dispute)
    account.emit("charge.dispute.created", dispute)
    if not inquiry:
        account.emit("charge.dispute.funds_withdrawn", dispute)
    return dispute


def close_dispute(account: Account, dispute: Json, *, won: bool) -> Json:
    if dispute["status"] in ("won", "lost", "warning_closed"):
        raise invalid("This dispute is already closed", "id")
    dispute["status"] = "warning_closed" if dispute["_inquiry"] else "won" if won else "lost"
    if won and not dispute["_inquiry"]:
        txn = book(account, dispute["amount"], dispute["currency"], dispute["id"], "adjustment")
        dispute["balance_transactions"].append(public(txn))
    account.save(dispute)
    account.emit("charge.dispute.closed", dispute)
    if won and not dispute["_inquiry"]:
        account.emit("charge.dispute.funds_reinstated", dispute)
    return dispute


def update_dispute(account: Account, params: Params, key: str) -> Json:
    """Stripe's test words decide: `winning_evidence` or `losing_evidence` in `uncategorized_text`."""
    dispute = account.get("dispute", key)
    dispute["metadata"] = params.metadata(dispute["metadata"])
    evidence = params.sub("evidence")
    for name in dispute["evidence"]:
        if name != "enhanced_evidence" and evidence.given(name):
            dispute["evidence"][name] = evidence.text(name)
            dispute["evidence_details"]["has_evidence"] = True
    submit = params.flag("submit", True)
    if submit and dispute["evidence_details"]["has_evidence"]:
        dispute["evidence_details"]["submission_count"] += 1
        dispute["status"] = "warning_under_review" if dispute["_inquiry"] else "under_review"
    account.save(dispute, "charge.dispute.updated")
    if submit and (words := dispute["evidence"]["uncategorized_text"]) in (
        "winning_evidence",
        "losing_evidence",
    ):
        close_dispute(account, dispute, won=words == "winning_evidence")
    return dispute


def create_refund(account: Account, params: Params) -> Json:
    if key := params.text("charge"):
        charge = account.get("charge", key, "charge")
    else:
        intent = account.get("payment_intent", params.need("payment_intent"), "payment_intent")
        if not intent["latest_charge"]:
            raise invalid("This PaymentIntent does not have a successful charge to refund.", "payment_intent")
        charge = account.get("charge", intent["latest_charge"])
    left = charge["amount_captured"] - charge["amount_refunded"]
    if charge["status"] != "succeeded" or (charge["refunded"] and not left):
        raise invalid(
            f"Charge {charge['id']} has already been refunded.", "charge", "charge_already_refunded"
        )
    if charge["disputed"] and any(d["charge"] == charge["id"] and not d["_inquiry"]
                                  for d in account.where("dispute", parent=charge["payment_intent"])):  # fmt: skip
        raise invalid(f"Charge {charge['id']} has been charged back.", "charge", "charge_disputed")
    amount = params.integer("amount", left, least=1) or left
    if amount > left:
        raise invalid(
            f"Refund amount ({money.shown(amount, charge['currency'])}) is greater than unrefunded amount on charge"
            f" ({money.shown(left, charge['currency'])})", "amount",
        )  # fmt: skip
    params.ignore("reverse_transfer", "refund_application_fee")
    now = account.now(charge["customer"])
    refund = account.make(
        "refund", amount=amount, charge=charge["id"], created=now, currency=charge["currency"],
        payment_intent=charge["payment_intent"], metadata=params.metadata(),
        reason=params.choice("reason", ("duplicate", "fraudulent", "requested_by_customer")),
    )  # fmt: skip
    refund["balance_transaction"] = book(account, -amount, charge["currency"], refund["id"], "refund")["id"]
    account.save(refund)
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]
    account.save(charge)
    account.emit("refund.created", refund)
    account.emit("charge.refunded", charge, {"amount_refunded": charge["amount_refunded"] - amount})
    return refund


def update_metadata(kind: str, event: str) -> Callable[[Account, Params, str], Json]:
    """An update that takes only metadata and a description."""

    def update(account: Account, params: Params, key: str) -> Json:
        obj = account.get(kind, key)
        obj["metadata"] = params.metadata(obj["metadata"])
        if params.given("description") and "description" in obj:
            obj["description"] = params.text("description")
        account.save(obj, event)
        return obj

    return update


def balance(account: Account, params: Params) -> Json:
    rows = account.store.rows(
        "SELECT json_extract(body, '$.currency'), sum(json_extract(body, '$.net')) FROM objects"
        " WHERE kind = 'balance_transaction' GROUP BY 1 ORDER BY 1"
    )
    sums = [{"amount": int(net), "currency": code, "source_types": {"card": int(net)}} for code, net in rows]
    nothing = [{"amount": 0, "currency": s["currency"], "source_types": {"card": 0}} for s in sums]
    return {
        "object": "balance", "available": sums or [{"amount": 0, "currency": "usd", "source_types": {"card": 0}}],
        "connect_reserved": [], "livemode": False,
        "pending": nothing or [{"amount": 0, "currency": "usd", "source_types": {"card": 0}}],
    }  # fmt: skip


def method_for(account: Account, params: Params, customer: str | None) -> Json | None:
    """The payment method that a request names, attached when it is a test card's name and there is a customer."""
    if not (key := params.text("payment_method")):
        return None
    found = customers.method(account, key)
    if found["customer"] not in (None, customer):
        raise missing("payment_method", key, "payment_method")
    return found
