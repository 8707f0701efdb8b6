"""What other servers read: actors, collections, stories; how they find them; and that a page names its other form."""

import json
import re

import pytest
from django.urls import reverse

from broadsheet.syndication.fediverse import naming
from broadsheet.syndication.fediverse.models import Actor, Following
from tests.factories import make_author, make_picture

pytestmark = pytest.mark.django_db
AS = "application/activity+json"


def read(client, address, status=200):
    got = client.get(address.removeprefix("http://testserver"))
    assert got.status_code == status, address
    assert got.headers["Content-Type"].startswith((AS, "application/jrd+json", "application/json"))
    assert "public" in got.headers["Cache-Control"]
    return json.loads(got.content)


def test_every_way_to_name_an_account_finds_it(client, ours, paper):
    author = make_author(paper.sections["en", "nation"], "Ann Author", bio="Writes.")
    ann = Actor.objects.create(handle="ann", author=author, is_on=True)
    nation = Actor.objects.create(handle="nation", section=paper.sections["az", "nation"], is_on=True)
    for actor, page in ((ours, "/"), (ann, "/author/ann-author/"), (nation, "/az/nation/")):
        uri = f"http://testserver/-/ap/actor/{actor.pk}"
        for resource in (
            f"acct:{actor.handle}@testserver",
            f"acct:{actor.handle.upper()}@TESTSERVER",
            uri,
            f"http://testserver{page}",
        ):
            found = read(client, f"/.well-known/webfinger?resource={resource}")
            assert found["subject"] == f"acct:{actor.handle}@testserver"
            assert {"rel": "self", "type": AS, "href": uri} in found["links"]
    assert read(client, f"/-/ap/actor/{ann.pk}")["type"] == "Person"
    for resource in (
        "acct:nobody@testserver",
        "acct:gazette@elsewhere.example",
        "http://testserver/nation/",
        "x",
    ):
        assert client.get("/.well-known/webfinger", {"resource": resource}).status_code == 404
    assert client.get("/.well-known/webfinger").status_code == 400


def test_an_actor_says_all_that_servers_need(client, paper):
    actor = Actor.objects.create(
        handle="g", language="en", is_on=True, summary="News <b>&", picture=make_picture()
    )
    said = read(client, f"/-/ap/actor/{actor.pk}")
    uri = said["id"]
    assert said["publicKey"]["owner"] == uri
    assert said["publicKey"]["id"].startswith(f"{uri}#")
    assert "BEGIN PUBLIC KEY" in said["publicKey"]["publicKeyPem"]
    assert said["summary"] == "<p>News &lt;b&gt;&amp;</p>"
    for name in ("inbox", "outbox", "followers", "url", "preferredUsername", "name"):
        assert said[name]
    assert read(client, said["outbox"])["type"] == "OrderedCollection"
    assert read(client, said["followers"])["totalItems"] == 0
    assert read(client, read(client, "/.well-known/nodeinfo")["links"][0]["href"])["protocols"] == [
        "activitypub"
    ]
    meta = client.get("/.well-known/host-meta")
    assert b"webfinger?resource={uri}" in meta.content


def test_switched_off_there_is_nothing(client, paper):
    actor = Actor.objects.create(handle="gazette", language="en")
    story = paper.story()
    for address in (
        f"/-/ap/actor/{actor.pk}",
        f"/-/ap/actor/{actor.pk}/outbox/page",
        f"/-/ap/actor/{actor.pk}/followers",
        f"/-/ap/story/{story.pk}",
        "/.well-known/webfinger?resource=acct:gazette@testserver",
        "/.well-known/nodeinfo",
        "/.well-known/host-meta",
        "/-/ap/nodeinfo/2.1",
        f"/-/ap/actor/{2**63}",
        f"/-/ap/story/{2**63}",
    ):
        assert client.get(address).status_code == 404, address
    naming.forget()
    assert AS not in client.get(story.url).content.decode()


def test_the_outbox_goes_back_to_the_first_story(client, paper, ours, django_assert_max_num_queries):
    for n in range(45):
        paper.story(f"Story {n}", hours_ago=n + 1, bylines=("Ann Author",))
    page, names = read(client, f"/-/ap/actor/{ours.pk}/outbox")["first"], []
    while page:
        with django_assert_max_num_queries(18):
            said = read(client, page)
        names += [item["object"]["name"] for item in said["orderedItems"]]
        page = said.get("next")
    assert names == [f"Story {n}" for n in range(45)]


def test_who_follows_is_told_only_if_it_may_be(client, ours, peer, say):
    for n in range(3):
        say(peer.activity("Follow", peer.actor(f"u{n}"), f"http://testserver/-/ap/actor/{ours.pk}", n))
    uri = f"/-/ap/actor/{ours.pk}/followers"
    assert read(client, uri) == {
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": f"http://testserver{uri}",
        "type": "OrderedCollection",
        "totalItems": 3,
    }
    assert client.get(f"{uri}/page").status_code == 404
    Actor.objects.update(hides_followers=False)
    assert len(read(client, read(client, uri)["first"])["orderedItems"]) == 3
    last = Following.objects.order_by("-pk")[1].pk
    assert len(read(client, f"{uri}/page?before={last}")["orderedItems"]) == 1
    assert len(read(client, f"{uri}/page?before=x")["orderedItems"]) == 3


ODD = "\u202eRTL\x0b ]]> <script>alert(1)</script> 👩‍👩‍👧 \ud7ff & \"'"


def test_odd_content_stays_valid(client, paper, ours):
    story = paper.story(
        ODD,
        standfirst=ODD * 20,
        body=[("text", f"<p>{ODD}</p>"), ("html", f"<div>{ODD}</div>"), ("quote", {"quote": ODD, "by": ""})],
    )
    said = read(client, f"/-/ap/story/{story.pk}")
    for html in (said["content"], said["summary"], said["preview"]["content"]):
        assert "<script" not in html
    assert "\x0b" not in json.dumps(said)
    assert said["name"].startswith("\u202eRTL")


def test_a_page_names_its_other_form(client, paper, ours):
    author = make_author(paper.sections["en", "nation"], "Ann Author")
    ann = Actor.objects.create(handle="ann", author=author, is_on=True)
    nation = Actor.objects.create(handle="nation", section=paper.sections["en", "nation"], is_on=True)
    story = paper.story("Named", slug="named", bylines=("Ann Author",))
    elsewhere = paper.story("Başqa", slug="basqa", language="az")
    for path, uri in (
        ("/", f"/-/ap/actor/{ours.pk}"),
        ("/nation/", f"/-/ap/actor/{nation.pk}"),
        ("/author/ann-author/", f"/-/ap/actor/{ann.pk}"),
        ("/nation/named/", f"/-/ap/story/{story.pk}"),
    ):
        found = re.findall(
            rf'<link rel="alternate" type="{re.escape(AS)}" href="([^"]+)">',
            client.get(path).content.decode(),
        )
        assert found == [f"http://testserver{uri}"], path
        assert client.get(uri).status_code == 200
    assert AS not in client.get("/az/nation/basqa/").content.decode()
    assert client.get(f"/-/ap/story/{elsewhere.pk}").status_code == 404
    assert reverse("home")
