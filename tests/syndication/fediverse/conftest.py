import json

import pytest

from broadsheet.syndication import following
from broadsheet.syndication.fediverse import keys, peers, sending
from broadsheet.syndication.fediverse.models import Actor

from .peer import Peer, key, signed_headers

INBOX = "http://testserver/-/ap/inbox"


@pytest.fixture(autouse=True)
def _here(monkeypatch):
    """Peers of these tests are on this machine; keys are made once, not for each test."""
    pairs = []

    def pair():
        if not pairs:
            pairs.append(made())
        return pairs[0]

    made = keys._new_pair
    monkeypatch.setattr(keys, "_new_pair", pair)
    monkeypatch.setattr(peers, "allow_private", True)
    # Rows of the next test have the same ids.
    sending._said.cache_clear()


@pytest.fixture
def peer():
    with Peer() as running:
        yield running


@pytest.fixture
def ours(paper):
    following.hand_on()
    return Actor.objects.create(handle="gazette", language="en", is_on=True)


@pytest.fixture
def say(client):
    """Posts an activity to our shared inbox as a server would; gives the status."""

    def post(activity, *, body=None, number=0, url=INBOX, key_id="", headers=None, **signing):
        sent = json.dumps(activity).encode() if body is None else body
        actor = activity["actor"] if isinstance(activity, dict) else ""
        made = signed_headers(url, sent, key_id or f"{actor}#main-key", key(number), **signing)
        made |= headers or {}
        return client.post(
            url.removeprefix("http://testserver"),
            sent,
            content_type=made.pop("Content-Type"),
            headers={name: value for name, value in made.items() if value},
        ).status_code

    return post
