from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from broadsheet.paywall import Pass, decode_pass, encode_pass
from broadsheet.readers import passes
from broadsheet.readers.models import User
from broadsheet.readers.services import entry_path

pytestmark = pytest.mark.django_db


@pytest.fixture
def chief(db):
    return User.objects.create_superuser("chief@paper.example", first_name="Nadia")


def held(client):
    return decode_pass(client.cookies["bs_pass"].value, settings.BROADSHEET_KEYS)


def test_a_stranger_is_told_nothing_and_asked_nothing(client):
    answer = client.get("/account/me")

    assert answer.json() == {}
    assert {"private", "no-store"} <= set(answer.headers["Cache-Control"].split(", "))
    assert "bs_pass" not in client.cookies


def test_whoever_logs_in_by_link_gets_a_pass_that_outlives_nothing(client, chief):
    client.post(entry_path(chief))

    assert held(client).scopes == {"stories"}
    assert held(client).expires < timezone.now() + timedelta(minutes=15)
    assert client.get("/account/me").json() == {"name": "Nadia", "is_subscriber": True, "has_newsroom": True}


def test_a_registered_reader_has_a_pass_without_scopes(client):
    user = User.objects.create_user("reader@paper.example")
    client.force_login(user)

    client.post("/account/renew")

    assert held(client) is not None
    assert held(client).scopes == frozenset()


def test_a_pass_is_renewed_for_a_log_in_and_taken_from_anybody_else(client, chief):
    old = Pass(chief.pk, frozenset({"stories"}), timezone.now() - timedelta(minutes=9))
    client.cookies["bs_pass"] = encode_pass(old, settings.BROADSHEET_KEYS)

    assert client.post("/account/renew").status_code == 401
    assert client.cookies["bs_pass"].value == ""

    client.force_login(chief)
    assert client.post("/account/renew").status_code == 204
    assert held(client).expires > timezone.now() + timedelta(minutes=10)
    assert client.get("/account/renew").status_code == 405


def test_logging_out_of_the_newsroom_ends_the_pass(client, chief):
    client.force_login(chief)
    client.get("/newsroom/")
    assert held(client).reader == chief.pk

    client.post("/newsroom/logout/")

    assert client.cookies["bs_pass"].value == ""


def test_an_app_may_say_what_a_reader_has_paid_for(client, monkeypatch):
    monkeypatch.setattr(passes, "_scopes", [lambda user: frozenset({"stories", "archive"})])

    assert passes.pass_for(User.objects.create_user("r@paper.example")).scopes == {"stories", "archive"}


def gift_view(request, story=7):
    from django.http import HttpResponse

    response = HttpResponse()
    passes.grant_story(request, response, story, timezone.now() + timedelta(minutes=60))
    return response


def given(client):
    """What a gift link's view does in the session of `client`."""
    from django.contrib.auth.models import AnonymousUser
    from django.contrib.sessions.backends.db import SessionStore
    from django.test import RequestFactory

    request = RequestFactory().get("/account/gift")
    request.user, request.session = AnonymousUser(), SessionStore()
    response = gift_view(request)
    request.session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = request.session.session_key
    client.cookies["bs_pass"] = response.cookies["bs_pass"].value
    return response


def test_a_gift_opens_its_story_to_a_stranger_and_is_renewed(client):
    given(client)
    assert (held(client).reader, held(client).scopes) == (0, {"story:7"})

    del client.cookies["bs_pass"]
    assert client.post("/account/renew").status_code == 204
    assert held(client).scopes == {"story:7"}
    assert "bs_in" not in client.cookies


def test_a_gift_ends_when_it_was_said_to(client):
    given(client)
    session = client.session
    session[passes.GIFTS] = {"7": 1}
    session.save()

    assert client.post("/account/renew").status_code == 401


def test_a_gift_stays_with_whoever_logs_in(client, chief):
    given(client)
    client.post(entry_path(chief))

    assert held(client).scopes == {"stories", "story:7"}
