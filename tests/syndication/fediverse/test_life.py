"""A whole life over the wire: found, followed, accepted, published, delivered, updated, corrected, withdrawn."""

import json
import urllib.error
import urllib.request
from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone
from wagtail.models import PageViewRestriction

from broadsheet.newsroom.models import Correction, Story
from broadsheet.syndication import delivering, following
from broadsheet.syndication.fediverse.models import Actor, Following, Post
from broadsheet.syndication.models import Delivery, TroubledHost

from .peer import LibraryPeer, Peer, get

CANARY = "Zanzibarquince"


@pytest.fixture
def here(live_server, settings, paper):
    settings.PAPER = replace(settings.PAPER, base_url=live_server.url)
    following.hand_on()
    return live_server.url


def post(peer, url, activity):
    body = json.dumps(activity).encode()
    headers = peer.signed(url, body, activity["actor"])
    with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=10) as answer:
        return answer.status


def work():
    following.hand_on()
    return delivering.deliver_due()


def follow(peer, actor, name="ann", n=1):
    ann = peer.actor(name)
    assert post(peer, actor["inbox"], peer.activity("Follow", ann, actor["id"], n)) == 202
    work()
    accepted = peer.heard.pop()
    assert (accepted["type"], accepted["object"]["actor"]) == ("Accept", ann)


@pytest.fixture(params=[Peer, LibraryPeer])
def other(request):
    with request.param() as running:
        yield running


def test_the_life_of_a_story_over_there(here, paper, other):
    peer = other
    Actor.objects.create(handle="gazette", language="en", is_on=True)
    host = here.removeprefix("http://")
    asked = f"{here}/.well-known/webfinger?resource=acct:gazette@{host}"
    with urllib.request.urlopen(asked, timeout=10) as answer:
        finger = json.load(answer)
    actor = get(next(link["href"] for link in finger["links"] if link["rel"] == "self"))
    assert finger["subject"] == f"acct:{actor['preferredUsername']}@{host}"
    follow(peer, actor)
    follow(peer, actor, "bob", 2)
    assert get(actor["followers"])["totalItems"] == 2

    draft = paper.story("A bridge opens", live=False, standfirst="At last.")
    draft.save_revision().publish()
    work()
    (created,) = peer.heard
    article = created["object"]
    assert (created["type"], article["type"], article["name"]) == ("Create", "Article", "A bridge opens")
    assert "First paragraph." in article["content"]
    assert article["attributedTo"] == created["actor"] == actor["id"]
    assert get(article["id"])["name"] == "A bridge opens"

    story = Story.objects.get(pk=draft.pk)
    story.title = "A bridge opens late"
    story.save_revision().publish()
    Correction.objects.create(story=story, kind="correction", text="It opened on Tuesday.")
    work()
    updated = peer.heard[1]
    assert (updated["type"], updated["object"]["id"]) == ("Update", article["id"])
    assert updated["object"]["name"] == "A bridge opens late"
    assert "It opened on Tuesday." in peer.heard[-1]["object"]["content"]
    assert updated["object"]["updated"] >= updated["object"]["published"]

    heard = len(peer.heard)
    Story.objects.get(pk=story.pk).unpublish()
    with pytest.raises(urllib.error.HTTPError, match="410"):
        get(article["id"])
    work()
    (deleted,) = peer.heard[heard:]
    assert (deleted["type"], deleted["object"]["type"], deleted["object"]["id"]) == (
        "Delete",
        "Tombstone",
        article["id"],
    )
    assert "bridge" not in json.dumps(deleted).lower()

    Story.objects.get(pk=story.pk).save_revision().publish()
    work()
    again = peer.heard[-1]
    assert again["type"] == "Create"
    assert again["object"]["id"] != article["id"], "what was deleted is never taken up again"
    assert get(again["object"]["id"])["name"] == "A bridge opens late"
    assert peer.refused == []
    assert work() == 0


@pytest.fixture
def told(peer, settings, paper, ours, say):
    """A follower of the paper on `peer`, without a server of ours; what is sent is still checked."""
    from broadsheet.syndication.fediverse import keys

    for actor in Actor.objects.all():
        peer.keys[f"http://testserver/-/ap/actor/{actor.pk}#main-key"] = keys.public_pem(actor)
        say(peer.activity("Follow", peer.actor(), f"http://testserver/-/ap/actor/{actor.pk}", actor.pk))
    work()
    peer.heard.clear()
    return peer


@pytest.fixture
def section(paper):
    return Actor.objects.create(handle="nation", section=paper.sections["en", "nation"], is_on=True)


@pytest.mark.django_db
def test_one_speaks_and_the_others_pass_it_on(paper, section, told):
    story = paper.story("Shared", live=False)
    story.save_revision().publish()
    work()
    by_type = {said["type"]: said for said in told.heard}
    assert set(by_type) == {"Create", "Announce"}
    assert by_type["Announce"]["object"] == by_type["Create"]["object"]["id"]
    assert by_type["Announce"]["actor"].endswith(f"/{section.pk}")
    assert told.refused == []


@pytest.mark.django_db
@pytest.mark.parametrize("access", ["registered", "metered", "subscribers"])
def test_only_the_public_part_leaves(paper, told, access, client):
    body = [
        ("text", f"<p>Public one.</p><p>Public two.</p><p>{CANARY} three.</p>"),
        ("text", f"<p>{CANARY}</p>"),
    ]
    story = paper.story("Paid", live=False, access=access, body=body)
    story.save_revision().publish()
    work()
    (created,) = told.heard
    assert "Public one." in created["object"]["content"]
    assert CANARY not in json.dumps(created)
    for address in (f"/-/ap/story/{story.pk}", f"/-/ap/actor/{Actor.objects.get().pk}/outbox/page"):
        got = client.get(address)
        assert got.status_code == 200
        assert CANARY not in got.content.decode()


@pytest.mark.django_db
def test_what_is_not_public_is_never_told(paper, told, client):
    draft = paper.story("Draft", live=False)
    old = paper.story("Archive", live=False)
    old.published_at = timezone.now() - timedelta(days=400)
    old.save_revision().publish()
    scheduled = paper.story("Scheduled", live=False)
    scheduled.go_live_at = timezone.now() + timedelta(days=1)
    scheduled.save_revision().publish()
    work()
    assert told.heard == []
    for story in (draft, scheduled):
        assert client.get(f"/-/ap/story/{story.pk}").status_code == 404


@pytest.mark.django_db
def test_what_is_withdrawn_before_it_was_sent_is_never_sent(paper, told):
    story = paper.story("Oops", live=False)
    story.save_revision().publish()
    following.hand_on()
    assert Delivery.objects.filter(state="waiting").count() == 1
    PageViewRestriction.objects.create(
        page=Story.objects.get(pk=story.pk).get_parent(), restriction_type="login"
    )
    assert delivering.deliver_due() == 1
    assert told.heard == [], "between the restriction and its events"
    work()
    assert [said["type"] for said in told.heard] == ["Delete"]


@pytest.mark.django_db
def test_a_closed_section_takes_back_what_stood_in_it(paper, told):
    for n in range(3):
        paper.story(f"Story {n}", live=False).save_revision().publish()
    work()
    assert [said["type"] for said in told.heard] == ["Create"] * 3
    section = paper.sections["en", "nation"]
    PageViewRestriction.objects.create(page=section, restriction_type="login")
    work()
    assert [said["type"] for said in told.heard[3:]] == ["Delete"] * 3


@pytest.mark.django_db
def test_an_account_that_is_switched_off_says_nothing_more(paper, told, client):
    actor = Actor.objects.get()
    paper.story("Out", live=False).save_revision().publish()
    following.hand_on()
    actor.is_on = False
    actor.save()
    delivering.deliver_due()
    assert told.heard == []
    assert client.get(f"/-/ap/actor/{actor.pk}").status_code == 404


@pytest.mark.django_db
def test_who_is_down_hears_the_newest_later_and_who_is_dead_is_dropped(paper, told):
    from broadsheet.syndication.fediverse import keeping

    told.status = 503
    story = paper.story("First", live=False)
    story.save_revision().publish()
    work()
    story = Story.objects.get(pk=story.pk)
    story.title = "Second"
    story.save_revision().publish()
    work()
    told.status = 202
    Delivery.objects.update(due_at=timezone.now())
    TroubledHost.objects.all().delete()
    work()
    assert {said["object"]["name"] for said in told.heard} == {"Second"}
    assert {said["type"] for said in told.heard} == {"Create", "Update"}

    host = told.base.removeprefix("http://")
    long_ago = timezone.now() - timedelta(days=40)
    TroubledHost.objects.create(
        channel="fediverse", host=host, failures=30, since=long_ago, paused_until=timezone.now()
    )
    assert keeping.drop_dead() == 1
    assert not Following.objects.exists()


@pytest.mark.django_db
def test_an_inbox_that_is_gone_is_let_go(paper, told):
    from broadsheet.syndication.fediverse import keeping

    told.status = 410
    paper.story("Out", live=False).save_revision().publish()
    work()
    keeping.tidy()
    assert not Following.objects.exists()


@pytest.mark.django_db
def test_no_follower_no_delivery_but_an_address(paper, ours, client):
    story = paper.story("Alone", live=False)
    story.save_revision().publish()
    work()
    assert Delivery.objects.count() == 0
    assert Post.objects.get().story == story.pk
    assert client.get(f"/-/ap/story/{story.pk}").status_code == 200


@pytest.mark.django_db
def test_many_followers_of_one_server_are_one_delivery(paper, told, say, ours):
    for n in range(5):
        say(told.activity("Follow", told.actor(f"u{n}"), f"http://testserver/-/ap/actor/{ours.pk}", 100 + n))
    work()
    told.heard.clear()
    paper.story("Once", live=False).save_revision().publish()
    work()
    assert len(told.heard) == 1
    assert isinstance(told, Peer)
