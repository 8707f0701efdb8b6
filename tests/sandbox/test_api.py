from __future__ import annotations

import urllib.error
import urllib.request

import pytest
import stripe

from .conftest import KEY, page

pytestmark = pytest.mark.slow


def test_products_prices_and_lookup_keys(api):
    product = api.v1.products.create({"name": "Archive", "metadata": {"scope": "archive"}, "default_price_data": {
        "currency": "eur", "unit_amount": 500, "recurring": {"interval": "year"}}})  # fmt: skip
    assert api.v1.prices.retrieve(product.default_price).recurring.interval == "year"
    old = api.v1.prices.create(
        {"product": product.id, "currency": "eur", "unit_amount": 700, "lookup_key": "archive"}
    )
    new = api.v1.prices.create(
        {
            "product": product.id,
            "currency": "eur",
            "unit_amount": 800,
            "lookup_key": "archive",
            "transfer_lookup_key": True,
        }
    )

    assert [p.id for p in api.v1.prices.list({"lookup_keys": ["archive"]}).data] == [new.id]
    api.v1.prices.update(old.id, {"active": False, "metadata": {"why": "raised"}})
    assert {p.id for p in api.v1.prices.list({"product": product.id, "active": True}).data} == {
        new.id,
        product.default_price,
    }
    changed = api.v1.products.update(product.id, {"name": "The archive", "metadata": {"scope": ""}})
    assert (changed.name, changed.metadata.to_dict()) == ("The archive", {})
    with pytest.raises(stripe.InvalidRequestError):
        api.v1.products.delete(product.id)
    assert api.v1.products.delete(api.v1.products.create({"name": "Gone"}).id).deleted


def test_customers_live_and_leave_a_tombstone(api, shop):
    customer = shop.customer(name="R", metadata={"reader": "7"})
    made = shop.subscribe(customer.id, shop.price().id)
    assert api.v1.customers.list({"email": "reader@example.org"}).data[0].id == customer.id
    assert (
        api.v1.customers.retrieve(customer.id, {"expand": ["subscriptions"]}).subscriptions.data[0].id
        == made.id
    )

    assert api.v1.customers.delete(customer.id).deleted

    assert api.v1.customers.retrieve(customer.id).deleted
    assert api.v1.subscriptions.retrieve(made.id).status == "canceled"
    with pytest.raises(stripe.InvalidRequestError):
        api.v1.customers.update(customer.id, {"name": "x"})


def test_payment_methods(api, shop):
    customer = shop.customer(None)
    made = api.v1.payment_methods.create(
        {
            "type": "card",
            "card": {"number": "4242424242424242", "exp_month": 4, "exp_year": 2031},
            "billing_details": {"name": "R"},
        }
    )
    api.v1.payment_methods.attach(made.id, {"customer": customer.id})
    assert api.v1.payment_methods.update(made.id, {"card": {"exp_year": 2033}}).card.exp_year == 2033
    assert [m.id for m in api.v1.customers.payment_methods.list(customer.id).data] == [made.id]
    assert [m.id for m in api.v1.payment_methods.list({"customer": customer.id, "type": "card"}).data] == [
        made.id
    ]
    with pytest.raises(stripe.CardError):
        api.v1.payment_methods.attach("pm_card_chargeDeclined", {"customer": customer.id})

    assert api.v1.payment_methods.detach(made.id).customer is None

    setup = api.v1.setup_intents.create(
        {"customer": customer.id, "payment_method": "pm_card_visa", "confirm": True}
    )
    assert setup.status == "succeeded"
    assert len(api.v1.payment_methods.list({"customer": customer.id}).data) == 1


def test_a_payment_its_refunds_and_the_balance(api, shop):
    customer = shop.customer()
    intent = api.v1.payment_intents.create(
        {
            "amount": 1000,
            "currency": "eur",
            "customer": customer.id,
            "payment_method": "pm_card_visa",
            "confirm": True,
        }
    )
    assert (intent.status, intent.amount_received) == ("succeeded", 1000)
    first = api.v1.refunds.create(
        {"payment_intent": intent.id, "amount": 400, "reason": "requested_by_customer"}
    )
    assert (first.status, first.amount) == ("succeeded", 400)
    with pytest.raises(stripe.InvalidRequestError):
        api.v1.refunds.create({"payment_intent": intent.id, "amount": 700})
    api.v1.refunds.create({"charge": intent.latest_charge})
    with pytest.raises(stripe.InvalidRequestError) as again:
        api.v1.refunds.create({"charge": intent.latest_charge})

    charge = api.v1.charges.retrieve(intent.latest_charge, {"expand": ["refunds", "balance_transaction"]})
    assert again.value.code == "charge_already_refunded"
    assert (charge.refunded, [r.amount for r in charge.refunds.data], charge.balance_transaction.net) == (
        True,
        [600, 400],
        1000,
    )
    assert api.v1.balance.retrieve().available[0].amount == 0
    assert len(api.v1.balance_transactions.list({"currency": "eur"}).data) == 3


def test_a_refused_payment_stays_to_be_tried_again(api):
    intent = api.v1.payment_intents.create({"amount": 500, "currency": "usd"})
    with pytest.raises(stripe.CardError) as refused:
        api.v1.payment_intents.confirm(
            intent.id, {"payment_method": "pm_card_visa_chargeDeclinedInsufficientFunds"}
        )

    assert (refused.value.code, refused.value.error.decline_code) == ("card_declined", "insufficient_funds")
    after = api.v1.payment_intents.retrieve(intent.id)
    assert (after.status, after.last_payment_error.decline_code) == (
        "requires_payment_method",
        "insufficient_funds",
    )
    assert api.v1.payment_intents.update(intent.id, {"amount": 600}).amount == 600
    assert api.v1.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa"}).status == "succeeded"
    cancelled = api.v1.payment_intents.create({"amount": 500, "currency": "usd"})
    assert (
        api.v1.payment_intents.cancel(cancelled.id, {"cancellation_reason": "abandoned"}).status == "canceled"
    )


def test_invoices_by_hand(api, shop):
    customer = shop.customer()
    item = api.v1.invoice_items.create(
        {"customer": customer.id, "amount": 1500, "currency": "eur", "description": "Archive"}
    )
    gone = api.v1.invoice_items.create({"customer": customer.id, "amount": 1, "currency": "eur"})
    assert api.v1.invoice_items.delete(gone.id).deleted
    draft = api.v1.invoices.create({"customer": customer.id})
    assert (draft.status, draft.total, draft.lines.data[0].description) == ("draft", 1500, "Archive")
    assert api.v1.invoice_items.retrieve(item.id).invoice == draft.id
    api.v1.invoices.update(draft.id, {"metadata": {"a": "b"}})
    numbered = api.v1.invoices.finalize_invoice(draft.id)
    assert (numbered.status, bool(numbered.number)) == ("open", True)
    paid = api.v1.invoices.pay(draft.id)
    assert (paid.status, paid.amount_remaining) == ("paid", 0)
    with pytest.raises(stripe.InvalidRequestError):
        api.v1.invoices.void_invoice(draft.id)
    assert len(api.v1.invoices.line_items.list(draft.id).data) == 1

    api.v1.invoice_items.create({"customer": customer.id, "amount": 100, "currency": "eur"})
    other = api.v1.invoices.create({"customer": customer.id})
    api.v1.invoices.finalize_invoice(other.id)
    assert api.v1.invoices.void_invoice(other.id).status == "void"
    api.v1.invoice_items.create({"customer": customer.id, "amount": 100, "currency": "eur"})
    third = api.v1.invoices.create({"customer": customer.id})
    assert api.v1.invoices.mark_uncollectible(third.id).status == "uncollectible"
    assert api.v1.invoices.delete(api.v1.invoices.create({"customer": customer.id}).id).deleted


def test_the_hosted_invoice_takes_a_card(api, shop):
    customer = shop.customer("pm_card_chargeCustomerFail")
    made = shop.subscribe(customer.id, shop.price().id, expand=["latest_invoice"])
    url = made.latest_invoice.hosted_invoice_url

    refused = page(url, {"do": "pay", "card": "4000000000000002"})
    taken = page(url, {"do": "pay", "card": "4242424242424242"})

    assert (refused[0], taken[0]) == (402, 303)
    assert api.v1.subscriptions.retrieve(made.id).status == "active"


def test_lists_turn_their_pages_both_ways(api):
    made = [api.v1.customers.create({"name": str(n)}).id for n in range(25)]

    every = [c.id for c in api.v1.customers.list({"limit": 10}).auto_paging_iter()]
    middle = api.v1.customers.list({"limit": 5, "starting_after": made[20]})
    back = api.v1.customers.list({"limit": 5, "ending_before": made[10]})

    assert every == made[::-1]
    assert ([c.id for c in middle.data], middle.has_more) == (made[15:20][::-1], True)
    assert ([c.id for c in back.data], back.has_more) == (made[11:16][::-1], True)
    stamp = api.v1.customers.retrieve(made[0]).created
    assert len(list(api.v1.customers.list({"created": {"gte": stamp}, "limit": 100}).data)) == 25
    assert api.v1.customers.list({"created": {"lt": stamp}}).data == []


def test_a_key_gives_the_same_answer_again(sandbox, api):
    given = {"name": "Once"}
    first = api.v1.customers.create(given, {"idempotency_key": "k1"})
    again = api.v1.customers.create(given, {"idempotency_key": "k1"})

    assert first.id == again.id
    assert again.last_response.headers["Idempotent-Replayed"] == "true"
    with pytest.raises(stripe.IdempotencyError) as other:
        api.v1.customers.create({"name": "Twice"}, {"idempotency_key": "k1"})
    assert other.value.http_status == 400
    with pytest.raises(stripe.CardError):
        api.v1.payment_intents.create({"amount": 5, "currency": "eur", "payment_method": "pm_card_chargeDeclined", "confirm": True},
                                      {"idempotency_key": "k2"})  # fmt: skip
    with pytest.raises(stripe.CardError):
        api.v1.payment_intents.create({"amount": 5, "currency": "eur", "payment_method": "pm_card_chargeDeclined", "confirm": True},
                                      {"idempotency_key": "k2"})  # fmt: skip
    assert len(api.v1.charges.list().data) == 1


def test_refusals_have_stripes_shape(sandbox, api, shop):
    customers, invalid = api.v1.customers, stripe.InvalidRequestError
    with pytest.raises(invalid) as missing:
        customers.retrieve("cus_none")
    assert (missing.value.http_status, missing.value.code, missing.value.param) == (
        404,
        "resource_missing",
        "id",
    )
    with pytest.raises(invalid) as unknown:
        customers.create({"nonsense": "1"})
    assert (unknown.value.code, unknown.value.param) == ("parameter_unknown", "nonsense")
    assert customers.list().data == []
    with pytest.raises(invalid) as needed:
        api.v1.prices.create({"product": shop.product.id, "currency": "eur"})
    assert (needed.value.code, needed.value.param) == ("parameter_missing", "unit_amount")
    with pytest.raises(invalid) as number:
        api.v1.prices.create({"product": shop.product.id, "currency": "eur", "unit_amount": "1.5"})
    assert number.value.code == "parameter_invalid_integer"
    with pytest.raises(invalid) as named:
        shop.subscribe("cus_none", shop.price().id)
    assert (named.value.http_status, named.value.param) == (400, "customer")
    customers.create({"name": "R"})
    with pytest.raises(invalid):
        customers.list({"expand": ["data.nothing"]})
    for key in ("sk_test_wrong", "sk_test_of_these_tests_", "pk_test"):
        with pytest.raises(stripe.AuthenticationError):
            stripe.StripeClient(key, base_addresses={"api": sandbox.url}).v1.customers.list()


def test_coupons_and_codes_have_their_limits(api, shop):
    price = shop.price()
    coupon = api.v1.coupons.create(
        {"id": "FEW", "amount_off": 300, "currency": "eur", "duration": "once", "max_redemptions": 1}
    )
    first = shop.subscribe(
        shop.customer().id, price.id, discounts=[{"coupon": "FEW"}], expand=["latest_invoice"]
    )
    assert first.latest_invoice.total == 700
    assert not api.v1.coupons.retrieve(coupon.id).valid
    with pytest.raises(stripe.InvalidRequestError) as spent:
        shop.subscribe(shop.customer().id, price.id, discounts=[{"coupon": "FEW"}])
    assert spent.value.code == "coupon_expired"
    wide = api.v1.coupons.create({"percent_off": 10, "duration": "forever", "name": "Wide"})
    assert api.v1.coupons.update(wide.id, {"name": "Wider"}).name == "Wider"
    code = api.v1.promotion_codes.create(
        {"promotion": {"type": "coupon", "coupon": wide.id}, "code": "OLD", "expires_at": 1}
    )
    with pytest.raises(stripe.InvalidRequestError):
        shop.subscribe(shop.customer().id, price.id, discounts=[{"promotion_code": code.id}])
    assert api.v1.promotion_codes.list({"code": "OLD"}).data[0].id == code.id
    assert not api.v1.promotion_codes.update(code.id, {"active": False}).active
    assert api.v1.coupons.delete(wide.id).deleted


def test_the_same_objects_whoever_looks(sandbox, api, shop):
    asked = urllib.request.Request(
        f"{sandbox.url}/v1/products", headers={"Authorization": f"Bearer {KEY}", "Host": "evil.example"}
    )
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(asked)
    assert refused.value.code == 421
    status, _, html = page(f"{sandbox.url}/")
    assert (status, "no money moves" in html) == (200, True)
