"""The worker: runs queued tasks, and the sweepers that make up for tasks that were lost."""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
import time
from datetime import timedelta
from types import FrameType

from django.db import DatabaseError, close_old_connections
from django.utils import timezone
from django.utils.module_loading import import_string
from django_tasks.base import TaskResultStatus
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from .sweepers import SWEEPERS

log = logging.getLogger("broadsheet.worker")
SWEEP_SECONDS = 10
# A task that runs this long has lost its worker: django-tasks-db never takes a RUNNING row up again by itself.
LOST_AFTER = timedelta(minutes=10)


def reap_lost() -> int:
    """Drop tasks whose worker died; the sweepers find the work itself in our own tables."""
    lost = DBTaskResult.objects.filter(
        status=TaskResultStatus.RUNNING, started_at__lt=timezone.now() - LOST_AFTER
    )
    return lost.delete()[0]


def sweep() -> None:
    """Run every sweeper once; one that fails is logged and does not keep the others from running."""
    for name in SWEEPERS:
        try:
            import_string(name)()
        except Exception:  # the worker must outlive any single sweeper; the log has the trace
            log.exception("sweeper %s failed", name)
    reap_lost()


def run_waiting(worker_id: str) -> None:
    """Run the tasks that wait, at most a hundred, then come back."""
    Worker(
        queue_names=["*"],
        excluded_queue_names=[],
        interval=1,
        batch=True,
        backend_name="default",
        startup_delay=False,
        max_tasks=100,
        worker_id=worker_id,
    ).run()


def run(stop: threading.Event | None = None) -> None:
    """Work until SIGTERM or SIGINT, finishing the task in hand."""
    stop = stop or threading.Event()

    def ask_to_stop(number: int, frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, ask_to_stop)
    swept = 0.0
    worker_id = f"{socket.gethostname()}-{os.getpid()}"
    while not stop.is_set():
        try:
            close_old_connections()
            if time.monotonic() - swept >= SWEEP_SECONDS:
                sweep()
                swept = time.monotonic()
            run_waiting(worker_id)
            stop.wait(1.0)
        except DatabaseError:
            log.exception("the database does not answer; trying again")
            stop.wait(5.0)
