"""The offer and the way back, over HTTP: what is shown before paying, and what a payment is worth to whom."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.utils import timezone

from broadsheet.paywall import decode_pass
from broadsheet.readers.models import User
from broadsheet.subscriptions import ledger
from broadsheet.subscriptions.models import (
    Checkout,
    Plan,
    Price,
    PromotionCode,
    Seller,
    Subscription,
    TaxRate,
)
from tests.factories import Paper
from tests.subscriptions.fake_gateway import FakeGateway

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(paper: Paper, gateway: FakeGateway) -> dict[str, Price]:
    """Three plans: monthly and yearly, two currencies, one with a trial, one with an introductory price."""
    seller = Seller.current()
    seller.country, seller.email = "AZ", "sales@paper.example"
    seller.save()
    TaxRate.objects.create(country="AZ", name="VAT", basis_points=1800)
    made = {}
    for position, (slug, amount) in enumerate((("web", 499), ("all", 999), ("family", 1499))):
        plan = Plan.objects.create(
            name=slug.title(),
            slug=slug,
            scopes=["stories"],
            position=position,
            benefits="Every story\nThe archive",
        )
        made[slug] = Price.objects.create(plan=plan, currency="EUR", amount=amount)
        made[f"{slug}-year"] = Price.objects.create(
            plan=plan, interval="year", currency="EUR", amount=amount * 10
        )
        made[f"{slug}-azn"] = Price.objects.create(plan=plan, currency="AZN", amount=amount * 2)
    Plan.objects.filter(slug="all").update(trial_days=14, is_recommended=True)
    Price.objects.filter(pk=made["web"].pk).update(intro_amount=100, intro_periods=3)
    return made


def story_path(paper: Paper) -> str:
    story = paper.story("Behind the wall", slug="walled", access="subscribers")
    return f"/nation/{story.slug}/"


def text(response: Any) -> str:
    return re.sub(r"\s+", " ", response.content.decode().replace("\xa0", " "))


def buy(client: Client, price: Price, email: str = "new@reader.example", **more: str) -> Any:
    return client.post("/subscribe/", {"price": price.pk, "email": email, **more})


def held_scopes(client: Client) -> frozenset[str]:
    cookie = client.cookies.get("bs_pass")
    found = decode_pass(cookie.value, django_settings.BROADSHEET_KEYS) if cookie else None
    return found.scopes if found else frozenset()


def test_the_offer_says_everything_before_anybody_pays(client: Client, shop: dict[str, Price]) -> None:
    page = text(client.get("/subscribe/?currency=EUR"))
    assert page.count('name="price"') == 3
    for words in (
        "€4.99 a month",
        "The first 3 months cost €1 each, then €4.99 a month.",
        "Free for 14 days if you are new here",
        "Renews every month at €9.99 a month until you cancel.",
        "VAT of 18 % is included.",
        "You can cancel at any time in your account, in two clicks.",
        "Every story",
    ):
        assert words in page, words
    year = text(client.get("/subscribe/?currency=EUR&interval=year"))
    assert "€49.90 a year" in year
    assert "16 % less than by the month" in year


def test_the_currency_follows_the_language_until_it_is_chosen(client: Client, shop: dict[str, Price]) -> None:
    assert "9,98" in text(client.get("/az/subscribe/"))
    assert "4,99" in text(client.get("/az/subscribe/?currency=EUR"))


def test_the_offer_is_nobody_elses_to_keep(client: Client, shop: dict[str, Price]) -> None:
    answer = client.get("/subscribe/")
    assert {"private", "no-store"} <= set(answer.headers["Cache-Control"].replace(" ", "").split(","))
    assert "<script" not in text(answer).split("<main")[1]


def test_a_new_reader_pays_and_is_back_at_the_story_open(
    client: Client, shop: dict[str, Price], gateway: FakeGateway, paper: Paper
) -> None:
    path = story_path(paper)
    page = buy(client, shop["web"], next=path)
    checkout = Checkout.objects.get()
    assert checkout.url in page.content.decode()
    assert checkout.story is not None
    order = gateway.orders[checkout.ref]
    assert order.terms is not None
    assert (order.terms.amount, order.terms.currency, order.email) == (499, "EUR", "new@reader.example")
    assert order.return_url == f"http://testserver/subscribe/done/{checkout.key}/"
    gateway.pay(checkout.ref)

    back = client.get(f"/subscribe/done/{checkout.key}/")

    assert (back.status_code, back["Location"]) == (303, path)
    assert held_scopes(client) == {"stories"}
    assert int(client.session["_auth_user_id"]) == User.objects.get(email="new@reader.example").pk
    assert "Third paragraph" in text(client.get(path))
    subscription = Subscription.objects.get()
    assert (subscription.last_story, subscription.status) == (checkout.story, "active")


def test_the_return_and_the_webhook_are_one(
    client: Client, shop: dict[str, Price], gateway: FakeGateway, paper: Paper
) -> None:
    buy(client, shop["web"], next=story_path(paper))
    checkout = Checkout.objects.get()
    gateway.pay(checkout.ref)
    ledger.record("fake", gateway.checkout(checkout.ref))
    for _ in range(3):
        assert client.get(f"/subscribe/done/{checkout.key}/").status_code == 303
    assert Subscription.objects.count() == 1


def test_paying_lets_nobody_into_an_account_that_is_not_theirs(
    client: Client, shop: dict[str, Price], gateway: FakeGateway, paper: Paper
) -> None:
    owner = User.objects.create_user("owner@reader.example")
    path = story_path(paper)
    buy(client, shop["web"], "owner@reader.example", next=path)
    checkout = Checkout.objects.get()
    gateway.pay(checkout.ref)

    back = client.get(f"/subscribe/done/{checkout.key}/")

    assert back.status_code == 200
    assert "_auth_user_id" not in client.session
    assert "There is an account" in text(back)
    assert Subscription.objects.get().reader == owner
    assert held_scopes(client) == {f"story:{checkout.story}"}


def code_in(mailbox: list[Any]) -> str:
    found = re.search(r"^\s*([A-Z0-9]{4,}(?:-[A-Z0-9]+)?)\s*$", mailbox[-1].body, re.MULTILINE)
    assert found, mailbox[-1].body
    return found[1]


def test_who_paid_for_a_known_account_is_sent_a_code_and_enters_with_it(
    client: Client, shop: dict[str, Price], gateway: FakeGateway, paper: Paper, mailoutbox: list[Any]
) -> None:
    owner = User.objects.create_user("owner@reader.example")
    path = story_path(paper)
    buy(client, shop["web"], owner.email, next=path)
    checkout = Checkout.objects.get()
    gateway.pay(checkout.ref)
    for _ in range(3):
        page = text(client.get(f"/subscribe/done/{checkout.key}/"))
        assert "We have just sent a code there" in page
    assert [mail.to for mail in mailoutbox] == [[owner.email]]
    wrong = client.post("/account/login/code/confirm/", {"code": "WRONG1", "next": path})
    assert wrong.status_code == 200
    assert "_auth_user_id" not in client.session

    entered = client.post("/account/login/code/confirm/", {"code": code_in(mailoutbox), "next": path})

    assert (entered.status_code, entered["Location"]) == (302, path)
    assert int(client.session["_auth_user_id"]) == owner.pk
    assert "stories" in held_scopes(client)
    assert "Third paragraph" in text(client.get(path))


def test_codes_after_payments_are_counted_with_all_others(
    client: Client, shop: dict[str, Price], gateway: FakeGateway, mailoutbox: list[Any]
) -> None:
    owner = User.objects.create_user("owner@reader.example")
    for _ in range(6):
        Client().post("/account/login/code/", {"email": owner.email})
    sent = len(mailoutbox)
    assert 0 < sent < 6
    pages = []
    for plan in ("web", "all"):
        device = Client()
        buy(device, shop[plan], owner.email)
        checkout = Checkout.objects.latest("pk")
        gateway.pay(checkout.ref)
        pages.append(text(device.get(f"/subscribe/done/{checkout.key}/")))
    assert "We have just sent a code there" in pages[0]
    assert "so please log in" in pages[1]
    assert len(mailoutbox) == sent + 1


def test_an_account_that_somebody_entered_meanwhile_is_not_entered_by_paying(
    client: Client, shop: dict[str, Price], gateway: FakeGateway, paper: Paper
) -> None:
    buy(client, shop["web"], "victim@reader.example")
    checkout = Checkout.objects.get()
    User.objects.filter(email="victim@reader.example").update(last_login=timezone.now())
    gateway.pay(checkout.ref)

    client.get(f"/subscribe/done/{checkout.key}/")

    assert "_auth_user_id" not in client.session


def test_a_checkout_is_nobody_elses(client: Client, shop: dict[str, Price], gateway: FakeGateway) -> None:
    buy(client, shop["web"])
    checkout = Checkout.objects.get()
    gateway.pay(checkout.ref)
    for address in ("done", "left"):
        assert Client().get(f"/subscribe/{address}/{checkout.key}/").status_code == 404
    assert not Subscription.objects.exists()


def test_double_click_two_tabs_and_back_are_one_page(
    client: Client, shop: dict[str, Price], gateway: FakeGateway
) -> None:
    for _ in range(4):
        assert buy(client, shop["web"]).status_code == 200
    assert Checkout.objects.count() == len(gateway.orders) == 1


def test_another_plan_closes_the_page_of_the_first(
    client: Client, shop: dict[str, Price], gateway: FakeGateway, django_capture_on_commit_callbacks: Any
) -> None:
    buy(client, shop["web"])
    with django_capture_on_commit_callbacks(execute=True):
        buy(client, shop["all"])
    assert gateway.expired == {Checkout.objects.order_by("pk")[0].ref}


def test_a_subscriber_can_not_buy_the_same_twice(
    client: Client, shop: dict[str, Price], gateway: FakeGateway
) -> None:
    buy(client, shop["web"])
    checkout = Checkout.objects.get()
    gateway.pay(checkout.ref)
    client.get(f"/subscribe/done/{checkout.key}/")

    assert "You have a subscription already" in text(client.get("/subscribe/"))
    assert buy(client, shop["web-year"]).status_code == 422
    stranger = buy(Client(), shop["web"])
    assert stranger.status_code == 422
    assert "already" in text(stranger)
    assert Checkout.objects.count() == 1


def test_when_the_gateway_is_away_nothing_is_lost(
    client: Client, shop: dict[str, Price], gateway: FakeGateway, paper: Paper
) -> None:
    gateway.is_away = True
    page = buy(client, shop["all"], next=story_path(paper), code="")
    assert page.status_code == 422
    words = text(page)
    assert "does not answer" in words
    assert 'value="new@reader.example"' in words
    assert f'value="{shop["all"].pk}" required checked' in words
    gateway.is_away = False

    assert buy(client, shop["all"], next="/nation/walled/").status_code == 200
    assert Checkout.objects.count() == 1


def test_the_form_sets_no_price(client: Client, shop: dict[str, Price], gateway: FakeGateway) -> None:
    buy(client, shop["web"], amount="1", currency="AZN", interval="year")
    order = next(iter(gateway.orders.values()))
    assert order.terms is not None
    assert (order.terms.amount, order.terms.currency, order.terms.interval) == (499, "EUR", "month")


@pytest.mark.parametrize("price", ["", "0", "-1", "999999999999999999999", "1e3", "١"])
def test_a_price_that_is_none_is_refused(client: Client, shop: dict[str, Price], price: str) -> None:
    answer = client.post("/subscribe/", {"price": price, "email": "new@reader.example"})
    assert answer.status_code == 422


def test_a_replaced_price_is_no_longer_sold(client: Client, shop: dict[str, Price]) -> None:
    Price.objects.filter(pk=shop["web"].pk).update(replaced_at=timezone.now())
    answer = buy(client, shop["web"])
    assert answer.status_code == 422
    assert "no longer offered" in text(answer)


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"is_active": False}, "We don&#x27;t know this code"),
        ({"starts_at": timezone.now() + timedelta(days=1)}, "not valid yet"),
        ({"ends_at": timezone.now() - timedelta(days=1)}, "no longer valid"),
        ({"most_uses": 0}, "as often as it may be"),
        ({"percent_off": None, "amount_off": 100, "currency": "AZN"}, "for prices in AZN"),
    ],
)
def test_a_code_that_is_no_good_says_why(
    client: Client, shop: dict[str, Price], facts: dict[str, Any], words: str
) -> None:
    PromotionCode.objects.create(**{"code": "SPRING", "percent_off": 50, **facts})
    answer = buy(client, shop["web"], code="spring")
    assert answer.status_code == 422
    assert words in text(answer)


def test_a_good_code_goes_to_the_gateway(
    client: Client, shop: dict[str, Price], gateway: FakeGateway
) -> None:
    PromotionCode.objects.create(code="SPRING", percent_off=50, periods=3)
    buy(client, shop["web"], code=" spring ")
    reduction = next(iter(gateway.orders.values())).reduction
    assert reduction is not None
    assert (reduction.percent_off, reduction.periods) == (50, 3)


@pytest.mark.parametrize(
    "path", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:x"]
)
def test_nobody_is_sent_elsewhere(client: Client, shop: dict[str, Price], path: str) -> None:
    buy(client, shop["web"], next=path)
    assert Checkout.objects.get().return_path == "/"


def test_a_payment_under_way_a_failed_and_a_left_one_each_have_a_page(
    client: Client, shop: dict[str, Price], gateway: FakeGateway
) -> None:
    buy(client, shop["web"])
    checkout = Checkout.objects.get()
    assert "You left the payment page" in text(client.get(f"/subscribe/left/{checkout.key}/"))
    assert checkout.url in text(client.post(f"/subscribe/again/{checkout.key}/"))
    gateway.pay(checkout.ref, "pending")
    assert "under way" in text(client.get(f"/subscribe/done/{checkout.key}/"))
    gateway.pay(checkout.ref, "failed")
    assert "did not go through" in text(client.get(f"/subscribe/done/{checkout.key}/"))
    assert held_scopes(client) == frozenset()


def test_a_trial_is_for_those_who_are_new(
    client: Client, shop: dict[str, Price], gateway: FakeGateway
) -> None:
    known = User.objects.create_user("known@reader.example")
    Subscription.objects.create(
        gateway="fake", ref="old", reader=known, status="expired", started_at=timezone.now()
    )
    buy(client, shop["all"], "known@reader.example")
    buy(Client(), shop["all"], "new@reader.example")
    assert [order.trial_days for order in gateway.orders.values()] == [0, 14]
