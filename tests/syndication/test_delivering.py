"""What is owed arrives, however often the receiver fails; who is down holds nobody up."""

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
