"""The origin process: Granian serving Django, every limit said aloud."""

from __future__ import annotations

import os
import socket

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings

from .paper import BadSetting

DEFAULT_BIND = "127.0.0.1:8000"
LOOPBACK = {"127.0.0.1", "::1", "localhost"}


def parse_bind(text: str) -> tuple[str, int]:
    """`host:port`, `[v6]:port` or `:port` → (host, port). Raises `BadSetting`."""
    host, _, port = text.rpartition(":")
    try:
        number = int(port)
    except ValueError:
        number = -1
    if not 0 < number < 65536:
        raise BadSetting(
            f"{text!r} is not an address to listen on", "--bind", "use HOST:PORT such as 127.0.0.1:8000"
        )
    return host.strip("[]") or "0.0.0.0", number  # noqa: S104  (only when the user leaves the host out)


def check_free(host: str, port: int) -> None:
    """Raises `BadSetting` when nobody could listen there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            reason = error.strerror or str(error)
            raise BadSetting(
                f"can't listen on {host}:{port}", reason, "stop what listens there or choose another port"
            ) from None


def serve(host: str, port: int) -> None:
    """Serve until told to stop. The paper is the one in `BROADSHEET_DIR`."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "broadsheet.conf.settings")
    Granian(
        "broadsheet.conf.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        workers=1,
        blocking_threads=4,
        backlog=512,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
        http1_settings=HTTP1Settings(header_read_timeout=10_000, max_buffer_size=65_536, keep_alive=True),
        log_enabled=False,
    ).serve()
