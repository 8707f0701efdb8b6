"""The paper's sandbox gateway as a process of its own: where it listens, and the secrets that it shares with the origin.

No Django here: the sandbox needs none.
"""

from __future__ import annotations

import os
import socket
import sys

from .paper import BadSetting, Paper

NAME = "sandbox"
HOST = "127.0.0.1"


def settings(paper: Paper) -> dict[str, str]:
    """What the adapter must know; without an address until the sandbox was started for the first time."""
    port = _remembered(paper)
    return {
        "key": paper.sandbox_key,
        "webhook_secret": paper.sandbox_webhook_secret,
        "webhook_url": "",
        "api_base": paper.gateway_api_base or (f"http://{HOST}:{port}" if port else ""),
    }


def choose_port(paper: Paper, near: int) -> int:
    """The port that this paper's sandbox has, for ever: payment pages that are open hold it.

    The first free one after `near` when it has none yet, or another program took it.
    """
    known = _remembered(paper)
    candidates = [known] if known else []
    for port in [*candidates, *range(near + 1, min(near + 100, 65_536)), 0]:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            found = int(probe.getsockname()[1])
            break
    else:
        raise BadSetting("no port is free for the sandbox", HOST, "stop something that listens here")
    path = paper.var / NAME / "port"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.write_text(f"{found}\n")
    return found


def _remembered(paper: Paper) -> int | None:
    try:
        return int((paper.var / NAME / "port").read_text())
    except (OSError, ValueError):
        return None


def serve(paper: Paper, port: int, webhook: str) -> int:
    """Become the sandbox, until told to stop. `webhook` is where it reports to. The secrets go by the environment."""
    words = ["-m", "broadsheet.sandbox", "--dir", str(paper.var / NAME), "--bind", f"{HOST}:{port}"]
    environment = {
        **os.environ,
        "SANDBOX_API_KEY": paper.sandbox_key,
        "SANDBOX_WEBHOOK_SECRET": paper.sandbox_webhook_secret,
    }
    os.execve(sys.executable, [sys.executable, *words, "--webhook", webhook], environment)  # noqa: S606  (our own program, without a shell)
