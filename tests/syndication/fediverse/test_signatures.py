"""RFC 9421, signed here by a library after the RFC's own words; draft-cavage is forged in `test_inbox`."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from http_message_signatures import HTTPMessageSigner, HTTPSignatureKeyResolver, algorithms

from broadsheet.syndication.fediverse.addresses import actor_uri
from broadsheet.syndication.fediverse.models import Following

from .peer import key

pytestmark = pytest.mark.django_db
ALL = ("@method", "@target-uri", "content-digest")


class Sent:
    method = "POST"

    def __init__(self, url, headers):
        self.url, self.headers = url, headers


class Keys(HTTPSignatureKeyResolver):
    def __init__(self, number):
        self.number = number

    def resolve_private_key(self, key_id):
        return key(self.number)


@pytest.fixture
def post(client, peer, ours):
    follow = peer.activity("Follow", peer.actor(), actor_uri(ours))

    def post(
        *, covered=ALL, number=0, created=None, body=None, url="http://testserver/-/ap/inbox", key_id=""
    ):
        text = json.dumps(follow).encode()
        sent = Sent(url, {"Content-Type": "application/activity+json", "Host": "testserver"})
        signer = HTTPMessageSigner(signature_algorithm=algorithms.RSA_V1_5_SHA256, key_resolver=Keys(number))
        signer.sign(
            sent,
            key_id=key_id or f"{follow['actor']}#main-key",
            created=created or datetime.now(UTC),
            covered_component_ids=covered,
            label="sig1",
            body=text if "content-digest" in covered else None,
        )
        sent.headers.pop("Host")
        return client.post(
            "/-/ap/inbox",
            body or text,
            content_type=sent.headers.pop("Content-Type"),
            headers=dict(sent.headers),
        ).status_code

    return post


@pytest.mark.parametrize("covered", [ALL, ("@method", "@authority", "@path", "content-digest")])
def test_a_signature_after_the_rfc_is_taken_once(post, covered):
    assert post(covered=covered) == 202
    assert Following.objects.count() == 1


@pytest.mark.parametrize(
    "how",
    [
        {"number": 1},
        {"covered": ("@method", "@target-uri")},
        {"covered": ("@method", "content-digest")},
        {"covered": ("@target-uri", "content-digest")},
        {"covered": ("@method", "@path", "content-digest")},
        {"created": datetime.now(UTC) - timedelta(hours=3)},
        {"created": datetime.now(UTC) + timedelta(hours=1)},
        {"url": "http://elsewhere.example/-/ap/inbox"},
        {"url": "http://testserver/-/ap/actor/1/inbox"},
        {"key_id": "http://127.0.0.2/users/ann#main-key"},
    ],
)
def test_one_that_leaves_something_out_is_not(post, how):
    assert post(**how) == 401
    assert not Following.objects.exists()


def test_another_body_is_not_what_was_signed(post, peer, ours):
    other = peer.activity("Follow", f"{peer.base}/users/ann", actor_uri(ours), 99)
    assert post(body=json.dumps(other).encode()) == 401
    assert not Following.objects.exists()
