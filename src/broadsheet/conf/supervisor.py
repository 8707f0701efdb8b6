"""Runs the paper's processes together: starts them, restarts one that dies, stops all on a signal.

The table of processes is the whole configuration; the edge takes its place in front when it exists.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import FrameType

GRACE_SECONDS = 15
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
# A process that lived this long was well: its next death starts counting anew.
WELL_AFTER_SECONDS = 30.0
# A process that never was well is broken, not unlucky: give up and say so.
MOST_DEATHS = 4


@dataclass(slots=True)
class Process:
    """One child. `command` are the words after `python -m broadsheet`; `ends_first` for one that needs the others to end."""

    name: str
    command: Sequence[str]
    ends_first: bool = False
    child: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    deaths: int = 0
    due: float = field(default=0.0)

    def start(self) -> None:
        # A group of its own, so that Ctrl-C reaches the supervisor alone and children stop in order.
        self.child = subprocess.Popen(
            [sys.executable, "-m", "broadsheet", *self.command], start_new_session=True
        )
        self.started = time.monotonic()

    def mind(self) -> None:
        """Restart it when it has died, later each time."""
        now = time.monotonic()
        if self.child is not None and self.child.poll() is not None:
            self.deaths = 1 if now - self.started > WELL_AFTER_SECONDS else self.deaths + 1
            pause = min(FIRST_PAUSE * 2 ** (self.deaths - 1), LONGEST_PAUSE)
            print(
                f"{self.name} ended with {self.child.returncode}; starting it again in {pause:.0f} s",
                file=sys.stderr,
            )
            self.child, self.due = None, now + pause
        if self.child is None and now >= self.due:
            self.start()


def supervise(processes: Sequence[Process]) -> int:
    """Run until SIGTERM or SIGINT; returns the exit code."""
    stopping = False

    def stop(number: int, frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    for process in processes:
        process.start()
    while not stopping:
        for process in processes:
            process.mind()
            if process.deaths >= MOST_DEATHS:
                print(
                    f"broadsheet: {process.name} can't start — see the lines above — mend that and serve again",
                    file=sys.stderr,
                )
                _end(processes)
                return 1
        time.sleep(0.2)
    _end(processes)
    return 0


def _end(processes: Sequence[Process]) -> None:
    for is_first in (True, False):
        running = [
            p.child
            for p in processes
            if p.ends_first is is_first and p.child is not None and p.child.poll() is None
        ]
        for child in running:
            child.terminate()
        end = time.monotonic() + GRACE_SECONDS
        for child in running:
            try:
                child.wait(max(0.1, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
