"""A source read beside its import gives what it gives when read in place, and no end of either side hangs the other."""

import multiprocessing
import os
import signal
from zoneinfo import ZoneInfo

import pytest

from broadsheet.intake.feeding import read
from broadsheet.intake.incoming import Skipped
from broadsheet.outward.errors import UnreadableSource

ZONE = ZoneInfo("Asia/Baku")


class Counting:
    kind = "page"

    def __init__(self, fault=None):
        self.position, self.fault = 0, fault

    def size(self, source):
        return 0

    def items(self, source, zone):
        for number in range(55):
            self.position = number
            if source == "bad" and number == 30:
                self.fault()
            yield Skipped(f"{source} {number}", "counted")


def broken():
    raise UnreadableSource("it breaks off", "line 30", "export again")


def faulty():
    raise ValueError("a fault of ours")


def killed():
    os.kill(os.getpid(), signal.SIGKILL)


def told(steps):
    return [(s.source, s.position, s.item and s.item.item, s.error and str(s.error)) for s in steps]


@pytest.mark.parametrize("fault", [broken, faulty])
def test_both_ways_of_reading_tell_the_same(fault):
    sources = ["good", "bad", "other"]
    here = told(read(Counting(fault), sources, ZONE, beside=False))
    beside = told(read(Counting(fault), sources, ZONE, beside=True))

    assert here == beside
    assert [step[2] for step in here if step[0] == "other" and step[2]] == [f"other {n}" for n in range(55)]
    assert sum(step[3] is not None for step in here) == 1
    assert sum(step[2] is None and step[3] is None for step in here) == 3


def test_a_reader_that_is_killed_is_told_and_ends_the_import():
    steps = list(read(Counting(killed), ["good", "bad"], ZONE, beside=True))

    assert "was ended" in str(steps[-1].error)
    assert sum(step.item is not None for step in steps) >= 55


def test_leaving_early_leaves_no_process_behind():
    before = set(multiprocessing.active_children())
    steps = read(Counting(), ["good"] * 50, ZONE, beside=True)
    next(steps)
    assert set(multiprocessing.active_children()) - before
    steps.close()

    assert not set(multiprocessing.active_children()) - before
