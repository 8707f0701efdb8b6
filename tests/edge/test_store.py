"""The file: opened by many at once, and never so full that a purge is lost."""

import os
import time
from contextlib import suppress
from pathlib import Path

from broadsheet.edge.log import Log
from broadsheet.edge.store import Store
from broadsheet.edge.stored import Stored

KEY = (b"paper.example", b"/a", b"")


def _page(*keys: str, position: int = 0) -> Stored:
    return Stored(200, [], b"text" * 500, time.time(), 0, 300, keys=keys, epoch="e", position=position)


def _row(number: int, *keys: str, is_hard: bool = True) -> dict[str, object]:
    return {"id": number, "keys": keys, "hard": is_hard, "event": None}


def _opens_slowly(folder: Path, pause: float, told: int) -> None:
    """One worker's start, which takes its time over removing what an earlier boot left."""
    remove = Path.unlink
    Path.unlink = lambda *a, **k: (time.sleep(pause), remove(*a, **k))  # type: ignore[method-assign,assign,return-value]
    store = Store(folder, 8 << 20)
    time.sleep(0.5)
    held = set()
    for number in range(3, 64):
        with suppress(OSError):
            held.add(os.fstat(number).st_ino)
    there = {(folder / name).stat().st_ino for name in ("edge.lmdb", "edge.lmdb-lock")}
    os.write(told, b"shared" if there <= held else b"alone")
    store.env.close()


def test_workers_that_start_together_share_one_file(tmp_path):
    pipes = [os.pipe() for _ in range(2)]
    for pause, (_, told) in zip((0.02, 0.1), pipes, strict=True):
        if os.fork() == 0:
            try:
                _opens_slowly(tmp_path, pause, told)
            finally:
                os._exit(0)
    for _ in pipes:
        os.wait()
    for _, told in pipes:
        os.close(told)

    assert [os.read(heard, 100) for heard, _ in pipes] == [b"shared", b"shared"]


def test_a_purge_finds_room_in_a_file_that_is_full(tmp_path):
    store = Store(tmp_path, 4 << 20)
    log = Log(store)
    store.apply("e", 0, [])
    store.save(KEY, [_page("story-1")])

    for first in range(1, 60_001, 2_000):
        rows = [_row(n, f"a-key-of-some-length-{n}", f"another-key-of-some-length-{n}") for n in range(first, first + 2_000)]  # fmt: skip
        store.apply("e", first + 1_999, rows)
    store.apply("e", 60_001, [_row(60_001, "story-1")])
    log.catch_up()

    assert store.cursor == ("e", 60_001)
    assert log.is_gone(_page("story-1", position=60_000))
    assert log.is_gone(_page("a-key-of-some-length-7", position=6))
    assert not log.is_gone(_page("story-1", position=60_001))
    for number in range(500):
        key = (b"paper.example", b"/%d" % number, b"")
        assert store.lease(key, os.getpid(), 10)
        store.save(key, [_page()])
        store.release(key, os.getpid())
        store.drop(key)


def test_a_worker_that_missed_rows_knows_what_they_purged(tmp_path, monkeypatch):
    monkeypatch.setattr("broadsheet.edge.store.MOST_ROWS", 10)
    store = Store(tmp_path, 8 << 20)
    store.apply("e", 0, [])
    log = Log(store)

    store.apply("e", 1, [_row(1, "story-1")])
    for number in range(2, 40):
        store.apply("e", number, [_row(number, "other")])
    log.catch_up()

    assert log.is_gone(_page("story-1", position=0))


def test_a_lease_that_ran_out_is_not_given_back_by_who_had_it(tmp_path):
    store = Store(tmp_path, 8 << 20)
    me, other = os.getpid(), os.getppid()
    assert store.lease(KEY, other, -1)
    assert store.lease(KEY, me, 60)

    store.release(KEY, other)

    assert not store.lease(KEY, other, 60)


def test_who_sees_the_cursor_knows_of_the_rows_before_it(tmp_path):
    store = Store(tmp_path, 8 << 20)
    store.apply("e", 0, [])
    log = Log(store)
    seen = []

    class Watched:
        """The number that all workers share, at the moment it is announced."""

        def __getitem__(self, at):
            return log.shared[at]

        def __setitem__(self, at, number):
            log.shared[at] = number
            seen.append(store.cursor)

    store.shared.sequence = Watched()
    store.apply("e", 1, [_row(1, "story-1")])

    assert seen == [("e", 0)]
    log.catch_up()
    assert log.is_gone(_page("story-1"))


def test_a_row_that_was_announced_and_never_written_hides_none_that_is(tmp_path):
    store = Store(tmp_path, 8 << 20)
    store.apply("e", 0, [])
    log = Log(store)
    log.shared[0] += 3

    log.catch_up()
    store.apply("e", 1, [_row(1, "story-1")])
    log.catch_up()

    assert log.is_gone(_page("story-1"))
