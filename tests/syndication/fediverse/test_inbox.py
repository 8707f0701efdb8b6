"""What comes in is believed only from whom it truly comes, once, and within limits; nothing that counts is lost."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from broadsheet.syndication.fediverse import inbox, peers, wording
from broadsheet.syndication.fediverse.addresses import actor_uri, story_uri
from broadsheet.syndication.fediverse.models import (
    BlockedDomain,
    Following,
    Heard,
    Peer,
    Reaction,
    Reply,
)
from broadsheet.syndication.models import Delivery

from .peer import PUBLIC, key, pem, signed_headers

pytestmark = pytest.mark.django_db


def note(peer, actor, story, content="<p>Well said.</p>", n=1, **more):
    return {
        "id": f"{peer.base}/notes/{n}",
        "type": "Note",
        "attributedTo": actor,
        "inReplyTo": story_uri(story.pk),
        "content": content,
        "to": [PUBLIC],
        **more,
    }


def test_a_follow_is_kept_and_accepted(peer, ours, say):
    ann = peer.actor()
    follow = peer.activity("Follow", ann, actor_uri(ours))
    assert say(follow) == 202
    following = Following.objects.get()
    assert (following.actor, following.peer.uri, following.activity) == (ours, ann, follow["id"])
    owed = Delivery.objects.get()
    assert (owed.target, owed.payload["verb"], owed.payload["object"]["id"]) == (
        f"{ann}/inbox",
        "accept",
        follow["id"],
    )


def test_a_second_follow_changes_nothing_but_is_accepted_again(peer, ours, say):
    ann = peer.actor()
    for n in (1, 2):
        assert say(peer.activity("Follow", ann, actor_uri(ours), n)) == 202
    assert Following.objects.get().activity.endswith("Follow-2")
    assert Delivery.objects.count() == 1, "the newer Accept takes the place of the one that waits"


def test_undo_block_and_vanishing_end_it(peer, ours, say):
    ann = peer.actor()
    follow = peer.activity("Follow", ann, actor_uri(ours))
    ends = (
        peer.activity(
            "Undo", ann, {"type": "Follow", "id": follow["id"], "actor": ann, "object": actor_uri(ours)}
        ),
        peer.activity("Undo", ann, follow["id"], 2),
        peer.activity("Block", ann, actor_uri(ours)),
        peer.activity("Delete", ann, ann, to=[PUBLIC]),
    )
    for n, end in enumerate(ends):
        assert say({**follow, "id": f"{follow['id']}-{n}"}) == 202
        assert Following.objects.exists()
        if isinstance(end["object"], str) and end["type"] == "Undo":
            end["object"] = f"{follow['id']}-{n}"
        assert say(end) == 202, end
        assert not Following.objects.exists(), end
    assert not Peer.objects.exists(), "who is gone is forgotten"


def test_likes_and_announces_count_once_and_can_be_undone(peer, ours, say, paper):
    story, ann = paper.story(), peer.actor()
    for kind in ("Like", "Announce"):
        for n in (1, 2):
            assert say(peer.activity(kind, ann, story_uri(story.pk), n)) == 202
        assert Reaction.objects.filter(kind=kind, story=story.pk).count() == 1
        assert say(peer.activity("Undo", ann, {"type": kind, "object": story_uri(story.pk)}, kind)) == 202
    assert not Reaction.objects.exists()


def test_a_reply_is_cleaned_and_held(peer, ours, say, paper):
    story, ann = paper.story(), peer.actor()
    html = (
        '<p onclick="x()">Hi<script>alert(1)</script> <a href="javascript:x()">a</a><img src=x onerror=y></p>'
    )
    assert say(peer.activity("Create", ann, note(peer, ann, story, html))) == 202
    held = Reply.objects.get()
    assert held.state == "held"
    assert "script" not in held.html
    assert "onclick" not in held.html
    assert "<img" not in held.html
    Reply.objects.update(state="shown")
    changed = peer.activity("Update", ann, note(peer, ann, story, "<p>Buy now</p>"))
    assert say(changed) == 202
    held.refresh_from_db()
    assert ("Buy now" in held.html, held.state) == (True, "held"), "other words are looked at again"
    gone = {"id": held.uri, "type": "Tombstone"}
    assert say(peer.activity("Delete", ann, gone)) == 202
    assert not Reply.objects.exists()


@pytest.mark.parametrize("odd", ["a\x00b", "a\ud800b", "\udfff", "\u202e" * 50, "\uffff"])
def test_what_no_database_takes_is_left_out(peer, ours, say, paper, odd):
    story, ann = paper.story(), peer.actor(preferredUsername=odd, name=odd)
    said = note(peer, ann, story, f"<p>x{odd}y</p>", url=f"{ann}/{odd}")
    assert say(peer.activity("Create", ann, said)) == 202
    assert Reply.objects.get().html.startswith("<p>x")
    assert say(peer.activity("Undo", ann, odd)) == 202
    assert say(peer.activity("Delete", ann, odd)) == 202


def test_what_was_said_to_us_alone_is_not_kept(peer, ours, say, paper):
    ann, story = peer.actor(), paper.story()
    said = note(peer, ann, story, to=[actor_uri(ours)])
    assert say(peer.activity("Create", ann, said)) == 202
    assert not Reply.objects.exists()


def test_nobody_replies_to_what_is_not_public(peer, ours, say, paper):
    ann, draft = peer.actor(), paper.story(live=False)
    assert say(peer.activity("Create", ann, note(peer, ann, draft))) == 202
    assert say(peer.activity("Like", ann, story_uri(draft.pk))) == 202
    assert not Reply.objects.exists()
    assert not Reaction.objects.exists()
    assert peer.asked == []


@pytest.mark.parametrize(
    "object_", [{"type": "Ghost"}, "https://elsewhere.example/x", None, 5, [], ["x"], {"id": 7}]
)
@pytest.mark.parametrize(
    "kind", ["Follow", "Like", "Create", "Delete", "Undo", "Update", "Move", "Flag", "Add"]
)
def test_what_is_of_no_interest_is_dropped_and_nobody_is_asked(peer, ours, say, kind, object_):
    assert say(peer.activity(kind, peer.actor(), object_)) == 202
    assert peer.asked == []
    assert not Heard.objects.exists()


# -- forgeries --------------------------------------------------------------------------------------------------------


@pytest.fixture
def follow(peer, ours):
    return peer.activity("Follow", peer.actor(), actor_uri(ours))


def forgeries(peer):
    now = datetime.now(UTC)
    yield "unsigned", {"headers": {"Signature": ""}}
    yield "not a signature", {"headers": {"Signature": "garbage"}}
    yield "another key", {"number": 1}
    yield "body changed", {"headers": {"Digest": "SHA-256=AAAA"}}
    yield "no digest", {"headers": {"Digest": ""}}
    yield "digest not signed", {"names": "(request-target) host date"}
    yield "target not signed", {"names": "host date digest"}
    yield "host not signed", {"names": "(request-target) date digest"}
    yield "date not signed", {"names": "(request-target) host digest"}
    yield "for another host", {"host": "elsewhere.example"}
    yield "old", {"at": now - timedelta(hours=2)}
    yield "of the future", {"at": now + timedelta(hours=1)}
    yield "key of another host", {"key_id": "http://127.0.0.2/users/ann#main-key"}
    yield "key of another actor", {"key_id": f"{peer.base}/users/bob#main-key"}


def test_forgeries_are_refused(peer, ours, say, follow):
    peer.actor("bob", 1)
    for what, how in forgeries(peer):
        assert say(follow, **how) in (400, 401), what
        assert not Following.objects.exists(), what
        assert not Heard.objects.exists(), what
    assert say(follow) == 202
    assert Following.objects.count() == 1


def test_a_signature_for_one_address_is_none_for_another(client, peer, ours, follow):
    body = json.dumps(follow).encode()
    made = signed_headers("http://testserver/-/ap/inbox", body, f"{follow['actor']}#main-key", key(0))
    made.pop("Content-Type")
    address = f"/-/ap/actor/{ours.pk}/inbox"
    got = client.post(address, body, content_type="application/activity+json", headers=made)
    assert got.status_code == 401


def test_a_replay_changes_nothing(client, peer, ours, say, follow):
    body = json.dumps(follow).encode()
    made = signed_headers("http://testserver/-/ap/inbox", body, f"{follow['actor']}#main-key", key(0))
    made.pop("Content-Type")

    def again():
        return client.post(
            "/-/ap/inbox", body, content_type="application/activity+json", headers=made
        ).status_code

    assert again() == 202
    undo = peer.activity("Undo", follow["actor"], {**follow})
    assert say(undo) == 202
    assert again() == 202
    assert say(follow) == 202, "nor does the same activity, signed anew"
    assert not Following.objects.exists()


def test_nobody_speaks_for_another_host(peer, ours, say, follow):
    evil = peer.actor("eve", 1)
    assert (
        say({**follow, "actor": "http://127.0.0.2:1/users/ann"}, number=1, key_id=f"{evil}#main-key") == 400
    )
    assert say({**follow, "id": "http://127.0.0.2:1/x"}) == 400
    story = note(peer, "http://127.0.0.2:1/users/ann", ours)
    assert say(peer.activity("Create", evil, story), number=1) in (202, 400)
    assert not Following.objects.exists()
    assert not Reply.objects.exists()


def test_an_actor_is_believed_only_on_its_own_address(peer, ours, say, follow):
    ann = follow["actor"]
    true = peer.documents["/users/ann"]
    for changes in (
        {"id": f"{peer.base}/users/bob"},
        {"publicKey": {**true["publicKey"], "owner": f"{peer.base}/users/bob"}},
        {"publicKey": {**true["publicKey"], "id": "https://elsewhere.example/key"}},
        {"publicKey": {**true["publicKey"], "publicKeyPem": "-----BEGIN NOTHING-----"}},
        {"publicKey": None},
        {"type": "Note"},
        {"inbox": "https://victim.example/inbox"},
        {"inbox": None},
    ):
        peer.documents["/users/ann"] = {**true, **changes}
        assert say(follow) == 401, changes
        assert not Peer.objects.exists()
    peer.documents["/users/moved"] = true
    peer.documents["/users/ann"] = f"http://127.0.0.2:{peer.base.rpartition(':')[2]}/users/moved"
    assert say(follow) in (401, 503), "another host answers for it"
    peer.documents["/users/ann"] = {**true, "endpoints": {"sharedInbox": "https://victim.example/inbox"}}
    assert say(follow) == 202
    assert Peer.objects.get().delivers_to == f"{ann}/inbox"


@pytest.mark.parametrize(
    "document",
    [
        b"<html>",
        b"[" * 100_000,
        b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
        b'{"id": NaN}',
        b'{"x": "' + b"y" * 300_000 + b'"}',
        b'{"n": ' + b"9" * 100_000 + b"}",
        b"\xff\xfe\x00",
    ],
    ids=["html", "brackets", "deep", "nan", "huge", "digits", "bytes"],
)
def test_an_actor_that_is_no_json_is_refused(peer, ours, say, follow, document):
    peer.documents["/users/ann"] = document
    assert say(follow) in (401, 503)
    assert not Peer.objects.exists()


def test_a_context_is_never_fetched(peer, ours, say, follow):
    trap = f"{peer.base}/context"
    peer.documents["/users/ann"]["@context"] = [trap, {"@import": trap, "id": "@id", "actor": trap}]
    assert say({**follow, "@context": {"@context": {"@context": trap}}}) == 202
    assert "/context" not in peer.asked


def test_a_private_address_is_never_asked(peer, ours, say, follow, monkeypatch):
    monkeypatch.setattr(peers, "allow_private", False)
    assert say(follow) == 400, "http is no actor's address"
    for host in ("127.0.0.1", "localhost", "10.0.0.1", "169.254.169.254", "[::1]", "192.168.1.1"):
        uri = f"https://{host}/users/ann"
        assert say({**follow, "id": f"https://{host}/f", "actor": uri}) in (400, 401), host
    assert peer.asked == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b" ", 400),
        (b"[]", 400),
        (b'{"type": "Follow"', 400),
        (b"[" * 200_000, 400),
        (b'{"id": {"id": ' + b'{"a":' * 40 + b"1" + b"}" * 42, 400),
        (b'{"id": "a", "id": "b"}', 400),
        (b'{"x": "' + b"y" * 256 * 1024 + b'"}', 413),
        ("\ud800".encode("utf-8", "surrogatepass"), 400),
    ],
)
def test_bodies_that_are_not_read(ours, say, body, status):
    assert say({"actor": "https://a.example/u"}, body=body) == status


def test_deep_json_is_refused_quickly():
    with pytest.raises(wording.Unreadable, match="deep"):
        wording.read(b'{"a":' * 50_000)
    assert wording.read(b'{"a": "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["}')


def test_other_types_and_methods_are_refused(client, ours):
    assert client.post("/-/ap/inbox", b"{}", content_type="text/plain").status_code == 415
    assert client.post("/-/ap/inbox", {"a": "b"}).status_code == 415
    assert client.get("/-/ap/inbox").status_code == 405


def test_without_an_account_nobody_is_here(client, paper, say, peer):
    follow = peer.activity("Follow", peer.actor(), "http://testserver/-/ap/actor/1")
    assert say(follow) == 404
    assert peer.asked == []


def test_a_blocked_domain_is_not_heard_and_its_followers_go(peer, ours, say, follow):
    assert say(follow) == 202
    BlockedDomain.objects.create(domain="127.0.0.1")
    assert not Following.objects.exists()
    assert not Delivery.objects.exists()
    assert say({**follow, "id": f"{follow['id']}-2"}) == 403


def test_a_new_key_is_asked_for_once(peer, ours, say, follow):
    assert say(follow) == 202
    ann = peer.actor(number=2)
    peer.documents["/users/ann"]["publicKey"]["publicKeyPem"] = pem(key(2))
    like = peer.activity("Follow", ann, actor_uri(ours), 2)
    assert say(like, number=2) == 401, "it was read a moment ago"
    Peer.objects.update(read_at=datetime.now(UTC) - timedelta(minutes=2))
    asked = len(peer.asked)
    assert say(like, number=2) == 202
    assert say(peer.activity("Follow", ann, actor_uri(ours), 3), number=1) == 401
    assert len(peer.asked) == asked + 1


def test_a_flood_is_told_to_come_later(peer, ours, say, monkeypatch):
    monkeypatch.setattr(inbox, "FOLLOWS_AN_HOUR", 5)
    monkeypatch.setattr(inbox, "POSTS_A_MINUTE", 12)
    answers = [say(peer.activity("Follow", peer.actor(f"bot{n}"), actor_uri(ours), n)) for n in range(14)]
    assert answers[:5] == [202] * 5
    assert set(answers[5:]) == {429}
    assert Following.objects.count() == 5


def test_what_can_not_be_settled_now_is_sent_again_and_nothing_is_lost(peer, ours, say, follow, monkeypatch):
    document = peer.documents.pop("/users/ann")
    peer.documents["/users/ann"] = b"{"
    assert say(follow) == 401
    peer.documents["/users/ann"] = document

    def broken(wish, by):
        raise RuntimeError

    monkeypatch.setattr(inbox.acting, "act", broken)
    with pytest.raises(RuntimeError):
        say(follow)
    assert not Heard.objects.exists(), "what was not acted on was not heard"
    monkeypatch.undo()
    monkeypatch.setattr(peers, "allow_private", True)
    assert say(follow) == 202
    assert Following.objects.exists()
