"""The hub over HTTP on this machine: wishes are verified, feeds handed out signed, and nobody else's address is called."""

import dataclasses
import hashlib
import hmac
import threading
from datetime import timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import feedparser
import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from broadsheet.intake.models import WireItem, WireSource, WireSubscription
from broadsheet.intake.wires import looking, subscribing
from broadsheet.outward.fetch import fetch, post
from broadsheet.press.models import LogRow
from broadsheet.readers.models import User
from broadsheet.syndication import delivering, following
from broadsheet.syndication.feeds import hub
from broadsheet.syndication.feeds.following import affected
from broadsheet.syndication.feeds.models import FeedSettings, HubRequest, HubSubscription
from broadsheet.syndication.models import Delivery, StoryEvent
from tests.factories import make_paper

TOPIC = "http://testserver/feeds/latest.rss"


class Callback:
    """A subscriber: confirms what it is asked, keeps what it is brought."""

    def __init__(self):
        self.asked, self.brought = [], []
        self.status, self.says = 200, None
        mine = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
                mine.asked.append(query)
                self.tell(mine.status, (mine.says or query.get("hub.challenge", "")).encode())

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                mine.brought.append((dict(self.headers), body))
                self.tell(mine.status, b"")

            def tell(self, status, body):
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        ).start()
        self.address = f"http://127.0.0.1:{self.server.server_port}/callback?me=1"


@pytest.fixture
def callback():
    made = Callback()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def reachable(monkeypatch):
    """This machine may be called."""
    hub._content.cache_clear()
    monkeypatch.setattr(hub, "fetch", partial(fetch, allow_private=True))
    monkeypatch.setattr(hub, "post", partial(post, allow_private=True))


def wish(client, callback, **changes):
    form = {"hub.mode": "subscribe", "hub.topic": TOPIC, "hub.callback": callback, "hub.secret": "s3cret"}
    return client.post("/-/hub", {**form, **changes})


def work():
    """What the worker does every few seconds."""
    following.hand_on()
    return delivering.deliver_due(seconds=5)


@pytest.fixture
def subscribed(client, transactional_db, callback, reachable):
    paper = make_paper()
    following.hand_on()
    assert wish(client, callback.address).status_code == 202
    assert HubSubscription.objects.count() == 0
    work()
    assert HubSubscription.objects.count() == 1
    return paper


def test_a_wish_is_verified_with_its_callback(subscribed, callback):
    (asked,) = callback.asked
    assert asked["me"] == "1"
    assert asked["hub.mode"] == "subscribe"
    assert asked["hub.topic"] == TOPIC
    assert asked["hub.lease_seconds"] == str(hub.LEASE)
    assert len(asked["hub.challenge"]) > 30
    held = HubSubscription.objects.get()
    assert held.secret == "s3cret"
    assert timedelta(days=9) < held.lease_until - timezone.now() <= timedelta(days=10)
    assert HubRequest.objects.count() == 0


def test_a_new_story_is_brought_signed(subscribed, callback):
    subscribed.story("Hot off the press")
    work()
    ((headers, body),) = callback.brought
    assert headers["Content-Type"] == "application/rss+xml"
    assert headers["X-Hub-Signature"] == "sha256=" + hmac.new(b"s3cret", body, hashlib.sha256).hexdigest()
    assert f'<{TOPIC}>; rel="self"' in headers["Link"]
    assert 'rel="hub"' in headers["Link"]
    assert feedparser.parse(body).entries[0].title == "Hot off the press"


def test_what_is_withdrawn_before_it_is_brought_is_not_brought(subscribed, callback):
    story = subscribed.story("Withdrawn in time")
    following.hand_on()
    story.unpublish()
    work()
    assert callback.brought
    assert all(b"Withdrawn in time" not in body for _, body in callback.brought)


def test_premium_is_never_brought(subscribed, callback):
    body = [("text", "<p>One.</p><p>Two.</p><p>Zanzibarquince.</p>")]
    subscribed.story("Premium", access="subscribers", body=body)
    work()
    assert b"Premium" in callback.brought[0][1]
    assert b"Zanzibarquince" not in callback.brought[0][1]


def test_whoever_has_left_is_not_told(client, subscribed, callback):
    assert wish(client, callback.address, **{"hub.mode": "unsubscribe"}).status_code == 202
    work()
    assert callback.asked[-1]["hub.mode"] == "unsubscribe"
    assert HubSubscription.objects.count() == 0
    subscribed.story("Too late")
    work()
    assert callback.brought == []


def test_nobody_can_sign_somebody_else_off(client, subscribed, callback):
    callback.says = "not my wish"
    wish(client, callback.address, **{"hub.mode": "unsubscribe"})
    work()
    assert HubSubscription.objects.count() == 1
    assert HubRequest.objects.count() == 0


def test_nobody_can_change_the_secret_of_another(client, subscribed, callback):
    callback.says = "not my wish"
    wish(client, callback.address, **{"hub.secret": "stolen"})
    work()
    assert HubSubscription.objects.get().secret == "s3cret"


def test_a_lease_that_is_over_ends_it(subscribed, callback):
    HubSubscription.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    subscribed.story("Too late")
    work()
    assert callback.brought == []
    assert hub.forget_old() == 1


def test_a_callback_that_is_gone_is_forgotten(subscribed, callback):
    callback.status = 410
    subscribed.story("Gone")
    work()
    assert HubSubscription.objects.count() == 0
    assert Delivery.objects.get(channel="hub").status == 410


def test_a_feed_that_ends_is_not_brought(client, transactional_db, callback, reachable):
    paper = make_paper()
    wish(client, callback.address, **{"hub.topic": "http://testserver/culture/feed.atom"})
    following.hand_on()
    work()
    assert HubSubscription.objects.count() == 1
    paper.story("Seen", section="culture")
    following.hand_on()
    paper.sections["en", "culture"].unpublish()
    work()
    assert callback.brought == []


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"hub.mode": "publish"}, 400),
        ({"hub.mode": ""}, 400),
        ({"hub.mode": "unsubscribe"}, 404),
        ({"hub.topic": "https://elsewhere.example/feeds/latest.rss"}, 404),
        ({"hub.topic": "http://testserver.evil.example/feeds/latest.rss"}, 404),
        ({"hub.topic": "http://testserver/nothing/feed.rss"}, 404),
        ({"hub.topic": "http://testserver/feeds/private/x/latest.rss"}, 404),
        ({"hub.topic": ""}, 404),
        ({"hub.callback": ""}, 400),
        ({"hub.callback": "ftp://x.example/"}, 400),
        ({"hub.callback": "https://user:pass@x.example/"}, 400),
        ({"hub.callback": "https://x.example/a b"}, 400),
        ({"hub.callback": "https://x.example/\r\nHost: y"}, 400),
        ({"hub.callback": "https://[x/"}, 400),
        ({"hub.callback": "https://x.example/" + "a" * 1000}, 400),
        ({"hub.secret": "s" * 200}, 400),
        ({"hub.lease_seconds": "-1"}, 400),
        ({"hub.lease_seconds": "soon"}, 400),
    ],
)
def test_what_is_refused(client, paper, changes, status):
    answer = wish(client, "https://subscriber.example/", **changes)
    assert answer.status_code == status
    assert answer.headers["Cache-Control"] == "no-store"
    assert HubRequest.objects.count() == 0


def test_leases_are_bounded(client, paper):
    for asked, given in (("1", hub.SHORTEST), ("99999999999999", hub.LONGEST), ("", hub.LEASE)):
        wish(client, "https://subscriber.example/", **{"hub.lease_seconds": asked})
        assert HubRequest.objects.get().lease == given


def test_private_addresses_are_never_called(client, transactional_db, callback):
    make_paper()
    wish(client, callback.address)
    delivering.deliver_due(seconds=5)
    assert callback.asked == []
    assert HubSubscription.objects.count() == 0
    assert Delivery.objects.get().state == Delivery.State.FAILED


def test_one_host_can_not_fill_the_hub(client, paper):
    answers = [
        wish(client, f"https://flood.example/{n}").status_code for n in range(hub.MOST_WAITING_OF_A_HOST + 3)
    ]
    assert answers.count(202) == hub.MOST_WAITING_OF_A_HOST
    assert answers[-1] == 503
    assert wish(client, "https://other.example/").status_code == 202


def test_subscriptions_of_a_host_are_bounded(client, paper, monkeypatch):
    monkeypatch.setattr(hub, "MOST_OF_A_HOST", 1)
    HubSubscription.objects.create(
        key="x",
        topic=TOPIC,
        callback="https://full.example/1",
        lease_until=timezone.now() + timedelta(days=1),
    )
    assert wish(client, "https://full.example/2").status_code == 503


def test_a_paper_without_a_hub_has_none(client, paper):
    FeedSettings.objects.create(has_own_hub=False)
    assert wish(client, "https://subscriber.example/").status_code == 404
    assert 'rel="hub"' not in client.get("/feeds/latest.rss").headers["Link"]
    assert client.get("/-/hub").status_code == 405


def test_outside_hubs_are_told_of_every_feed_that_changed(client, transactional_db, callback, reachable):
    paper = make_paper()
    following.hand_on()
    FeedSettings.objects.create(has_own_hub=False, hubs=f"{callback.address}\n")
    paper.story("News", bylines=("Ann Author",))
    work()
    told = [topic for _, body in callback.brought for topic in parse_qs(body.decode())["hub.url"]]
    assert set(told) == {
        f"http://testserver/{path}.{kind}"
        for path in ("feeds/latest", "nation/feed", "author/ann-author/feed")
        for kind in ("rss", "atom", "json")
    }
    assert all(parse_qs(body.decode())["hub.mode"] == ["publish"] for _, body in callback.brought)
    assert f'<{callback.address}>; rel="hub"' in client.get("/feeds/latest.rss").headers["Link"]


def test_a_hub_that_was_taken_off_is_not_told(transactional_db, callback, reachable):
    paper = make_paper()
    following.hand_on()
    chosen = FeedSettings.objects.create(hubs=callback.address)
    paper.story("News")
    following.hand_on()
    chosen.hubs = ""
    chosen.save()
    work()
    assert callback.brought == []


def test_the_affected_feeds_cost_the_same_for_many_stories(paper, django_assert_max_num_queries):
    for number in range(8):
        paper.story(f"S {number}", bylines=(f"Author {number}",), language="en" if number % 2 else "az")
    events = list(StoryEvent.objects.all())
    with django_assert_max_num_queries(3):
        found = affected(events)
    assert {"/feeds/latest", "/az/feeds/latest", "/nation/feed", "/az/nation/feed"} <= found
    assert len(found) == 12


def test_our_own_subscriber_hears_from_our_own_hub(transactional_db, live_server, settings, reachable):
    settings.PAPER = dataclasses.replace(settings.PAPER, base_url=live_server.url)
    paper = make_paper()
    paper.story("The first")
    following.hand_on()
    source = WireSource.objects.create(name="A", address=f"{live_server.url}/feeds/latest.rss")
    looking.look(source, allow_private=True)
    subscribing.keep_leases(allow_private=True)
    work()
    assert WireSubscription.objects.get().is_active
    paper.story("The second, as it breaks")
    work()
    assert set(WireItem.objects.values_list("headline", flat=True)) == {
        "The first",
        "The second, as it breaks",
    }


def test_new_hubs_purge_every_feed(paper):
    FeedSettings.objects.create(hubs="https://hub.example/")
    assert LogRow.objects.latest("pk").keys == ["feeds"]


@pytest.mark.parametrize(
    "hubs", ["javascript:x", "not an address", "\n".join(f"https://h{n}.example/" for n in range(6))]
)
def test_hubs_are_addresses(db, hubs):
    with pytest.raises(ValidationError):
        FeedSettings(hubs=hubs).full_clean()


def test_the_owner_decides_in_the_newsroom(client, paper):
    client.force_login(User.objects.create_superuser("owner@paper.example"))
    address = "/newsroom/settings/syndication/feedsettings/"
    page = client.get(address, follow=True)
    assert page.status_code == 200
    where = page.request["PATH_INFO"]
    client.post(where, {"has_own_hub": "on", "hubs": "https://hub.example/"})
    assert FeedSettings.current().hub_lines == ["https://hub.example/"]
    refused = client.post(where, {"hubs": "nonsense"})
    assert FeedSettings.current().hub_lines == ["https://hub.example/"]
    assert refused.status_code == 200
