"""What subscribers do with what they have: pausing, changing, leaving, giving, sitting together."""

from __future__ import annotations

import re
import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.utils import timezone

from broadsheet.readers import privacy
from broadsheet.readers.models import User
from broadsheet.subscriptions import gifts, groups, keeping
from broadsheet.subscriptions.entitlements import scopes_of
from broadsheet.subscriptions.models import (
    Checkout,
    Departure,
    Donation,
    Gift,
    GiftLink,
    Grant,
    Group,
    Notice,
    Plan,
    Price,
    PromotionCode,
    Seller,
    Subscription,
)
from tests.factories import Paper
from tests.subscriptions.fake_gateway import FakeGateway

pytestmark = pytest.mark.django_db


@pytest.fixture
def subscriber(paper: Paper, gateway: FakeGateway, price: Price, client: Client) -> Subscription:
    """A reader who has paid, logged in here."""
    client.post("/subscribe/", {"price": price.pk, "email": "sub@reader.example"})
    checkout = Checkout.objects.get()
    gateway.pay(checkout.ref)
    client.get(f"/subscribe/done/{checkout.key}/")
    return Subscription.objects.get()


def text(response: Any) -> str:
    return re.sub(r"\s+", " ", response.content.decode().replace("\xa0", " "))


def act(client: Client, what: str, **more: Any) -> Any:
    return client.post(f"/subscribe/mine/{what}/", {"key": uuid.uuid4(), **more})


def test_the_account_says_how_things_stand(client: Client, subscriber: Subscription) -> None:
    page = text(client.get("/account/"))
    for words in ("Digital", "active", "€4.99 a month", "Next charge", "Take a break", "Payment method"):
        assert words in page, words
    assert client.get("/account/me").json()["subscription"] == "active"


def test_two_clicks_cancel_and_it_stays_open(
    client: Client, subscriber: Subscription, gateway: FakeGateway
) -> None:
    assert "Cancel my subscription" in text(client.get("/subscribe/mine/cancel/"))
    page = act(client, "cancel", reason="price", note="Too dear")
    assert "Your subscription is cancelled" in text(page)
    subscriber.refresh_from_db()
    assert subscriber.status == "cancelled"
    assert subscriber.reader is not None
    assert scopes_of(subscriber.reader) == {"stories"}
    assert Departure.objects.get().reason == "price"
    assert "Keep my subscription" in text(client.get("/account/"))

    act(client, "keep")
    subscriber.refresh_from_db()
    assert subscriber.status == "active"


def test_a_form_sent_twice_acts_once(client: Client, subscriber: Subscription, gateway: FakeGateway) -> None:
    key = uuid.uuid4()
    for _ in range(3):
        act(client, "pause", months="2", key=key)
    assert len(gateway.calls) == 1
    subscriber.refresh_from_db()
    assert subscriber.status == "paused"


@pytest.mark.parametrize("what", ["pause", "resume", "keep", "stay", "payment"])
def test_no_get_changes_anything(client: Client, subscriber: Subscription, what: str) -> None:
    assert client.get(f"/subscribe/mine/{what}/").status_code == 405


def test_when_the_gateway_is_away_nothing_is_said_to_be_done(
    client: Client, subscriber: Subscription, gateway: FakeGateway
) -> None:
    gateway.is_away = True
    page = act(client, "cancel", reason="price")
    assert "does not answer" in text(page)
    assert not Departure.objects.exists()
    assert subscriber.status == "active"


def test_a_plan_is_changed_in_its_own_currency_only(
    client: Client, subscriber: Subscription, gateway: FakeGateway
) -> None:
    other = Plan.objects.create(name="All", slug="all", scopes=["stories", "archive"])
    euros = Price.objects.create(plan=other, currency="EUR", amount=999)
    manat = Price.objects.create(plan=other, currency="AZN", amount=999)
    assert act(client, "change", price=manat.pk).status_code == 422
    page = text(client.get("/subscribe/mine/change/"))
    assert "€9.99 a month" in page
    assert "more than now" in page
    assert "You are shown what is charged before you confirm." in page
    asked = text(act(client, "change", price=euros.pk))
    assert "Charged now: €2.50" in asked
    assert "After that it is €9.99 a month." in asked
    assert not gateway.calls
    assert act(client, "change", price=euros.pk, quote=seal(asked)).status_code == 302
    subscriber.refresh_from_db()
    assert subscriber.price == euros
    assert isinstance(gateway.moments[0], datetime)


def test_a_quote_is_good_for_its_own_choice_only(
    client: Client, subscriber: Subscription, gateway: FakeGateway
) -> None:
    plan = Plan.objects.create(name="All", slug="all", scopes=["stories"])
    one = Price.objects.create(plan=plan, currency="EUR", amount=999)
    other = Price.objects.create(plan=plan, interval="year", currency="EUR", amount=9990)
    on_top = Plan.objects.create(name="Net", slug="net", scopes=["stories"])
    net = Price.objects.create(plan=on_top, currency="EUR", amount=999, is_tax_inclusive=False)
    sealed = seal(text(act(client, "change", price=one.pk)))
    for price, quote in ((other.pk, sealed), (one.pk, sealed[:-2]), (one.pk, "x"), (one.pk, "")):
        assert "Confirm the change" in text(act(client, "change", price=price, quote=quote))
    assert act(client, "change", price=net.pk).status_code == 422
    assert not gateway.calls


def seal(page: str) -> str:
    found = re.search(r'name="quote" value="([^"]+)"', page)
    assert found
    return found[1]


def test_who_is_about_to_go_is_made_one_offer(
    client: Client, subscriber: Subscription, gateway: FakeGateway
) -> None:
    seller = Seller.current()
    seller.retention_code = PromotionCode.objects.create(code="STAY", percent_off=50, periods=3)
    seller.save()
    assert "Would 50 % less change your mind?" in text(client.get("/subscribe/mine/cancel/"))
    assert act(client, "stay").status_code == 302
    assert len(gateway.calls) == 1
    assert "change your mind" not in text(client.get("/subscribe/mine/cancel/"))


def test_the_portal_is_the_gateways(client: Client, subscriber: Subscription) -> None:
    assert "https://portal.example/cus_" in text(act(client, "payment"))


def test_others_have_nothing_to_do_with_it(subscriber: Subscription) -> None:
    stranger = Client()
    for what in ("pause", "cancel", "payment"):
        assert act(stranger, what).status_code == 302
    other = User.objects.create_user("other@reader.example")
    stranger.force_login(other)
    act(stranger, "pause", months="1")
    subscriber.refresh_from_db()
    assert subscriber.status == "active"


def gift_form(**more: str) -> dict[str, str]:
    return {
        "plan": "digital",
        "currency": "EUR",
        "months": "3",
        "recipient": "friend@reader.example",
        "giver": "Aysel",
        "message": "Read this!",
        "email": "giver@reader.example",
        "form": "one",
        **more,
    }


def test_a_gift_is_paid_mailed_on_its_day_and_redeemed_once(
    client: Client, paper: Paper, gateway: FakeGateway, price: Price
) -> None:
    day = timezone.localdate() + timedelta(days=10)
    for _ in range(2):
        assert client.post("/subscribe/gift/", gift_form(day=day.isoformat())).status_code == 200
    order = next(iter(gateway.orders.values()))
    assert (len(gateway.orders), order.amount, order.currency, order.terms) == (1, 1497, "EUR", None)
    checkout = Checkout.objects.get()
    gateway.pay(checkout.ref)
    for _ in range(2):
        assert "Your gift is paid" in text(client.get(f"/subscribe/done/{checkout.key}/"))
    mail = Notice.objects.get(kind="gift")
    assert timezone.localdate(mail.due_at) == day
    code = mail.facts["address"].partition("?code=")[2]
    assert code not in str(Gift.objects.values().get())

    friend = User.objects.create_user("friend@reader.example")
    client.force_login(friend)
    assert code in text(client.get(f"/subscribe/redeem/?code={code}"))
    assert not Grant.objects.exists()
    assert "It is yours" in text(client.post("/subscribe/redeem/", {"code": code.lower()}))
    assert scopes_of(friend) == {"stories"}
    again = client.post("/subscribe/redeem/", {"code": code})
    assert again.status_code == 422
    assert Grant.objects.get().ends_at == gifts.months_after(Grant.objects.get().starts_at, 3)


def test_codes_can_not_be_guessed_at_leisure(client: Client, paper: Paper, gateway: FakeGateway) -> None:
    answers = [client.post("/subscribe/redeem/", {"code": f"GUESS-{n}"}).status_code for n in range(12)]
    assert answers == [422] * 10 + [429] * 2


@pytest.mark.parametrize(
    "wrong", [{"months": "2"}, {"recipient": "x"}, {"day": "2001-01-01"}, {"day": "soon"}, {"email": ""}]
)
def test_a_gift_that_makes_no_sense_is_refused_in_words(
    client: Client, paper: Paper, gateway: FakeGateway, price: Price, wrong: dict[str, str]
) -> None:
    page = client.post("/subscribe/gift/", gift_form(**wrong))
    assert page.status_code == 422
    assert 'role="alert"' in text(page)
    assert not gateway.orders


def test_a_donation_is_charged_once(client: Client, paper: Paper, gateway: FakeGateway, price: Price) -> None:
    form = {"other": "7.50", "currency": "EUR", "email": "kind@reader.example", "form": "one"}
    for _ in range(2):
        client.post("/subscribe/donate/", form)
    assert [order.amount for order in gateway.orders.values()] == [750]
    checkout = Checkout.objects.get()
    gateway.pay(checkout.ref)
    client.get(f"/subscribe/done/{checkout.key}/")
    assert Donation.objects.get().amount == 750
    for wrong in ("0", "1e9", "-5", "7.505", "lots"):
        assert client.post("/subscribe/donate/", {**form, "other": wrong}).status_code == 422, wrong


def test_a_story_is_given_so_often_a_month_and_opens_for_a_friend(
    client: Client, subscriber: Subscription, paper: Paper
) -> None:
    story = paper.story("Walled", slug="walled", access="subscribers")
    seller = Seller.current()
    seller.gift_links_a_month = 1
    seller.save()
    page = text(client.post("/subscribe/links/", {"story": story.pk}))
    address = re.search(r"http://testserver(/subscribe/open/[^\"]+)", page)
    assert address
    assert client.post("/subscribe/links/", {"story": story.pk}).status_code == 422

    friend = Client()
    assert "Third paragraph" not in text(friend.get("/nation/walled/"))
    assert friend.get(address[1])["Location"] == "/nation/walled/"
    assert "Third paragraph" in text(friend.get("/nation/walled/"))
    assert GiftLink.objects.get().openings == 1
    GiftLink.objects.update(ends_at=timezone.now())
    assert Client().get(address[1]).status_code == 410


def test_only_subscribers_give(client: Client, paper: Paper, gateway: FakeGateway) -> None:
    story = paper.story("Walled", slug="walled", access="subscribers")
    client.force_login(User.objects.create_user("free@reader.example"))
    assert client.post("/subscribe/links/", {"story": story.pk}).status_code == 422
    assert not GiftLink.objects.exists()


@pytest.fixture
def group(paper: Paper, price: Price) -> Group:
    manager = User.objects.create_user("manager@firm.example")
    return Group.objects.create(
        name="Firm",
        plan=price.plan,
        manager=manager,
        seats=2,
        starts_at=timezone.now(),
        domains="uni.example",
    )


def test_a_manager_gives_out_seats_and_no_more_than_there_are(client: Client, group: Group) -> None:
    assert group.manager is not None
    client.force_login(group.manager)
    address = f"/subscribe/groups/{group.pk}/"
    assert client.post(address, {"addresses": "a@x.example\nb@x.example\nc@x.example"}).status_code == 422
    assert not group.taken_seats.exists()
    assert client.post(address, {"addresses": "a@x.example, a@x.example"}).status_code == 200
    mail = Notice.objects.get(kind="seat")

    path = mail.facts["address"].removeprefix("http://testserver")
    sitter = Client()
    person = User.objects.create_user("someone@else.example")
    assert sitter.get(path).status_code == 200
    assert not group.taken_seats.exclude(reader=None).exists()
    sitter.force_login(person)
    assert "Your seat is taken" in text(sitter.post(path))
    assert scopes_of(person) == {"stories"}
    other = Client()
    other.force_login(User.objects.create_user("third@else.example"))
    assert other.post(path).status_code == 422
    client.post(f"{address}remove/", {"seat": group.taken_seats.get().pk})
    assert scopes_of(person) == frozenset()
    assert sitter.get(path).status_code == 410


def test_a_group_is_its_managers_alone(client: Client, group: Group) -> None:
    client.force_login(User.objects.create_user("nosy@firm.example"))
    assert client.get(f"/subscribe/groups/{group.pk}/").status_code == 404


def test_a_domain_opens_for_proved_addresses_only(group: Group) -> None:
    student = User.objects.create_user("student@uni.example", last_login=timezone.now())
    assert scopes_of(student) == frozenset()
    EmailAddress.objects.create(user=student, email=student.email, verified=True, primary=True)
    assert scopes_of(student) == {"stories"}


def test_who_is_forgotten_is_charged_no_more_and_bills_stay(
    subscriber: Subscription, gateway: FakeGateway
) -> None:
    reader = subscriber.reader
    assert reader is not None
    assert keeping.gathered(reader)["subscriptions"][0]["status"] == "active"
    gateway.is_away = True
    with pytest.raises(Exception, match="away"):
        keeping.erase(reader)
    assert Checkout.objects.get().email == "sub@reader.example"
    gateway.is_away = False
    for _ in range(2):
        keeping.erase(reader)
    subscriber.refresh_from_db()
    assert subscriber.status == "expired"
    assert "sub@reader.example" not in str(list(Checkout.objects.values()))
    assert any(key.startswith("forget-") for key in gateway.calls)
    assert privacy.kept_by_law()


def test_an_account_that_was_paid_for_is_not_tidied_away(subscriber: Subscription) -> None:
    people = User.objects.filter(pk=subscriber.reader_id)
    assert not keeping.owning_nothing(people).exists()
    assert keeping.owning_nothing(User.objects.exclude(pk=subscriber.reader_id)).count() == (
        User.objects.count() - 1
    )


def test_the_seat_of_an_invitation_can_not_be_forged(group: Group) -> None:
    assert groups.seat_of("x:y:z") is None
