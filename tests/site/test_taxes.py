"""From which country somebody buys: what is shown, charged, written in the ledger and printed is the same, to the cent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import stripe
from django.test import Client

from broadsheet.readers.models import User
from broadsheet.subscriptions import ledger, papers, taxes
from broadsheet.subscriptions.gateways import registry
from broadsheet.subscriptions.gateways.invoice import InvoiceGateway
from broadsheet.subscriptions.gateways.protocol import Gateway, Setup
from broadsheet.subscriptions.gateways.stripe import StripeGateway
from broadsheet.subscriptions.models import Checkout, Invoice, LedgerEntry, Plan, Price, Seller, TaxRate
from broadsheet.subscriptions.money import Money
from tests.factories import Paper
from tests.subscriptions.servers import KEY, SECRET, Sandbox

pytestmark = pytest.mark.django_db
RATES = {"AZ": ("ƏDV", 1800), "DE": ("MwSt", 1900), "HU": ("ÁFA", 2700)}
# Country, whether the price of 4.99 holds its tax, and what net, tax and total must be in cents.
CASES = [
    ("AZ", True, 423, 76, 499),
    ("DE", True, 419, 80, 499),
    ("HU", True, 393, 106, 499),
    ("JP", True, 499, 0, 499),
    ("AZ", False, 499, 90, 589),
    ("DE", False, 499, 95, 594),
    ("HU", False, 499, 135, 634),
    ("JP", False, 499, 0, 499),
]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    sandbox = Sandbox(tmp_path_factory.mktemp("sandbox"))
    yield sandbox
    sandbox.stop()


def use(monkeypatch: pytest.MonkeyPatch, gateway: Gateway) -> None:
    monkeypatch.setattr(registry, "get", lambda name: gateway)
    monkeypatch.setattr(registry, "default", lambda: gateway)


def adapter(server: Sandbox, **more: str) -> StripeGateway:
    server.control("reset", {})
    known = {"key": KEY, "webhook_secret": SECRET, "api_base": server.url, "paper": "test"}
    return StripeGateway(Setup("sandbox", {**known, **more}))


@pytest.fixture
def price(paper: Paper) -> Price:
    seller = Seller.current()
    seller.name, seller.country = "Qəzet MMC", "AZ"
    seller.save()
    for country, (name, rate) in RATES.items():
        TaxRate.objects.create(country=country, name=name, basis_points=rate)
    plan = Plan.objects.create(name="Digital", slug="digital", scopes=["stories"])
    return Price.objects.create(plan=plan, currency="EUR", amount=499)


def text(response: Any) -> str:
    return re.sub(r"\s+", " ", response.content.decode().replace("\xa0", " "))


def euros(amount: int) -> str:
    return Money(amount, "EUR").text("en")


def printed(invoice: Invoice, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The rows of an invoice's paper, and its parties' lines under `who`."""
    rows: dict[str, str] = {}
    draw, party = papers._Sheet._row, papers._party_lines

    def row(sheet: Any, label: str, amount: str, *, bold: bool = False) -> None:
        rows[label] = amount
        draw(sheet, label, amount, bold=bold)

    def lines(facts: dict[str, str], language: str) -> list[str]:
        rows["who"] = rows.get("who", "") + " ".join(party(facts, language))
        return party(facts, language)

    monkeypatch.setattr(papers._Sheet, "_row", row)
    monkeypatch.setattr(papers, "_party_lines", lines)
    assert papers.pdf(invoice, "en").startswith(b"%PDF")
    return rows


def check_books(country: str, net: int, tax: int, total: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Checkout, ledger, invoice and its paper say the same."""
    assert Checkout.objects.get().country == country
    bill = Invoice.objects.get()
    assert (bill.net, bill.tax, bill.total, bill.paid) == (net, tax, total, total)
    entries = [entry.facts for entry in LedgerEntry.objects.filter(kind="invoice")]
    names = ("net", "tax", "total", "country")
    assert {tuple(facts[name] for name in names) for facts in entries} == {(net, tax, total, country)}
    assert {facts["paid"] for facts in entries if facts["status"] == "paid"} == {total}
    rows = printed(bill, monkeypatch)
    assert (rows["Net"], rows["Total"], rows["Paid"]) == (euros(net), euros(total), euros(total))
    label = f"{RATES[country][0]} {RATES[country][1] / 100:g} %" if tax else ""
    assert rows.get(label) == (euros(tax) if tax else None)
    assert taxes.country_name(country, "en") in rows["who"]


@pytest.mark.parametrize(("country", "is_inclusive", "net", "tax", "total"), CASES)
def test_shown_charged_booked_and_printed_are_one(
    client: Client, server: Sandbox, monkeypatch: pytest.MonkeyPatch, price: Price,
    country: str, is_inclusive: bool, net: int, tax: int, total: int,
) -> None:  # fmt: skip
    use(monkeypatch, gateway := adapter(server))
    Price.objects.update(is_tax_inclusive=is_inclusive)
    told = {"price": price.pk, "email": "new@reader.example", "country": country}
    page = client.post("/subscribe/", {**told, "do": "country", "shown": "AZ"})
    assert page.status_code == 200
    assert f'plan__price">{euros(total)} a month<' in text(page)
    assert not Checkout.objects.exists()

    client.post("/subscribe/", {**told, "shown": country})
    checkout = Checkout.objects.get()
    assert server.pay(checkout.url) == 303
    assert client.get(f"/subscribe/done/{checkout.key}/").status_code == 303
    ledger.record(gateway.name, gateway.since(checkout.created_at.replace(microsecond=0)))

    api = stripe.StripeClient(KEY, base_addresses={"api": server.url})
    assert [charge.amount for charge in api.v1.charges.list().data] == [total]
    check_books(country, net, tax, total, monkeypatch)
    assert f"{euros(total)} a month" in text(client.get("/account/"))


@pytest.mark.parametrize(("country", "is_inclusive", "net", "tax", "total"), [CASES[1], CASES[5], CASES[7]])
def test_a_gift_costs_what_it_says(
    client: Client, server: Sandbox, monkeypatch: pytest.MonkeyPatch, price: Price,
    country: str, is_inclusive: bool, net: int, tax: int, total: int,
) -> None:  # fmt: skip
    use(monkeypatch, gateway := adapter(server))
    Price.objects.update(is_tax_inclusive=is_inclusive)
    told = {"plan": "digital", "currency": "EUR", "months": "1", "recipient": "friend@reader.example",
            "email": "giver@reader.example", "form": "f", "country": country}  # fmt: skip
    assert f"<b>{euros(total)}</b>" in text(client.post("/subscribe/gift/", {**told, "do": "country"}))
    client.post("/subscribe/gift/", {**told, "shown": country})
    checkout = Checkout.objects.get()
    assert checkout.amount == total
    assert server.pay(checkout.url) == 303
    client.get(f"/subscribe/done/{checkout.key}/")
    ledger.record(gateway.name, gateway.since(checkout.created_at.replace(microsecond=0)))
    check_books(country, net, tax, total, monkeypatch)


@pytest.mark.parametrize(("are_taxed", "tax"), [(False, 0), (True, 319)])
def test_a_donation_carries_tax_where_the_paper_says_so(
    client: Client, server: Sandbox, monkeypatch: pytest.MonkeyPatch, price: Price, are_taxed: bool, tax: int
) -> None:
    use(monkeypatch, gateway := adapter(server))
    seller = Seller.current()
    seller.are_donations_taxed = are_taxed
    seller.save()
    asked = text(client.get("/subscribe/donate/"))
    assert ('name="country"' in asked) is are_taxed
    told = {"other": "20", "currency": "EUR", "email": "giver@reader.example", "form": "f"}
    more = {"country": "DE", "shown": "DE"} if are_taxed else {}
    client.post("/subscribe/donate/", {**told, **more})
    checkout = Checkout.objects.get()
    server.pay(checkout.url)
    client.get(f"/subscribe/done/{checkout.key}/")
    ledger.record(gateway.name, gateway.since(checkout.created_at.replace(microsecond=0)))
    bill = Invoice.objects.get()
    assert (bill.net, bill.tax, bill.total) == (2000 - tax, tax, 2000)


@pytest.mark.parametrize(("country", "is_inclusive", "net", "tax", "total"), [CASES[2], CASES[6], CASES[7]])
def test_a_transfer_is_asked_for_with_the_buyers_tax(
    client: Client, monkeypatch: pytest.MonkeyPatch, price: Price,
    country: str, is_inclusive: bool, net: int, tax: int, total: int,
) -> None:  # fmt: skip
    use(monkeypatch, gateway := InvoiceGateway())
    Price.objects.update(is_tax_inclusive=is_inclusive)
    told = {"price": price.pk, "email": "new@reader.example", "country": country, "shown": country}
    client.post("/subscribe/", told)
    checkout = Checkout.objects.get()
    bill = Invoice.objects.get()
    assert (bill.net, bill.tax, bill.total) == (net, tax, total)
    gateway.record_payment(bill.ref, total, "EUR", checkout.created_at.date(), key="paid")
    check_books(country, net, tax, total, monkeypatch)


def test_another_country_with_another_price_is_shown_before_it_is_paid(
    client: Client, server: Sandbox, monkeypatch: pytest.MonkeyPatch, price: Price
) -> None:
    use(monkeypatch, adapter(server))
    Price.objects.update(is_tax_inclusive=False)
    told = {"price": price.pk, "email": "new@reader.example", "country": "DE"}
    page = client.post("/subscribe/", {**told, "shown": "AZ"})
    assert page.status_code == 422
    assert "In Germany the price is €5.94. Please look once more and go on." in text(page)
    assert 'name="shown" value="DE"' in text(page)
    assert not Checkout.objects.exists()
    assert client.post("/subscribe/", {**told, "shown": "DE"}).status_code == 200
    assert Checkout.objects.get().country == "DE"


@pytest.mark.parametrize("country", ["", "XX", "ZZ", "de", "Germany", "EU", "1e"])
def test_a_country_that_is_none_is_asked_for_again(client: Client, price: Price, country: str) -> None:
    told = {"price": price.pk, "email": "new@reader.example", "country": country, "shown": "AZ"}
    page = client.post("/subscribe/", told)
    assert page.status_code == 422
    assert "Please choose your country." in text(page)


def test_the_country_of_the_last_purchase_is_the_next_ones(client: Client, price: Price) -> None:
    assert '<option value="AZ" selected>' in text(client.get("/subscribe/"))
    reader = User.objects.create_user("known@reader.example")
    Checkout.objects.create(reader=reader, email=reader.email, gateway="x", state="paid", country="HU")
    Checkout.objects.create(reader=reader, email=reader.email, gateway="x", state="open", country="JP")
    client.force_login(reader)
    assert '<option value="HU" selected>' in text(client.get("/subscribe/"))
    assert '<option value="DE" selected>' in text(client.get("/subscribe/?country=DE"))


@pytest.mark.parametrize(("country", "is_inclusive", "net", "tax", "total"), CASES)
def test_the_gateways_own_reckoning_is_what_the_invoice_says(
    client: Client, server: Sandbox, monkeypatch: pytest.MonkeyPatch, settings: Any, price: Price,
    country: str, is_inclusive: bool, net: int, tax: int, total: int,
) -> None:  # fmt: skip
    """`gateway_tax = "automatic"`: by the address on the payment page, whatever was said on the offer."""
    use(monkeypatch, gateway := adapter(server, tax="automatic"))
    settings.BROADSHEET_GATEWAY_SETTINGS = {settings.PAPER.gateway: {"tax": "automatic"}}
    api = stripe.StripeClient(KEY, base_addresses={"api": server.url})
    for code, (name, rate) in RATES.items():
        api.v1.tax_rates.create(
            {"display_name": name, "percentage": rate / 100, "inclusive": False, "country": code}
        )
    Price.objects.update(is_tax_inclusive=is_inclusive)
    page = text(client.get("/subscribe/?country=AZ"))
    assert ("Tax is included." if is_inclusive else "Tax is added at payment.") in page
    assert "€4.99 a month" in page
    told = {"price": price.pk, "email": "new@reader.example", "country": "AZ", "shown": "AZ"}
    client.post("/subscribe/", told)
    checkout = Checkout.objects.get()
    assert server.pay(checkout.url, country="") == 402
    assert server.pay(checkout.url, country=country) == 303
    assert client.get(f"/subscribe/done/{checkout.key}/").status_code == 303
    ledger.record(gateway.name, gateway.since(checkout.created_at.replace(microsecond=0)))

    assert [charge.amount for charge in api.v1.charges.list().data if charge.paid] == [total]
    bill = Invoice.objects.get()
    assert (bill.net, bill.tax, bill.total, bill.paid) == (net, tax, total, total)
    assert bill.buyer["country"] == country
    rows = printed(bill, monkeypatch)
    assert (rows["Net"], rows["Total"]) == (euros(net), euros(total))
    assert [rows[label] for label in rows if label.startswith("Tax")] == ([euros(tax)] if tax else [])
    assert taxes.country_name(country, "en") in rows["who"]
