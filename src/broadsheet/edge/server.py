"""Runs the edge: one socket, one loop per worker, respawned when it dies, drained when told to stop."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import resource
import signal
import socket
import sys
import time
from contextlib import suppress

import uvloop

from .app import App
from .connection import Connection
from .following import Follower
from .settings import Settings

BACKLOG = 4096
# How long readers wait at the door for news of purges; the first time ever, for the origin to be there at all.
CATCH_UP_SECONDS, FIRST_SECONDS = 0.8, 20.0
DRAIN_SECONDS = 10.0
log = logging.getLogger("broadsheet.edge")


def listen(host: str, port: int) -> socket.socket:
    """The socket that all workers accept from, so that no connection waits for a dead one. Raises `OSError`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind((host, port))
    made.listen(BACKLOG)
    made.setblocking(False)
    return made


def run(settings: Settings) -> int:
    """Serve until SIGTERM or SIGINT. Raises `OSError` when the address can't be had."""
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s %(message)s", level=logging.WARNING)
    _raise_limits()
    bound = listen(settings.host, settings.port)
    if settings.workers == 1:
        return _work(settings, bound, 0)
    return _supervise(settings, bound)


def _supervise(settings: Settings, bound: socket.socket) -> int:
    children: dict[int, int] = {}
    stopping = False

    def stop(number: int, frame: object) -> None:
        nonlocal stopping
        stopping = True
        # Ours too, or those who come now would wait at a door that nobody opens.
        bound.close()
        for child in children:
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGTERM)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    started: dict[int, float] = {}

    def spawn(slot: int) -> None:
        # Told to stop in between, we would not know of this child and wait for it for ever.
        held = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGTERM, signal.SIGINT))
        try:
            if stopping:
                return
            child = os.fork()
            if child == 0:
                signal.signal(signal.SIGTERM, signal.SIG_DFL)
                signal.signal(signal.SIGINT, signal.SIG_DFL)
                signal.pthread_sigmask(signal.SIG_SETMASK, held)
                os._exit(_work(settings, bound, slot))
            children[child] = slot
            started[child] = time.monotonic()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, held)

    for slot in range(settings.workers):
        spawn(slot)
    while children:
        try:
            child, status = os.wait()
        except InterruptedError:
            continue
        slot = children.pop(child)
        if not stopping:
            sys.stderr.write(f"edge: worker {slot} ended with {status}; starting it again\n")
            time.sleep(0 if time.monotonic() - started.pop(child) > 2 else 0.5)
            spawn(slot)
    return 0


def _work(settings: Settings, bound: socket.socket, slot: int) -> int:
    # A worker whose parent was killed has nobody to start it again or to stop it: it goes too.
    with suppress(OSError, AttributeError):
        import ctypes

        if settings.workers > 1:
            ctypes.CDLL(None).prctl(1, signal.SIGTERM)
    try:
        uvloop.run(_serve(settings, bound, slot))
    except KeyboardInterrupt:
        return 0
    return 0


async def _serve(settings: Settings, bound: socket.socket, slot: int) -> None:
    loop = asyncio.get_running_loop()
    app = App(settings, loop, slot)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    app.spawn(app.tick())
    app.spawn(app.streams.beat())
    if app.paper is not None:
        follower = Follower(app)
        app.spawn(follower.run())
        # What was purged while we were away must not be served: ask before the first reader is let in.
        with suppress(TimeoutError):
            async with asyncio.timeout(CATCH_UP_SECONDS if app.store.cursor[0] else FIRST_SECONDS):
                await follower.is_caught_up.wait()
    server = await loop.create_server(lambda: Connection(app), sock=bound, start_serving=False)
    await server.start_serving()
    # What lives as long as the worker need not be looked through again.
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    await stop.wait()
    server.close()
    await app.drain(DRAIN_SECONDS)
    app.store.env.close()


def _raise_limits() -> None:
    """As many open files as we may have: each reader is one."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(65_536, hard) if hard > 0 else 65_536, hard))
