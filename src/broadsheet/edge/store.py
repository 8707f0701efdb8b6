"""The file: one LMDB environment shared by a machine's workers, bounded, kept over restarts.

LMDB survives the death of any process at any instruction. It is opened without fsync, so a power cut may spoil it:
each record has its checksum, and a file from before the machine's last boot is started anew.
"""

from __future__ import annotations

import fcntl
import json
import mmap
import os
import struct
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import Any

import lmdb

from .revocations import keep_row
from .stored import Corrupt, Stored, unpack

PAGE = 4096
# Records and LMDB's own pages together stay under the map; eviction starts here.
FULL_SHARE = 0.7
EVICT_SHARE = 0.1
MOST_BYTES = 8 << 20
MOST_VARIANTS = 16
# Rows of the log that are kept to bring workers and event streams up to date.
MOST_ROWS = 20_000
# Of these, rows that are kept when there is no room for more.
MOST_REPLAYED = 50
# Beyond this many purged keys it is cheaper to forget every response than to remember each purge.
MOST_PURGES = 200_000
SLOTS, COUNTERS = 64, 64
_ORDER = struct.Struct(">Q16s")
_NUMBER = struct.Struct(">Q")
Key = tuple[bytes, bytes, bytes]


def digest(key: Key) -> bytes:
    """A fixed-length name for (host, target, variant); LMDB's keys are short."""
    return blake2b(b"\0".join(key), digest_size=16).digest()


class Store:
    """Responses by key, the positions of purges, and the rows of the log that brought them."""

    def __init__(self, folder: Path, most_bytes: int) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = folder / "edge.lmdb"
        self.most_bytes = max(most_bytes, 4 << 20)
        # Workers start together: one that removed what another has just opened would leave each with a file of its own.
        with _one_at_a_time(folder):
            _start_anew_after_boot(folder, path)
            try:
                self.env = self._open(path)
            except lmdb.Error:
                # What can't be opened holds nothing that can't be made again.
                path.unlink(missing_ok=True)
                self.env = self._open(path)
            self.shared = _shared(folder / "edge.shared")
        self.env.reader_check()
        self.bodies = self.env.open_db(b"bodies")
        self.order = self.env.open_db(b"order")
        self.purges = self.env.open_db(b"purges")
        self.rows = self.env.open_db(b"rows")
        self.facts = self.env.open_db(b"facts")
        self.leases = self.env.open_db(b"leases")
        self.rights = self.env.open_db(b"rights")

    def _open(self, path: Path) -> Any:
        return lmdb.open(
            str(path),
            subdir=False,
            map_size=self.most_bytes,
            max_dbs=8,
            max_readers=512,
            sync=False,
            metasync=False,
            readahead=False,
            mode=0o600,
        )

    # -- responses ---------------------------------------------------------------------------------------------

    def load(self, key: Key) -> list[Stored]:
        """The responses stored under a key; a record that does not check out is dropped."""
        with self.env.begin(db=self.bodies) as reading:
            record = reading.get(digest(key))
        if record is None:
            return []
        try:
            return _records(record[8:])
        except Corrupt:
            self.drop(key)
            return []

    def save(self, key: Key, responses: list[Stored]) -> bool:
        """Store all responses of a key in place of what was there; says whether there was room."""
        name = digest(key)
        record = b"".join(
            _NUMBER.pack(len(one)) + one for one in (s.pack() for s in responses[:MOST_VARIANTS])
        )
        if len(record) > min(MOST_BYTES * 2, self.most_bytes // 4):
            return False
        stamp = int(time.time())
        value = _NUMBER.pack(stamp) + record
        for _ in range(2):
            try:
                with self.env.begin(write=True) as writing:
                    used = self._used(writing) - self._remove(writing, name)
                    size = _room(len(value))
                    if used + size > self.most_bytes * FULL_SHARE:
                        used -= self._evict(
                            writing, used + size - int(self.most_bytes * (FULL_SHARE - EVICT_SHARE))
                        )
                    writing.put(name, value, db=self.bodies)
                    writing.put(_ORDER.pack(stamp, name), _NUMBER.pack(size), db=self.order)
                    writing.put(b"used", _NUMBER.pack(used + size), db=self.facts)
                return True
            except lmdb.MapFullError:
                self.clear()
        return False

    def drop(self, key: Key) -> None:
        """Forget what is stored under a key."""
        name = digest(key)
        try:
            with self.env.begin(write=True) as writing:
                freed = self._remove(writing, name)
                if freed:
                    writing.put(b"used", _NUMBER.pack(max(0, self._used(writing) - freed)), db=self.facts)
        except lmdb.MapFullError:
            self.clear()

    def touch(self, keys: Iterable[Key]) -> None:
        """Say that these were used lately, so that they are evicted later."""
        now = int(time.time())
        with suppress(lmdb.MapFullError), self.env.begin(write=True) as writing:
            for name in map(digest, keys):
                value = writing.get(name, db=self.bodies)
                if value is None:
                    continue
                stamp = _NUMBER.unpack_from(value)[0]
                if now - stamp < 600:
                    continue
                writing.delete(_ORDER.pack(stamp, name), db=self.order)
                writing.put(name, _NUMBER.pack(now) + value[8:], db=self.bodies)
                writing.put(_ORDER.pack(now, name), _NUMBER.pack(_room(len(value))), db=self.order)

    def clear(self) -> None:
        """Forget every response; purges and the log's position stay."""
        with self.env.begin(write=True) as writing:
            for part in (self.bodies, self.order, self.leases):
                writing.drop(part, delete=False)
            writing.put(b"used", _NUMBER.pack(0), db=self.facts)

    @property
    def used(self) -> int:
        """Bytes that responses take in the file."""
        with self.env.begin() as reading:
            return self._used(reading)

    def _used(self, transaction: Any) -> int:
        value = transaction.get(b"used", db=self.facts)
        return int(_NUMBER.unpack(value)[0]) if value else 0

    def _remove(self, writing: Any, name: bytes) -> int:
        value = writing.get(name, db=self.bodies)
        if value is None:
            return 0
        stamp = _NUMBER.unpack_from(value)[0]
        freed = _room(len(value))
        writing.delete(name, db=self.bodies)
        writing.delete(_ORDER.pack(stamp, name), db=self.order)
        return freed

    def _evict(self, writing: Any, wanted: int) -> int:
        freed = 0
        cursor = writing.cursor(db=self.order)
        while freed < wanted and cursor.first():
            _, name = _ORDER.unpack(cursor.key())
            freed += _NUMBER.unpack(cursor.value())[0]
            cursor.delete()
            writing.delete(name, db=self.bodies)
        return freed

    # -- the log -----------------------------------------------------------------------------------------------

    @property
    def cursor(self) -> tuple[str, int]:
        """(epoch, position) of the last row that was applied; `("", 0)` before the first."""
        with self.env.begin(db=self.facts) as reading:
            value = reading.get(b"cursor")
        if value is None:
            return "", 0
        epoch, position = json.loads(value)
        return epoch, position

    def apply(self, epoch: str, position: int, rows: list[dict[str, Any]], *, flush: bool = False) -> None:
        """Write rows of the log, what they purge and the new cursor in one transaction, then tell every worker.

        A purge is worth more than any page: where there is no room for it, the pages go, then the purges before it.
        """
        try:
            self._apply(epoch, position, rows, flush)
        except lmdb.MapFullError:
            self.clear()
            try:
                self._apply(epoch, position, rows, flush)
            except lmdb.MapFullError:
                self._forget_rows()
                self._apply(epoch, position, [row for row in rows if row.get("event")][-MOST_REPLAYED:], True)

    def _forget_rows(self) -> None:
        """Drop what the log has brought, save its last row, whose number must not be given again."""
        with self.env.begin(write=True) as writing:
            number = self._next_row(writing)
            writing.drop(self.rows, delete=False)
            writing.drop(self.purges, delete=False)
            writing.put(_NUMBER.pack(number), json.dumps({"flush": True}).encode(), db=self.rows)

    def _apply(self, epoch: str, position: int, rows: list[dict[str, Any]], flush: bool) -> None:
        with self.env.begin(write=True) as writing:
            number = self._next_row(writing)
            if flush or writing.stat(self.purges)["entries"] > MOST_PURGES:
                writing.put(b"flush", json.dumps([epoch, position]).encode(), db=self.facts)
                writing.drop(self.purges, delete=False)
                for part in (self.bodies, self.order):
                    writing.drop(part, delete=False)
                writing.put(b"used", _NUMBER.pack(0), db=self.facts)
                writing.put(_NUMBER.pack(number), json.dumps({"flush": True}).encode(), db=self.rows)
                number += 1
            for row in rows:
                for key in row["keys"]:
                    name = key.encode()[:500]
                    soft, hard = _purge(writing.get(name, db=self.purges))
                    made = (soft, row["id"]) if row["hard"] else (row["id"], hard)
                    writing.put(name, struct.pack(">QQ", *made), db=self.purges)
                keep_row(writing, self.rights, row.get("rights") or {})
                writing.put(_NUMBER.pack(number), json.dumps(row).encode(), db=self.rows)
                number += 1
            writing.put(b"cursor", json.dumps([epoch, position]).encode(), db=self.facts)
            self._prune_rows(writing, number)
            # Before the commit: whoever sees the new cursor knows that there are rows to read first.
            self.shared.sequence[0] = number - 1

    def tell(self, row: dict[str, Any]) -> None:
        """Tell every worker something that is no row of the origin's."""
        with self.env.begin(write=True) as writing:
            number = self._next_row(writing)
            writing.put(_NUMBER.pack(number), json.dumps(row).encode(), db=self.rows)
            self.shared.sequence[0] = number

    def rows_after(self, number: int) -> list[tuple[int, dict[str, Any]]]:
        """Rows with a higher number, in order."""
        found = []
        with self.env.begin(db=self.rows) as reading:
            cursor = reading.cursor()
            there = cursor.set_range(_NUMBER.pack(number + 1))
            while there:
                found.append((_NUMBER.unpack(cursor.key())[0], json.loads(cursor.value())))
                there = cursor.next()
        return found

    def newest_rows(self, most: int) -> Iterator[dict[str, Any]]:
        """The last `most` rows, newest first."""
        with self.env.begin(db=self.rows) as reading:
            for value in islice(reading.cursor().iterprev(keys=False), most):
                yield json.loads(value)

    def all_purges(self) -> dict[str, tuple[int, int]]:
        """Key → (position of its last soft purge, of its last hard one)."""
        with self.env.begin(db=self.purges) as reading:
            return {bytes(name).decode(): _purge(value) for name, value in reading.cursor()}

    @property
    def floor(self) -> int:
        """Responses made before this position of the log are not to be trusted: purges were forgotten there."""
        with self.env.begin(db=self.facts) as reading:
            value = reading.get(b"flush")
        return int(json.loads(value)[1]) if value else 0

    def last_row(self) -> int:
        """The number of the newest row; 0 when there is none."""
        with self.env.begin() as reading:
            return self._next_row(reading) - 1

    def _next_row(self, transaction: Any) -> int:
        cursor = transaction.cursor(db=self.rows)
        return _NUMBER.unpack(cursor.key())[0] + 1 if cursor.last() else 1

    def _prune_rows(self, writing: Any, number: int) -> None:
        cursor = writing.cursor(db=self.rows)
        while cursor.first() and _NUMBER.unpack(cursor.key())[0] + MOST_ROWS < number:
            cursor.delete()

    # -- one render for many workers ---------------------------------------------------------------------------

    def lease(self, key: Key, holder: int, seconds: float) -> bool:
        """Take the right to ask the origin for `key`; False while another worker has it."""
        name, now = digest(key), time.time()
        try:
            with self.env.begin(write=True, db=self.leases) as writing:
                value = writing.get(name)
                if value is not None:
                    who, until = struct.unpack(">Qd", value)
                    if who != holder and until > now and _is_alive(who):
                        return False
                writing.put(name, struct.pack(">Qd", holder, now + seconds))
        except lmdb.MapFullError:
            # One request too many is better than none.
            self.clear()
        return True

    def release(self, key: Key, holder: int) -> None:
        """Give the right back, unless it ran out and another has it now."""
        name = digest(key)
        with suppress(lmdb.MapFullError), self.env.begin(write=True, db=self.leases) as writing:
            value = writing.get(name)
            if value is not None and struct.unpack(">Qd", value)[0] == holder:
                writing.delete(name)


class Shared:
    """Numbers that all workers see at once, in shared memory: the newest row, and each worker's counters."""

    def __init__(self, memory: mmap.mmap) -> None:
        self._memory = memory
        numbers = memoryview(memory).cast("Q")
        self.sequence = numbers[:1]
        self._counters = numbers[8:]

    def counters(self, slot: int) -> memoryview:
        """One worker's counters."""
        return self._counters[slot % SLOTS * COUNTERS : (slot % SLOTS + 1) * COUNTERS]

    def totals(self) -> list[int]:
        """The sum over all workers."""
        return [sum(self._counters[at : SLOTS * COUNTERS : COUNTERS]) for at in range(COUNTERS)]


def _shared(path: Path) -> Shared:
    size = 8 * (8 + SLOTS * COUNTERS)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if os.fstat(descriptor).st_size < size:
            os.ftruncate(descriptor, size)
        return Shared(mmap.mmap(descriptor, size))
    finally:
        os.close(descriptor)


@contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    descriptor = os.open(folder / "edge.opening", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _start_anew_after_boot(folder: Path, path: Path) -> None:
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return
    mark = folder / "edge.boot"
    try:
        known = mark.read_text()
    except OSError:
        known = ""
    if known != boot:
        for stale in (path, folder / "edge.lmdb-lock", folder / "edge.shared"):
            stale.unlink(missing_ok=True)
        mark.write_text(boot)


def _records(record: bytes) -> list[Stored]:
    found, at = [], 0
    while at < len(record):
        if at + 8 > len(record):
            raise Corrupt
        (length,) = _NUMBER.unpack_from(record, at)
        found.append(unpack(record[at + 8 : at + 8 + length]))
        at += 8 + length
    return found


def _purge(value: bytes | None) -> tuple[int, int]:
    soft, hard = struct.unpack(">QQ", value) if value else (0, 0)
    return soft, hard


def _room(size: int) -> int:
    return (size + 64 + PAGE - 1) // PAGE * PAGE


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except OSError:
        return False
    return True
