from __future__ import annotations

from datetime import UTC, datetime

import pytest
import stripe

from .conftest import eventually

pytestmark = pytest.mark.slow

DAY = 86_400


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def day(moment: int) -> str:
    return datetime.fromtimestamp(moment, UTC).date().isoformat()


def end(subscription) -> int:
    return subscription["items"].data[0].current_period_end


def test_the_end_of_january_comes_back_in_march(api, shop):
    clock = shop.clock(at("2027-01-31T10:00:00"))
    customer = shop.customer(test_clock=clock.id)
    made = shop.subscribe(customer.id, shop.price().id)

    ends = [day(end(made))]
    for until in ("2027-03-01T00:00:00", "2027-04-01T00:00:00"):
        shop.advance(clock.id, at(until))
        ends.append(day(end(api.v1.subscriptions.retrieve(made.id))))

    assert ends == ["2027-02-28", "2027-03-31", "2027-04-30"]
    paid = api.v1.invoices.list({"subscription": made.id}).data
    assert [(i.status, i.billing_reason, i.amount_paid) for i in paid] == [
        ("paid", "subscription_cycle", 1000),
        ("paid", "subscription_cycle", 1000),
        ("paid", "subscription_create", 1000),
    ]
    assert len({i.number for i in paid}) == 3
    assert paid[0].parent.subscription_details.subscription == made.id


def test_a_trial_warns_then_bills(api, shop, receiver):
    clock = shop.clock(at("2027-01-01T00:00:00"))
    customer = shop.customer(test_clock=clock.id)
    made = shop.subscribe(customer.id, shop.price().id, trial_period_days=10)
    assert (made.status, day(end(made))) == ("trialing", "2027-01-11")

    shop.advance(clock.id, at("2027-01-09T00:00:00"))
    eventually(lambda: "customer.subscription.trial_will_end" in receiver.types())
    shop.advance(clock.id, at("2027-01-11T02:00:00"))

    after = api.v1.subscriptions.retrieve(made.id, {"expand": ["latest_invoice"]})
    assert (after.status, after.latest_invoice.amount_paid, day(end(after))) == ("active", 1000, "2027-02-11")


def test_a_trial_without_a_card_pauses_and_goes_on(api, shop):
    clock = shop.clock(at("2027-01-01T00:00:00"))
    customer = shop.customer(method=None, test_clock=clock.id)
    made = shop.subscribe(
        customer.id, shop.price().id, trial_period_days=5,
        trial_settings={"end_behavior": {"missing_payment_method": "pause"}},
    )  # fmt: skip

    shop.advance(clock.id, at("2027-01-07T00:00:00"))
    assert api.v1.subscriptions.retrieve(made.id).status == "paused"
    held = api.v1.payment_methods.attach("pm_card_visa", {"customer": customer.id})
    api.v1.subscriptions.update(made.id, {"default_payment_method": held.id})
    resumed = api.v1.subscriptions.resume(made.id, {"billing_cycle_anchor": {"type": "now"}})

    assert resumed.status == "active"
    assert api.v1.invoices.retrieve(resumed.latest_invoice).status == "paid"


@pytest.mark.parametrize(("then", "last"), [("cancel", "canceled"), ("unpaid", "unpaid")])
def test_dunning_tries_again_and_gives_up(sandbox, api, shop, then, last):
    sandbox.control("settings", {"dunning": {"then": then}})
    clock = shop.clock(at("2027-01-01T00:00:00"))
    customer = shop.customer(test_clock=clock.id)
    made = shop.subscribe(customer.id, shop.price().id)
    held = api.v1.payment_methods.attach("pm_card_chargeCustomerFail", {"customer": customer.id})
    api.v1.customers.update(customer.id, {"invoice_settings": {"default_payment_method": held.id}})

    shop.advance(clock.id, at("2027-02-01T02:00:00"))
    late = api.v1.subscriptions.retrieve(made.id, {"expand": ["latest_invoice"]})
    assert (late.status, late.latest_invoice.attempt_count) == ("past_due", 1)
    assert day(late.latest_invoice.next_payment_attempt) == "2027-02-04"
    assert api.v1.customers.retrieve(customer.id).delinquent
    shop.advance(clock.id, at("2027-02-20T00:00:00"))

    over = api.v1.subscriptions.retrieve(made.id, {"expand": ["latest_invoice"]})
    assert (over.status, over.latest_invoice.attempt_count, over.latest_invoice.next_payment_attempt) == (
        last,
        4,
        None,
    )
    assert len(api.v1.events.list({"type": "invoice.payment_failed"}).data) == 4
    assert len(api.v1.events.list({"type": "customer.subscription.deleted"}).data) == (then == "cancel")


def test_a_new_card_recovers(api, shop, receiver):
    clock = shop.clock(at("2027-01-01T00:00:00"))
    customer = shop.customer(test_clock=clock.id)
    made = shop.subscribe(customer.id, shop.price().id)
    bad = api.v1.payment_methods.attach("pm_card_chargeCustomerFail", {"customer": customer.id})
    api.v1.subscriptions.update(made.id, {"default_payment_method": bad.id})
    shop.advance(clock.id, at("2027-02-01T02:00:00"))

    api.v1.subscriptions.update(made.id, {"default_payment_method": ""})
    shop.advance(clock.id, at("2027-02-05T00:00:00"))

    after = api.v1.subscriptions.retrieve(made.id, {"expand": ["latest_invoice"]})
    assert (after.status, after.latest_invoice.status, after.latest_invoice.attempt_count) == (
        "active",
        "paid",
        2,
    )
    eventually(lambda: "invoice.paid" in receiver.types())


def test_cancelled_at_the_period_end_and_resumed_and_cancelled(api, shop, receiver):
    clock = shop.clock(at("2027-01-01T00:00:00"))
    customer = shop.customer(test_clock=clock.id)
    made = shop.subscribe(customer.id, shop.price().id)

    off = api.v1.subscriptions.update(made.id, {"cancel_at_period_end": True})
    assert (off.cancel_at_period_end, off.cancel_at, off.status) == (True, end(made), "active")
    on = api.v1.subscriptions.update(made.id, {"cancel_at_period_end": False})
    assert (on.cancel_at, on.canceled_at) == (None, None)
    api.v1.subscriptions.update(
        made.id, {"cancel_at_period_end": True, "cancellation_details": {"feedback": "too_expensive"}}
    )
    shop.advance(clock.id, end(made) + 60)

    over = api.v1.subscriptions.retrieve(made.id)
    assert (over.status, over.ended_at, over.cancellation_details.feedback) == (
        "canceled",
        end(made),
        "too_expensive",
    )
    assert len(api.v1.invoices.list({"subscription": made.id}).data) == 1
    assert eventually(
        lambda: [
            event
            for event in receiver.events()
            if event["type"] == "customer.subscription.updated"
            and event["data"]["previous_attributes"].get("cancel_at_period_end") is False
            and event["data"]["object"]["cancel_at_period_end"] is True
        ]
    )


def test_an_upgrade_is_prorated_on_the_next_invoice(api, shop):
    clock = shop.clock(at("2027-04-01T00:00:00"))
    customer = shop.customer(test_clock=clock.id)
    made = shop.subscribe(customer.id, shop.price(3000).id)
    shop.advance(clock.id, at("2027-04-16T00:00:00"))
    item, dear = made["items"].data[0].id, shop.price(6000).id

    change = {"items": [{"id": item, "price": dear}]}
    asked = api.v1.invoices.create_preview({"subscription": made.id, "subscription_details": change})
    assert api.v1.subscriptions.retrieve(made.id)["items"].data[0].price.unit_amount == 3000
    after = api.v1.subscriptions.update(made.id, change)

    assert (after["items"].data[0].id, after["items"].data[0].price.id) == (item, dear)
    assert sorted(i.amount for i in api.v1.invoice_items.list({"customer": customer.id}).data) == [
        -1500,
        3000,
    ]
    shop.advance(clock.id, at("2027-05-01T02:00:00"))
    bill = api.v1.invoices.retrieve(api.v1.subscriptions.retrieve(made.id).latest_invoice)
    assert bill.amount_paid == asked.amount_due == 7500
    assert [line.parent.subscription_item_details.proration for line in bill.lines.data] == [
        True,
        True,
        False,
    ]


def test_an_upgrade_is_paid_at_once_or_not_made(api, shop):
    clock = shop.clock(at("2027-04-01T00:00:00"))
    customer = shop.customer(test_clock=clock.id)
    made = shop.subscribe(customer.id, shop.price(3000).id)
    shop.advance(clock.id, at("2027-04-16T00:00:00"))
    change = {
        "items": [{"id": made["items"].data[0].id, "price": shop.price(6000).id}],
        "proration_behavior": "always_invoice",
    }
    bad = api.v1.payment_methods.attach("pm_card_chargeCustomerFail", {"customer": customer.id})
    good = api.v1.customers.retrieve(customer.id).invoice_settings.default_payment_method

    api.v1.customers.update(customer.id, {"invoice_settings": {"default_payment_method": bad.id}})
    with pytest.raises(stripe.CardError):
        api.v1.subscriptions.update(made.id, change | {"payment_behavior": "error_if_incomplete"})
    assert api.v1.subscriptions.retrieve(made.id)["items"].data[0].price.unit_amount == 3000

    api.v1.customers.update(customer.id, {"invoice_settings": {"default_payment_method": good}})
    after = api.v1.subscriptions.update(made.id, change | {"expand": ["latest_invoice"]})
    assert (after.latest_invoice.amount_paid, after.latest_invoice.billing_reason) == (
        1500,
        "subscription_update",
    )


def test_to_a_year_and_a_credit_is_kept(api, shop):
    clock = shop.clock(at("2027-04-01T00:00:00"))
    customer = shop.customer(test_clock=clock.id)
    made = shop.subscribe(customer.id, shop.price(3000).id)
    shop.advance(clock.id, at("2027-04-16T00:00:00"))
    item = made["items"].data[0].id

    year = api.v1.subscriptions.update(
        made.id,
        {
            "items": [{"id": item, "price": shop.price(20000, interval="year").id}],
            "expand": ["latest_invoice"],
        },
    )
    assert (year.latest_invoice.total, day(end(year))) == (18500, "2028-04-16")

    cheap = {
        "items": [{"id": item, "price": shop.price(1000, interval="year").id}],
        "proration_behavior": "always_invoice",
    }
    credit = api.v1.invoices.retrieve(api.v1.subscriptions.update(made.id, cheap).latest_invoice)
    assert (credit.total, credit.status, credit.amount_paid) == (-19000, "paid", 0)
    assert api.v1.customers.retrieve(customer.id).balance == -19000


def test_number_of_seats(api, shop):
    customer = shop.customer()
    made = shop.subscribe(customer.id, shop.price(1000).id)

    api.v1.subscriptions.update(
        made.id, {"items": [{"id": made["items"].data[0].id, "quantity": 5}], "proration_behavior": "none"}
    )

    assert api.v1.subscription_items.retrieve(made["items"].data[0].id).quantity == 5
    assert api.v1.invoices.create_preview({"subscription": made.id}).total == 5000


def test_collection_is_paused_and_resumes(api, shop):
    clock = shop.clock(at("2027-01-01T00:00:00"))
    customer = shop.customer(test_clock=clock.id)
    made = shop.subscribe(customer.id, shop.price().id)
    paused = api.v1.subscriptions.update(
        made.id, {"pause_collection": {"behavior": "void", "resumes_at": at("2027-02-15T00:00:00")}}
    )
    assert (paused.status, paused.pause_collection.behavior) == ("active", "void")

    shop.advance(clock.id, at("2027-03-01T02:00:00"))

    bills = api.v1.invoices.list({"subscription": made.id}).data
    assert [bill.status for bill in bills] == ["paid", "void", "paid"]
    assert api.v1.subscriptions.retrieve(made.id).pause_collection is None


def test_a_first_payment_that_fails_is_incomplete_then_expires(api, shop):
    clock = shop.clock(at("2027-01-01T00:00:00"))
    customer = shop.customer("pm_card_chargeCustomerFail", test_clock=clock.id)
    price = shop.price().id
    with pytest.raises(stripe.CardError) as refused:
        shop.subscribe(customer.id, price, payment_behavior="error_if_incomplete")
    assert (refused.value.code, refused.value.http_status) == ("card_declined", 402)
    assert api.v1.subscriptions.list({"status": "all"}).data == []

    made = shop.subscribe(customer.id, price)
    assert made.status == "incomplete"
    shop.advance(clock.id, at("2027-01-02T00:00:00"))

    assert api.v1.subscriptions.retrieve(made.id).status == "incomplete_expired"
    assert api.v1.invoices.retrieve(made.latest_invoice).status == "void"


def test_coupons_once_for_months_and_for_ever(api, shop):
    totals = {}
    for duration, more in (("once", {}), ("repeating", {"duration_in_months": 2}), ("forever", {})):
        clock = shop.clock(at("2027-01-01T00:00:00"))
        customer = shop.customer(test_clock=clock.id)
        coupon = api.v1.coupons.create({"percent_off": 50, "duration": duration, **more})
        made = shop.subscribe(customer.id, shop.price(999).id, discounts=[{"coupon": coupon.id}])
        shop.advance(clock.id, at("2027-03-02T00:00:00"))
        totals[duration] = [i.total for i in api.v1.invoices.list({"subscription": made.id}).data][::-1]

    assert totals == {"once": [499, 999, 999], "repeating": [499, 499, 999], "forever": [499, 499, 499]}


def test_tax_by_country_inside_and_on_top(api, shop):
    api.v1.tax_rates.create({"display_name": "VAT", "percentage": "19", "inclusive": True, "country": "DE"})
    sums = {}
    for behaviour in ("inclusive", "exclusive"):
        customer = shop.customer(address={"country": "DE"})
        price = shop.price(1190, tax_behavior=behaviour)
        made = shop.subscribe(
            customer.id, price.id, automatic_tax={"enabled": True}, expand=["latest_invoice"]
        )
        bill = made.latest_invoice
        sums[behaviour] = (bill.total, bill.total_excluding_tax, bill.total_taxes[0].amount)

    assert sums == {"inclusive": (1190, 1000, 190), "exclusive": (1416, 1190, 226)}


def test_another_currency_of_the_same_price(api, shop):
    price = shop.price(900, currency_options={"jpy": {"unit_amount": 1500}, "azn": {"unit_amount": 1700}})
    customer = shop.customer()

    made = shop.subscribe(customer.id, price.id, currency="jpy", expand=["latest_invoice"])

    assert (made.currency, made.latest_invoice.total, made.latest_invoice.currency) == ("jpy", 1500, "jpy")
    seen = api.v1.prices.retrieve(price.id, {"expand": ["currency_options"]})
    assert seen.currency_options["azn"].unit_amount == 1700
    with pytest.raises(stripe.InvalidRequestError):
        shop.subscribe(customer.id, price.id, currency="usd")


def test_paused_by_name_cancelled_now_and_items_of_their_own(api, shop):
    customer = shop.customer()
    made = shop.subscribe(customer.id, shop.price().id)
    assert api.v1.subscriptions.pause(made.id).status == "paused"
    assert (
        api.v1.subscriptions.resume(made.id, {"billing_cycle_anchor": {"type": "unchanged"}}).status
        == "active"
    )
    second = api.v1.subscription_items.create({"subscription": made.id, "price": shop.price(200).id})
    assert len(api.v1.subscription_items.list({"subscription": made.id}).data) == 2
    api.v1.subscription_items.update(second.id, {"quantity": 3})
    assert api.v1.subscription_items.delete(second.id).deleted

    assert api.v1.subscriptions.cancel(made.id).status == "canceled"
    with pytest.raises(stripe.InvalidRequestError) as gone:
        api.v1.subscriptions.cancel(made.id)
    assert gone.value.code == "resource_missing"


def test_a_trial_is_ended_now_and_made_longer(api, shop):
    customer = shop.customer()
    made = shop.subscribe(customer.id, shop.price().id, trial_period_days=5)
    longer = api.v1.subscriptions.update(made.id, {"trial_end": made.trial_end + DAY})
    assert end(longer) == made.trial_end + DAY

    now = api.v1.subscriptions.update(made.id, {"trial_end": "now", "expand": ["latest_invoice"]})

    assert (now.status, now.latest_invoice.status, now.latest_invoice.total) == ("active", "paid", 1000)


def test_three_d_secure_on_the_first_invoice(api, shop):
    from .conftest import page

    customer = shop.customer("pm_card_authenticationRequired")
    made = shop.subscribe(
        customer.id, shop.price().id, expand=["latest_invoice.payments", "latest_invoice.confirmation_secret"]
    )
    assert made.status == "incomplete"
    payment = made.latest_invoice.payments.data[0].payment.payment_intent
    intent = api.v1.payment_intents.retrieve(payment)
    assert made.latest_invoice.confirmation_secret.client_secret == intent.client_secret

    page(intent.next_action.redirect_to_url.url, {"do": "pass"})

    assert api.v1.subscriptions.retrieve(made.id).status == "active"
    assert (
        api.v1.invoice_payments.list({"payment": {"type": "payment_intent", "payment_intent": payment}})
        .data[0]
        .status
        == "paid"
    )
