from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time

import pytest
import stripe

from .conftest import CARD, KEY, SECRET, Receiver, Server, eventually, free_port, page

pytestmark = pytest.mark.slow


def test_an_event_says_what_was_before(api, receiver):
    customer = api.v1.customers.create(
        {"name": "A", "metadata": {"a": "1", "b": "2"}}, {"idempotency_key": "first"}
    )
    api.v1.customers.update(customer.id, {"name": "B", "metadata": {"b": ""}})

    told = eventually(
        lambda: (
            {e["type"]: e for e in receiver.events() if e["data"]["object"]["id"] == customer.id}
            if len(receiver.got) > 1
            else None
        )
    )

    assert told["customer.updated"]["data"]["previous_attributes"] == {"name": "A", "metadata": {"b": "2"}}
    assert told["customer.created"]["request"]["idempotency_key"] == "first"
    fetched = api.v1.events.retrieve(told["customer.updated"]["id"])
    assert (fetched.type, fetched.data.object.name) == ("customer.updated", "B")
    eventually(lambda: api.v1.events.retrieve(fetched.id).pending_webhooks == 0)
    assert [e.type for e in api.v1.events.list({"types": ["customer.created"]}).data] == ["customer.created"]
    newest = api.v1.events.list({"limit": 1})
    assert (newest.data[0].type, newest.has_more) == ("customer.updated", True)


def test_a_refused_delivery_is_tried_again_until_it_is_taken(sandbox, api, receiver):
    receiver.answers[:] = [500, 302, 404]

    api.v1.customers.create({"name": "A"})

    eventually(lambda: receiver.types() == ["customer.created"], 15)
    eventually(lambda: sandbox.control("deliveries?state=done")["deliveries"])
    assert sandbox.control("deliveries")["deliveries"][0]["attempts"] == 4


def test_signatures_hold_only_for_their_secret(api, receiver):
    api.v1.customers.create({"name": "ə"})
    signature, body = eventually(lambda: receiver.got)[0]

    assert stripe.Webhook.construct_event(body, signature, SECRET).data.object.name == "ə"
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(body, signature, "whsec_other")
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(body.replace(b"customer", b"Customer"), signature, SECRET)


def test_duplicates_disorder_and_delay_on_demand(sandbox, api, receiver):
    sandbox.control("settings", {"webhooks": {"duplicate": 2, "shuffle": 0.5, "delay": 2}})

    for n in range(10):
        api.v1.customers.create({"name": str(n)})
    assert receiver.got == []

    eventually(lambda: len(receiver.got) == 30)
    names = [e["data"]["object"]["name"] for e in receiver.events()]
    assert {name: names.count(name) for name in names} == {str(n): 3 for n in range(10)}
    assert names != sorted(names)


def test_dropped_events_can_only_be_fetched_until_they_are_flushed(sandbox, api, receiver):
    sandbox.control("settings", {"webhooks": {"drop": ["customer.created"]}})
    api.v1.customers.create({"name": "lost"})
    api.v1.products.create({"name": "kept"})
    eventually(lambda: receiver.types() == ["product.created"])
    assert "customer.created" in [e.type for e in api.v1.events.list().data]

    assert sandbox.control("deliveries/flush", {"dropped": True})["flushed"] == 1
    eventually(lambda: "customer.created" in receiver.types())
    event = api.v1.events.list({"type": "customer.created"}).data[0].id
    sandbox.control("deliveries/redeliver", {"event": event})
    eventually(lambda: receiver.types().count("customer.created") == 2)


def test_an_endpoint_of_its_own_takes_what_it_asked_for(api, receiver):
    other = Receiver()
    made = api.v1.webhook_endpoints.create({"url": other.url, "enabled_events": ["product.created"]})
    api.v1.customers.create({"name": "A"})
    api.v1.products.create({"name": "P"})

    signature, body = eventually(lambda: other.got)[0]
    assert stripe.Webhook.construct_event(body, signature, made.secret).type == "product.created"
    assert "secret" not in api.v1.webhook_endpoints.retrieve(made.id)
    assert api.v1.webhook_endpoints.update(made.id, {"disabled": True}).status == "disabled"
    api.v1.products.create({"name": "Q"})
    assert api.v1.webhook_endpoints.delete(made.id).deleted
    assert len(other.got) == 1
    other.close()


@pytest.mark.parametrize("how", ["close", "error"])
def test_an_answer_that_is_lost_is_asked_for_again_with_its_key(sandbox, how):
    sandbox.control("settings", {"api": {how: 1, "when": "after"}})
    client = sandbox.client(max_network_retries=2)

    client.v1.customers.create({"name": "once"})

    assert len(client.v1.customers.list().data) == 1


def test_a_slow_api_is_slow_and_a_broken_one_refuses(sandbox, api):
    sandbox.control("settings", {"api": {"slow": 0.4}})
    start = time.monotonic()
    api.v1.customers.list()
    assert time.monotonic() - start >= 0.4
    sandbox.control("settings", {"api": {"slow": 0, "error": 1}})
    with pytest.raises(stripe.APIError):
        api.v1.customers.create({"name": "never"})
    assert api.v1.customers.list().data == []


def test_the_next_payment_fails_on_demand_and_disputes_are_opened(sandbox, api, shop):
    sandbox.control("settings", {"payments": {"fail_next": 1, "decline_code": "insufficient_funds"}})
    pay = {"amount": 500, "currency": "eur", "payment_method": "pm_card_visa", "confirm": True}
    with pytest.raises(stripe.CardError) as refused:
        api.v1.payment_intents.create(pay)
    assert refused.value.error.decline_code == "insufficient_funds"
    paid = api.v1.payment_intents.create(pay)

    dispute = sandbox.control("disputes", {"payment_intent": paid.id, "reason": "product_not_received"})
    sandbox.control(f"disputes/{dispute['id']}/close", {"status": "lost"})

    assert api.v1.disputes.retrieve(dispute["id"]).status == "lost"
    with pytest.raises(stripe.InvalidRequestError):
        api.v1.refunds.create({"payment_intent": paid.id})
    assert api.v1.balance.retrieve().available[0].amount == 0
    with pytest.raises(Exception, match="400"):
        sandbox.control("settings", {"webhooks": {"duplicate": -1}})


def test_killed_at_any_point_it_loses_nothing(tmp_path):
    receiver = Receiver()
    server = Server(tmp_path / "held", "--webhook", receiver.url, "--webhook-secret", SECRET)
    server.control("settings", {"webhooks": {"delay": 0.3}})
    answered: list[str] = []
    done = threading.Event()

    def buy() -> None:
        client = server.client(max_network_retries=0)
        n = 0
        while not done.is_set():
            n += 1
            try:
                answered.append(client.v1.customers.create({"name": str(n)}, {"idempotency_key": f"k{n}"}).id)
            except stripe.StripeError:
                n -= 1
                time.sleep(0.05)

    worker = threading.Thread(target=buy)
    worker.start()
    for _ in range(4):
        time.sleep(0.4)
        server.kill()
        server.start()
    time.sleep(0.3)
    done.set()
    worker.join()

    held = {c.id for c in server.client().v1.customers.list({"limit": 100}).auto_paging_iter()}
    assert len(answered) == len(set(answered)) > 20
    assert held == set(answered)
    eventually(lambda: {e["data"]["object"]["id"] for e in receiver.events()} == held, 20)
    server.stop()
    receiver.close()


def test_a_clock_killed_on_its_way_arrives(tmp_path):
    server = Server(tmp_path / "held")
    api = server.client()
    clock = api.v1.test_helpers.test_clocks.create({"frozen_time": 1_800_000_000})
    customer = api.v1.customers.create({"test_clock": clock.id})
    held = api.v1.payment_methods.attach("pm_card_visa", {"customer": customer.id})
    product = api.v1.products.create({"name": "P"})
    price = api.v1.prices.create(
        {"product": product.id, "unit_amount": 100, "currency": "eur", "recurring": {"interval": "day"}}
    )
    made = api.v1.subscriptions.create(
        {"customer": customer.id, "items": [{"price": price.id}], "default_payment_method": held.id}
    )
    answer = api.v1.test_helpers.test_clocks.advance(
        clock.id, {"frozen_time": 1_800_000_000 + 60 * 86_400 + 7_200}
    )
    assert answer.status == "advancing"
    for _ in range(3):
        time.sleep(0.05)
        server.kill()
        server.start()

    api = server.client()
    eventually(lambda: api.v1.test_helpers.test_clocks.retrieve(clock.id).status == "ready", 30)
    paid = list(api.v1.invoices.list({"subscription": made.id, "limit": 100}).auto_paging_iter())
    assert [i.status for i in paid] == ["paid"] * 61
    assert len({i.period_end for i in paid}) == 61
    assert api.v1.test_helpers.test_clocks.delete(clock.id).deleted
    server.stop()


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--bind", "0.0.0.0:1"], "--allow-remote"),
        (["--bind", "127.0.0.1:1", "--webhook", "http://127.0.0.1/"], "--webhook-secret"),
    ],
)
def test_it_refuses_to_start_unsafe(tmp_path, more, words):
    done = subprocess.run(
        [sys.executable, "-m", "broadsheet.sandbox", "--dir", str(tmp_path / "x"), *more],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert words in done.stderr


def test_one_process_holds_a_folder(tmp_path):
    server = Server(tmp_path / "held")
    command = [
        sys.executable,
        "-m",
        "broadsheet.sandbox",
        "--dir",
        str(tmp_path / "held"),
        "--bind",
        f"127.0.0.1:{free_port()}",
    ]

    second = subprocess.run(command, capture_output=True, text=True, timeout=20)

    assert (second.returncode, "in use" in second.stderr) == (2, True)
    os.kill(server.process.pid, signal.SIGTERM)
    assert server.process.wait(10) == 0


def test_the_portal_cancels_resumes_and_takes_a_new_card(api, shop):
    customer = shop.customer()
    made = shop.subscribe(customer.id, shop.price().id)
    link = api.v1.billing_portal.sessions.create(
        {"customer": customer.id, "return_url": "http://127.0.0.1:9/account"}
    )
    assert api.v1.billing_portal.configurations.list({"is_default": True}).data[0].id == link.configuration

    _, _, html = page(link.url)
    page(link.url, {"do": "cancel", "subscription": made.id})
    off = api.v1.subscriptions.retrieve(made.id)
    page(link.url, {"do": "resume", "subscription": made.id})
    on = api.v1.subscriptions.retrieve(made.id)
    refused = page(link.url, CARD | {"do": "card", "card": "4000000000000002"})
    page(link.url, CARD | {"do": "card", "card": "5555555555554444"})

    assert "http://127.0.0.1:9/account" in html
    assert (off.cancel_at_period_end, on.cancel_at_period_end, refused[0]) == (True, False, 402)
    method = api.v1.customers.retrieve(customer.id, {"expand": ["invoice_settings.default_payment_method"]})
    assert method.invoice_settings.default_payment_method.card.last4 == "4444"
    assert page(link.url + "x")[0] == 404
    other = shop.subscribe(shop.customer().id, shop.price().id)
    assert page(link.url, {"do": "cancel", "subscription": other.id})[0] == 402


def test_the_control_api_speaks_json(sandbox):
    assert set(sandbox.control("settings")) == {"webhooks", "api", "payments", "dunning", "clocks"}
    assert json.dumps(sandbox.control("deliveries"))
    assert KEY.startswith("sk_test_")
