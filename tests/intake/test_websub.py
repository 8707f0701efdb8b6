"""WebSub against a small hub on this machine, that verifies intent and signs what it brings, over HTTP."""

import dataclasses
import hashlib
import hmac
import secrets
import threading
import urllib.error
import urllib.request
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode

import pytest
from django.utils import timezone

from broadsheet.intake.models import WireItem, WireSource, WireSubscription
from broadsheet.intake.wires import looking, receiving, subscribing
from broadsheet.intake.wires.subscribing import Offer, discover
from tests.factories import make_paper
from tests.intake.test_wires import OTHER, item, rss

HEAD = '<atom:link rel="hub" href="{hub}"/><atom:link rel="self" href="{topic}"/>'


class Hub:
    """Accepts every subscription, verifies it at once in a thread of its own, and delivers with its secret."""

    def __init__(self):
        self.forms, self.verified = [], threading.Event()
        self.lease, self.refusal = 3600, 0
        hub = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                form = {name: values[0] for name, values in parse_qs(body).items()}
                hub.forms.append(form)
                self.send_response(hub.refusal or 202)
                self.send_header("Content-Length", "0")
                self.end_headers()
                if not hub.refusal:
                    threading.Thread(target=hub.verify, args=(form,), daemon=True).start()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        ).start()
        self.address = f"http://127.0.0.1:{self.server.server_port}/"

    def verify(self, form, **changes):
        challenge = secrets.token_hex(8)
        asked = {
            "hub.mode": form["hub.mode"],
            "hub.topic": form["hub.topic"],
            "hub.challenge": challenge,
            "hub.lease_seconds": str(self.lease),
            **changes,
        }
        status, body = ask(f"{form['hub.callback']}?{urlencode(asked)}")
        self.answer = (status, body == challenge.encode())
        self.verified.set()

    def deliver(self, body, method="sha256", secret=None, **headers):
        form = self.forms[-1]
        key = (secret or form["hub.secret"]).encode()
        signed = hmac.new(key, body, getattr(hashlib, method)).hexdigest()
        headers = {"X-Hub-Signature": f"{method}={signed}", "Content-Type": "application/rss+xml", **headers}
        return ask(form["hub.callback"], body, headers)[0]


def ask(url, body=None, headers=None):
    request = urllib.request.Request(url, data=body, headers=headers or {})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


@pytest.fixture
def hub():
    made = Hub()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def subscribed(transactional_db, live_server, agency, hub, settings):
    """A source whose feed names the hub, after it was looked at and the hub was asked."""
    make_paper()
    settings.PAPER = dataclasses.replace(settings.PAPER, base_url=live_server.url)
    topic = agency.address + "/feed"
    agency.say("/feed", rss(item(), head=HEAD.format(hub=hub.address, topic=topic)))
    source = WireSource.objects.create(name="A", address=topic)
    looking.look(source, allow_private=True)
    subscribing.keep_leases(allow_private=True)
    assert hub.verified.wait(10)
    return WireSubscription.objects.get()


def test_a_feed_with_a_hub_is_subscribed_to_and_brings_its_news(subscribed, hub, agency):
    assert hub.answer == (200, True)
    assert subscribed.is_active
    assert timedelta(minutes=59) < subscribed.lease_until - timezone.now() <= timedelta(hours=1)
    assert hub.forms[0]["hub.topic"] == agency.address + "/feed"
    assert len(hub.forms[0]["hub.secret"]) >= 32
    assert len(subscribed.key) >= 32

    fresh = rss(item(2, "Hikers saved", body=OTHER)).encode()
    assert hub.deliver(fresh) == 202
    assert sorted(WireItem.objects.values_list("headline", flat=True))[1] == "Hikers saved"
    assert hub.deliver(fresh) == 202
    assert WireItem.objects.count() == 2
    subscribed.refresh_from_db()
    assert subscribed.heard_at is not None


@pytest.mark.parametrize("method", ["sha1", "sha384", "sha512"])
def test_every_method_of_the_recommendation_is_understood(subscribed, hub, method):
    assert hub.deliver(rss(item(2, "Hikers saved", body=OTHER)).encode(), method) == 202
    assert WireItem.objects.count() == 2


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Hub-Signature": ""},
        {"X-Hub-Signature": "sha256="},
        {"X-Hub-Signature": "md5=" + "0" * 32},
        {"X-Hub-Signature": "sha256=" + "0" * 64},
        {"X-Hub-Signature": "none"},
    ],
)
def test_what_is_not_signed_is_not_taken(subscribed, hub, headers):
    assert hub.deliver(rss(item(2, "Hikers saved", body=OTHER)).encode(), **headers) == 403
    assert hub.deliver(rss(item(2)).encode(), secret="guessed") == 403
    assert WireItem.objects.count() == 1


def test_the_signature_is_over_the_bytes_as_they_came(subscribed, hub):
    form = hub.forms[0]
    body = rss(item(2, "Hikers saved", body=OTHER)).encode()
    signed = hmac.new(form["hub.secret"].encode(), body, "sha256").hexdigest()

    assert ask(form["hub.callback"], body + b"\n", {"X-Hub-Signature": f"sha256={signed}"})[0] == 403


def test_unknown_subscriptions_are_gone_and_too_much_is_refused(subscribed, hub, live_server):
    unknown = f"{live_server.url}/-/websub/{secrets.token_urlsafe(32)}/"

    assert ask(unknown, b"x")[0] == 410
    assert ask(f"{unknown}?hub.mode=subscribe&hub.topic=x&hub.challenge=y&hub.lease_seconds=60")[0] == 404
    assert hub.deliver(b"x" * (receiving.MOST_BYTES + 1)) == 413


def test_a_lease_that_is_over_takes_nothing(subscribed, hub):
    WireSubscription.objects.update(lease_until=timezone.now() - timedelta(seconds=1))

    assert hub.deliver(rss(item(2)).encode()) == 410


@pytest.mark.parametrize(
    "changes",
    [{"hub.topic": "https://other.example/feed"}, {"hub.mode": "unsubscribe"}, {"hub.lease_seconds": "long"}],
)
def test_what_we_did_not_ask_for_is_not_confirmed(subscribed, hub, changes):
    before = subscribed.lease_until
    hub.verify(hub.forms[0], **changes)

    assert hub.answer == (404, False)
    subscribed.refresh_from_db()
    assert subscribed.lease_until == before


def test_a_hub_may_refuse(subscribed, hub):
    hub.verify(hub.forms[0], **{"hub.mode": "denied", "hub.reason": "closed"})

    subscribed.refresh_from_db()
    assert not subscribed.is_active
    assert "closed" in subscribed.last_error


def test_the_lease_is_renewed_before_it_ends(subscribed, hub):
    assert subscribing.keep_leases(allow_private=True) == 0
    WireSubscription.objects.update(
        next_ask_at=timezone.now(), lease_until=timezone.now() + timedelta(minutes=10)
    )
    hub.verified.clear()

    assert subscribing.keep_leases(allow_private=True) == 1
    assert hub.verified.wait(10)
    subscribed.refresh_from_db()
    assert subscribed.lease_until > timezone.now() + timedelta(minutes=50)
    assert hub.forms[1]["hub.secret"] == hub.forms[0]["hub.secret"]


def test_a_hub_that_fails_is_asked_later(subscribed, hub):
    hub.refusal = 500
    WireSubscription.objects.update(next_ask_at=timezone.now())
    subscribing.keep_leases(allow_private=True)

    subscribed.refresh_from_db()
    assert subscribed.failures == 1
    assert "500" in subscribed.last_error
    assert timezone.now() < subscribed.next_ask_at


def test_a_private_hub_is_not_asked(subscribed, hub):
    WireSubscription.objects.update(next_ask_at=timezone.now())
    subscribing.keep_leases()

    subscribed.refresh_from_db()
    assert len(hub.forms) == 1
    assert subscribed.last_error


ATOM = '<feed xmlns="http://www.w3.org/2005/Atom"><link rel="hub" href="/hub"/><link rel="self" href="/a"/>'
FOUND = Offer("https://agency.example/hub", "https://agency.example/a")


@pytest.mark.parametrize(
    ("headers", "body", "offer"),
    [
        ({"link": '<https://agency.example/hub>; rel="hub", </a>; rel=self'}, "", FOUND),
        ({"link": '</hub>; title="a, b"; rel="hub next", </a>; rel="x self"'}, "", FOUND),
        ({}, ATOM + "<entry/></feed>", FOUND),
        ({}, ATOM.replace("https", "http") + "<entry>", FOUND),
        ({}, rss(item(), head=HEAD.format(hub="/hub", topic="/a")), FOUND),
        ({}, '<!doctype html><html><head><link rel=hub href="/hub"><link rel="self" href=/a></head>', FOUND),
        ({}, '{"hubs": [{"type": "WebSub", "url": "/hub"}], "feed_url": "/a", "items": []}', FOUND),
        ({}, '<html><body><link rel=hub href="/hub"><link rel="self" href=/a></body>', None),
        (
            {},
            '<rss><channel><item><link rel="hub" href="/hub"/><link rel="self" href="/a"/></item></channel></rss>',
            None,
        ),
        ({"link": "</hub>; rel=hub"}, "<rss/>", None),
        ({"link": "<javascript:x>; rel=hub, </a>; rel=self"}, "", None),
        ({}, '{"hubs": 3}', None),
        ({}, "\x00\x01", None),
        ({}, "", None),
    ],
)
def test_hubs_are_found(headers, body, offer):
    assert discover(headers, body.encode(), "https://agency.example/feed") == offer
