"""Passes taken back and networks, in one edge's memory and file."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from broadsheet.edge.log import Log
from broadsheet.edge.rights import Rights
from broadsheet.edge.settings import PaperRules
from broadsheet.edge.store import Store
from broadsheet.edge.wall import Wall
from broadsheet.paywall import LIFE, Limits, Pass, Reason, Variant, encode_pass

KEYS = ("a-key",)
RULES = PaperRules("Paper", KEYS, "edge", frozenset({"h"}), Limits(), (), "en", is_secure=True)
NOW = time.time()


class Worker:
    """What one worker knows, over a file."""

    def __init__(self, folder):
        self.store = Store(folder, 8 << 20)
        self.log, self.rights = Log(self.store), Rights(self.store)
        self.log.listeners.append(self.rights.on_row)
        self.wall = Wall(RULES, self.rights)

    def opens(self, given, reader=7, scopes=("stories",), access="subscribers"):
        """Whether a pass given at `given` opens story 1."""
        self.log.catch_up()
        return self.wall.grant(self.reader(given, reader, scopes), access, 1, NOW).variant is Variant.FULL

    def reader(self, given, reader=7, scopes=("stories",)):
        held = Pass(reader, frozenset(scopes), datetime.fromtimestamp(given, UTC) + LIFE)
        return self.wall.reader(b"bs_pass=" + encode_pass(held, KEYS).encode())


def row(number, **rights):
    return {"id": number, "keys": [], "hard": False, "event": None, "rights": rights}


@pytest.fixture
def worker(tmp_path):
    made = Worker(tmp_path)
    yield made
    made.store.env.close()


def test_a_revoked_pass_is_as_if_absent_and_the_next_one_counts(worker):
    assert worker.opens(NOW - 60)
    worker.store.apply("e", 5, [row(5, reader=7, at=NOW)])

    assert not worker.opens(NOW - 60)
    assert not worker.opens(NOW - 60, access="registered")
    assert worker.opens(NOW + 2)
    assert worker.opens(NOW - 60, reader=8)


def test_it_is_asked_about_and_not_honoured_while_nobody_answers(worker):
    worker.store.apply("e", 5, [row(5, reader=7, at=NOW)])
    worker.log.catch_up()
    reader = worker.reader(NOW - 1200)

    assert worker.wall.needs_renewal(reader, "subscribers", 1, NOW)
    assert not worker.wall.needs_renewal(reader, "free", 1, NOW)
    graced = worker.wall.graced(reader, NOW)
    assert worker.wall.grant(graced, "subscribers", 1, NOW).reason is Reason.SUBSCRIBERS
    late = worker.wall.graced(worker.reader(NOW - 1200, reader=8), NOW)
    assert worker.wall.grant(late, "subscribers", 1, NOW).reason is Reason.ENTITLED


def test_it_outlives_a_restart_a_flush_and_a_list_that_does_not_name_it(tmp_path):
    first = Worker(tmp_path)
    first.store.apply("e", 5, [row(5, reader=7, at=NOW)])
    first.log.catch_up()
    first.store.apply("another", 1, [], flush=True)
    first.log.catch_up()
    first.rights.keep({"revoked": [[9, NOW]], "networks": []})
    first.store.env.close()
    again = Worker(tmp_path)

    assert not again.opens(NOW - 60)
    assert not again.opens(NOW - 60, reader=9)
    assert again.opens(NOW - 60, reader=8)
    again.store.env.close()


def test_a_worker_that_missed_rows_reads_what_they_said_from_the_file(worker):
    worker.store.apply("e", 6, [row(5, reader=7, at=NOW), row(6, networks=True)])
    (_, _), (number, last) = worker.store.rows_after(0)

    worker.rights.on_row(number, last)

    assert worker.wall.reader(None).pass_ is None
    assert worker.reader(NOW - 60).revoked is not None


def test_what_one_worker_asked_for_every_worker_knows(tmp_path):
    leader = Worker(tmp_path)
    leader.opens(NOW)
    leader.rights.keep(
        {"revoked": [[7, NOW], [6, NOW - 90_001]], "networks": [["192.0.2.0/24", ["stories"]]]}
    )
    rows = leader.store.rows_after(0)

    other = Rights.__new__(Rights)
    other.store, other.listeners = leader.store, []
    other._reload()
    assert rows[-1][1] == {"rights": {"kept": True}}
    assert set(other.revoked.moments) == {7}, "what is older than 25 hours is forgotten"
    assert other.networks.scopes("192.0.2.7") == {"stories"}
    leader.store.env.close()


@pytest.mark.parametrize(
    ("client", "access", "story", "reason"),
    [
        ("192.0.2.7", "subscribers", 1, Reason.NETWORK),
        ("::ffff:192.0.2.7", "registered", 1, Reason.NETWORK),
        ("2001:db8::7", "subscribers", 1, Reason.SUBSCRIBERS),
        ("2001:db8::7", "subscribers", 4, Reason.NETWORK),
        ("198.51.100.7", "registered", 1, Reason.REGISTRATION),
        ("198.51.100.7", "metered", 1, Reason.METER),
    ],
)
def test_a_client_in_a_network_holds_its_scopes(worker, client, access, story, reason):
    listed = [["192.0.2.0/24", ["stories"]], ["2001:db8::/32", ["epaper", "story:4"]]]
    worker.rights.keep({"revoked": [], "networks": listed})
    worker.log.catch_up()
    grant = worker.wall.grant(worker.wall.reader(None), access, story, NOW)

    assert worker.wall.on_network(grant, story, client).reason is reason


def test_the_page_is_told_only_what_it_can_not_know(worker):
    def told(scopes, access="subscribers"):
        reader = worker.reader(NOW, scopes=scopes)
        return worker.wall.reason_cookie(worker.wall.grant(reader, access, 1, NOW))

    assert told({"stories"}) is told(set()) is told({"story:2"}) is None
    assert told({"epaper"}) == b"bs_wall=tier; Max-Age=60; SameSite=Lax; Secure"
    assert told({"story:1"}) == b"bs_wall=gift; Max-Age=60; SameSite=Lax; Secure"


def test_a_gift_that_ran_out_is_renewed_for_its_story_alone(worker):
    old = NOW - LIFE.total_seconds() - timedelta(minutes=10).total_seconds()
    reader = worker.reader(old, reader=0, scopes={"story:1"})

    assert worker.wall.needs_renewal(reader, "subscribers", 1, NOW)
    assert not worker.wall.needs_renewal(reader, "subscribers", 2, NOW)
