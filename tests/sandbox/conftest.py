"""A sandbox of its own process, the official SDK pointed at it, and a receiver of webhooks."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import stripe

KEY = "sk_test_of_these_tests"
SECRET = "whsec_of_these_tests"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Receiver:
    """Takes webhooks; `answers` are statuses to give, one each, before 200."""

    def __init__(self) -> None:
        self.got: list[tuple[str, bytes]] = []
        self.answers: list[int] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = outer.answers.pop(0) if outer.answers else 200
                if status == 200:
                    outer.got.append((self.headers["Stripe-Signature"], body))
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args: Any) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def events(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in list(self.got)]

    def types(self) -> list[str]:
        return [event["type"] for event in self.events()]

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


class Server:
    """The sandbox as people start it."""

    def __init__(self, folder: Path, *more: str, port: int | None = None) -> None:
        self.folder, self.more, self.port = folder, more, port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self) -> None:
        command = [
            sys.executable,
            "-m",
            "broadsheet.sandbox",
            "--dir",
            str(self.folder),
            "--bind",
            f"127.0.0.1:{self.port}",
        ]
        with (self.folder.parent / f"{self.folder.name}.log").open("a") as log:
            self.process = subprocess.Popen([*command, "--api-key", KEY, *self.more], stderr=log)
        for _ in range(200):
            try:
                urllib.request.urlopen(f"{self.url}/", timeout=2).close()
                return
            except OSError:
                if self.process.poll() is not None:
                    break
                time.sleep(0.05)
        raise AssertionError((self.folder.parent / f"{self.folder.name}.log").read_text())

    def kill(self) -> None:
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(10)

    def client(self, **options: Any) -> stripe.StripeClient:
        options.setdefault("max_network_retries", 0)
        return stripe.StripeClient(KEY, base_addresses={"api": self.url}, **options)

    def control(self, path: str, body: dict[str, Any] | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        asked = urllib.request.Request(f"{self.url}/_sandbox/{path}", data=data)
        with urllib.request.urlopen(asked, timeout=10) as answer:
            return json.load(answer)


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


def page(url: str, form: dict[str, str] | None = None) -> tuple[int, str, str]:
    """(status, where it sends the person, HTML) of a hosted page, redirects not followed."""
    data = None if form is None else urllib.parse.urlencode(form).encode()
    try:
        answer = urllib.request.build_opener(_Stay).open(urllib.request.Request(url, data=data), timeout=10)
    except urllib.error.HTTPError as error:
        answer = error
    with answer:
        return answer.status, answer.headers.get("Location", ""), answer.read().decode()


CARD = {
    "do": "pay",
    "email": "reader@example.org",
    "name": "R. Reader",
    "country": "DE",
    "expiry": "12/34",
    "cvc": "123",
}


def eventually(true: Callable[[], Any], seconds: float = 10) -> Any:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := true():
            return found
        time.sleep(0.03)
    raise AssertionError("it did not happen in time")


@pytest.fixture(scope="package")
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.close()


@pytest.fixture(scope="package")
def _running(tmp_path_factory: pytest.TempPathFactory, receiver: Receiver) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("sandbox") / "held"
    made = Server(folder, "--webhook", receiver.url, "--webhook-secret", SECRET)
    yield made
    made.stop()


@pytest.fixture
def sandbox(_running: Server, receiver: Receiver) -> Server:
    """The one server, emptied when nothing of the test before is under way any more."""
    receiver.answers.clear()
    _running.control("reset", {"settings": True})
    _running.control("deliveries/flush", {})
    eventually(lambda: not _running.control("deliveries?state=waiting")["deliveries"])
    _running.control("reset", {})
    receiver.got.clear()
    return _running


@pytest.fixture
def api(sandbox: Server) -> stripe.StripeClient:
    return sandbox.client()


class Shop:
    """Things that most tests sell."""

    def __init__(self, api: stripe.StripeClient) -> None:
        self.api = api
        self.product = api.v1.products.create({"name": "Full access"})

    def price(
        self, amount: int = 1000, currency: str = "eur", interval: str | None = "month", **more: Any
    ) -> stripe.Price:
        given: dict[str, Any] = {
            "product": self.product.id,
            "unit_amount": amount,
            "currency": currency,
        } | more
        if interval:
            given["recurring"] = {"interval": interval}
        return self.api.v1.prices.create(given)

    def customer(self, method: str | None = "pm_card_visa", **more: Any) -> stripe.Customer:
        made = self.api.v1.customers.create({"email": "reader@example.org", **more})
        if method:
            held = self.api.v1.payment_methods.attach(method, {"customer": made.id})
            self.api.v1.customers.update(made.id, {"invoice_settings": {"default_payment_method": held.id}})
        return made

    def clock(self, at: int) -> stripe.test_helpers.TestClock:
        return self.api.v1.test_helpers.test_clocks.create({"frozen_time": at})

    def advance(self, clock: str, to: int) -> None:
        self.api.v1.test_helpers.test_clocks.advance(clock, {"frozen_time": to})
        eventually(lambda: self.api.v1.test_helpers.test_clocks.retrieve(clock).status == "ready", 20)

    def subscribe(self, customer: str, price: str, **more: Any) -> stripe.Subscription:
        return self.api.v1.subscriptions.create({"customer": customer, "items": [{"price": price}], **more})


@pytest.fixture
def shop(api: stripe.StripeClient) -> Shop:
    return Shop(api)
