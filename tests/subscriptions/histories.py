"""Random lives of subscriptions at a sandbox, told to a real paper whose processes are killed meanwhile.

A program of its own: `python -m tests.subscriptions.histories FOLDER SEED`. It needs Django set up for the paper, which
the test-suite's process is not. Prints one JSON object; what it holds is judged by `test_histories`.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import stripe

from broadsheet.conf.boot import setup
from tests.subscriptions.servers import Sandbox, free_port

LIVES, ACTS, MOST_KILLS = 10, 5, 8
DAY = 86_400


class Child:
    """One process of the paper, which can be killed and comes back."""

    def __init__(self, *words: str) -> None:
        self.words, self.kills = words, 0
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "broadsheet", *self.words]
        self.process = subprocess.Popen(command, start_new_session=True)

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


class World:
    """The paper's books, its gateway, and what happens to both."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.chance, self.folder, self.kills, self.lost_answers = random.Random(seed), folder, 0, 0
        port, door = free_port(), free_port()
        self.addresses = [f"http://127.0.0.1:{number}/-/health" for number in (port, door)]
        paper = setup(folder)
        from broadsheet.subscriptions.gateways.protocol import Setup
        from broadsheet.subscriptions.gateways.stripe import StripeGateway

        self.sandbox = Sandbox(
            folder / "var" / "outside",
            f"http://127.0.0.1:{door}/-/gateways/sandbox/",
            paper.sandbox_key,
            paper.sandbox_webhook_secret,
        )
        os.environ["BROADSHEET_GATEWAY_API_BASE"] = self.sandbox.url
        self.client = stripe.StripeClient(paper.sandbox_key, base_addresses={"api": self.sandbox.url})
        settings = {"key": paper.sandbox_key, "api_base": self.sandbox.url, "paper": paper.base_url}
        self.gateway = StripeGateway(Setup("sandbox", settings))
        self.origin = Child("origin", "--dir", str(folder), "--bind", f"127.0.0.1:{port}")
        self.worker = Child("worker", "--dir", str(folder))
        words = ("--origin", f"http://127.0.0.1:{port}", "--bind", f"127.0.0.1:{door}")
        self.edge = Child("edge", "--dir", str(folder), *words)
        self.children = [self.origin, self.worker, self.edge]
        self.found_prices()

    def found_prices(self) -> None:
        from broadsheet.subscriptions.models import Plan, Price

        self.prices = [
            Price.objects.create(
                plan=Plan.objects.create(name=name, slug=name.lower(), scopes=["stories"]),
                interval="month",
                currency="EUR",
                amount=amount,
            )
            for name, amount in (("Digital", 499), ("All", 999))
        ]

    def wait_for_paper(self) -> None:
        for address in self.addresses:
            end = time.monotonic() + 60
            while True:
                with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=2):
                    break
                assert time.monotonic() < end, f"{address} never answered"
                time.sleep(0.1)

    def maybe_kill(self) -> None:
        if self.kills < MOST_KILLS and self.chance.random() < 0.12:
            child = self.chance.choice(self.children)
            child.kill()
            self.kills += 1
            child.start()

    def misbehave(self) -> None:
        """How webhooks travel from here on."""
        self.sandbox.control(
            "settings",
            {
                "webhooks": {
                    "duplicate": self.chance.choice([0, 1, 2]),
                    "shuffle": self.chance.choice([0, 0.5, 2]),
                    "delay": self.chance.choice([0, 0, 1]),
                    "drop": self.chance.random() < 0.25,
                }
            },
        )

    def asked(self, call: Any) -> None:
        """Something that a process of the paper asks of the gateway: it may die before it hears, or before it writes."""
        from broadsheet.subscriptions import ledger
        from broadsheet.subscriptions.gateways.protocol import GatewayError

        fate = self.chance.random()
        if fate < 0.2:
            self.sandbox.control("settings", {"api": {"close": 1, "when": "after"}})
            self.lost_answers += 1
        with contextlib.suppress(GatewayError):
            events = call()
            if fate < 0.5:
                events = call()
            if fate > 0.3:
                ledger.record("sandbox", events)

    def live(self, number: int) -> None:
        from broadsheet.readers.models import User
        from broadsheet.subscriptions.models import Checkout, GatewayRef
        from tests.subscriptions.contract import Sale, terms

        reader = User.objects.create_user(f"reader{number}@reader.example")
        clock = self.client.v1.test_helpers.test_clocks.create({"frozen_time": int(time.time())}).id
        customer = self.client.v1.customers.create({"email": reader.email, "test_clock": clock}).id
        GatewayRef.objects.create(gateway="sandbox", kind="customer", local=str(reader.pk), ref=customer)
        trial = self.chance.choice([0, 0, 7])
        order = Sale(reader, self.prices[0], self.prices[1]).order(trial_days=trial)
        checkout = Checkout.objects.create(
            key=order.key, reader=reader, email=reader.email, price=self.prices[0], gateway="sandbox"
        )
        payment = self.gateway.begin(order)
        assert self.gateway.begin(order).ref == payment.ref
        Checkout.objects.filter(pk=checkout.pk).update(ref=payment.ref, url=payment.url)
        if self.chance.random() < 0.3:
            self.sandbox.pay(payment.url, "4000000000000002")
        self.maybe_kill()
        for _ in range(self.chance.choice([1, 1, 2])):
            self.sandbox.pay(payment.url)
        ref = str(self.client.v1.checkout.sessions.retrieve(payment.ref).subscription)
        for act in range(ACTS):
            self.misbehave()
            self.act(ref, clock, f"life-{number}-{act}", terms(self.chance.choice(self.prices)))
            self.maybe_kill()

    def act(self, ref: str, clock: str, key: str, terms: Any) -> None:
        gateway = self.gateway
        match self.chance.choice(
            ["time", "time", "time", "cancel", "keep", "pause", "resume", "change", "refund", "dispute", "decline"]
        ):  # fmt: skip
            case "time":
                self.advance(clock, self.chance.choice([1, 10, 32]))
            case "decline":
                self.sandbox.control("settings", {"payments": {"fail_next": self.chance.choice([1, 2, 9])}})
                self.advance(clock, 33)
                self.sandbox.control("settings", {"payments": {"fail_next": 0}})
            case "cancel":
                at_once = self.chance.random() < 0.2
                self.asked(lambda: gateway.cancel(ref, at_once=at_once, key=key))
            case "keep":
                self.asked(lambda: gateway.keep(ref, key))
            case "pause":
                self.asked(lambda: gateway.pause(ref, None, key))
            case "resume":
                self.asked(lambda: gateway.resume(ref, key))
            case "change":
                prorate = self.chance.random() < 0.5
                self.asked(lambda: gateway.change(ref, terms, 1, prorate=prorate, key=key))
            case "refund":
                bills = self.client.v1.invoices.list({"subscription": ref, "status": "paid"}).data
                if bills and bills[0].amount_paid:
                    self.asked(lambda: gateway.refund(bills[0].id, 50, key))
            case "dispute":
                bills = self.client.v1.invoice_payments.list({"status": "paid"}).data
                if bills and self.chance.random() < 0.3:
                    with contextlib.suppress(OSError):
                        self.sandbox.control("disputes", {"payment_intent": bills[0].payment.payment_intent})

    def advance(self, clock: str, days: int) -> None:
        clocks = self.client.v1.test_helpers.test_clocks
        clocks.advance(clock, {"frozen_time": clocks.retrieve(clock).frozen_time + days * DAY})
        end = time.monotonic() + 30
        while clocks.retrieve(clock).status != "ready":
            assert time.monotonic() < end
            time.sleep(0.02)

    def settle(self) -> None:
        """Everything that can arrive arrives; the night's run finds the rest, killed once on its way."""
        self.sandbox.control(
            "settings", {"webhooks": {"duplicate": 0, "shuffle": 0, "delay": 0, "drop": False}}
        )
        self.wait_for_paper()
        end = time.monotonic() + 40
        while self.sandbox.control("deliveries?state=waiting")["deliveries"] and time.monotonic() < end:
            self.sandbox.control("deliveries/flush", {})
            time.sleep(0.3)
        command = [
            sys.executable,
            "-m",
            "broadsheet",
            "manage",
            "reconcile",
            "--dir",
            str(self.folder),
            "--json",
        ]
        first = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)
        time.sleep(self.chance.uniform(1.0, 4.0))
        os.killpg(first.pid, signal.SIGKILL)
        first.wait()
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        self.report = json.loads(done.stdout)
        from broadsheet.subscriptions import sweeping

        for _ in range(3):
            sweeping.patience = sweeping.Patience()
            sweeping.fetch_doubtful(self.gateway)

    def close(self) -> None:
        for child in self.children:
            child.kill()
        self.sandbox.stop()


def differences(world: World) -> list[str]:
    """Everything in which the paper's books are not the sandbox's."""
    from broadsheet.subscriptions import ledger
    from broadsheet.subscriptions.events import Snapshot
    from broadsheet.subscriptions.models import Checkout, Invoice, NumberSeries, Subscription
    from broadsheet.subscriptions.standing import fold

    found: list[str] = []

    def same(what: str, here: object, there: object) -> None:
        if here != there:
            found.append(f"{what}: {here} here, {there} there")

    seen = {event.subscription: Snapshot.of(event.facts) for event in world.gateway.subscriptions()}
    same("subscriptions", set(Subscription.objects.values_list("ref", flat=True)), set(seen))
    for ref, there in seen.items():
        standing = fold(ledger.events_of("sandbox", ref))
        row = Subscription.objects.get(ref=ref)
        same(f"{ref} fold", standing and standing.snapshot, there)
        same(f"{ref} doubtful", row.needs_fetch, False)
        same(f"{ref} period", row.period_end, there.period_end)
    bills = list(world.client.v1.invoices.list({"limit": 100}).auto_paging_iter())
    for bill in bills:
        own = Invoice.objects.filter(ref=bill.id, kind="invoice").first()
        same(
            f"{bill.id} state",
            own and (own.state, own.total, own.paid),
            (bill.status, bill.total, bill.amount_paid),
        )
        payments = world.client.v1.invoice_payments.list({"invoice": bill.id, "status": "paid"}).data
        if len(payments) > 1:
            found.append(f"{bill.id} was charged {len(payments)} times")
    refunds = list(world.client.v1.refunds.list({"limit": 100}).auto_paging_iter())
    same(
        "refunded",
        sum(Invoice.objects.filter(kind="invoice").values_list("refunded", flat=True)),
        sum(r.amount for r in refunds),
    )
    keys = [r.metadata["invoice"] for r in refunds]
    same("credit notes", Invoice.objects.filter(kind="credit_note").count(), len(keys))
    charged = [
        i
        for i in world.client.v1.payment_intents.list({"limit": 100}).auto_paging_iter()
        if i.status == "succeeded"
    ]
    same("charges", len(charged), sum(1 for bill in bills if bill.amount_paid))
    same("checkouts", set(Checkout.objects.values_list("state", flat=True)), {"paid"})
    same("one subscription a purchase", len(seen), LIVES)
    for series in NumberSeries.objects.all():
        issued = Invoice.objects.filter(number__startswith=f"{series.name}-").values_list("number", flat=True)
        numbers = sorted(int(number.rpartition("-")[2]) for number in issued)
        same(f"numbers of {series.name}", numbers, list(range(1, series.last + 1)))
    return found


def main(folder: Path, seed: int) -> int:
    world = World(folder, seed)
    started = time.monotonic()
    try:
        world.wait_for_paper()
        for number in range(LIVES):
            world.live(number)
        world.settle()
        found = differences(world)
        from broadsheet.subscriptions.models import LedgerEntry

        print(json.dumps({
            "differences": found, "kills": world.kills + 1, "lost_answers": world.lost_answers,
            "lines": LedgerEntry.objects.count(), "report": world.report,
            "seconds": round(time.monotonic() - started, 1),
        }))  # fmt: skip
    finally:
        world.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1]), int(sys.argv[2])))
