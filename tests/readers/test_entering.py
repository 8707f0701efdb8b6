"""Registering and logging in: by code, by password; what is told to whom, how often, and where it leads."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.utils import timezone

from broadsheet.readers import services
from broadsheet.readers.models import User

pytestmark = pytest.mark.django_db
STORY = "/nation/a-story/"


def ask(client, email, **more):
    return client.post(
        "/account/login/code/", {"email": email, **more}, REMOTE_ADDR=more.pop("ip", "203.0.113.5")
    )


def test_a_newcomer_gets_an_account_and_the_story_with_one_code(client, last_code):
    asked = ask(client, "New@Paper.example", next=STORY)
    done = client.post(asked.headers["Location"], {"code": last_code(), "next": STORY})

    person = User.objects.get(email="new@paper.example")
    assert done.headers["Location"] == STORY
    assert client.session["_auth_user_id"] == str(person.pk)
    assert EmailAddress.objects.get(user=person).verified
    assert "bs_pass" in client.cookies


def test_next_travels_in_the_pages_themselves(client, paper, last_code):
    first = client.get(f"/account/login/?next={STORY}")
    asked = ask(client, "new@paper.example", next=STORY)
    second = client.get(asked.headers["Location"])

    for page in (first, second):
        assert f'<input type="hidden" name="next" value="{STORY}"' in page.text


def test_known_and_unknown_addresses_are_answered_alike(client, reader, last_code):
    answers = []
    for email in ("reader@paper.example", "stranger@paper.example"):
        other = Client()
        asked = ask(other, email)
        page = other.get(asked.headers["Location"])
        answers.append((asked.status_code, asked.headers["Location"], page.text.replace(email, "")))
        assert last_code() in mail.outbox[-1].body

    masked = [(s, p, "".join(line for line in t.splitlines() if "csrf" not in line)) for s, p, t in answers]
    assert masked[0] == masked[1]
    assert len(mail.outbox) == 2


def test_a_wrong_password_and_a_wrong_address_are_refused_alike(client, reader, paper):
    reader.set_password("correct horse battery")
    reader.save()
    texts = []
    for email in ("reader@paper.example", "nobody@paper.example"):
        page = client.post("/account/login/", {"login": email, "password": "wrong guess"})
        texts.append("".join(x for x in page.text.replace(email, "").splitlines() if "csrf" not in x))

    assert texts[0] == texts[1]
    assert "not correct" in texts[0]


def test_registering_a_known_address_again_tells_the_mailbox_and_nobody_else(client, reader):
    services.person_at(reader.email)
    EmailAddress.objects.update(verified=True)
    known = Client().post("/account/signup/", {"email": reader.email, "password1": "correct horse battery"})
    new = Client().post(
        "/account/signup/", {"email": "new@paper.example", "password1": "correct horse battery"}
    )

    assert (known.status_code, known.headers["Location"]) == (new.status_code, new.headers["Location"])
    assert "has an account already" in mail.outbox[0].body
    assert User.objects.get(pk=reader.pk).has_usable_password() is False


def test_registering_with_a_password_needs_the_mailbox_too(client, last_code):
    asked = client.post(
        "/account/signup/", {"email": "new@paper.example", "password1": "correct horse battery"}
    )

    assert asked.headers["Location"].startswith("/account/confirm-email/")
    assert "_auth_user_id" not in client.session
    client.post(asked.headers["Location"], {"code": last_code()})
    assert client.session["_auth_user_id"]


def test_logging_in_by_password_goes_back_to_the_story(client, reader, enter):
    enter(reader.email)
    reader.set_password("correct horse battery")
    reader.save()

    done = client.post(
        "/account/login/",
        {"login": "Reader@paper.example", "password": "correct horse battery", "next": STORY},
    )

    assert done.headers["Location"] == STORY


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "http://localhost/x",
        "\\evil",
    ],
)
def test_nobody_is_sent_to_another_house(client, last_code, target):
    ask(client, "new@paper.example", next=target)
    done = client.post("/account/login/code/confirm/", {"code": last_code(), "next": target})

    assert done.headers["Location"] == "/account/"


def test_the_session_gets_a_new_name_at_log_in(client, last_code):
    ask(client, "new@paper.example")
    before = client.session.session_key
    client.post("/account/login/code/confirm/", {"code": last_code()})

    assert client.session.session_key != before


def test_a_code_dies_of_wrong_guesses_and_by_use(client, last_code):
    ask(client, "new@paper.example")
    code = last_code()
    for _ in range(5):
        client.post("/account/login/code/confirm/", {"code": "WRONG1"})
    client.post("/account/login/code/confirm/", {"code": code})
    assert "_auth_user_id" not in client.session


def test_one_mailbox_is_not_flooded_however_it_is_spelled(client):
    for number in range(12):
        tagged = f"Some.One+{number}@gmail.com" if number % 2 else f"someone+{number}@googlemail.com"
        ask(Client(), tagged, ip=f"203.0.113.{number}")

    assert len(mail.outbox) == 4


def test_one_address_asks_for_many_mailboxes_only_so_often():
    answers = [ask(Client(), f"r{number}@paper.example", ip="203.0.113.7") for number in range(12)]
    elsewhere = Client().post(
        "/account/login/code/", {"email": "r99@paper.example"}, REMOTE_ADDR="203.0.113.8"
    )

    assert [answer.status_code for answer in answers] == [302] * 10 + [200, 200]
    assert "Too many failed login attempts" in answers[-1].text
    assert len(mail.outbox) == 11
    assert elsewhere.status_code == 302
    assert User.objects.count() == 11


def test_a_forwarded_address_is_nobody_s_way_around_the_limit():
    for number in range(12):
        Client().post(
            "/account/login/code/",
            {"email": f"r{number}@paper.example"},
            REMOTE_ADDR="203.0.113.7",
            HTTP_X_FORWARDED_FOR=f"198.51.100.{number}",
            HTTP_X_REAL_IP=f"198.51.100.{number}",
        )

    assert len(mail.outbox) == 10


def test_passwords_cannot_be_tried_for_ever(client, reader, paper):
    reader.set_password("correct horse battery")
    reader.save()
    for number in range(6):
        page = client.post(
            "/account/login/",
            {"login": reader.email, "password": f"guess {number}"},
            REMOTE_ADDR=f"203.0.113.{number}",
        )
    right = client.post(
        "/account/login/",
        {"login": reader.email, "password": "correct horse battery"},
        REMOTE_ADDR="203.0.113.77",
    )

    assert "Too many failed login attempts" in page.text
    assert right.status_code == 200


def test_looking_changes_nothing(client, reader, enter):
    enter(reader.email, client)
    before = client.session.session_key

    for address in (
        "/account/logout/",
        "/account/delete/",
        "/account/sessions/",
        "/account/export/",
        "/account/keep/",
    ):
        client.get(address)

    assert client.session.session_key == before
    assert client.session["_auth_user_id"]
    assert User.objects.filter(pk=reader.pk, erasure=None).exists()


def test_mail_is_in_the_paper_s_name_and_the_reader_s_language_plain_and_html(client, reader):
    reader.language = "az"
    reader.save()
    ask(client, reader.email)

    sent = mail.outbox[-1]
    assert "The Test Gazette" in sent.from_email
    assert "üçün kodunuz" in sent.subject
    kind, html = sent.alternatives[0].mimetype, sent.alternatives[0].content
    assert kind == "text/html"
    assert 'lang="az"' in html


def test_the_pages_speak_the_language_of_the_story(client, make_paper_in_four):
    page = client.get("/account/login/?next=/ar/nation/x/")
    again = client.get("/account/login/")

    assert 'lang="ar" dir="rtl"' in page.text
    assert 'lang="ar"' in again.text
    assert client.get("/account/login/?language=en&next=/ar/x/").text.count('lang="en" dir="ltr"') == 1


def test_accounts_that_nobody_confirmed_are_forgotten(client, reader, enter):
    enter("kept@paper.example")
    ask(client, "typo@paper.example")
    User.objects.update(date_joined=timezone.now() - timedelta(days=3))

    assert services.forget_unconfirmed() == 1
    assert set(User.objects.values_list("email", flat=True)) == {"kept@paper.example", "reader@paper.example"}


def test_who_was_in_unproved_is_out_once_the_owner_shows_the_mailbox_is_theirs(client, paper, last_code):
    person = User.objects.create_user("owner@paper.example")
    payer = Client()
    payer.force_login(person)
    assert payer.get("/account/me").json()["name"]

    asked = ask(client, "owner@paper.example")
    client.post(asked.headers["Location"], {"code": last_code()})

    assert client.get("/account/me").json()["name"]
    assert "name" not in payer.get("/account/me").json()
