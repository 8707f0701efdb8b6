"""Circulation's pages in the newsroom, walked as the role and as others."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone, translation

from broadsheet.newsroom.roles import Role, install_roles
from broadsheet.readers.models import User
from broadsheet.subscriptions import acts, charts, ledger
from broadsheet.subscriptions.events import Kind, Stage
from broadsheet.subscriptions.models import GatewayRef, Invoice, Plan, Price, Seller, Subscription
from tests.factories import Paper

from .fake_gateway import FakeGateway
from .test_ledger import life
from .test_standing import snapshot

pytestmark = pytest.mark.django_db
NOW = timezone.now().replace(microsecond=0)
BASE = "/newsroom/snippets/subscriptions"


def staff(role: Role) -> Client:
    install_roles([])
    user = User.objects.create_user(f"{role.name.lower()}@paper.example")
    user.groups.add(Group.objects.get(name=role.value))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def circulation() -> Client:
    return staff(Role.CIRCULATION)


PAGES = [
    "/newsroom/circulation/",
    *(f"{BASE}/{name}/" for name in ("plan", "promotioncode", "taxrate", "group", "seat", "grant")),
    *(
        f"{BASE}/{name}/"
        for name in ("subscription", "invoice", "gift", "donation", "notice", "departure", "reconciliation")
    ),
    f"{BASE}/plan/add/",
    f"{BASE}/promotioncode/add/",
    f"{BASE}/group/add/",
    f"{BASE}/grant/add/",
]


@pytest.mark.parametrize("path", PAGES)
def test_circulation_sees_it_and_a_reporter_does_not(circulation: Client, path: str) -> None:
    assert circulation.get(path).status_code == 200
    assert staff(Role.REPORTER).get(path).status_code in {302, 403}


def form(plan: Plan | None = None, **changes: Any) -> dict[str, Any]:
    prices = list(plan.prices.all()) if plan else []
    data: dict[str, Any] = {
        "name": "Digital", "slug": "digital", "summary": "", "benefits": "", "scopes": ["stories"],
        "is_offered": "on", "position": "0", "trial_days": "0", "seats": "0",
        "prices-TOTAL_FORMS": str(max(1, len(prices))), "prices-INITIAL_FORMS": str(len(prices)),
        "prices-MIN_NUM_FORMS": "0", "prices-MAX_NUM_FORMS": "1000",
        "prices-0-id": str(prices[0].pk) if prices else "", "prices-0-interval": "month", "prices-0-currency": "EUR",
        "prices-0-amount": "4.99", "prices-0-is_tax_inclusive": "on", "prices-0-intro_amount": "",
        "prices-0-intro_periods": "0", "prices-0-DELETE": "",
    }  # fmt: skip
    return data | changes


def test_amounts_are_written_as_people_write_them(circulation: Client) -> None:
    answer = circulation.post(f"{BASE}/plan/add/", form())
    assert answer.status_code == 302, answer.context and answer.context["form"].errors
    assert Price.objects.get().amount == 499
    refused = circulation.post(f"{BASE}/plan/add/", form(slug="other", **{"prices-0-amount": "four"}))
    assert refused.status_code == 200
    assert Plan.objects.count() == 1


def test_another_price_never_touches_who_pays_the_old(
    circulation: Client, reader: User, price: Price
) -> None:
    ledger.record("test", life(reader))
    answer = circulation.post(
        f"{BASE}/plan/edit/{price.plan.pk}/", form(price.plan, **{"prices-0-amount": "6"})
    )
    assert answer.status_code == 302
    assert reader.subscriptions.get().price == price
    old = Price.objects.get(pk=price.pk)
    assert (old.amount, old.replaced_at is None) == (499, False)
    assert [current.amount for current in price.plan.prices.all()] == [600]
    page = circulation.get(f"{BASE}/plan/edit/{price.plan.pk}/").content.decode()
    assert "6.00" in page
    assert "4.99" not in page


def test_a_price_that_nobody_pays_is_simply_changed(circulation: Client, price: Price) -> None:
    circulation.post(f"{BASE}/plan/edit/{price.plan.pk}/", form(price.plan, **{"prices-0-amount": "6"}))
    assert [row.amount for row in Price.objects.all()] == [600]


def test_the_numbers_cost_the_same_for_one_and_for_many(
    circulation: Client, price: Price, django_assert_num_queries: Any
) -> None:
    now = timezone.now()

    def fill(first: int, count: int) -> None:
        Subscription.objects.bulk_create(
            Subscription(
                gateway="test", ref=f"s{n}", price=price, status="active", started_at=now - timedelta(days=n % 300),
                first_story=n % 50, last_story=n % 30,
            )
            for n in range(first, first + count)
        )  # fmt: skip

    from broadsheet.subscriptions import dashboard

    fill(0, 3)
    with django_assert_num_queries(35):
        dashboard.numbers()
    fill(3, 400)
    with django_assert_num_queries(35):
        numbers = dashboard.numbers()
    assert numbers.by_status == [("active", 403)]
    assert [money.amount for money in numbers.monthly] == [403 * 499]
    assert sum(month.begun for month in numbers.months) == 403


def test_one_subscription_with_its_ledger_and_its_invoice(
    circulation: Client, reader: User, price: Price
) -> None:
    Seller.objects.create(name="Paper Ltd")
    ledger.record("test", life(reader))
    subscription = reader.subscriptions.get()
    page = circulation.get(f"{BASE}/subscription/inspect/{subscription.pk}/")
    assert page.status_code == 200
    assert "End now" in page.content.decode()
    invoice = Invoice.objects.get(kind="invoice")
    paper = circulation.get(f"/newsroom/circulation/invoices/{invoice.pk}.pdf")
    assert paper.content.startswith(b"%PDF")
    assert "no-store" in paper["Cache-Control"]


def test_the_export_is_guarded_posted_and_no_formula(circulation: Client, price: Price) -> None:
    evil = User.objects.create_user("=cmd@reader.example")
    Subscription.objects.create(gateway="test", ref="s", reader=evil, price=price, status="active")
    assert circulation.get("/newsroom/circulation/export.csv").status_code == 405
    assert staff(Role.REPORTER).post("/newsroom/circulation/export.csv").status_code in {302, 403}
    lines = b"".join(circulation.post("/newsroom/circulation/export.csv").streaming_content).decode()  # type: ignore[attr-defined]
    assert "'=cmd@reader.example" in lines
    assert len(lines.splitlines()) == 2


def test_a_plan_is_previewed_as_buyers_would_see_it_and_nothing_is_kept(
    circulation: Client, paper: Paper
) -> None:
    address = f"{BASE}/plan/preview/"
    told = circulation.post(address, form(name="The Whole Paper", **{"prices-0-amount": "7.50"}))
    assert told.json()["is_valid"], told.json()
    page = circulation.get(address, {"mode": ""})
    assert page.status_code == 200
    assert "The Whole Paper" in page.content.decode()
    assert "7.50" in page.content.decode()
    assert not Plan.objects.exists()
    assert not Price.objects.exists()


def test_staff_record_a_transfer_once(circulation: Client, reader: User, price: Price) -> None:
    from broadsheet.subscriptions.buying import terms_of
    from broadsheet.subscriptions.gateways.protocol import Order
    from broadsheet.subscriptions.gateways.registry import get
    from broadsheet.subscriptions.models import Notice

    order = Order(
        "k1",
        reader.email,
        "en",
        "http://testserver/",
        "http://testserver/",
        reader=reader.pk,
        terms=terms_of(price),
    )
    get("invoice").begin(order)
    subscription = reader.subscriptions.get()
    invoice = subscription.invoices.get()
    assert Notice.objects.filter(kind="pro_forma").count() == 3
    address = f"/newsroom/circulation/{subscription.pk}/transfer/"
    assert str(invoice) in circulation.get(address).content.decode()
    wrong = {"key": "one", "invoice": str(invoice.pk), "amount": "1", "paid_on": f"{timezone.localdate()}"}
    circulation.post(address, wrong)
    subscription.refresh_from_db()
    assert subscription.status == "incomplete"
    for _ in range(2):
        circulation.post(address, wrong | {"amount": "4.99"})
    subscription.refresh_from_db()
    invoice.refresh_from_db()
    assert (subscription.status, invoice.state, invoice.kind) == ("active", "paid", "invoice")
    assert Notice.objects.filter(kind="receipt").count() == 1


def test_the_dashboard_says_money_to_the_cent_and_what_stories_are_called(
    circulation: Client, paper: Paper, price: Price
) -> None:
    story = paper.story("The bridge opens")
    Subscription.objects.create(gateway="test", ref="s", price=price, status="past_due", last_story=story.pk)
    page = circulation.get("/newsroom/circulation/").content.decode()
    assert "4.99" in page
    assert "payment overdue" in page
    assert "The bridge opens" in page


def test_staff_who_ask_the_gateway_get_the_last_word_on_a_second_with_two_reports(
    circulation: Client, reader: User, price: Price, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = FakeGateway()
    monkeypatch.setattr(acts, "get", lambda _name: fake)
    GatewayRef.objects.create(gateway="fake", kind="price", local=str(price.pk), ref="price_1")
    facts = {"reader": reader.pk, "period_end": NOW + timedelta(days=30)}
    told = [
        snapshot(NOW, stage, number, **facts) for number, stage in enumerate((Stage.ACTIVE, Stage.PAUSED))
    ]
    ledger.record("fake", told)
    subscription = reader.subscriptions.get()
    assert subscription.needs_fetch
    seen = replace(told[0], id="seen", kind=Kind.OBSERVATION)
    monkeypatch.setattr(fake, "observe", lambda _ref: seen)
    circulation.post(f"/newsroom/circulation/{subscription.pk}/look/", {"key": "one"})
    subscription.refresh_from_db()
    assert (subscription.status, subscription.needs_fetch) == ("active", False)


def test_months_without_a_short_name_are_numbered_under_the_chart() -> None:
    start = datetime(2026, 11, 1, tzinfo=UTC)
    with translation.override("az"):
        short = charts._label(start)
    with translation.override("ar"):
        numbered = charts._label(start)

    assert (short, numbered) == ("Noy", "11")
