"""The origin process: Granian serving Django, every limit said aloud."""

from __future__ import annotations

import os
import socket as sockets
import tempfile
from hashlib import blake2b
from pathlib import Path

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings

from .paper import BadSetting

DEFAULT_BIND = "127.0.0.1:8000"
# The system's limit for such a path is 107 bytes.
LONGEST_SOCKET = 100
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
    family = sockets.AF_INET6 if ":" in host else sockets.AF_INET
    with sockets.socket(family, sockets.SOCK_STREAM) as probe:
        probe.setsockopt(sockets.SOL_SOCKET, sockets.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            reason = error.strerror or str(error)
            raise BadSetting(
                f"can't listen on {host}:{port}", reason, "stop what listens there or choose another port"
            ) from None


def origin_socket(folder: Path) -> Path:
    """Where the paper's origin listens for its own edge: in its folder, or near `/tmp` when that path is too long."""
    path = folder / "var" / "origin.sock"
    if len(str(path)) <= LONGEST_SOCKET:
        return path
    name = blake2b(str(folder).encode(), digest_size=8).hexdigest()
    place = Path(tempfile.gettempdir()) / f"broadsheet-{os.getuid()}-{name}"
    place.mkdir(mode=0o700, exist_ok=True)
    return place / "origin.sock"


def _clear(path: Path) -> None:
    """Remove the socket file that a killed origin left behind. Raises `BadSetting` when an origin still listens there."""
    with sockets.socket(sockets.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            path.unlink(missing_ok=True)
            return
        except FileNotFoundError:
            return
        except OSError as error:
            raise BadSetting(f"can't listen on {path}", str(error), "name another path with --bind") from None
    raise BadSetting(f"can't listen on {path}", "an origin listens there", "stop it first")


def serve(host: str = "127.0.0.1", port: int = 8000, *, socket: Path | None = None) -> None:
    """Serve until told to stop, on an address or a socket file. The paper is the one in `BROADSHEET_DIR`."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "broadsheet.conf.settings")
    if socket is not None:
        _clear(socket)
    Granian(
        "broadsheet.conf.wsgi:application",
        address=host,
        port=port,
        uds=socket,
        uds_permissions=0o600 if socket else None,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        workers=1,
        # Beside those that render, one for each edge that waits for news.
        blocking_threads=8,
        backlog=512,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
        http1_settings=HTTP1Settings(header_read_timeout=10_000, max_buffer_size=65_536, keep_alive=True),
        log_enabled=False,
    ).serve()
