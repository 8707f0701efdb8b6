"""Whatever is posted, it is understood, dropped or refused; nothing breaks, and nobody is asked for what is no concern."""

import json
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from broadsheet.syndication.fediverse import peers, wording
from broadsheet.syndication.fediverse.addresses import actor_number, host_of, story_number
from broadsheet.syndication.fediverse.understanding import Odd, Wish, understood

pytestmark = pytest.mark.django_db

WORDS = st.sampled_from(
    [
        "id", "type", "actor", "object", "to", "cc", "inReplyTo", "attributedTo", "content", "url",
        "Follow", "Like", "Create", "Update", "Delete", "Undo", "Block", "Announce", "Note", "Person", "as:Public",
        "https://a.example/u", "https://b.example/u", "http://testserver/-/ap/actor/1", "http://testserver/-/ap/story/1",
        "https://[::1", "https://a.example:x/", "", "\x00", "\ud800", "a\x00\ud800b", "https://a.example/\u202e", "https://a:b@c.example/",
    ]
)  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=5),
    max_leaves=20,
)
ACTIVITIES = st.fixed_dictionaries(
    {
        "id": st.just("https://a.example/1") | VALUES,
        "type": WORDS,
        "actor": st.just("https://a.example/u") | VALUES,
    },
    optional={"object": VALUES, "to": VALUES, "cc": VALUES},
)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ACTIVITIES)
def test_anything_is_understood_dropped_or_odd(ours, activity):
    with suppress(Odd):
        wish = understood(activity)
        assert wish is None or isinstance(wish, Wish)


@settings(max_examples=200, deadline=None)
@given(VALUES)
def test_no_actor_document_breaks_us(document):
    with suppress(peers.Unfit):
        facts = peers.facts_of(
            document if isinstance(document, dict) else {"id": document}, "https://a.example/u"
        )
        assert facts["host"] == "a.example"


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400) | st.text(alphabet='[]{}",:\\ an1', max_size=400).map(str.encode))
def test_no_bytes_break_the_reader(body):
    with suppress(wording.Unreadable):
        assert isinstance(wording.read(body), dict)


def test_the_vocabulary_of_activitystreams(corpora, ours, say):
    """Every document of the specifications' own collection: read or refused, as an activity and as a request."""
    folder = corpora / "corpora" / "activitystreams"
    files = sorted(folder.rglob("*.json"))
    assert len(files) > 200
    refused = set()
    for file in files:
        body = file.read_bytes()
        try:
            document = wording.read(body)
        except wording.Unreadable:
            refused.add(file.name)
            continue
        assert document == json.loads(body)
        with suppress(Odd):
            assert (
                understood({**document, "id": "https://a.example/1", "actor": "https://a.example/u"}) is None
            )
        assert say({"actor": "https://a.example/u"}, body=body) in (202, 400), file.name
    assert {"array-at-top.json", "number-at-top.json", "string-at-top.json"} <= refused


@pytest.mark.parametrize(
    ("uri", "number"),
    [
        ("http://testserver/-/ap/story/5", 5),
        ("http://testserver/-/ap/story/5/2", 5),
        ("http://testserver/-/ap/story/05", None),
        ("http://testserver/-/ap/story/5/", None),
        ("http://testserver/-/ap/story/5?x", None),
        ("http://testserver/-/ap/story/5#create", None),
        ("http://testserver.evil.example/-/ap/story/5", None),
        ("http://testserver@evil.example/-/ap/story/5", None),
        ("https://testserver/-/ap/story/5", None),
        ("http://testserver/-/ap/story/٥", None),
        ("http://testserver/-/ap/actor/5", None),
        ("http://testserver/-/ap/story/" + "9" * 30, None),
    ],
)
def test_only_our_own_addresses_are_ours(uri, number):
    assert story_number(uri) == number
    assert actor_number(uri) == (5 if uri.endswith("actor/5") else None)


@pytest.mark.parametrize(
    ("uri", "host"),
    [
        ("https://A.example/u", "a.example"),
        ("https://a.example:443/u", "a.example"),
        ("https://a.example:8443/u", "a.example:8443"),
        ("http://a.example/u", ""),
        ("https://user@a.example/u", ""),
        ("https://a.example /u", ""),
        ("https:///u", ""),
        ("javascript:x", ""),
        ("https://a.example:99999/u", ""),
        ("https://[::1/u", ""),
        ("https://a.example/" + "x" * 500, ""),
    ],
)
def test_hosts_of_others(uri, host):
    assert host_of(uri) == host
