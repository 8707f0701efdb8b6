"""What is owed arrives, however often the receiver fails; who is down holds nobody up."""

import threading
import time
from collections import Counter
from datetime import timedelta
from functools import partial

import pytest
from django.utils import timezone

from broadsheet.outward.errors import BadAnswer, RefusedAddress, UnreadableSource
from broadsheet.syndication import delivering
from broadsheet.syndication.models import Delivery, TroubledHost

pytestmark = pytest.mark.django_db
called: Counter[str] = Counter()
answers: dict[str, Exception] = {}


def send(delivery):
    return partial(take, delivery.target)


def take(target):
    called[target] += 1
    if target in answers:
        raise answers[target]


@pytest.fixture(autouse=True)
def _channel(monkeypatch):
    called.clear()
    answers.clear()
    monkeypatch.setitem(delivering.SENDERS, "try", f"{__name__}.send")


def later(**past):
    Delivery.objects.filter(state="waiting").update(due_at=timezone.now() - timedelta(seconds=1))
    TroubledHost.objects.update(paused_until=timezone.now() - timedelta(seconds=1))


def test_all_that_is_owed_arrives_once():
    targets = [f"https://host{n % 50}.example/inbox/{n}" for n in range(200)]
    assert delivering.owe("try", targets, {"about": 1}) == 200
    assert delivering.deliver_due() == 200
    assert set(called.values()) == {1}
    assert Delivery.objects.filter(state="done").count() == 200
    assert delivering.deliver_due() == 0


def test_what_fails_is_tried_again_and_a_no_is_a_no():
    down, no, odd = ("https://down.example/", "https://no.example/", "https://odd.example/")
    answers.update(
        {
            down: UnreadableSource("down", down, ""),
            no: BadAnswer(410, no),
            odd: RefusedAddress("private", odd, ""),
        }
    )
    delivering.owe("try", [down, no, odd, "https://up.example/"], {})
    delivering.deliver_due()
    assert Counter(Delivery.objects.values_list("state", flat=True)) == {"waiting": 1, "failed": 2, "done": 1}
    assert delivering.deliver_due() == 0, "not before its time"
    del answers[down]
    later()
    delivering.deliver_due()
    assert Delivery.objects.get(target=down).state == "done"
    assert not TroubledHost.objects.exists()


def test_a_host_that_is_down_is_left_alone():
    targets = [f"https://down.example/{n}" for n in range(40)]
    answers.update({target: UnreadableSource("down", target, "") for target in targets})
    delivering.owe("try", targets, {})
    delivering.deliver_due()
    assert 3 <= sum(called.values()) < 12
    delivering.owe("try", ["https://up.example/"], {})
    delivering.deliver_due()
    assert called["https://up.example/"] == 1


def test_nothing_is_tried_for_ever():
    answers["https://down.example/"] = UnreadableSource("down", "", "")
    delivering.owe("try", ["https://down.example/"], {})
    for _ in range(40):
        later()
        delivering.deliver_due()
    assert called["https://down.example/"] == delivering.MOST_TRIES
    assert Delivery.objects.get().state == "failed"


def test_the_newer_word_on_a_subject_replaces_the_waiting_one():
    delivering.owe("try", ["https://a.example/", "https://b.example/"], {"n": 1}, subject="story/1")
    delivering.owe("try", ["https://a.example/"], {"n": 2}, subject="story/1")
    assert sorted(Delivery.objects.values_list("target", "payload__n")) == [
        ("https://a.example/", 2),
        ("https://b.example/", 1),
    ]


def test_one_that_hangs_holds_up_its_own_thread_only(monkeypatch):
    go_on, slow = threading.Event(), "https://slow.example/"
    quick = [f"https://host{n}.example/" for n in range(150)]

    def hand_over(target):
        called[target] += 1
        if target == slow:
            assert go_on.wait(20)
        elif len(called) == 151:
            go_on.set()

    monkeypatch.setitem(globals(), "take", hand_over)
    delivering.owe("try", [slow, *quick], {})
    assert delivering.deliver_due() == 151
    assert go_on.is_set(), "all others arrived meanwhile"


def test_a_host_with_much_to_come_leaves_room_for_others(monkeypatch):
    here, most, lock = Counter(), Counter(), threading.Lock()

    def hand_over(target):
        host = target.split("/")[2]
        with lock:
            here[host] += 1
            most[host] = max(most[host], here[host])
            order.append(host)
        time.sleep(0.01)
        with lock:
            here[host] -= 1

    order = []
    monkeypatch.setitem(globals(), "take", hand_over)
    delivering.owe("try", [f"https://big.example/{n}" for n in range(120)], {})
    delivering.owe("try", [f"https://small{n}.example/" for n in range(10)], {})
    assert delivering.deliver_due() == 130
    assert most["big.example"] <= delivering.MOST_FOR_HOST
    assert max(order.index(f"small{n}.example") for n in range(10)) < 60


def test_claims_cost_the_same_however_many(django_assert_max_num_queries):
    delivering.owe("try", [f"https://host{n}.example/" for n in range(delivering.ROUND)], {})
    with django_assert_max_num_queries(3):
        assert len(delivering._claim(timezone.now(), Counter())) == delivering.ROUND
    assert delivering._claim(timezone.now(), Counter()) == [], "claimed is claimed"


def test_a_receiver_says_when_to_come_again():
    target = "https://busy.example/"
    answers[target] = BadAnswer(429, target, "1800")
    delivering.owe("try", [target], {})
    delivering.deliver_due()
    assert Delivery.objects.get().due_at > timezone.now() + timedelta(minutes=29)


def test_the_worker_that_dies_with_a_claim_loses_nothing():
    delivering.owe("try", ["https://a.example/"], {})
    assert len(delivering._claim(timezone.now(), Counter())) == 1
    assert delivering.deliver_due() == 0
    assert len(delivering._claim(timezone.now() + delivering.CLAIM + timedelta(minutes=1), Counter())) == 1


def unnoted(delivery):
    return partial(partial, broken)


def broken():
    raise RuntimeError


def test_an_answer_that_can_not_be_noted_holds_nobody_up(monkeypatch):
    monkeypatch.setitem(delivering.SENDERS, "odd", f"{__name__}.unnoted")
    delivering.owe("odd", ["https://odd.example/"], {})
    delivering.owe("try", ["https://up.example/"], {})
    delivering.deliver_due()
    assert dict(Delivery.objects.values_list("channel", "state")) == {"odd": "waiting", "try": "done"}
