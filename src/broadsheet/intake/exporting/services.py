"""`run_export`: everything the paper holds, to a file that is whole or not there."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from tqdm import tqdm

from broadsheet.outward.errors import OutsideError

from ..incoming import IncomingStory
from ..readers.jsonl import line_of
from ..report import ALL_WELL, SOME_FAILED
from . import ninjs
from .files import Files, open_private
from .order import total
from .stories import exported

STDOUT = "-"


@dataclass(slots=True)
class ExportReport:
    """What was written. `missing` are files of the paper that could not be read."""

    stories: int = 0
    files: int = 0
    missing: int = 0
    seconds: float = 0.0

    @property
    def exit_code(self) -> int:
        return SOME_FAILED if self.missing else ALL_WELL

    def in_words(self) -> str:
        """One line for a person."""
        missing = f", {self.missing} files could not be read" if self.missing else ""
        return f"{self.stories} stories, {self.files} new files, {self.seconds:.1f} s{missing}"


@dataclass(frozen=True, slots=True)
class Form:
    """How one kind of export writes a story as a line."""

    line: Callable[[IncomingStory], str]
    only_public: bool = False


FORMS = {"jsonl": Form(line_of), "ninjs": Form(ninjs.line_of, only_public=True)}


def run_export(kind: str, dest: str, *, show_progress: bool = False) -> ExportReport:
    """Write every story as one line to `dest`, with its pictures in `media/` beside it; `-` is stdout, without them.
    `ninjs`: what is public, its pictures by their addresses; a folder as `dest` takes one file per story.

    The file is the owner's alone (mode 0600), for it holds drafts and what only subscribers may read. It appears when
    it is complete: a kill leaves the one that was there before. Raises `OutsideError` when it can't be written.
    """
    started = time.monotonic()
    form = FORMS[kind]
    to = None if dest == STDOUT else Path(dest).absolute()
    files = ninjs.PublicFiles() if form.only_public else Files(to.parent if to else None)
    report = ExportReport()
    try:
        with _into(to) as write:
            stories = exported(files, only_public=form.only_public)
            for story in tqdm(
                stories,
                total=total(),
                desc=f"export {kind}",
                unit="story",
                file=sys.stderr,
                disable=not show_progress,
            ):
                write(story.source_id, form.line(story).encode("utf-8", "replace") + b"\n")
                report.stories += 1
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            raise
        raise OutsideError(
            "it can't be written", dest, error.strerror or "check the folder and its space"
        ) from None
    report.files, report.missing = files.copied, files.missing
    report.seconds = time.monotonic() - started
    return report


@contextmanager
def _into(to: Path | None) -> Iterator[Callable[[str, bytes], object]]:
    """What writes one story: into the one file, or into a file of its own in the folder."""
    if to is not None and to.is_dir():

        def one(id_: str, line: bytes) -> None:
            with _writing(to / f"{id_.replace(':', '-')}.json") as file:
                file.write(line)

        yield one
        return
    with _writing(to) as out:
        yield lambda _, line: out.write(line)


@contextmanager
def _writing(to: Path | None) -> Iterator[BinaryIO]:
    """A new file beside `to` that takes its place when all went well."""
    if to is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    part = to.with_name(f".{to.name}.{os.getpid()}.part")
    try:
        with open_private(part) as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        part.replace(to)
    finally:
        part.unlink(missing_ok=True)
