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

from ..readers.jsonl import line_of
from ..report import ALL_WELL, SOME_FAILED
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


Pieces = Iterator[tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class Form:
    """How one kind of export writes: what stands for each story, by its id. A file is `head`, the pieces, `foot`; a folder
    takes what `each` gives (the same when there is none), a story a file. With `with_files` pictures go beside the file."""

    pieces: Callable[[Files], Pieces]
    each: Callable[[Files], Pieces] | None = None
    head: bytes = b""
    foot: bytes = b""
    suffix: str = ".json"
    with_files: bool = False


def _lines(files: Files) -> Pieces:
    for story in exported(files):
        yield story.source_id, line_of(story).encode("utf-8", "replace") + b"\n"


JSONL = Form(_lines, with_files=True)


def run_export(kind: str, dest: str, form: Form = JSONL, *, show_progress: bool = False) -> ExportReport:
    """Write every story to `dest` in a form, `kind` being its name; `-` is stdout, without files beside it; a folder takes
    one file for each story.

    What is written is the owner's alone (mode 0600), for it holds drafts and what only subscribers may read. It appears
    when it is complete: a kill leaves the one that was there before. Raises `OutsideError` when it can't be written.
    """
    started = time.monotonic()
    to = None if dest == STDOUT else Path(dest).absolute()
    is_folder = to is not None and to.is_dir()
    files = Files(to.parent if to and form.with_files else None)
    report = ExportReport()
    try:
        with _into(to, form) as write:
            for id_, piece in tqdm(
                (form.each if is_folder and form.each else form.pieces)(files),
                total=total(),
                desc=f"export {kind}",
                unit="story",
                file=sys.stderr,
                disable=not show_progress,
            ):
                write(id_, piece)
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
def _into(to: Path | None, form: Form) -> Iterator[Callable[[str, bytes], object]]:
    """What writes one story: into the one file, or into a file of its own in the folder."""
    if to is not None and to.is_dir():

        def one(id_: str, piece: bytes) -> None:
            with _writing(to / f"{id_.replace(':', '-')}{form.suffix}") as file:
                file.write(piece)

        yield one
        return
    with _writing(to) as out:
        out.write(form.head)
        yield lambda _, piece: out.write(piece)
        out.write(form.foot)


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
