"""Billing portal: sessions made through the API, and what a customer does on its page."""

from __future__ import annotations

import copy
import secrets

from broadsheet.sandbox import customers, lists, standing
from broadsheet.sandbox.account import Account, new_id
from broadsheet.sandbox.changes import set_cancel
from broadsheet.sandbox.errors import Json, invalid
from broadsheet.sandbox.forms import Params
from broadsheet.sandbox.periods import HOUR
from broadsheet.sandbox.shapes import SHAPES

SESSION_LIVES = HOUR
CONFIGURATION = "billing_portal.configuration"


def create(account: Account, params: Params) -> Json:
    customer = account.get("customer", params.need("customer"), "customer")
    configuration = params.text("configuration")
    if configuration is None:
        configuration = _default(account)["id"]
    else:
        account.get(CONFIGURATION, configuration, "configuration")
    flow = params.sub("flow_data")
    kind = flow.choice("type", ("payment_method_update", "subscription_cancel", "subscription_update"))
    cancelled = flow.sub("subscription_cancel").text("subscription")
    flow.sub("subscription_cancel").ignore("retention")
    flow.sub("subscription_update").ignore("subscription")
    flow.ignore("after_completion")
    secret = f"test_{secrets.token_urlsafe(24)}"
    return account.make(
        "billing_portal.session", id=new_id("billing_portal.session"), configuration=configuration, created=account.wall(),
        customer=customer["id"], return_url=params.text("return_url"), locale=params.text("locale"),
        url=f"{account.base_url}/p/session/{secret}", _secret=secret, _expires=account.wall() + SESSION_LIVES,
        flow={"type": kind, "after_completion": {"type": "portal_homepage"},
              "subscription_cancel": {"subscription": cancelled, "retention": None} if cancelled else None,
              "subscription_update": None, "subscription_update_confirm": None} if kind else None,
    )  # fmt: skip


def by_secret(account: Account, secret: str) -> Json | None:
    """The session of a portal link; None when there is none or its hour is over."""
    rows = account.store.rows(
        "SELECT id FROM objects WHERE kind = 'billing_portal.session' AND json_extract(body, '$._secret') = ?",
        secret,
    )
    session = account.find("billing_portal.session", rows[0][0]) if rows else None
    return session if session and session["_expires"] > account.wall() else None


def _default(account: Account) -> Json:
    for found in account.where(CONFIGURATION):
        if found["is_default"]:
            return found
    return create_configuration(account, Params(), default=True)


def create_configuration(account: Account, params: Params, *, default: bool = False) -> Json:
    now = account.wall()
    made = account.make(CONFIGURATION, created=now, updated=now, is_default=default)
    _change(params, made)
    account.save(made)
    account.emit(f"{CONFIGURATION}.created", made)
    return made


def _change(params: Params, found: Json) -> None:
    found["metadata"] = params.metadata(found["metadata"])
    for name in ("default_return_url", "name"):
        if params.given(name):
            found[name] = params.text(name)
    profile = params.sub("business_profile")
    for name in found["business_profile"]:
        if profile.given(name):
            found["business_profile"][name] = profile.text(name)
    given = params.plain("features") or {}
    params.sub("features").ignore(*given)
    features = copy.deepcopy(SHAPES[CONFIGURATION]["features"])
    for name, values in given.items():
        if name not in features:
            raise invalid(
                f"Received unknown parameter: features[{name}]", f"features[{name}]", "parameter_unknown"
            )
        for key, value in values.items():
            found["features"][name][key] = {"true": True, "false": False}.get(value, value) if isinstance(value, str) else (
                list(value.values()) if all(k.isdigit() for k in value) else found["features"][name].get(key)
            )  # fmt: skip
    params.ignore("login_page")


def update_configuration(account: Account, params: Params, key: str) -> Json:
    found = account.get(CONFIGURATION, key)
    if params.given("active"):
        found["active"] = params.flag("active")
    _change(params, found)
    found["updated"] = account.wall()
    account.save(found, f"{CONFIGURATION}.updated")
    return found


def list_configurations(account: Account, params: Params) -> Json:
    return lists.page(
        account, CONFIGURATION, params, "/v1/billing_portal/configurations", filters=("active", "is_default")
    )


def cancel(account: Account, session: Json, key: str) -> None:
    """At the end of the period; already cancelled is already done."""
    _set(account, session, key, cancel=True)


def resume(account: Account, session: Json, key: str) -> None:
    _set(account, session, key, cancel=False)


def _set(account: Account, session: Json, key: str, *, cancel: bool) -> None:
    subscription = account.get("subscription", key)
    if subscription["customer"] != session["customer"] or subscription["status"] not in standing.LIVE:
        raise invalid("This subscription can't be changed here.")
    if subscription["cancel_at_period_end"] != cancel:
        set_cancel(subscription, account.now(session["customer"]), cancel=cancel)
        standing.save(account, subscription)


def use_method(account: Account, session: Json, method: Json) -> None:
    """The customer's new default, for their running subscriptions too."""
    customer = account.get("customer", session["customer"])
    customers.attach(account, Params({"customer": customer["id"]}), method["id"])
    method["_set_up"] = True
    account.save(method)
    customer["invoice_settings"]["default_payment_method"] = method["id"]
    account.save(customer, "customer.updated")
    for subscription in account.where("subscription", customer=customer["id"]):
        if subscription["status"] in standing.LIVE and subscription["default_payment_method"]:
            subscription["default_payment_method"] = method["id"]
            standing.save(account, subscription)
