"""What a plan is called in each language of the paper: written in the newsroom, read wherever readers meet the plan."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from broadsheet.newsroom.roles import Role, install_roles
from broadsheet.readers.models import User
from broadsheet.subscriptions import letters, wording
from broadsheet.subscriptions.models import Grant, Notice, Plan, Price, Subscription
from tests.factories import make_paper

from .test_newsroom import BASE, form

pytestmark = pytest.mark.django_db
WORDS = {
    "az": {"name": "Rəqəmsal", "summary": "Bütün xəbərlər", "benefits": "Birinci\nİkinci"},
    "ru": {"name": "Цифровая"},
    "ar": {"name": "الرقمي", "summary": "جميع المواد"},
}


@pytest.fixture
def told(price: Price) -> Price:
    Plan.objects.update(summary="Every story", benefits="First\nSecond", words=WORDS)
    price.plan.refresh_from_db()
    return price


def circulation() -> Client:
    install_roles([])
    user = User.objects.create_user("circulation@paper.example")
    user.groups.add(Group.objects.get(name=Role.CIRCULATION.value))
    client = Client()
    client.force_login(user)
    return client


def test_every_language_is_written_in_the_newsroom_and_shown_there_again() -> None:
    client = circulation()
    said = {
        "name_az": "Rəqəmsal",
        "benefits_az": "Birinci\nİkinci",
        "summary_ar": "جميع المواد",
        "name_ru": " ",
    }
    answer = client.post(f"{BASE}/plan/add/", form(**said))
    assert answer.status_code == 302, answer.context and answer.context["form"].errors
    plan = Plan.objects.get()

    assert {code: sorted(said) for code, said in plan.words.items()} == {
        "az": ["benefits", "name"],
        "ar": ["summary"],
    }
    assert plan.words["az"]["benefits"].split() == ["Birinci", "İkinci"]
    page = client.get(f"{BASE}/plan/edit/{plan.pk}/").content.decode()
    assert 'value="Rəqəmsal"' in page
    assert 'value="جميع المواد"' in page
    client.post(f"{BASE}/plan/edit/{plan.pk}/", form(plan, name_az="", summary_ar="كل شيء"))
    assert Plan.objects.get().words == {"ar": {"summary": "كل شيء"}}
    refused = client.post(f"{BASE}/plan/edit/{plan.pk}/", form(plan, name_az="x" * 81))
    assert refused.status_code == 200


def test_what_is_not_said_in_a_language_is_said_in_the_main_one(told: Price) -> None:
    with translation.override("ru"):
        assert told.plan.shown_name == "Цифровая"
        assert told.plan.shown_summary == "Every story"
        assert told.plan.benefit_lines == ["First", "Second"]
    with translation.override("az"):
        assert told.plan.benefit_lines == ["Birinci", "İkinci"]


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/subscribe/", ["Digital", "Every story", "First"]),
        ("/az/subscribe/", ["Rəqəmsal", "Bütün xəbərlər", "İkinci"]),
        ("/ru/subscribe/", ["Цифровая", "Every story", "First"]),
        ("/ar/subscribe/", ["الرقمي", "جميع المواد", "First"]),
    ],
)
def test_the_offer_speaks_its_reader_s_language(
    client: Client, told: Price, gateway: Any, path: str, shown: list[str]
) -> None:
    make_paper(("en", "az", "ru", "ar"))
    page = client.get(path).content.decode()

    assert [words for words in shown if f">{words}<" not in page] == []


def test_the_gift_page_names_plans_as_the_offer_does(client: Client, told: Price, gateway: Any) -> None:
    make_paper(("en", "az", "ru", "ar"))
    other = Plan.objects.create(
        name="Second", slug="second", scopes=["stories"], words={"ar": {"name": "الثاني"}}
    )
    Price.objects.create(plan=other, interval="month", currency="EUR", amount=899)
    page = client.get("/ar/subscribe/gift/").content.decode()

    assert [name for name in ("الرقمي", "الثاني") if f">{name}</a>" not in page] == []


def test_the_offer_costs_the_same_queries_in_every_language(
    client: Client, told: Price, gateway: Any
) -> None:
    make_paper(("en", "az", "ru", "ar"))

    def queries(path: str) -> int:
        client.get(path)
        with CaptureQueriesContext(
            connection,
        ) as found:
            client.get(path)
        return len(found)

    counted = [queries(path) for path in ("/subscribe/", "/az/subscribe/", "/ar/subscribe/")]
    Plan.objects.update(words={})
    without = queries("/subscribe/")

    assert set(counted) == {without}


def test_the_account_speaks_its_reader_s_language(client: Client, told: Price, reader: User) -> None:
    Grant.objects.create(
        reader=reader, plan=told.plan, source="staff", starts_at=timezone.now() - timedelta(days=1)
    )
    User.objects.update(language="az")
    client.force_login(reader)

    assert "Rəqəmsal" in client.get("/account/").content.decode()


def test_a_mail_speaks_its_reader_s_language(told: Price, reader: User) -> None:
    User.objects.update(language="ar")
    subscription = Subscription.objects.create(
        gateway="test",
        ref="s1",
        reader=User.objects.get(),
        price=told,
        status="active",
        started_at=timezone.now(),
    )
    notice = Notice.objects.create(
        key="k", kind="cancelled", email=reader.email, reader=User.objects.get(),
        facts={"subscription": subscription.pk}, due_at=timezone.now(),
    )  # fmt: skip

    assert letters._words(notice, "ar")["plan"] == "الرقمي"


@pytest.mark.parametrize(
    ("label", "shown"),
    [
        ("Digital", "Rəqəmsal"),
        ("1 × Digital (at €4.99 / month)", "1 × Rəqəmsal (at €4.99 / month)"),
        ("Remaining time on Digital after 3 May", "Remaining time on Digital after 3 May"),
        ("Digital plus", "Digital plus"),
    ],
)
def test_an_invoice_names_the_plan_as_its_reader_knows_it(told: Price, label: str, shown: str) -> None:
    [line] = wording.lines_of([{"label": label, "amount": 499}], told.plan, "az")

    assert line == {"label": shown, "amount": 499}
