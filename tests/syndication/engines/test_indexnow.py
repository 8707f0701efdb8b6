"""Search engines are told of changed addresses by IndexNow's protocol, against a server that holds to it."""

import json
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.utils import timezone

from broadsheet.newsroom.models import Story
from broadsheet.syndication import delivering, following
from broadsheet.syndication.engines import indexnow
from broadsheet.syndication.engines.models import MachineTerms
from broadsheet.syndication.models import Delivery

pytestmark = pytest.mark.django_db


@pytest.fixture
def engine(monkeypatch, client):
    """An engine of IndexNow: it looks at the message, asks for the key's file, and answers as the protocol says."""
    told: list[list[str]] = []
    statuses: list[int] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            told.append(body)
            self.send_response(statuses.pop(0) if statuses else _status(self.headers, body))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setattr(indexnow, "ENDPOINT", f"http://127.0.0.1:{server.server_port}/indexnow")
    monkeypatch.setattr(indexnow, "ALLOW_PRIVATE", True)
    yield told, statuses
    server.shutdown()
    server.server_close()


def _status(headers, body):
    if headers["Content-Type"] != "application/json; charset=utf-8" or set(body) != {
        *("host", "key", "keyLocation", "urlList")
    }:
        return 400
    if not 8 <= len(body["key"]) <= 128 or body["keyLocation"] != f"http://{body['host']}/{body['key']}.txt":
        return 403
    if not 0 < len(body["urlList"]) <= 10_000 or any(
        not u.startswith(f"http://{body['host']}/") for u in body["urlList"]
    ):
        return 422
    return 200


def deliver():
    following.hand_on()
    Delivery.objects.filter(state="waiting").update(due_at=timezone.now() - timedelta(seconds=1))
    return delivering.deliver_due()


@pytest.fixture
def terms():
    return MachineTerms.objects.create(is_announcing=True)


def test_what_is_published_changed_and_withdrawn_is_told_once(paper, engine, terms, client):
    told, _ = engine
    following.hand_on()
    story = paper.story("One", slug="one")
    paper.story("İki", slug="iki", language="az", access="subscribers")
    paper.story("A draft", slug="draft", live=False)
    story.title = "One, later"
    story.save_revision().publish()
    following.hand_on()
    paper.story("Three", slug="three")
    assert deliver() == 1, "they gather"
    assert told[0]["urlList"] == [
        f"http://testserver{p}" for p in ("/nation/one/", "/az/nation/iki/", "/nation/three/")
    ]
    assert Delivery.objects.get().state == "done"
    assert client.get(f"/{told[0]['key']}.txt").content.decode() == told[0]["key"]
    Story.objects.get(slug="one").unpublish()
    deliver()
    assert told[1]["urlList"] == ["http://testserver/nation/one/"]


def test_nothing_is_told_unless_the_paper_says_so(paper, engine, client):
    terms = MachineTerms.objects.create()
    following.hand_on()
    paper.story("One", slug="one")
    assert deliver() == 0
    assert client.get(f"/{terms.index_now_key}.txt").status_code == 404
    terms.is_announcing = True
    terms.save()
    paper.story("Two", slug="two")
    following.hand_on()
    MachineTerms.objects.update(is_announcing=False)
    deliver()
    assert engine[0] == [], "turned off before it was sent"


def test_an_engine_that_is_busy_is_told_later_and_one_that_refuses_is_not(paper, engine, terms):
    told, statuses = engine
    following.hand_on()
    paper.story("One", slug="one")
    statuses.append(429)
    deliver()
    assert Delivery.objects.get().state == "waiting"
    deliver()
    assert Delivery.objects.get().state == "done"
    paper.story("Two", slug="two")
    statuses.append(403)
    deliver()
    assert Delivery.objects.filter(state="failed").count() == 1
    assert len(told) == 3


def test_a_message_holds_ten_thousand_at_most(monkeypatch, paper, terms):
    monkeypatch.setattr(indexnow, "MOST_URLS", 2)
    following.hand_on()
    for n in range(3):
        paper.story(f"S {n}", slug=f"s-{n}")
        following.hand_on()
    assert [len(d.payload["paths"]) for d in Delivery.objects.filter(channel="indexnow").order_by("pk")] == [
        2,
        1,
    ]


def test_a_message_on_its_way_is_not_added_to(paper, terms):
    following.hand_on()
    paper.story("One", slug="one")
    following.hand_on()
    Delivery.objects.update(due_at=timezone.now() + delivering.CLAIM)
    paper.story("Two", slug="two")
    following.hand_on()
    assert Delivery.objects.filter(channel="indexnow").count() == 2
