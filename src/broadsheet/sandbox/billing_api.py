"""The API of invoices, their items and payments, and of subscription items."""

from __future__ import annotations

from broadsheet.sandbox import catalogue, changes, invoices, lists, money, payments, renewals
from broadsheet.sandbox import subscriptions as subs
from broadsheet.sandbox.account import Account, new_id, public
from broadsheet.sandbox.errors import Json, invalid, missing, required
from broadsheet.sandbox.forms import Params


def list_invoices(account: Account, params: Params) -> Json:
    subscription = params.text("subscription")
    filters = ("status", "collection_method", "test_clock")
    return lists.page(
        account,
        "invoice",
        params,
        "/v1/invoices",
        filters=filters,
        customer=params.text("customer"),
        parent=subscription,
    )


def create_invoice(account: Account, params: Params) -> Json:
    """A draft of the customer's pending items."""
    customer = account.get("customer", params.need("customer"), "customer")
    subscription = account.find("subscription", params.text("subscription"))
    now = account.now(customer["id"])
    waiting = invoices.pending(account, customer["id"], subscription["id"] if subscription else None)
    currency = params.text("currency") or (
        waiting[0]["currency"] if waiting else customer["currency"] or "usd"
    )
    advance = params.flag("auto_advance")
    params.ignore("pending_invoice_items_behavior", "payment_settings")
    return invoices.draw_up(
        account, customer, [], reason="manual", period=(now, now), subscription=subscription, currency=currency,
        auto_advance=advance, automatically_finalizes_at=now + invoices.DRAFT_LIVES if advance else None,
        metadata=params.metadata(), description=params.text("description"),
        default_payment_method=params.text("default_payment_method"),
        collection_method=params.choice("collection_method", ("charge_automatically", "send_invoice"), "charge_automatically"),
    )  # fmt: skip


def update_invoice(account: Account, params: Params, key: str) -> Json:
    invoice = account.get("invoice", key)
    invoice["metadata"] = params.metadata(invoice["metadata"])
    for name in ("description", "footer", "default_payment_method"):
        if params.given(name):
            invoice[name] = params.text(name)
    if params.given("auto_advance"):
        invoice["auto_advance"] = params.flag("auto_advance")
        if invoice["auto_advance"] and invoice["status"] == "draft":
            invoice["automatically_finalizes_at"] = account.now(invoice["customer"]) + invoices.DRAFT_LIVES
    account.save(invoice, "invoice.updated")
    return invoice


def delete_invoice(account: Account, params: Params, key: str) -> Json:
    invoice = account.get("invoice", key)
    _must_be(invoice, "draft")
    return account.delete(invoice, "invoice.deleted")


def _must_be(invoice: Json, *states: str) -> None:
    if invoice["status"] not in states:
        raise invalid(
            f"This invoice is {invoice['status']}; it must be {' or '.join(states)}.",
            code="invoice_not_editable",
        )


def finalize(account: Account, params: Params, key: str) -> Json:
    invoice = account.get("invoice", key)
    _must_be(invoice, "draft")
    if params.given("auto_advance"):
        invoice["auto_advance"] = params.flag("auto_advance")
    invoices.finalize(account, invoice)
    return invoice


def pay(account: Account, params: Params, key: str) -> Json:
    """Raises `ApiError` (402) when the bank refuses; the failed try stands."""
    invoice = account.get("invoice", key)
    params.ignore("off_session", "mandate", "forgive")
    if invoice["status"] == "paid":
        raise invalid("Invoice is already paid", code="invoice_already_paid")
    if invoice["status"] == "draft":
        invoices.finalize(account, invoice)
    _must_be(invoice, "open", "uncollectible", "paid")
    if params.flag("paid_out_of_band"):
        invoices.mark_paid(account, invoice, invoice["amount_due"])
        return invoice
    method = payments.method_for(account, params, invoice["customer"])
    outcome = invoices.collect(account, invoice, method)
    intent = invoices.intent_of(account, invoice)
    if outcome == "failed":
        if intent and intent["last_payment_error"]:
            raise payments.error_of(account, intent)
        raise invalid(
            "There is no default_payment_method set on this Customer or Invoice. Please set one.",
            code="invoice_payment_intent_requires_action" if method else "resource_missing",
        )
    if outcome == "requires_action":
        refused = invalid("This payment requires additional user action before it can be completed.",
                          code="invoice_payment_intent_requires_action")  # fmt: skip
        refused.status, refused.keep = 402, True
        refused.body |= {"type": "card_error"}
        raise refused
    return invoice


def void(account: Account, params: Params, key: str) -> Json:
    invoice = account.get("invoice", key)
    _must_be(invoice, "open", "uncollectible")
    invoices.void(account, invoice)
    return invoice


def mark_uncollectible(account: Account, params: Params, key: str) -> Json:
    invoice = account.get("invoice", key)
    _must_be(invoice, "open", "draft")
    invoices.give_up(account, invoice)
    return invoice


def send(account: Account, params: Params, key: str) -> Json:
    invoice = account.get("invoice", key)
    if invoice["status"] == "draft":
        invoices.finalize(account, invoice)
    account.emit("invoice.sent", invoice)
    return invoice


def list_lines(account: Account, params: Params, key: str) -> Json:
    return lists.part(account.get("invoice", key)["lines"]["data"], params, f"/v1/invoices/{key}/lines")


def create_preview(account: Account, params: Params) -> Json:
    """The next invoice, with the change that `subscription_details` asks for; nothing of it is kept."""
    params.ignore("preview_mode")
    details = params.sub("subscription_details")
    key = params.text("subscription")
    if key is None:
        return _preview_of_new(account, params, details)
    subscription = account.get("subscription", key, "subscription")
    before = subscription["latest_invoice"]
    details.ignore(
        "proration_behavior",
        "proration_date",
        "items",
        "cancel_at_period_end",
        "trial_end",
        "billing_cycle_anchor",
    )
    with account.attempt(undo=True):
        if params.given("subscription_details") or params.given("discounts"):
            tree = dict(params.plain("subscription_details") or {})
            if params.given("discounts"):
                tree["discounts"] = params.plain("discounts")
            changes.update(account, Params(tree), key)
        subscription = account.get("subscription", key)
        if subscription["latest_invoice"] != before:
            shown = public(account.get("invoice", subscription["latest_invoice"]))
            shown |= {"status": "draft", "number": None, "amount_paid": 0, "hosted_invoice_url": None}
            shown["amount_remaining"] = shown["amount_due"]
            shown["id"] = shown["id"].replace("in_", "upcoming_in_", 1)
        elif subscription["cancel_at"] and not invoices.pending(account, subscription["customer"], key):
            raise invalid(
                f"No upcoming invoices for subscription: {key}", "subscription", "invoice_upcoming_none"
            )
        else:
            shown = public(renewals.upcoming(account, subscription))
    params.ignore("subscription_details", "discounts")
    params.ignore("customer")
    return shown


def _preview_of_new(account: Account, params: Params, details: Params) -> Json:
    customer = account.get("customer", params.need("customer"), "customer")
    items = [subs.read_item(account, item) for item in details.many("items")]
    if not items:
        raise required("subscription")
    currency = money.currency(params.text("currency") or items[0].price["currency"])
    details.ignore("proration_behavior")
    with account.attempt(undo=True):
        begun = subs.begin(
            account, account.get("customer", customer["id"]),
            subs.Terms(items=items, currency=currency, behaviour="default_incomplete"),
        )  # fmt: skip
        shown = public(account.get("invoice", begun["latest_invoice"]))
    shown |= {"status": "draft", "number": None, "id": new_id("invoice").replace("in_", "upcoming_in_", 1)}
    return shown


def create_item(account: Account, params: Params) -> Json:
    """An amount, or a price of no recurrence, for the customer's next invoice."""
    customer = account.get("customer", params.need("customer"), "customer")
    now = account.now(customer["id"])
    quantity = params.integer("quantity", 1, least=1) or 1
    subscription = params.text("subscription")
    pricing = params.sub("pricing")
    if key := pricing.text("price"):
        price = account.get("price", key, "pricing[price]")
        currency, amount = params.text("currency") or price["currency"], None
    else:
        amount = params.integer("amount", least=-money.LARGEST, most=money.LARGEST)
        if amount is None:
            raise required("amount")
        currency = money.currency(params.need("currency"))
        product = account.make(
            "product", name=params.text("description") or "Item", active=False, created=now, updated=now
        )
        tree = {"currency": currency, "unit_amount": str(abs(amount))}
        price = catalogue.make_price(account, Params(tree), product["id"], inline=True)
    item = changes.make_pending(
        account, customer["id"], price, quantity, currency, (now, now), amount=amount, description=params.text("description"),
        rates=params.texts("tax_rates") or None, subscription=subscription, metadata=params.metadata(),
    )  # fmt: skip
    if invoice := account.find("invoice", params.text("invoice")):
        _must_be(invoice, "draft")
        item["invoice"] = invoice["id"]
        account.save(item)
        invoice["lines"]["data"].append(invoices.line_of_item(item) | {"invoice": invoice["id"]})
        invoices.add_up(account, invoice)
        account.save(invoice, "invoice.updated")
    return item


def delete_item(account: Account, params: Params, key: str) -> Json:
    item = account.get("invoiceitem", key)
    if item["invoice"]:
        raise invalid("This invoice item is attached to an invoice", code="invoice_not_editable")
    return account.delete(item, "invoiceitem.deleted")


def list_items(account: Account, params: Params) -> Json:
    params.ignore("pending")
    return lists.page(
        account,
        "invoiceitem",
        params,
        "/v1/invoiceitems",
        filters=("invoice",),
        customer=params.text("customer"),
    )


def list_payments(account: Account, params: Params) -> Json:
    """Which payment paid which invoice; by invoice or by payment intent."""
    payment = params.sub("payment")
    payment.ignore("type")
    return lists.page(
        account,
        "invoice_payment",
        params,
        "/v1/invoice_payments",
        filters=("status",),
        parent=params.text("invoice"),
        _intent=payment.text("payment_intent"),
    )


def _owner_of(account: Account, key: str) -> Json:
    for subscription in account.where("subscription"):
        if any(item["id"] == key for item in subscription["items"]["data"]):
            return subscription
    raise missing("subscription_item", key, status=404)


def _item(account: Account, key: str) -> Json:
    items: list[Json] = _owner_of(account, key)["items"]["data"]
    return next(item for item in items if item["id"] == key)


def retrieve_subscription_item(account: Account, params: Params, key: str) -> Json:
    return _item(account, key)


def list_subscription_items(account: Account, params: Params) -> Json:
    subscription = account.get("subscription", params.need("subscription"), "subscription")
    return lists.part(subscription["items"]["data"], params, "/v1/subscription_items")


def change_subscription_item(account: Account, params: Params, key: str, *, deleted: bool = False) -> Json:
    owner = _owner_of(account, key)["id"]
    shared = ("proration_behavior", "proration_date", "payment_behavior", "off_session")
    tree = {name: params.plain(name) for name in shared if params.given(name)}
    rest = ("price", "price_data", "quantity", "metadata", "tax_rates")
    item = {"id": key} | {name: params.plain(name) for name in rest if params.given(name)}
    changes.update(
        account, Params(tree | {"items": {"0": item | ({"deleted": "true"} if deleted else {})}}), owner
    )
    return {"id": key, "object": "subscription_item", "deleted": True} if deleted else _item(account, key)


def delete_subscription_item(account: Account, params: Params, key: str) -> Json:
    return change_subscription_item(account, params, key, deleted=True)


def create_subscription_item(account: Account, params: Params) -> Json:
    owner = params.need("subscription")
    before = {item["id"] for item in account.get("subscription", owner, "subscription")["items"]["data"]}
    shared = ("proration_behavior", "proration_date", "payment_behavior")
    tree = {name: params.plain(name) for name in shared if params.given(name)}
    rest = ("price", "price_data", "quantity", "metadata", "tax_rates")
    item = {name: params.plain(name) for name in rest if params.given(name)}
    changed = changes.update(account, Params(tree | {"items": {"0": item}}), owner)
    return next(item for item in changed["items"]["data"] if item["id"] not in before)
