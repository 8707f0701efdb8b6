"""`run_import`: every kind of source through its reader, each story landed on its own."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import DatabaseError
from django.utils.module_loading import import_string
from tqdm import tqdm
from wagtail.signals import page_published

from broadsheet.newsroom.models import Story

from .errors import IntakeError
from .incoming import IncomingStory
from .landing import Landing, Outcome
from .media import PictureDesk
from .readers.protocol import Reader, ReaderOptions
from .report import ImportReport, Trouble

# Kind → where its reader is; loaded when it is asked for.
READERS = {
    "page": "broadsheet.intake.readers.page.PageReader",
}


def run_import(
    kind: str,
    sources: Sequence[str],
    *,
    section: str = "",
    dry_run: bool = False,
    show_progress: bool = False,
    allow_private: bool = False,
) -> ImportReport:
    """Import every source; each story lands or fails by itself. A dry run changes nothing.

    Never raises for a bad source: the report says what failed and why.
    """
    started = time.monotonic()
    report = ImportReport(kind, items=[] if dry_run else None)
    reader: Reader = import_string(READERS[kind])(ReaderOptions(allow_private=allow_private))
    try:
        landing = Landing(kind, section)
    except IntakeError as error:
        report.found, report.failed = len(sources), len(sources)
        report.errors.append(Trouble(section, str(error)))
        return report
    desk = PictureDesk(report, allow_private=allow_private)
    for source in tqdm(
        sources, desc=f"import {kind}", unit="page", file=sys.stderr, disable=not show_progress
    ):
        try:
            for story in reader.items(source, settings.PAPER.zone):
                report.found += 1
                if not isinstance(story, IncomingStory):
                    continue
                if dry_run:
                    _rehearse(story.with_section(section), landing, report)
                else:
                    _land(story, landing, desk, report)
        except (IntakeError, ValidationError, DatabaseError) as error:
            report.found += 1
            report.failed += 1
            report.errors.append(
                Trouble(
                    source, "; ".join(error.messages) if isinstance(error, ValidationError) else str(error)
                )
            )
    report.seconds = time.monotonic() - started
    return report


def _rehearse(story: IncomingStory, landing: Landing, report: ImportReport) -> None:
    assert report.items is not None
    report.items.append(story.to_json())
    item = landing.known(story)
    if item is None:
        report.created += 1
    elif item.digest == story.digest():
        report.unchanged += 1
    else:
        report.updated += 1


def _land(story: IncomingStory, landing: Landing, desk: PictureDesk, report: ImportReport) -> None:
    """Pictures first, outside the transaction: fetching may take long, and the same bytes are never taken twice."""
    item = landing.known(story)
    if item is not None and item.digest == story.digest():
        report.unchanged += 1
        return
    pictures = desk.take_all(story)
    try:
        outcome, redirects = landing.land(story, pictures)
    except (IntakeError, ValidationError, DatabaseError) as error:
        report.failed += 1
        report.errors.append(Trouble(story.source_url or story.headline, str(error)))
        return
    report.redirects += redirects
    if outcome is Outcome.CREATED:
        report.created += 1
        landed = landing.known(story)
        if landed and landed.story.live:
            # Files, search and everything else that follows publishing follows an import, too.
            page_published.send(sender=Story, instance=landed.story, revision=None)
    elif outcome is Outcome.UPDATED:
        report.updated += 1
    else:
        report.unchanged += 1
