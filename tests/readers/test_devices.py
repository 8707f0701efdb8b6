"""Where one is logged in, ending that, and on how many devices a subscription opens stories."""

import pytest
from django.conf import settings as django_settings
from django.db import transaction
from django.test import Client

from broadsheet.paywall import decode_pass
from broadsheet.readers import devices, passes, services, signals
from broadsheet.readers.models import User

pytestmark = pytest.mark.django_db
ANDROID = "Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0"


@pytest.fixture
def heard():
    told = []

    def hear(reader_id, at, **_):
        told.append((reader_id, at))

    signals.signed_out_everywhere.connect(hear)
    yield told
    signals.signed_out_everywhere.disconnect(hear)


@pytest.fixture(autouse=True)
def _at_once(monkeypatch):
    """What waits for the commit happens now: each test is one transaction that is never committed."""
    monkeypatch.setattr(transaction, "on_commit", lambda act, **_: act())


def scopes(client):
    client.post("/account/renew")
    return decode_pass(client.cookies["bs_pass"].value, django_settings.BROADSHEET_KEYS).scopes


@pytest.fixture
def subscribed(monkeypatch):
    monkeypatch.setattr(passes, "_scopes", [lambda user: frozenset({"stories"})])


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (ANDROID, "Firefox, Android"),
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/141.0 Safari/537.36 Edg/141.0",
            "Edge, Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1",
            "Safari, iPhone",
        ),
        ("", "Unknown device"),
    ],
)
def test_devices_have_names_that_their_owner_knows(agent, name):
    assert devices.name_of(agent) == name


def test_the_list_shows_every_device_and_marks_this_one(paper, enter):
    enter(client=Client(HTTP_USER_AGENT=ANDROID))
    here = enter(client=Client(HTTP_USER_AGENT="Mozilla/5.0 (X11; Linux) Chrome/141.0 Safari/537.36"))

    page = here.get("/account/sessions/").text

    assert "Firefox, Android" in page
    assert page.index("Chrome, Linux") < page.index("this device") < page.index("Firefox, Android")


def test_one_device_is_signed_out_and_no_other_reader_s(paper, enter):
    there, here, stranger = enter(), enter(), enter("other@paper.example")
    user = User.objects.get(email="reader@paper.example")
    old = devices.living(user)[-1]
    foreign = devices.living(User.objects.get(email="other@paper.example"))[0]

    here.post(f"/account/sessions/{old.pk}/end/")
    here.post(f"/account/sessions/{foreign.pk}/end/")

    assert there.post("/account/renew").status_code == 401
    assert here.post("/account/renew").status_code == 204
    assert stranger.post("/account/renew").status_code == 204


def test_signing_out_everywhere_ends_all_and_is_told(paper, enter, heard):
    there, here = enter(), enter()
    unlisted = Client()
    user = User.objects.get(email="reader@paper.example")
    unlisted.force_login(user)

    here.post("/account/sessions/end-all/")

    assert [client.post("/account/renew").status_code for client in (there, here, unlisted)] == [401] * 3
    assert [reader for reader, _ in heard] == [user.pk]


def test_a_changed_password_is_told_however_it_was_changed(reader, heard):
    reader.set_password("one")
    reader.save()
    reader.first_name = "Other"
    reader.save()

    assert [who for who, _ in heard] == [reader.pk]


def test_only_the_newest_log_ins_open_paid_stories(paper, enter, subscribed, settings):
    settings.BROADSHEET_DEVICE_LIMIT = 2
    first, second, third = enter(), enter(), enter()

    assert [scopes(client) for client in (first, second, third)] == [{"devices"}, {"stories"}, {"stories"}]
    assert first.get("/account/me").json()["is_over_device_limit"] is True
    assert "is_over_device_limit" not in third.get("/account/me").json()
    assert "over the limit" in first.get("/account/sessions/").text
    third.post("/account/logout/")
    assert scopes(first) == {"stories"}


def test_signing_out_a_device_on_the_way_from_a_wall_opens_the_story_at_once(
    paper, enter, subscribed, settings
):
    settings.BROADSHEET_DEVICE_LIMIT = 1
    first, second = enter(), enter()
    scopes(first)
    page = first.get("/account/sessions/?next=/nation/flood/")
    other = next(device for device in page.context["devices"] if not device.is_current)
    after = first.post(f"/account/sessions/{other.id}/end/", {"next": "/nation/flood/"}, follow=True)

    held = decode_pass(first.cookies["bs_pass"].value, django_settings.BROADSHEET_KEYS)
    assert held.scopes == {"stories"}
    assert 'href="/nation/flood/"' in after.text
    assert second.post("/account/renew").status_code == 401
    assert 'href="https://evil' not in first.get("/account/sessions/?next=https://evil.example/").text


def test_an_app_may_allow_more_devices(reader, monkeypatch, settings):
    settings.BROADSHEET_DEVICE_LIMIT = 2
    monkeypatch.setattr(devices, "_limits", [lambda user: None, lambda user: 5])

    assert devices.limit_for(reader) == 5


def test_the_epoch_leaves_other_readers_alone(reader):
    before = reader.get_session_auth_hash()
    services.sign_out_everywhere(reader)

    assert reader.get_session_auth_hash() != before
