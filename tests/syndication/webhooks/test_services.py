"""Receivers are told what became of stories: signed, until they have it, and never more than the public may know."""

import json
import threading
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.utils import timezone
from standardwebhooks.webhooks import Webhook as Receiver
from standardwebhooks.webhooks import WebhookVerificationError

from broadsheet.newsroom.models import Correction, Story
from broadsheet.outward import fetch
from broadsheet.syndication import delivering, following
from broadsheet.syndication.models import Delivery, TroubledHost
from broadsheet.syndication.webhooks import services
from broadsheet.syndication.webhooks.models import Webhook

CANARY = "Zanzibarquince"
BODY = [("text", f"<p>Public one.</p><p>Public two.</p><p>{CANARY} three.</p>")]
pytestmark = pytest.mark.django_db


class Taker(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.came.append(({k.lower(): v for k, v in self.headers.items()}, body))
        status, headers = self.server.says.pop(0) if self.server.says else (204, {})
        self.send_response(status)
        for name, value in {"Content-Length": "0", **headers}.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_):
        pass


@contextmanager
def taker():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Taker)
    server.came, server.says = [], []
    server.url = f"http://127.0.0.1:{server.server_address[1]}/hook"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def receiver(monkeypatch):
    monkeypatch.setattr(services, "ALLOW_PRIVATE", True)
    with taker() as server:
        yield server


def make_hook(url, sections=(), **facts):
    hook = Webhook(name="Partner", url=url, **facts)
    services.renew_secret(hook)
    hook.sections.set(sections)
    following.read_on("webhooks", services.heard)
    return hook


def work():
    following.read_on("webhooks", services.heard)
    Delivery.objects.filter(state="waiting").update(due_at=timezone.now() - timedelta(seconds=1))
    TroubledHost.objects.all().delete()
    return delivering.deliver_due()


def told(receiver, secret):
    """Every message that came, verified with the library of the standard."""
    return [Receiver(secret).verify(body, headers) for headers, body in receiver.came]


def test_the_life_of_a_story_is_told(paper, receiver):
    hook = make_hook(receiver.url)
    story = paper.story("A bridge opens", live=False)
    work()
    assert receiver.came == [], "a draft is nobody's business"
    story.save_revision().publish()
    work()
    story = Story.objects.get(pk=story.pk)
    story.title = "A bridge opens late"
    story.save_revision().publish()
    work()
    Correction.objects.create(story=story, kind="correction", text="On Tuesday.")
    work()
    Story.objects.get(pk=story.pk).unpublish()
    work()

    messages = told(receiver, hook.secret)

    assert [m["type"] for m in messages] == [
        f"story.{k}" for k in ("published", "updated", "corrected", "unpublished")
    ]
    assert [m["data"]["headline"] for m in messages[:3]] == ["A bridge opens", *["A bridge opens late"] * 2]
    assert messages[2]["data"]["corrections"][0]["text"] == "On Tuesday."
    assert messages[3]["data"] == {
        "id": story.pk,
        "url": f"http://testserver/nation/{story.slug}/",
        "language": "en",
    }
    assert len({headers["webhook-id"] for headers, _ in receiver.came}) == 4
    assert {row.payload["answer"] for row in Delivery.objects.all()} == {"204"}


def test_only_what_is_asked_for_is_told(paper, receiver):
    make_hook(receiver.url, sections=[paper.sections["en", "culture"]], on_updated=False)
    make_hook(receiver.url, is_active=False)
    paper.story("Elsewhere")
    story = paper.story("Here", section="culture")
    Correction.objects.create(story=story, kind="correction", text="x")
    story.save_revision().publish()
    work()

    assert sorted(json.loads(body)["type"] for _, body in receiver.came) == [
        "story.corrected",
        "story.published",
    ]


@pytest.mark.parametrize("access", ["registered", "metered", "subscribers"])
def test_no_premium_sentence_is_told(paper, receiver, access):
    make_hook(receiver.url)
    paper.story("Premium", access=access, body=BODY)
    work()

    ((_, body),) = receiver.came
    assert CANARY not in body.decode()
    assert json.loads(body)["data"]["is_whole"] is False


def test_what_was_withdrawn_meanwhile_is_not_told_any_more(paper, receiver):
    hook = make_hook(receiver.url)
    story = paper.story("Wrong")
    following.read_on("webhooks", services.heard)
    Story.objects.get(pk=story.pk).unpublish()
    work()

    assert [m["type"] for m in told(receiver, hook.secret)] == ["story.unpublished"]
    assert sorted(row.payload["answer"] for row in Delivery.objects.all()) == ["204", "passed"]


def test_a_receiver_that_fails_gets_it_later_under_the_same_id(paper, receiver):
    hook = make_hook(receiver.url)
    receiver.says += [(500, {}), (429, {}), (204, {})]
    paper.story("News")
    for _ in range(3):
        work()

    assert len({headers["webhook-id"] for headers, _ in receiver.came}) == 1
    assert len(told(receiver, hook.secret)) == 3
    assert Delivery.objects.get().state == "done"


def test_a_message_can_be_sent_again(paper, receiver):
    hook = make_hook(receiver.url)
    story = paper.story("News")
    work()
    Story.objects.filter(pk=story.pk).update(title="Newer")

    services.again(hook, Delivery.objects.get())
    work()

    assert len({headers["webhook-id"] for headers, _ in receiver.came}) == 1
    assert [m["data"]["headline"] for m in told(receiver, hook.secret)] == ["News", "Newer"]


def test_a_ping_says_nothing(paper, receiver):
    hook = make_hook(receiver.url)
    services.ping(hook)
    work()

    assert [m["type"] for m in told(receiver, hook.secret)] == ["ping"]


def test_both_secrets_count_for_a_day(paper, receiver):
    hook = make_hook(receiver.url)
    old = hook.secret
    new = services.renew_secret(hook)
    services.ping(hook)
    work()
    assert told(receiver, old) == told(receiver, new)
    assert Webhook.objects.get().secret == new != old

    Webhook.objects.update(old_secret_until=timezone.now() - timedelta(seconds=1))
    receiver.came.clear()
    services.ping(hook)
    work()
    assert told(receiver, new)
    with pytest.raises(WebhookVerificationError):
        told(receiver, old)


def test_secrets_lie_sealed(paper):
    hook = make_hook("https://partner.example/")
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM syndication_webhook")
        assert hook.secret not in cursor.fetchone()[0]


def test_a_forged_message_does_not_verify(paper, receiver):
    hook = make_hook(receiver.url)
    services.ping(hook)
    work()
    ((headers, body),) = receiver.came

    with pytest.raises(WebhookVerificationError):
        Receiver(hook.secret).verify(body.replace(b"works", b"hacks"), headers)
    old = {**headers, "webhook-timestamp": str(int(headers["webhook-timestamp"]) - 3600)}
    with pytest.raises(WebhookVerificationError):
        Receiver(hook.secret).verify(body, old)


def test_a_redirect_is_not_followed(paper, receiver):
    with taker() as other:
        receiver.says.append((307, {"Location": other.url}))
        services.ping(make_hook(receiver.url))
        work()

        assert (len(receiver.came), other.came) == (1, [])


@pytest.mark.parametrize(
    "url",
    ["https://127.0.0.1/", "https://[::1]/", "https://169.254.169.254/latest/", "https://10.0.0.1/", "http://93.184.216.34/",
     "https://localhost/"],
)  # fmt: skip
def test_private_addresses_are_refused(paper, url):
    services.ping(make_hook(url))
    work()

    delivery = Delivery.objects.get()
    assert delivery.state == "failed"
    assert delivery.tries == 1


def test_a_name_that_changes_its_address_gains_nothing(paper, monkeypatch):
    """It resolved to a public address when the webhook was set up, and to a private one when it is told."""
    answers = {"address": "93.184.216.34"}
    monkeypatch.setattr(
        fetch.socket, "getaddrinfo", lambda host, port, **_: [(2, 1, 6, "", (answers["address"], port))]
    )
    hook = make_hook("https://rebind.example/")
    answers["address"] = "127.0.0.1"
    services.ping(hook)
    work()

    assert Delivery.objects.get().state == "failed"
    assert "not a public address" in Delivery.objects.get().error
