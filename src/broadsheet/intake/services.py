"""`run_import`: every kind of source through its reader, landed in batches.

Any process may die anywhere: a batch lands whole or not at all, and what landed is told by its source's own id, so
that running again goes on where it stopped.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.utils.module_loading import import_string
from tqdm import tqdm

from broadsheet.newsroom.rows import make_room
from broadsheet.outward.errors import OutsideError

from . import members
from .arrival import Arrival, arrival_of, ready
from .feeding import Read, read
from .incoming import Broken, Incoming, IncomingMedia, IncomingMember, IncomingStory, Skipped
from .landing import Landing
from .mapping import Mapper, Words, load
from .media import PictureDesk
from .places import Places
from .readers.protocol import Reader, ReaderOptions
from .redirecting import old_path
from .report import ImportReport

# Kind → where its reader is; loaded when it is asked for.
READERS = {
    "page": "broadsheet.intake.readers.page.PageReader",
    "ninjs": "broadsheet.intake.readers.ninjs.NinjsReader",
    "newsml": "broadsheet.intake.readers.newsml.NewsmlReader",
    "jsonl": "broadsheet.intake.readers.jsonl.JsonlReader",
    "ghost": "broadsheet.intake.readers.ghost.GhostReader",
    "feed": "broadsheet.intake.readers.feed.FeedReader",
    "wxr": "broadsheet.intake.readers.wxr.reader.WxrReader",
}
# Long enough to share its fixed cost, short enough that a save in the newsroom waits for a fraction of a second: on SQLite
# it waits for the whole of a batch.
BATCH, BATCH_OF_SQLITE = 200, 100


def run_import(
    kind: str,
    sources: Sequence[str],
    *,
    section: str = "",
    mapping: Path | None = None,
    dry_run: bool = False,
    with_items: bool = True,
    show_progress: bool = False,
    allow_private: bool = False,
    site: str = "",
) -> ImportReport:
    """Import every source; each story lands or fails by itself. `site`: where the pages of a source are that doesn't
    say so. A dry run changes nothing, tells each story
    (`with_items`) and drafts the `mapping` file where there is none.

    Never raises for a bad source: the report says what failed and why.
    """
    started = time.monotonic()
    report = ImportReport(kind, items=[] if dry_run and with_items else None)
    try:
        words = load(mapping) if mapping and (mapping.exists() or not dry_run) else Words()
        places = Places(section)
    except OutsideError as error:
        report.found, report.failed = len(sources), len(sources)
        report.trouble(str(mapping or section), str(error))
        return report
    if not dry_run:
        make_room()
    reader: Reader = import_string(READERS[kind])(
        ReaderOptions(shortcodes=words.shortcodes, allow_private=allow_private, site=site)
    )
    mapper = Mapper(words, places.slugs)
    desk = PictureDesk(report, allow_private=allow_private)
    landing = Landing(kind, places, desk, report)
    run = (_Rehearsal if dry_run else _Run)(landing, report, desk)
    is_drafted = dry_run and mapping is not None and not mapping.exists()

    def prepare(item: Incoming) -> Incoming | Arrival:
        if not isinstance(item, IncomingStory):
            return item
        return (arrival_of if dry_run else ready)(mapper.apply(item).with_section(section))

    # The draft is of what the mapper met: it has to meet it in this process.
    beside = False if is_drafted else None
    with _Progress(kind, reader, sources, shown=show_progress) as progress:
        for step in read(reader, sources, settings.PAPER.zone, prepare, beside=beside):
            if step.item is not None:
                run.take(step.item)
                progress.step(step, report)
            elif step.error is not None:
                report.found += 1
                report.failed += 1
                report.trouble(step.source, str(step.error))
            else:
                run.flush()
                landing.end_source()
                progress.end(step.source)
        run.flush()
    if is_drafted and mapping:
        mapping.write_text(mapper.draft(), "utf-8")
    report.seconds = time.monotonic() - started
    return report


class _Run:
    """Takes items one by one and lands stories in batches."""

    def __init__(self, landing: Landing, report: ImportReport, desk: PictureDesk) -> None:
        self._landing, self._report, self._desk = landing, report, desk
        self._batch: list[Arrival] = []
        self._most = BATCH_OF_SQLITE if connection.vendor == "sqlite" else BATCH

    def take(self, item: Incoming | Arrival) -> None:
        self._report.found += 1
        if isinstance(item, Arrival):
            self._batch.append(item)
            if len(self._batch) >= self._most:
                self.flush()
        elif isinstance(item, IncomingMedia):
            self.media(item)
        elif isinstance(item, IncomingMember):
            self.member(item)
        elif isinstance(item, Skipped):
            self._report.skipped += 1
            self._report.trouble(item.item, item.reason)
        elif isinstance(item, Broken):
            self._report.failed += 1
            self._report.trouble(item.item, item.reason)

    def flush(self) -> None:
        """Land what waits."""
        if self._batch:
            self.stories(self._batch)
            self._batch = []

    def stories(self, batch: Sequence[Arrival]) -> None:
        self._landing.land(batch)

    def media(self, item: IncomingMedia) -> None:
        """A picture that is an item of its own: had already, taken, or reported with its reason."""
        if self._desk.known([(item.picture, item.folder)]):
            self._report.unchanged += 1
        elif self._desk.take(item.picture, item.folder):
            self._report.created += 1
        else:
            # The picture's own trouble is in the report; the item did not come along either.
            self._report.failed += 1

    def member(self, item: IncomingMember) -> None:
        outcome = members.take_in(item)
        if outcome.lost:
            self._report.lose(outcome.lost)
        if outcome.reason:
            self._report.skipped += 1
            self._report.trouble(item.source_id, outcome.reason)
        elif outcome.is_new:
            self._report.created += 1
        else:
            self._report.unchanged += 1


class _Rehearsal(_Run):
    """Tells what would happen and writes nothing."""

    def stories(self, batch: Sequence[Arrival]) -> None:
        for arrival in self._landing.arrivals(batch):
            story = arrival.story
            if self._report.items is not None:
                self._report.items.append(story.to_json())
            if arrival.item is None:
                self._report.created += 1
                self._report.redirects += len({path for url in story.old_urls if (path := old_path(url))})
            elif arrival.item.page_id is None or arrival.item.digest == arrival.digest:
                self._report.unchanged += 1
            else:
                self._report.updated += 1
            for what in story.lost:
                self._report.lose(what)

    def media(self, item: IncomingMedia) -> None:
        known = self._desk.known([(item.picture, item.folder)])
        self._report.unchanged += bool(known)
        self._report.created += not known

    def member(self, item: IncomingMember) -> None:
        """Made, counted and undone."""
        with transaction.atomic():
            super().member(item)
            transaction.set_rollback(True)


class _Progress:
    """A bar over the bytes of all sources, or over their number where bytes are not known."""

    def __init__(self, kind: str, reader: Reader, sources: Sequence[str], *, shown: bool) -> None:
        self._sizes = {source: reader.size(source) for source in sources} if shown else {}
        self._in_bytes = bool(self._sizes) and all(self._sizes.values())
        self._before = 0
        total = sum(self._sizes.values()) if self._in_bytes else len(sources)
        self._bar = tqdm(
            total=total,
            desc=f"import {kind}",
            unit="B" if self._in_bytes else "source",
            unit_scale=self._in_bytes,
            file=sys.stderr,
            disable=not shown,
            mininterval=0.5,
        )

    def __enter__(self) -> _Progress:
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.close()

    def step(self, step: Read, report: ImportReport) -> None:
        """After each item."""
        if self._bar.disable or report.found % 25:
            return
        if self._in_bytes:
            self._bar.n = self._before + min(step.position, self._sizes[step.source])
        rate = report.found / max(self._bar.format_dict["elapsed"], 0.001)
        self._bar.set_postfix_str(f"{report.found} items, {rate:.0f}/s", refresh=False)
        self._bar.update(0)

    def end(self, source: str) -> None:
        """After each source."""
        if self._in_bytes:
            self._before += self._sizes[source]
            self._bar.n = self._before
            self._bar.update(0)
        else:
            self._bar.update(1)
