"""A subscriber's private address opens what the subscriber may open, for as long as they may, and is nobody else's to keep."""

import io
import json
import re
import zipfile
from datetime import timedelta

import feedparser
import pytest
from django.utils import timezone

from broadsheet.edge.rules import is_passed, told_path
from broadsheet.readers import privacy, services
from broadsheet.readers.models import User
from broadsheet.subscriptions.models import Grant, Plan
from broadsheet.syndication.feeds import private
from broadsheet.syndication.feeds.models import PrivateFeed

CANARY = "Zanzibarquince"
BODY = [("text", f"<p>One.</p><p>Two.</p><p>{CANARY}.</p>")]


@pytest.fixture
def reader(db):
    return User.objects.create_user("reader@paper.example")


@pytest.fixture
def subscription(reader):
    plan = Plan.objects.create(name="All", slug="all", scopes=["stories"])
    return Grant.objects.create(
        reader=reader,
        plan=plan,
        starts_at=timezone.now() - timedelta(days=1),
        ends_at=timezone.now() + timedelta(days=9),
    )


@pytest.fixture
def token(reader, subscription):
    return private.make(reader, "  My\x00  phone ")


@pytest.fixture
def stories(paper):
    return [
        paper.story(access, access=access, body=BODY)
        for access in ("free", "registered", "metered", "subscribers")
    ]


def read(client, token, path="latest.rss", **headers):
    return client.get(f"/feeds/private/{token}/{path}", headers=headers)


@pytest.mark.parametrize(
    "path", ["latest.rss", "latest.atom", "latest.json", "nation/feed.rss", "nation/feed.json"]
)
def test_a_subscriber_reads_everything(client, stories, token, path):
    text = read(client, token, path).content.decode()
    assert len(re.findall(rf"{CANARY}\.(?:&lt;|<)/p", text)) == 4
    assert "Read the whole story" not in text
    assert f"http://testserver/feeds/private/{token}/{path}" in text


def test_nobody_else_may_keep_or_find_it(client, stories, token):
    answer = read(client, token)
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert not {"Surrogate-Key", "Link", "Last-Modified"} & set(answer.headers)
    assert b"hub" not in answer.content
    for path in (f"/feeds/private/{token}/latest.rss", f"/az/feeds/private/{token}/nation/feed.json"):
        assert is_passed(path.encode())
        assert token not in told_path(path.encode()).decode()


def test_only_a_digest_is_kept(token):
    held = PrivateFeed.objects.get()
    assert held.name == "My phone"
    assert token not in str(vars(held))
    assert len(token) >= 43


def test_a_subscription_that_has_ended_gives_previews_and_says_so(client, stories, token, subscription):
    subscription.ends_at = timezone.now() - timedelta(seconds=1)
    subscription.save()
    feed = feedparser.parse(read(client, token).content)
    whole = {entry.title for entry in feed.entries if CANARY in entry.content[0].value}
    # Registered readers read on: the reader is one still.
    assert whole == {"free", "registered"}
    assert "Your subscription has ended" in feed.feed.description
    ended = {entry.title for entry in feed.entries if "Your subscription has ended" in entry.content[0].value}
    assert ended == {"metered", "subscribers"}
    assert "http://testserver/subscribe/" in feed.entries[0].content[0].value


def test_other_languages_have_theirs(client, paper, token):
    paper.story("Azərbaycanca", language="az", access="subscribers", body=BODY)
    feed = feedparser.parse(client.get(f"/az/feeds/private/{token}/latest.rss").content)
    assert feed.feed.language == "az"
    assert CANARY in feed.entries[0].content[0].value


def test_what_never_was_opens_nothing(client, stories, token):
    for wrong in ("x", token[:-1], token.upper(), "a" * 5000):
        assert read(client, wrong).status_code == 404
    assert read(client, token, "nothing/feed.rss").status_code == 404


def test_a_revoked_address_opens_nothing(client, stories, token, reader):
    other = User.objects.create_user("other@paper.example")
    number = PrivateFeed.objects.get().pk
    assert not private.revoke(other, number)
    assert read(client, token).status_code == 200
    assert private.revoke(reader, number)
    assert read(client, token).status_code == 404


def test_signing_out_everywhere_ends_it(client, stories, token, reader):
    services.sign_out_everywhere(reader)
    assert read(client, token).status_code == 404
    assert private.of(reader) == []


def test_a_closed_account_ends_it(client, stories, token, reader):
    User.objects.filter(pk=reader.pk).update(is_active=False)
    assert read(client, token).status_code == 404


def test_erasure_takes_it_along(client, stories, token, reader):
    with zipfile.ZipFile(io.BytesIO(privacy.export(reader))) as taken:
        assert json.loads(taken.read("account.json"))["feeds"][0]["name"] == "My phone"
    erasure = privacy.ask_erasure(reader)
    assert read(client, token).status_code == 404
    privacy.erase(erasure)
    assert PrivateFeed.objects.count() == 0


def test_conditional_requests(client, stories, token):
    first = read(client, token)
    again = read(client, token, if_none_match=first.headers["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["Cache-Control"] == "private, no-cache"
    stories[0].title = "Renamed"
    stories[0].save()
    assert read(client, token, if_none_match=first.headers["ETag"]).status_code == 200


def test_an_address_that_is_asked_too_often_rests(client, stories, token, monkeypatch, caplog):
    monkeypatch.setattr(private, "MOST_ASKED", 3)
    answers = [read(client, token) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 3600
    assert answers[-1].headers["Cache-Control"] == "private, no-cache"
    assert token not in caplog.text
    PrivateFeed.objects.update(window_at=timezone.now() - timedelta(hours=1))
    assert read(client, token).status_code == 200


def test_queries_do_not_grow(client, paper, token, django_assert_num_queries):
    def asked():
        with django_assert_num_queries(16):
            read(client, token)

    paper.story("One", bylines=("Ann Author",))
    # The first learns where the front page is.
    read(client, token)
    asked()
    for number in range(12):
        paper.story(f"S {number}", bylines=(f"Author {number}",), access="subscribers")
    asked()


def test_the_account_makes_shows_and_ends_addresses(client, paper, reader, subscription):
    client.force_login(reader)
    assert "/account/feeds/" in client.get("/account/").content.decode()
    page = client.post("/account/feeds/add/", {"name": "Phone"}).content.decode()
    address = re.search(r"http://testserver(/feeds/private/[\w-]+/latest\.rss)", page)[1]
    assert re.search(r"/feeds/private/[\w-]+/nation/feed\.rss", page)
    assert client.get(address).status_code == 200
    shown = client.get("/account/feeds/").content.decode()
    assert "Phone" in shown
    assert "last used" in shown
    assert address not in shown
    client.post(f"/account/feeds/{PrivateFeed.objects.get().pk}/end/")
    assert client.get(address).status_code == 404


def test_one_has_a_few(client, paper, reader, subscription):
    client.force_login(reader)
    for _ in range(private.MOST_FEEDS + 2):
        client.post("/account/feeds/add/", {"name": "x" * 500})
    assert PrivateFeed.objects.count() == private.MOST_FEEDS


def test_without_a_subscription_there_is_none(client, paper, reader):
    client.force_login(reader)
    assert "/account/feeds/" not in client.get("/account/").content.decode()
    assert client.post("/account/feeds/add/").status_code == 302
    assert PrivateFeed.objects.count() == 0
    assert "Private feeds come with a subscription." in client.get("/account/feeds/").content.decode()


def test_nothing_is_made_by_looking(client, paper, reader, subscription):
    client.force_login(reader)
    assert client.get("/account/feeds/add/").status_code == 405
    client.logout()
    assert client.post("/account/feeds/add/").status_code == 302
    assert PrivateFeed.objects.count() == 0
