"""A sandbox as a real process, for the tests that talk to it over HTTP."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import Any

KEY = "sk_test_only_for_tests"
SECRET = "whsec_only_for_tests"
CARD = "4242424242424242"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Sandbox:
    """One running sandbox in `folder`; it reports to `webhook` where there is one."""

    def __init__(self, folder: Path, webhook: str = "", key: str = KEY, secret: str = SECRET) -> None:
        self._secrets = {"SANDBOX_API_KEY": key, "SANDBOX_WEBHOOK_SECRET": secret}
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._command = [
            *(sys.executable, "-m", "broadsheet.sandbox", "--dir", str(folder)),
            *("--bind", f"127.0.0.1:{self.port}"),
            *(("--webhook", webhook) if webhook else ()),
        ]
        self.start()

    def start(self) -> None:
        environment = {**os.environ, **self._secrets}
        self.process = subprocess.Popen(
            self._command, env=environment, start_new_session=True, stderr=subprocess.DEVNULL
        )
        end = time.monotonic() + 20
        while time.monotonic() < end:
            with suppress(OSError):
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            time.sleep(0.02)
        raise AssertionError("the sandbox never answered")

    def stop(self, number: int = signal.SIGTERM) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)
        self.process.wait(10)

    def control(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """The control API."""
        data = None if body is None else json.dumps(body).encode()
        asked = urllib.request.Request(
            f"{self.url}/_sandbox/{path}", data=data, headers={"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(asked, timeout=20) as answer:
            return json.load(answer)

    def pay(self, url: str, number: str = CARD, country: str = "AZ") -> int:
        """Fill in a hosted page and send it; its status."""
        form = {
            "email": "aysel@reader.example", "name": "Aysel", "country": country, "card": number,
            "expiry": "12 / 39", "cvc": "123",
        }  # fmt: skip
        asked = urllib.request.Request(url, data=urllib.parse.urlencode(form).encode())
        opener = urllib.request.build_opener(Stay)
        with suppress(urllib.error.HTTPError), opener.open(asked, timeout=20) as answer:
            return int(answer.status)
        return 402

    def fields(self, url: str) -> list[str]:
        """The names of a hosted page's fields."""
        with urllib.request.urlopen(url, timeout=20) as answer:
            return re.findall(r'name="([^"]+)"', answer.read().decode())


class Stay(urllib.request.HTTPRedirectHandler):
    """Where a page sends its buyer afterwards is not the sandbox's."""

    def redirect_request(self, *_: Any) -> None:
        return None

    def http_error_303(self, *arguments: Any) -> Any:
        return arguments[1]
