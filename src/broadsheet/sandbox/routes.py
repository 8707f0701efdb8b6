"""Which address does what, as in Stripe's API reference."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from broadsheet.sandbox import billing_api as billing
from broadsheet.sandbox import (
    catalogue,
    changes,
    checkout,
    clocks,
    customers,
    endpoints,
    intents,
    lists,
    pauses,
    payments,
    portal,
)
from broadsheet.sandbox import subscriptions as subs
from broadsheet.sandbox.account import Account
from broadsheet.sandbox.errors import Json, missing
from broadsheet.sandbox.forms import Params

Handler = Callable[..., Json]


def _retrieve(kind: str) -> Handler:
    def retrieve(account: Account, params: Params, key: str) -> Json:
        found = account.find(kind, key)
        if found is None or found.get("deleted"):
            raise missing(kind, key, status=404)
        return found

    return retrieve


def _list(kind: str, url: str, *filters: str) -> Handler:
    def listing(account: Account, params: Params) -> Json:
        return lists.page(account, kind, params, url, filters=filters)

    return listing


def _drop_discounts(account: Account, params: Params, key: str) -> Json:
    subscription = account.get("subscription", key)
    gone = list(subscription["discounts"])
    changes.update(account, Params({"discounts": ""}), key)
    return {"object": "discount", "id": gone[0] if gone else None, "deleted": True}


def _resource(path: str, kind: str, **verbs: Handler | None) -> list[tuple[str, str, Handler]]:
    """Create, retrieve, update, list, delete at their usual addresses."""
    found: list[tuple[str, str, Handler]] = [("GET", f"{path}/:id", verbs.get("retrieve") or _retrieve(kind))]
    found.append(("GET", path, verbs.get("list") or _list(kind, f"/v1/{path}", "active")))
    for verb, method, address in (
        ("create", "POST", path),
        ("update", "POST", f"{path}/:id"),
        ("delete", "DELETE", f"{path}/:id"),
    ):
        if handler := verbs.get(verb):
            found.append((method, address, handler))
    return found


_by_customer = ("customer",)
ROUTES: list[tuple[str, str, Handler]] = [
    *_resource("products", "product", create=catalogue.create_product, update=catalogue.update_product,
               delete=catalogue.delete_product),
    *_resource("prices", "price", create=catalogue.create_price, update=catalogue.update_price, list=catalogue.list_prices),
    *_resource("tax_rates", "tax_rate", create=catalogue.create_tax_rate, update=catalogue.update_tax_rate,
               list=_list("tax_rate", "/v1/tax_rates", "active", "inclusive")),
    *_resource("coupons", "coupon", create=catalogue.create_coupon, update=catalogue.update_coupon,
               delete=catalogue.delete_coupon),
    *_resource("promotion_codes", "promotion_code", create=catalogue.create_promotion_code,
               update=catalogue.update_promotion_code, list=catalogue.list_promotion_codes),
    *_resource("customers", "customer", create=customers.create, retrieve=customers.retrieve, update=customers.update,
               list=customers.listing, delete=subs.delete_customer),
    ("GET", "customers/:id/payment_methods", lambda a, p, key: customers.list_methods(a, p, key)),
    ("GET", "customers/:id/payment_methods/:id", lambda a, p, key, method: _retrieve("payment_method")(a, p, method)),
    *_resource("payment_methods", "payment_method", create=customers.create_method, update=customers.update_method,
               list=customers.list_methods),
    ("POST", "payment_methods/:id/attach", customers.attach),
    ("POST", "payment_methods/:id/detach", customers.detach),
    *_resource("payment_intents", "payment_intent", create=intents.create, update=intents.update,
               list=_list("payment_intent", "/v1/payment_intents", *_by_customer)),
    ("POST", "payment_intents/:id/confirm", intents.confirm),
    ("POST", "payment_intents/:id/cancel", intents.cancel),
    *_resource("setup_intents", "setup_intent", create=intents.create_setup,
               list=_list("setup_intent", "/v1/setup_intents", *_by_customer)),
    ("POST", "setup_intents/:id/confirm", intents.confirm_setup),
    ("POST", "setup_intents/:id/cancel", intents.cancel_setup),
    *_resource("charges", "charge", update=payments.update_metadata("charge", "charge.updated"),
               list=_list("charge", "/v1/charges", "customer", "payment_intent")),
    *_resource("refunds", "refund", create=payments.create_refund, update=payments.update_metadata("refund", "refund.updated"),
               list=_list("refund", "/v1/refunds", "charge", "payment_intent")),
    *_resource("disputes", "dispute", update=payments.update_dispute,
               list=_list("dispute", "/v1/disputes", "charge", "payment_intent")),
    ("POST", "disputes/:id/close", lambda a, p, key: payments.close_dispute(a, a.get("dispute", key), won=False)),
    ("GET", "balance", payments.balance),
    *_resource("balance_transactions", "balance_transaction",
               list=_list("balance_transaction", "/v1/balance_transactions", "source", "type", "currency")),
    *_resource("checkout/sessions", "checkout.session", create=checkout.create, list=checkout.listing,
               update=payments.update_metadata("checkout.session", "checkout.session.updated")),
    ("POST", "checkout/sessions/:id/expire", checkout.expire),
    ("GET", "checkout/sessions/:id/line_items", checkout.list_line_items),
    ("POST", "billing_portal/sessions", portal.create),
    *_resource("billing_portal/configurations", portal.CONFIGURATION, create=portal.create_configuration,
               update=portal.update_configuration, list=portal.list_configurations),
    *_resource("subscriptions", "subscription", create=subs.create, update=changes.update, list=subs.listing,
               delete=subs.cancel),
    ("POST", "subscriptions/:id/pause", pauses.pause),
    ("POST", "subscriptions/:id/resume", pauses.resume),
    ("DELETE", "subscriptions/:id/discount", _drop_discounts),
    *_resource("subscription_items", "subscription_item", create=billing.create_subscription_item,
               retrieve=billing.retrieve_subscription_item, update=billing.change_subscription_item,
               list=billing.list_subscription_items, delete=billing.delete_subscription_item),
    ("POST", "invoices/create_preview", billing.create_preview),
    *_resource("invoices", "invoice", create=billing.create_invoice, update=billing.update_invoice,
               list=billing.list_invoices, delete=billing.delete_invoice),
    ("GET", "invoices/:id/lines", billing.list_lines),
    ("POST", "invoices/:id/finalize", billing.finalize),
    ("POST", "invoices/:id/pay", billing.pay),
    ("POST", "invoices/:id/void", billing.void),
    ("POST", "invoices/:id/send", billing.send),
    ("POST", "invoices/:id/mark_uncollectible", billing.mark_uncollectible),
    *_resource("invoiceitems", "invoiceitem", create=billing.create_item, list=billing.list_items,
               delete=billing.delete_item),
    *_resource("invoice_payments", "invoice_payment", list=billing.list_payments),
    *_resource("webhook_endpoints", "webhook_endpoint", create=endpoints.create, update=endpoints.update,
               delete=endpoints.delete),
    *_resource("events", "event", retrieve=endpoints.retrieve_event, list=endpoints.list_events),
    *_resource("test_helpers/test_clocks", clocks.KIND, create=clocks.create, delete=clocks.delete),
    ("POST", "test_helpers/test_clocks/:id/advance", clocks.advance),
]  # fmt: skip

_COMPILED = [
    (method, re.compile("^/v1/" + re.sub(r":id", r"([A-Za-z0-9_%.\\-]+)", path) + "$"), handler)
    for method, path, handler in ROUTES
]


def find(method: str, path: str) -> tuple[Handler, tuple[Any, ...]] | None:
    """The handler and the ids in the path."""
    for verb, pattern, handler in _COMPILED:
        if verb == method and (match := pattern.match(path)):
            return handler, match.groups()
    return None
