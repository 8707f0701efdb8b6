"""The newsroom's door: a second factor in each session, and owners asked again; and acts of the account that ask."""

import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.contrib.auth.models import Group
from django.db import transaction
from django.test import Client
from django.utils import timezone

from broadsheet.newsroom.roles import Role, install_roles
from broadsheet.readers.models import User
from broadsheet.readers.services import entry_path

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _asked(settings):
    settings.BROADSHEET_SECOND_FACTOR = True


@pytest.fixture
def chief(paper):
    return User.objects.create_superuser("chief@paper.example", first_name="Nadia")


def code_of(secret):
    counter = int(time.time()) // 30
    return totp.format_hotp_value(totp.hotp_value(secret, counter))


@pytest.fixture(autouse=True)
def _at_once(monkeypatch):
    """What waits for the commit happens now: each test is one transaction that is never committed."""
    monkeypatch.setattr(transaction, "on_commit", lambda act, **_: act())


def enrol(client):
    client.get("/account/2fa/totp/activate/")
    secret = client.session["mfa.totp.secret"]
    client.post("/account/2fa/totp/activate/", {"code": code_of(secret)})
    return secret


def test_staff_are_led_to_a_second_factor_before_the_newsroom_opens(client, chief):
    client.post(entry_path(chief))

    first = client.get("/newsroom/")
    assert first.headers["Location"].startswith("/account/enrol/")
    assert client.get(first.headers["Location"]).status_code == 200
    secret = enrol(client)

    assert secret
    assert client.get("/newsroom/").status_code == 200


def test_every_later_session_shows_it_again(client, chief, enter):
    client.post(entry_path(chief))
    secret = enrol(client)
    Authenticator.objects.update(last_used_at=timezone.now())
    other = Client()

    other.post(entry_path(User.objects.get(pk=chief.pk)))
    stopped = other.get("/newsroom/")

    assert stopped.headers["Location"] == "/account/2fa/reauthenticate/?next=%2Fnewsroom%2F"
    before = other.session.session_key
    other.get(stopped.headers["Location"])
    from django.core.cache import cache

    cache.clear()
    back = other.post("/account/2fa/reauthenticate/", {"code": code_of(secret), "next": "/newsroom/"})
    assert back.headers["Location"] == "/newsroom/"
    assert other.session.session_key != before
    assert other.get("/newsroom/").status_code == 200


def test_a_log_in_by_code_asks_for_the_factor_before_it_lets_anybody_in(client, chief, last_code):
    client.post(entry_path(chief))
    secret = enrol(client)
    other = Client()
    from django.core.cache import cache

    cache.clear()
    other.post("/account/login/code/", {"email": chief.email, "next": "/newsroom/"})
    second = other.post("/account/login/code/confirm/", {"code": last_code(), "next": "/newsroom/"})

    assert second.headers["Location"].startswith("/account/2fa/authenticate/")
    assert "_auth_user_id" not in other.session
    done = other.post("/account/2fa/authenticate/", {"code": code_of(secret)})
    assert done.headers["Location"] == "/newsroom/"
    assert other.get("/newsroom/").status_code == 200


def test_owners_are_asked_again_before_they_change_who_may_do_what(client, chief):
    client.post(entry_path(chief))
    enrol(client)
    assert client.get("/newsroom/users/").status_code == 200
    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] -= 3600
    session.save()

    assert client.get("/newsroom/").status_code == 200
    for address in ("/newsroom/users/", "/newsroom/groups/", "/newsroom/settings/x/"):
        assert client.post(address).headers["Location"].startswith("/account/2fa/reauthenticate/")


def test_a_reporter_without_a_factor_stays_outside_on_every_road(client, paper):
    install_roles(paper.fronts.values())
    user = User.objects.create_user("r@paper.example")
    user.groups.add(Group.objects.get(name=str(Role.REPORTER)))
    client.force_login(user)

    for address in (
        "/newsroom/",
        "/newsroom/pages/",
        "/newsroom/api/main/pages/",
        "/newsroom/images/",
        "/newsroom/nothing/",
    ):
        assert client.get(address).headers["Location"].startswith("/account/enrol/"), address
    assert client.post("/newsroom/logout/").status_code == 302


def test_a_reader_is_told_instead_of_sent_in_circles(client, paper, enter):
    enter(client=client)

    page = client.get("/newsroom/", follow=True)

    assert page.redirect_chain == [("/account/", 302)]
    assert "no access to the newsroom" in page.text


def test_the_newsroom_s_own_log_in_is_ours(client, paper):
    answer = client.get("/newsroom/login/?next=/newsroom/pages/")

    assert answer.headers["Location"] == "/account/login/?next=/newsroom/pages/"
    assert client.get("/newsroom/pages/").headers["Location"].startswith("/account/login/")


def test_secrets_of_factors_are_sealed_where_they_are_kept(client, chief):
    client.post(entry_path(chief))
    secret = enrol(client)

    kept = Authenticator.objects.get(type=Authenticator.Type.TOTP)
    assert secret not in str(kept.data)


@pytest.mark.parametrize(
    "address",
    ["/account/delete/", "/account/export/", "/account/email/", "/account/password/set/", "/account/2fa/totp/activate/",
     "/account/2fa/webauthn/add/"],
)  # fmt: skip
def test_an_old_session_answers_by_mail_before_an_act_that_matters(client, paper, enter, last_code, address):
    enter(client=client)
    assert client.get(address).status_code == 200
    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] -= 3600
    session.save()

    asked = client.get(address)
    assert asked.headers["Location"].startswith("/account/reauthenticate/code/")
    client.post(asked.headers["Location"], {"send": "1"})
    assert client.post(asked.headers["Location"], {"code": "WRONG"}).status_code == 422
    before = client.session.session_key
    back = client.post(asked.headers["Location"], {"code": last_code()})

    assert back.headers["Location"] == address
    assert client.session.session_key != before
    assert client.get(address).status_code == 200


def test_a_mailbox_does_not_stand_in_for_a_password(client, paper, enter):
    enter(client=client)
    user = User.objects.get(email="reader@paper.example")
    client.post(
        "/account/password/set/", {"password1": "correct horse battery", "password2": "correct horse battery"}
    )
    user.refresh_from_db()
    assert user.has_usable_password()

    assert client.get("/account/reauthenticate/code/").headers["Location"] == "/account/reauthenticate/"


def test_a_new_address_counts_once_its_mailbox_has_answered(client, paper, enter, last_code):
    enter(client=client)

    client.post("/account/email/", {"email": "new@paper.example", "action_add": ""})
    assert User.objects.filter(email="reader@paper.example").exists()
    client.post("/account/confirm-email/", {"code": last_code()})

    assert [user.email for user in User.objects.all()] == ["new@paper.example"]
