"""Logging in at a provider: who gets in, who doesn't, and what is kept. Everything goes over real HTTP."""

from __future__ import annotations

import time
from datetime import timedelta

import jwt
import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.contrib.auth.models import Group
from django.core import mail
from django.test import Client
from django.utils import timezone

from broadsheet.readers import privacy
from broadsheet.readers.models import Erasure, User
from tests.readers.social.provider import FORGED, RUTH

pytestmark = pytest.mark.django_db
STORY = "/nation/a-story/"
START = "/account/oidc/club/login/"


def who(client):
    number = client.session.get("_auth_user_id")
    return User.objects.get(pk=number) if number else None


def test_a_newcomer_with_a_proved_address_is_in_at_once_and_back_at_the_story(client, go):
    done = go(client, next=STORY)

    person = who(client)
    assert done.headers["Location"] == STORY
    assert (person.email, person.first_name, person.has_usable_password()) == (
        "ruth@club.example",
        "Ruth",
        False,
    )
    assert EmailAddress.objects.get(user=person).verified
    assert "bs_pass" in client.cookies
    assert SocialAccount.objects.get(user=person).extra_data == {"email": "ruth@club.example"}
    assert not SocialToken.objects.exists()


def test_the_second_time_it_is_the_same_account(go):
    first, second = Client(), Client()
    go(first)
    go(second)

    assert who(first) == who(second)
    assert User.objects.filter(email="ruth@club.example").count() == 1


def test_the_way_to_the_provider_is_a_page_and_the_policy_stays_closed(client, paper, club):
    page = client.post(START)

    url = page.context["url"]
    assert f'content="0; url={url.replace("&", "&amp;")}"' in page.text
    assert "form-action 'self';" in page.headers["Content-Security-Policy"] + ";"
    assert "no-store" in page.headers["Cache-Control"]
    assert all(
        word in url
        for word in ("state=", "nonce=", "code_challenge=", "redirect_uri=http%3A%2F%2Ftestserver")
    )


def test_opening_the_address_starts_nothing(client, paper, club):
    page = client.get(START)

    assert page.status_code == 200
    assert "refresh" not in page.text
    assert club.asked == []


def test_the_login_page_has_the_button_with_the_way_back(client, paper):
    page = client.get(f"/account/login/?next={STORY}").text

    form = page.split(f'action="{START}"')[1].split("</form>")[0]
    assert f'name="next" value="{STORY}"' in form
    assert "Continue with Club" in form


def test_nobody_is_sent_to_another_site(client, go):
    done = go(client, next="https://evil.example/")

    assert done.headers["Location"] == "/account/"


def test_what_the_request_adds_does_not_reach_the_provider(client, paper, club):
    page = client.post(START + "?auth_params=redirect_uri%3Dhttps%3A%2F%2Fevil.example&scope=drive")

    assert "evil" not in page.context["url"]
    assert "drive" not in page.context["url"]


@pytest.mark.parametrize("said", [False, None, "false", "no", 0])
def test_an_unproved_address_needs_a_code_first(client, club, go, last_code, said):
    club.person["email_verified"] = said
    asked = go(client, next=STORY)

    assert who(client) is None
    assert not EmailAddress.objects.get(email="ruth@club.example").verified
    done = client.post(asked.headers["Location"], {"code": last_code()})
    assert who(client).email == "ruth@club.example"
    assert done.headers["Location"] == STORY


def test_an_account_with_the_same_address_is_not_taken_over(client, go, enter):
    owner = who(enter("ruth@club.example"))
    done = go(client, next=STORY)

    assert who(client) is None
    assert done.headers["Location"] == f"/account/login/?next={STORY}"
    assert "then connect Club there" in str(next(iter(done.wsgi_request._messages)))
    assert not SocialAccount.objects.filter(user=owner).exists()


def test_an_unproved_claim_to_a_known_address_tells_nothing_and_mails_the_owner(client, club, go, enter):
    enter("ruth@club.example")
    club.person["email_verified"] = False
    mail.outbox.clear()
    known = go(client)
    club.person |= {"sub": "2", "email": "nobody@club.example"}
    unknown = go(Client())

    assert who(client) is None
    assert known.headers["Location"] == unknown.headers["Location"]
    assert [message.to for message in mail.outbox] == [["ruth@club.example"], ["nobody@club.example"]]
    assert not SocialAccount.objects.filter(user__email="ruth@club.example").exists()


def test_the_owner_connects_logs_in_by_it_and_disconnects(enter, go):
    client = enter("reader@paper.example")
    owner = who(client)
    go(client, next="/account/3rdparty/")
    again = Client()
    go(again)

    assert who(again) == owner
    page = client.get("/account/3rdparty/")
    assert "Disconnect Club" in page.text
    assert "ruth@club.example" in client.get("/account/").text
    client.post("/account/3rdparty/", {"account": SocialAccount.objects.get(user=owner).pk})
    assert not SocialAccount.objects.filter(user=owner).exists()
    assert "Connect Club" in client.get("/account/3rdparty/").text
    assert mail.outbox[-1].to == ["reader@paper.example"]


def test_nobody_disconnects_anothers(enter, go):
    go(enter("reader@paper.example"))
    other = enter("other@paper.example")

    refused = other.post("/account/3rdparty/", {"account": SocialAccount.objects.get().pk})
    assert refused.status_code == 404
    assert SocialAccount.objects.count() == 1


def test_what_is_connected_to_one_is_not_connected_to_another(enter, go):
    owner = who(first := enter("reader@paper.example"))
    go(first)
    go(enter("other@paper.example"))

    assert SocialAccount.objects.get().user == owner


def test_connecting_asks_again_who_one_is(enter, club):
    client = enter("reader@paper.example")
    session = client.session
    session["account_authentication_methods"] = [{"method": "code", "at": time.time() - 3600}]
    session.save()

    assert "/reauthenticate/" in client.post(START).headers["Location"]
    assert club.asked == []


def test_staff_are_asked_for_their_second_factor(client, go, settings):
    settings.BROADSHEET_SECOND_FACTOR = True
    go(first := Client())
    person = who(first)
    person.groups.add(Group.objects.get_or_create(name="Editors")[0])
    TOTP.activate(person, generate_totp_secret())
    done = go(client)

    assert Authenticator.objects.filter(user=person).exists()
    assert who(client) is None
    assert done.headers["Location"].startswith("/account/2fa/authenticate/")


@pytest.mark.parametrize(
    "change",
    [
        lambda back: back[:-4] + "0000",
        lambda back: back.split("&state=")[0],
        lambda back: back.replace("code=", "code=x"),
    ],
    ids=["another state", "no state", "another code"],
)
def test_a_tampered_way_back_logs_nobody_in(client, paper, go, change):
    refused = go(client, change=change)

    assert who(client) is None
    assert refused.status_code in {200, 401}
    assert not User.objects.filter(email="ruth@club.example").exists()


def test_a_way_back_counts_once_and_in_one_browser_only(client, paper, go):
    seen = []
    go(client, change=lambda back: seen.append(back) or back)
    path = seen[0].removeprefix("http://testserver")
    stranger = Client()

    assert stranger.get(path).status_code in {200, 401}
    assert who(stranger) is None
    client.logout()
    client.get(path)
    assert who(client) is None


@pytest.mark.parametrize(
    "lie",
    [
        {"claims": {"nonce": "another"}},
        {"claims": {"nonce": None}},
        {"claims": {"aud": "another paper"}},
        {"claims": {"aud": ["paper", "another"], "azp": "another"}},
        {"claims": {"iss": "https://evil.example"}},
        {"claims": {"exp": 1_000_000_000}},
        {"claims": {"sub": None}},
        {"key": FORGED},
        {"key": "s" * 32, "algorithm": "HS256"},
        {"key": None, "algorithm": "none"},
        {"discovery": {"issuer": "https://evil.example"}},
        {"discovery": {"jwks_uri": "ftp://evil.example/keys"}},
        {"moved": "/keys"},
    ],
    ids=str,
)
def test_a_token_that_cannot_be_believed_logs_nobody_in(client, paper, club, go, lie):
    broken_at_start = "issuer" in lie.get("discovery", {})
    for name, value in lie.items():
        setattr(club, name, value)
    refused = client.post(START) if broken_at_start else go(client)

    assert who(client) is None
    assert refused.status_code in {200, 401}
    assert "You were not logged in" in refused.text
    assert not SocialAccount.objects.exists()


def test_the_truth_gets_through_the_same_checks(client, club, go):
    club.claims = {"aud": ["paper", "another"], "azp": "paper", "exp": int(time.time()) - 60}
    go(client)

    assert who(client).email == "ruth@club.example"


def test_an_address_in_the_user_info_counts_if_it_is_about_the_same_person(client, paper, club, go):
    club.person = {"sub": "248289"}
    club.userinfo = {**RUTH, "sub": "another"}
    go(client)
    assert who(client) is None

    club.userinfo = dict(RUTH)
    go(client)
    assert who(client).email == "ruth@club.example"


def test_a_provider_without_an_address_leads_to_the_form_for_one(client, paper, club, go, last_code):
    club.person = {"sub": "248289"}
    club.userinfo = {"sub": "248289"}
    asked = go(client)
    page = client.get(asked.headers["Location"])
    sent = client.post(asked.headers["Location"], {"email": "ruth@club.example"})

    assert 'name="email"' in page.text
    assert who(client) is None
    client.post(sent.headers["Location"], {"code": last_code()})
    assert who(client).email == "ruth@club.example"


@pytest.mark.parametrize(
    "trouble", [{"flood": True}, {"slow": 1.5}, {"moved": "/.well-known/openid-configuration"}], ids=str
)
def test_a_provider_in_trouble_costs_a_page_not_the_paper(client, paper, club, monkeypatch, trouble):
    monkeypatch.setattr("broadsheet.readers.social.fetching.READ", 0.5)
    for name, value in trouble.items():
        setattr(club, name, value)
    begun = time.monotonic()
    refused = client.post(START)

    assert "You were not logged in" in refused.text
    assert time.monotonic() - begun < 1.4


def test_asking_about_providers_costs_no_query(client, paper, django_assert_max_num_queries):
    client.get("/account/login/")
    with django_assert_max_num_queries(12) as asked:
        client.get("/account/login/")

    assert not [query for query in asked.captured_queries if "socialaccount" in query["sql"]]


def test_an_unknown_provider_is_not_found(client, paper):
    assert client.post("/account/oidc/other/login/").status_code == 404
    assert client.get("/account/oidc/other/login/callback/").status_code == 404


def test_the_export_tells_and_erasure_forgets(client, go):
    go(client)
    person = who(client)
    told = {key: one.gather(person) for key, one in privacy._exporters.items()}
    assert told["connected"][0]["number there"] == "248289"

    privacy.erase(Erasure.objects.create(user=person, due_at=timezone.now() - timedelta(days=1)))
    assert not SocialAccount.objects.exists()


def test_the_tests_provider_signs_with_what_it_shows(club):
    key = jwt.PyJWKSet.from_dict(club.keys()).keys[0].key
    token = jwt.encode({"a": 1}, club.key, algorithm="RS256")

    assert jwt.decode(token, key, algorithms=["RS256"]) == {"a": 1}
