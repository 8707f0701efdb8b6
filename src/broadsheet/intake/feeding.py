"""Reading and writing at the same time: a source is read in a process of its own while this one writes.

What is read waits in a pipe, which holds a few items at most: memory stays flat, and either side's death ends the other.
Where a process can't be forked, or there is one core, both happen here, in turn.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from multiprocessing.connection import Connection

from broadsheet.outward.errors import OutsideError, UnreadableSource

from .arrival import Arrival
from .incoming import Incoming
from .readers.protocol import Reader

log = logging.getLogger(__name__)
BATCH = 20
Prepare = Callable[[Incoming], Incoming | Arrival]


@dataclass(frozen=True, slots=True)
class Read:
    """One step through a source: an item, or what ended the source early, or its end (neither). `position` is in bytes."""

    source: str
    position: int
    item: Incoming | Arrival | None = None
    error: OutsideError | None = None


def _as_it_is(item: Incoming) -> Incoming:
    return item


def read(
    reader: Reader,
    sources: Sequence[str],
    zone: tzinfo,
    prepare: Prepare = _as_it_is,
    *,
    beside: bool | None = None,
) -> Iterator[Read]:
    """Every item of every source, in order, and what `prepare` makes of it where it is read: no query. `beside` says
    whether in a process of its own; None decides by itself."""
    if beside is None:
        beside = sys.platform == "linux" and len(os.sched_getaffinity(0)) > 1
    return (_beside if beside else _here)(reader, sources, zone, prepare)


def _here(reader: Reader, sources: Sequence[str], zone: tzinfo, prepare: Prepare) -> Iterator[Read]:
    for source in sources:
        try:
            for item in reader.items(source, zone):
                yield Read(source, reader.position, prepare(item))
        except OutsideError as error:
            yield Read(source, reader.position, error=error)
        except Exception as error:  # a fault of ours with one source must not end the import of the others
            log.exception("reading %s failed", source)
            what = f"reading it failed ({type(error).__name__})"
            yield Read(source, reader.position, error=UnreadableSource(what, source, "tell us about it"))
        yield Read(source, reader.position)


def _beside(reader: Reader, sources: Sequence[str], zone: tzinfo, prepare: Prepare) -> Iterator[Read]:
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    child = context.Process(target=_send, args=(ours, theirs, reader, sources, zone, prepare), daemon=True)
    child.start()
    theirs.close()
    try:
        while batch := ours.recv():
            yield from batch
    except EOFError:
        what, mend = (
            "the process that reads it was ended",
            "run the import again: it goes on where it stopped",
        )
        yield Read(sources[-1], 0, error=UnreadableSource(what, ", ".join(sources)[:200], mend))
    finally:
        ours.close()
        child.terminate()
        child.join()


def _send(
    ours: Connection,
    theirs: Connection,
    reader: Reader,
    sources: Sequence[str],
    zone: tzinfo,
    prepare: Prepare,
) -> None:
    """The child: it never touches the database, whose connection is its parent's."""
    ours.close()
    batch: list[Read] = []
    try:
        for step in _here(reader, sources, zone, prepare):
            batch.append(step)
            if len(batch) >= BATCH or step.item is None:
                theirs.send(batch)
                batch = []
        theirs.send([])
    except (BrokenPipeError, KeyboardInterrupt):
        # The parent has gone, or is going.
        return
