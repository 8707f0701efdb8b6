"""One reader, two devices, the same plan: one page, one subscription, one charge that is kept. Over HTTP, through the edge."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest

from .selling import Device, Paper, settled

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("a paper that sells")]


@pytest.fixture
def paper(selling_paper: Paper) -> Paper:
    return selling_paper


def price(paper: Paper, plan: str = "web", interval: str = "month") -> str:
    return paper.ask(
        "from broadsheet.subscriptions.models import Price\n"
        f"print(Price.objects.get(plan__slug={plan!r}, interval={interval!r}).pk)"
    )


def books(paper: Paper, email: str) -> dict[str, Any]:
    """What the paper has written down about one reader."""
    said = paper.ask(f"""
import json
from broadsheet.readers.models import User
from broadsheet.subscriptions.models import *
reader = User.objects.get(email={email!r})
rows = Subscription.objects.filter(reader=reader).exclude(started_at=None)
bills = Invoice.objects.filter(reader=reader)
print(json.dumps({{
    "statuses": sorted(rows.values_list("status", flat=True)),
    "paid": sorted(bills.filter(kind="invoice", state="paid").values_list("paid", flat=True)),
    "given": sorted(-total for total in bills.filter(kind="credit_note").values_list("total", flat=True)),
    "refunds": LedgerEntry.objects.filter(kind="refund", payment_ref__in=LedgerEntry.objects.filter(
        invoice_ref__in=bills.values("ref")).values("payment_ref")).values("subject").distinct().count(),
    "mails": sorted(set(Notice.objects.filter(reader=reader).exclude(sent_at=None).values_list("kind", flat=True))),
}}))""")
    found: dict[str, Any] = json.loads(said)
    return found


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """All of them at the same moment, each in a thread of its own."""
    gate = Barrier(len(acts))

    def go(act: Callable[[], Any]) -> Any:
        gate.wait()
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(go, acts))


def charges(paper: Paper, email: str) -> tuple[int, int]:
    """What the sandbox took of this person, and what it gave back; each in cents."""
    client = paper.stripe()
    owners = {one.id for one in client.v1.customers.list({"email": email}).data}
    found = [
        one for one in client.v1.charges.list({"limit": 100}).data if one.customer in owners and one.paid
    ]
    return sum(one.amount for one in found), sum(one.amount_refunded for one in found)


def test_two_devices_that_pay_at_once_pay_once(paper: Paper) -> None:
    email, wanted = f"two-{uuid4().hex[:6]}@reader.example", price(paper)
    one, two = Device(paper), Device(paper)
    first, second = at_once(lambda: one.wish(email, wanted), lambda: two.wish(email, wanted))
    assert first == second
    back = at_once(lambda: one.pay(first), lambda: two.pay(second))
    assert [answer.status_code for answer in back] == [200, 200]
    assert settled(lambda: books(paper, email)["statuses"], ["active"]) == ["active"]
    assert charges(paper, email) == (499, 0)
    assert books(paper, email)["paid"] == [499]


def test_another_interval_closes_the_other_devices_page(paper: Paper) -> None:
    email = f"two-{uuid4().hex[:6]}@reader.example"
    one, two = Device(paper), Device(paper)
    first = one.wish(email, price(paper))
    second = two.wish(email, price(paper, interval="year"))
    assert first != second
    assert one.pay(first).status_code == 410
    two.pay(second)
    assert settled(lambda: books(paper, email)["statuses"], ["active"]) == ["active"]
    assert charges(paper, email) == (4990, 0)


def test_who_was_paid_for_meanwhile_is_told_so(paper: Paper) -> None:
    email = f"two-{uuid4().hex[:6]}@reader.example"
    one, two = Device(paper), Device(paper)
    one.http.post(
        one.wish(email, price(paper)),
        {"card": "4242424242424242", "country": "AZ", "expiry": "12/39"},
        allow_redirects=False,
        timeout=60,
    )
    said = two.send("/subscribe/", email=email, price=price(paper, interval="year"))
    assert said.status_code == 422
    assert "There is a subscription already" in said.text


def test_a_second_payment_behind_our_back_is_given_back_by_itself(paper: Paper) -> None:
    email, wanted = f"two-{uuid4().hex[:6]}@reader.example", price(paper)
    one, two = Device(paper), Device(paper)
    first = one.wish(email, wanted)
    # As if two pages had been open before there were holds.
    paper.ask("from broadsheet.subscriptions.models import Checkout\nCheckout.objects.update(hold=None)")
    second = two.wish(email, wanted)
    assert first != second
    at_once(lambda: one.pay(first), lambda: two.pay(second))

    end = {"statuses": ["active", "expired"], "paid": [499, 499], "given": [499], "refunds": 1}
    told = settled(lambda: {name: books(paper, email)[name] for name in end}, end, 120)
    assert told == end
    assert charges(paper, email) == (998, 499)
    assert settled(lambda: "double_payment" in books(paper, email)["mails"], True)
    mails = books(paper, email)["mails"]
    assert "credit_note" in mails
    assert not {"ended", "win_back"} & set(mails)
    assert "You paid twice" in paper.mails()
