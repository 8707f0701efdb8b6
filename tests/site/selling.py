"""A whole paper that sells: edge, origin, worker and sandbox as processes, and a window into its database."""

from __future__ import annotations

import html
import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import requests
import stripe

from broadsheet.conf.paper import load

SECRET = "Zanzibarquince"
STOCK = """
import json
from broadsheet.newsroom.models import FrontPage, Section, Story
from broadsheet.subscriptions.models import Plan, Price, Seller
front = FrontPage.objects.get()
section = Section(title="Nation", slug="nation", show_in_menus=True, locale=front.locale)
front.add_child(instance=section)
body = [{"type": "text", "value": "<p>Public one.</p><p>Public two.</p><p>SECRET.</p>"}]
section.refresh_from_db()
section.add_child(instance=Story(title="Walled", slug="walled", locale=front.locale, access="subscribers", body=json.dumps(body)))
for position, (slug, amount) in enumerate((("web", 499), ("all", 999))):
    plan = Plan.objects.create(name=slug.title(), slug=slug, scopes=["stories"], position=position)
    for interval, times in (("month", 1), ("year", 10)):
        Price.objects.create(plan=plan, interval=interval, currency="EUR", amount=amount * times)
seller = Seller.current()
seller.name, seller.country, seller.email = "The Paper Ltd", "AZ", "sales@paper.example"
seller.save()
""".replace("SECRET", SECRET)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Paper:
    """The running paper, and a window into its database."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = {
            k: v for k, v in os.environ.items() if not k.startswith(("BROADSHEET_D", "DJANGO"))
        } | {"BROADSHEET_GATEWAY": "sandbox"}
        self.run("init", str(folder), "--url", self.url)
        self.ask(STOCK)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "broadsheet", "serve", "--dir", str(folder), "--bind", f"127.0.0.1:{self.port}"],
            env=self.environment,
            start_new_session=True,
            stderr=(folder / "served.log").open("wb"),
        )  # fmt: skip
        end = time.monotonic() + 150
        while time.monotonic() < end:
            with suppress(OSError, http.client.HTTPException):
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
                connection.request("GET", "/-/ready")
                if connection.getresponse().status == 200:
                    return
            if self.process.poll() is not None:
                break
            time.sleep(0.2)
        self.stop()
        raise AssertionError((folder / "served.log").read_text())

    def run(self, *words: str) -> str:
        result = subprocess.run(
            [sys.executable, "-m", "broadsheet", *words], env=self.environment, capture_output=True, text=True,
            timeout=180, check=False,
        )  # fmt: skip
        assert result.returncode == 0, result.stderr
        return result.stdout

    def ask(self, code: str) -> str:
        return self.run("manage", "--dir", str(self.folder), "shell", "-v", "0", "-c", code).strip()

    def counts(self) -> list[int]:
        """Subscriptions and paid invoices."""
        said = self.ask(
            "from broadsheet.subscriptions.models import *\n"
            "print(Subscription.objects.exclude(started_at=None).count(), Invoice.objects.filter(state='paid').count())"
        )
        return [int(n) for n in said.split()]

    def stripe(self) -> stripe.StripeClient:
        port = (self.folder / "var" / "sandbox" / "port").read_text().strip()
        return stripe.StripeClient(
            load(self.folder).sandbox_key, base_addresses={"api": f"http://127.0.0.1:{port}"}
        )

    def control(self, path: str, body: dict[str, Any]) -> Any:
        """The sandbox's control API."""
        port = (self.folder / "var" / "sandbox" / "port").read_text().strip()
        answer = requests.post(f"http://127.0.0.1:{port}/_sandbox/{path}", json=body, timeout=20)
        answer.raise_for_status()
        return answer.json()

    def mails(self) -> str:
        folder = self.folder / "var" / "outbox"
        return "\n".join(path.read_text(errors="replace") for path in folder.glob("*.log"))

    def stop(self) -> None:
        with suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(20)
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def settled(question: Any, wanted: Any, seconds: float = 60) -> Any:
    """What `question` says, once it is what is wanted, or at last."""
    end = time.monotonic() + seconds
    while (said := question()) != wanted and time.monotonic() < end:
        time.sleep(1)
    return said


class Device:
    """One browser of somebody's, without the browser: cookies and forms over HTTP, through the edge."""

    def __init__(self, paper: Paper) -> None:
        self.paper, self.http = paper, requests.Session()

    def get(self, path: str) -> requests.Response:
        return self.http.get(self.paper.url + path, timeout=60)

    def send(self, path: str, **fields: str) -> requests.Response:
        """A form of the page at `path`."""
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.get(path).text)
        token = {"csrfmiddlewaretoken": found[1]} if found else {}
        origin = {"Origin": self.paper.url, "Referer": self.paper.url + path}
        return self.http.post(self.paper.url + path, {**token, **fields}, headers=origin, timeout=60)

    def wish(self, email: str, price: str, **more: str) -> str:
        """From the offer to the payment page: its address."""
        said = self.send("/subscribe/", email=email, price=price, next="/nation/walled/", **more)
        found = re.search(r'content="0; url=([^"]+)"', said.text)
        assert found, said.text[:3000]
        return html.unescape(found[1])

    def pay(self, url: str, card: str = "4242424242424242", country: str = "AZ") -> requests.Response:
        """The payment page, filled in and sent; ends where it leads back to."""
        form = {"email": "x@reader.example", "name": "X", "country": country, "card": card,
                "expiry": "12 / 39", "cvc": "123"}  # fmt: skip
        return self.http.post(url, form, timeout=60)
