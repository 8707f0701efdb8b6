from __future__ import annotations

import pytest
import stripe

from .conftest import CARD, SECRET, eventually, page

pytestmark = pytest.mark.slow

BACK = {
    "success_url": "http://127.0.0.1:9/done?s={CHECKOUT_SESSION_ID}",
    "cancel_url": "http://127.0.0.1:9/offer",
}


def session(api, price, **more):
    mode = "subscription" if price.recurring else "payment"
    return api.v1.checkout.sessions.create(
        {"mode": mode, "line_items": [{"price": price.id, "quantity": 1}], **BACK, **more}
    )


def test_a_subscription_is_bought_and_told(api, shop, receiver):
    opened = session(api, shop.price(), client_reference_id="reader-7", metadata={"story": "12"})

    status, where, _ = page(opened.url, CARD | {"card": "4242 4242 4242 4242"})

    assert (status, where) == (303, f"http://127.0.0.1:9/done?s={opened.id}")
    paid = api.v1.checkout.sessions.retrieve(opened.id, {"expand": ["subscription", "invoice"]})
    assert (paid.status, paid.payment_status, paid.client_reference_id) == ("complete", "paid", "reader-7")
    assert paid.subscription.status == "active"
    assert paid.subscription["items"].data[0].current_period_end > paid.subscription.created
    assert (paid.invoice.status, paid.invoice.amount_paid, paid.invoice.billing_reason) == (
        "paid",
        1000,
        "subscription_create",
    )
    eventually(lambda: "checkout.session.completed" in receiver.types())
    signature, body = receiver.got[-1]
    assert stripe.Webhook.construct_event(body, signature, SECRET).api_version == stripe.api_version


def test_pressing_twice_and_going_back_charges_once(api, shop):
    opened = session(api, shop.price())
    form = CARD | {"card": "4242424242424242"}

    answers = [page(opened.url, form), page(opened.url, form)]
    _, _, seen = page(opened.url)

    assert [status for status, _, _ in answers] == [303, 303]
    assert "Already paid" in seen
    assert len(api.v1.charges.list().data) == len(api.v1.subscriptions.list().data) == 1


@pytest.mark.parametrize(
    ("card", "words"),
    [
        ("4000000000000002", "declined"),
        ("4000000000009995", "insufficient funds"),
        ("4000000000000069", "expired"),
    ],
)
def test_a_refused_card_leaves_no_subscription_and_can_be_tried_again(api, shop, receiver, card, words):
    opened = session(api, shop.price())

    status, _, html = page(opened.url, CARD | {"card": card})

    assert (status, words in html) == (402, True)
    assert api.v1.subscriptions.list({"status": "all"}).data == []
    assert [charge.status for charge in api.v1.charges.list().data] in ([], ["failed"])
    assert page(opened.url, CARD | {"card": "4242424242424242"})[0] == 303
    assert len(api.v1.subscriptions.list().data) == 1


def test_three_d_secure_is_passed_or_failed(api, shop):
    for interval in ("month", None):
        opened = session(api, shop.price(interval=interval))
        _, bank, _ = page(opened.url, CARD | {"card": "4000002760003184"})
        url = opened.url.split("/c/pay")[0] + bank

        _, back, _ = page(url, {"do": "fail"})
        assert "failed=1" in back
        assert api.v1.checkout.sessions.retrieve(opened.id).status == "open"

        page(opened.url, CARD | {"card": "4000002760003184"})
        _, where, _ = page(url, {"do": "pass"})
        assert where.startswith("http://127.0.0.1:9/done")
        assert api.v1.checkout.sessions.retrieve(opened.id).payment_status == "paid"


@pytest.mark.parametrize(
    ("account", "end"), [("AT611904300234573201", "succeeded"), ("AT861904300235473202", "failed")]
)
@pytest.mark.parametrize("interval", ["month", None])
def test_a_delayed_payment_ends_later(sandbox, api, shop, receiver, account, end, interval):
    sandbox.control("settings", {"payments": {"settle_after": 1}})
    opened = session(api, shop.price(interval=interval))

    page(opened.url, CARD | {"card": account})

    first = api.v1.checkout.sessions.retrieve(opened.id)
    assert (first.status, first.payment_status) == ("complete", "unpaid")
    eventually(lambda: f"checkout.session.async_payment_{end}" in receiver.types())
    after = api.v1.checkout.sessions.retrieve(opened.id, {"expand": ["subscription"]})
    assert after.payment_status == ("paid" if end == "succeeded" else "unpaid")
    if interval:
        assert after.subscription.status == ("active" if end == "succeeded" else "past_due")


def test_a_disputed_card_is_disputed(api, shop, receiver):
    opened = session(api, shop.price(interval=None))

    page(opened.url, CARD | {"card": "4000000000000259"})

    dispute = api.v1.disputes.list().data[0]
    assert (dispute.status, dispute.reason, dispute.amount) == ("needs_response", "fraudulent", 1000)
    won = api.v1.disputes.update(
        dispute.id, {"evidence": {"uncategorized_text": "winning_evidence"}, "submit": True}
    )
    assert won.status == "won"
    eventually(lambda: "charge.dispute.funds_reinstated" in receiver.types())


def test_a_trial_costs_nothing_today(api, shop):
    opened = session(
        api, shop.price(), subscription_data={"trial_period_days": 14, "metadata": {"offer": "spring"}}
    )

    _, _, html = page(opened.url)
    page(opened.url, CARD | {"card": "4242424242424242"})

    paid = api.v1.checkout.sessions.retrieve(opened.id, {"expand": ["subscription"]})
    assert "Free until" in html
    assert (paid.payment_status, paid.amount_total) == ("no_payment_required", 0)
    assert (paid.subscription.status, paid.subscription.metadata["offer"]) == ("trialing", "spring")
    assert paid.subscription.trial_end - paid.subscription.trial_start == 14 * 86400


def test_a_promotion_code_is_typed_once_and_counts(api, shop):
    coupon = api.v1.coupons.create({"percent_off": 25, "duration": "once"})
    promotion = api.v1.promotion_codes.create(
        {"promotion": {"type": "coupon", "coupon": coupon.id}, "code": "SPRING", "max_redemptions": 1}
    )
    opened = session(api, shop.price(), allow_promotion_codes=True)

    wrong = page(opened.url, CARD | {"do": "code", "code": "WINTER"})
    right = page(opened.url, CARD | {"do": "code", "code": "spring"})
    page(opened.url, CARD | {"card": "4242424242424242"})

    assert ("invalid" in wrong[2], "7.50 EUR" in right[2]) == (True, True)
    invoice = api.v1.invoices.list().data[0]
    assert (invoice.subtotal, invoice.total, invoice.total_discount_amounts[0].amount) == (1000, 750, 250)
    kept = api.v1.promotion_codes.retrieve(promotion.id)
    assert (kept.times_redeemed, kept.active) == (1, False)


def test_an_expired_session_takes_nothing(api, shop, receiver):
    opened = session(api, shop.price())

    assert api.v1.checkout.sessions.expire(opened.id).status == "expired"

    assert page(opened.url, CARD | {"card": "4242424242424242"})[0] == 410
    eventually(lambda: "checkout.session.expired" in receiver.types())


def test_a_single_purchase_with_an_invoice(api, shop):
    opened = session(
        api,
        shop.price(amount=500, currency="jpy", interval=None),
        invoice_creation={"enabled": True},
        payment_intent_data={"metadata": {"gift": "1"}},
    )

    _, _, html = page(opened.url)
    page(opened.url, CARD | {"card": "4242424242424242"})

    paid = api.v1.checkout.sessions.retrieve(
        opened.id, {"expand": ["invoice", "payment_intent", "line_items"]}
    )
    assert "500 JPY" in html
    assert (paid.invoice.status, paid.invoice.total, paid.payment_intent.metadata["gift"]) == (
        "paid",
        500,
        "1",
    )
    assert paid.line_items.data[0].amount_total == 500
    assert len(api.v1.charges.list().data) == 1
