"""Passes taken back and networks that read along: what the origin writes, tells edges, and heeds itself."""

import time
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from broadsheet.paywall import LIFE, Pass, encode_pass
from broadsheet.paywall.asking import HEADER, Asking, sign
from broadsheet.press import log, networks, services
from broadsheet.press.models import LogRow, RevokedPass

pytestmark = pytest.mark.django_db
SECRET = "Zanzibarquince"
BODY = [("text", f"<p>Public one.</p><p>Public two.</p><p>{SECRET} three.</p>")]


@pytest.fixture
def edge(client):
    def ask(target, visitor=""):
        value = sign(settings.BROADSHEET_EDGE_KEYS[0], "GET", target, Asking("", visitor), time.time())
        return client.get(target, headers={HEADER: value})

    return ask


@pytest.fixture
def registered(monkeypatch):
    """The networks of a test, in place of those that apps registered."""
    listed = []
    monkeypatch.setattr(networks, "_listers", [lambda: listed])
    return listed


def rights():
    return [row.rights for row in LogRow.objects.filter(rights__isnull=False)]


def test_a_revocation_is_told_and_stands_until_no_pass_can_outlive_it(edge):
    at = timezone.now()
    services.revoke_passes(7, at)
    services.revoke_passes(7, at - timedelta(minutes=1))
    services.revoke_passes(8, at - timedelta(hours=26))

    assert rights()[0] == {"reader": 7, "at": at.timestamp()}
    assert len(rights()) == 2, "an earlier moment is no news"
    assert edge("/-/rights").json()["revoked"] == [[7, at.timestamp()]]
    before = LogRow.objects.earliest("pk").pk - 1
    row = edge(f"/-/log?after={before}&epoch={log.head()[0]}").json()["rows"][-2]
    assert (row["rights"]["reader"], row["event"], row["keys"]) == (7, None, [])
    services.tidy()
    assert list(RevokedPass.objects.values_list("pk", flat=True)) == [7]


def test_a_revocation_is_rolled_back_with_what_caused_it():
    with transaction.atomic():
        services.revoke_passes(7, timezone.now())
        transaction.set_rollback(True)

    assert rights() == []
    assert not RevokedPass.objects.exists()


def test_strangers_passes_are_everybodys():
    with pytest.raises(ValueError, match="no reader"):
        services.revoke_passes(0, timezone.now())


def test_rights_are_for_an_edges_own_questions(client, edge):
    assert client.get("/-/rights").status_code == 404
    assert edge("/-/rights", visitor="192.0.2.9").status_code == 404, "somebody asked through an edge"
    assert edge("/-/rights").json() == {"revoked": [], "networks": []}


def test_the_origin_heeds_a_revocation_itself(client, paper):
    story = paper.story("Premium", access="subscribers", body=BODY)

    def reads(given):
        held = Pass(7, frozenset({"stories"}), given + LIFE)
        client.cookies["bs_pass"] = encode_pass(held, settings.BROADSHEET_KEYS)
        return SECRET in client.get(f"/nation/{story.slug}/").content.decode()

    now = timezone.now()
    assert reads(now)
    services.revoke_passes(7, now)

    assert not reads(now)
    assert reads(now + timedelta(seconds=2))


def test_networks_are_announced_when_they_change_and_not_before(registered):
    services.tidy()
    registered.append(("192.0.2.0/24", ["stories"]))
    changed = [networks.announce(), networks.announce()]
    registered.clear()

    assert [*changed, networks.announce()] == [True, False, True]
    assert rights()[-1] == {"networks": True}


def test_a_network_opens_at_the_origin_too_and_no_other_address_does(client, edge, paper, registered):
    registered.append(("192.0.2.0/24", ["stories"]))
    story = paper.story("Premium", access="subscribers", body=BODY)
    target = f"/nation/{story.slug}/"

    inside = edge(target, visitor="192.0.2.9")

    assert SECRET in inside.content.decode()
    assert inside.headers["Cache-Control"] == "private, no-cache"
    assert SECRET not in edge(target, visitor="198.51.100.9").content.decode()
    forged = client.get(target, headers={"X-Forwarded-For": "192.0.2.9"})
    assert SECRET not in forged.content.decode()
    assert edge("/-/rights").json()["networks"] == [["192.0.2.0/24", ["stories"]]]
