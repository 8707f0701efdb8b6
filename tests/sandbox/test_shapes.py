"""Our objects have the keys that Stripe's have: the published fixtures and the SDK's own classes are the measure."""

from __future__ import annotations

import json

import pytest
import stripe

from .conftest import CARD, page

ONLY_EXPANDED = {
    "price": {"tiers", "currency_options"},
    "customer": {"subscriptions", "tax_ids", "sources", "cash_balance", "invoice_credit_balance", "tax"},
    "charge": {"refunds"},
    "invoice": {"payments", "confirmation_secret", "subscription"},
    "checkout.session": {"line_items"},
    "coupon": {"applies_to", "currency_options"},
    "webhook_endpoint": {"secret"},
}
CLASSES = {
    "product": stripe.Product, "price": stripe.Price, "customer": stripe.Customer, "payment_method": stripe.PaymentMethod,
    "payment_intent": stripe.PaymentIntent, "setup_intent": stripe.SetupIntent, "charge": stripe.Charge,
    "refund": stripe.Refund, "dispute": stripe.Dispute, "subscription": stripe.Subscription, "invoice": stripe.Invoice,
    "subscription_item": stripe.SubscriptionItem, "line_item": stripe.InvoiceLineItem, "invoiceitem": stripe.InvoiceItem,
    "invoice_payment": stripe.InvoicePayment, "checkout.session": stripe.checkout.Session, "coupon": stripe.Coupon,
    "promotion_code": stripe.PromotionCode, "discount": stripe.Discount, "tax_rate": stripe.TaxRate, "event": stripe.Event,
    "billing_portal.session": stripe.billing_portal.Session, "webhook_endpoint": stripe.WebhookEndpoint,
    "billing_portal.configuration": stripe.billing_portal.Configuration, "balance": stripe.Balance,
    "balance_transaction": stripe.BalanceTransaction, "test_helpers.test_clock": stripe.test_helpers.TestClock,
    "item": stripe.LineItem,
}  # fmt: skip


@pytest.fixture
def made(sandbox, api, shop):
    """One of each, as the API shows it."""
    v1 = api.v1
    price = shop.price()
    clock = shop.clock(1_800_000_000)
    customer = shop.customer(test_clock=clock.id)
    rate = v1.tax_rates.create({"display_name": "VAT", "percentage": 20, "inclusive": False})
    coupon = v1.coupons.create({"percent_off": 25.5, "duration": "repeating", "duration_in_months": 3})
    promotion = v1.promotion_codes.create({"promotion": {"type": "coupon", "coupon": coupon.id}, "code": "X"})
    session = v1.checkout.sessions.create({
        "mode": "subscription", "customer": customer.id, "success_url": "http://127.0.0.1:9/", "discounts": [{"coupon": coupon.id}],
        "line_items": [{"price": price.id, "quantity": 1, "tax_rates": [rate.id]}], "expand": ["line_items"],
    })  # fmt: skip
    page(session.url, CARD | {"card": "4000000000000259"})
    subscription = v1.subscriptions.list({"expand": ["data.latest_invoice", "data.discounts"]}).data[0]
    intent = v1.payment_intents.list().data[0]
    dispute = v1.disputes.list().data[0]
    sandbox.control(f"disputes/{dispute.id}/close", {"status": "won"})
    single = v1.payment_intents.create(
        {"amount": 5, "currency": "eur", "payment_method": "pm_card_visa", "confirm": True}
    )
    refund = v1.refunds.create({"payment_intent": single.id})
    portal = v1.billing_portal.sessions.create({"customer": customer.id, "return_url": "http://127.0.0.1:9/"})
    objects = [
        shop.product, price, customer, v1.payment_methods.list({"customer": customer.id}).data[0], intent, refund, dispute,
        v1.setup_intents.create({"customer": customer.id}), v1.charges.retrieve(intent.latest_charge), subscription,
        subscription.latest_invoice, subscription["items"].data[0], subscription.latest_invoice.lines.data[0],
        v1.invoice_items.create({"customer": customer.id, "amount": 5, "currency": "eur"}), v1.invoice_payments.list().data[0],
        session, session.line_items.data[0], coupon, promotion, subscription.discounts[0], rate, v1.events.list().data[0], portal,
        v1.webhook_endpoints.list().data[0], v1.billing_portal.configurations.retrieve(portal.configuration),
        v1.balance.retrieve(), v1.balance_transactions.list().data[0], clock,
    ]  # fmt: skip
    return {obj.object: obj.to_dict() for obj in objects}


def test_every_object_has_its_keys_and_no_others(made, corpora):
    fixtures = json.loads((corpora / "corpora/stripe-shapes/fixtures3.json").read_text())["resources"]
    wrong = {}
    for kind, cls in CLASSES.items():
        ours, known = set(made[kind]), set(cls.__annotations__) - {"OBJECT_NAME"}
        theirs = set(fixtures.get(kind, {})) & known - ONLY_EXPANDED.get(kind, set())
        if kind == "charge":
            theirs -= {"source"}
        lacking, strange = theirs - ours, ours - known - set(fixtures.get(kind, {}))
        if lacking or strange:
            wrong[kind] = (sorted(lacking), sorted(strange))
    assert wrong == {}


def test_hashes_within_have_their_keys_too(made, corpora):
    fixtures = json.loads((corpora / "corpora/stripe-shapes/fixtures3.json").read_text())["resources"]
    lacking = {}
    for kind in CLASSES:
        for key, value in fixtures.get(kind, {}).items():
            ours = made[kind].get(key)
            if (
                isinstance(value, dict)
                and isinstance(ours, dict)
                and ours
                and key not in ("metadata", "data", "items", "lines")
            ) and (missing := set(value) - set(ours)):
                lacking[f"{kind}.{key}"] = sorted(missing)
    # What differs by kind of payment, or is only there for what the sandbox doesn't do.
    for known in ("payment_method.card", "payment_intent.amount_details", "subscription.payment_settings"):
        lacking.pop(known, None)
    assert lacking == {}
