"""What circulation costs with 10,000 and with 100,000 subscribers: the dashboard, the night's jobs, reconciliation.

Run: `.venv/bin/python benchmarks/subscriptions.py [--subscribers 10000,100000] [--runs 9]`. Each size is a process of
its own with a paper on SQLite in a temporary folder. The dashboard's runs are interleaved between the sizes; the jobs
run once each, and peak memory is what the process grew by since its rows were there.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from broadsheet.conf.boot import setup
from broadsheet.conf.founding import lay_out, settings_file

DIFFERENT = 200


def fill(count: int) -> None:
    """Readers with one subscription each: of four plans' prices, in every state, over two years."""
    from django.utils import timezone

    from broadsheet.readers.models import User
    from broadsheet.subscriptions.models import GatewayRef, Plan, Price, Subscription

    prices = []
    for number, (interval, amount) in enumerate(
        (("month", 499), ("month", 999), ("year", 4900), ("year", 9900))
    ):
        plan = Plan.objects.create(name=f"Plan {number}", slug=f"plan-{number}", scopes=["stories"])
        price = Price.objects.create(plan=plan, interval=interval, currency="EUR", amount=amount)
        GatewayRef.objects.create(gateway="bench", kind="price", local=str(price.pk), ref=f"price_{price.pk}")
        prices.append(price)
    chance, now = random.Random(1), timezone.now().replace(microsecond=0)
    states = ("active",) * 14 + ("trialing", "past_due", "cancelled", "expired", "expired", "expired")
    for begin in range(0, count, 2000):
        User.objects.bulk_create(
            User(email=f"r{n}@reader.example") for n in range(begin, min(begin + 2000, count))
        )
    first = User.objects.order_by("pk")[0].pk
    rows = []
    for n in range(count):
        state, started = chance.choice(states), now - timedelta(days=chance.randrange(1, 700))
        ended = now - timedelta(days=chance.randrange(1, 300)) if state == "expired" else None
        until = ended or now + timedelta(days=chance.randrange(1, 30))
        rows.append(
            Subscription(
                gateway="bench", ref=f"sub_{n}", reader_id=first + n, price=chance.choice(prices), status=state,
                started_at=started, period_start=until - timedelta(days=30), period_end=until, ended_at=ended,
                cancel_at=until if state == "cancelled" else None, access_until=until,
                trial_end=started + timedelta(days=14) if n % 3 == 0 else None,
                past_due_since=now - timedelta(days=2) if state == "past_due" else None,
                first_story=chance.randrange(500) if n % 4 == 0 else None,
                last_story=chance.randrange(500) if n % 4 == 0 else None,
            )
        )  # fmt: skip
        if len(rows) == 2000:
            Subscription.objects.bulk_create(rows)
            rows = []
    Subscription.objects.bulk_create(rows)


class Gateway:
    """Says what the rows say, but for the two hundred of which it knows better. No network: our own cost is measured."""

    name = "bench"

    def __init__(self) -> None:
        from broadsheet.subscriptions.models import Subscription

        step = max(1, Subscription.objects.count() // DIFFERENT)
        self.changed = {f"sub_{n}" for n in range(0, step * DIFFERENT, step)}

    def since(self, moment: datetime) -> Iterator[Any]:
        return iter(())

    def subscriptions(self) -> Iterator[Any]:
        from broadsheet.subscriptions.models import Subscription

        for row in Subscription.objects.filter(gateway=self.name).order_by("pk").iterator(chunk_size=500):
            yield self._seen(row)

    def observe(self, ref: str) -> Any:
        from broadsheet.subscriptions.models import Subscription

        return self._seen(Subscription.objects.get(gateway=self.name, ref=ref))

    def _seen(self, row: Any) -> Any:
        from django.utils import timezone

        from broadsheet.subscriptions.events import Event, Kind, Snapshot, Stage

        running = Stage.TRIALING if row.trial_end == row.period_end else Stage.ACTIVE
        stage = {"expired": Stage.ENDED, "cancelled": running}.get(row.status) or Stage(row.status)
        said = Snapshot(
            stage=stage, price=f"price_{row.price_id}", quantity=row.quantity, reader=row.reader_id,
            started_at=row.started_at, period_start=row.period_start, period_end=row.period_end,
            trial_end=row.trial_end, cancel_at=row.cancel_at, ended_at=row.ended_at,
        )  # fmt: skip
        if row.ref in self.changed and stage is not Stage.ENDED:
            said = replace(said, stage=Stage.ENDED, ended_at=timezone.now().replace(microsecond=0))
        now = timezone.now().replace(microsecond=0)
        facts = said.facts()
        return Event(
            f"obs_{row.ref}_{now:%s}", Kind.OBSERVATION, now, row.ref, subscription=row.ref, facts=facts
        )


def memory() -> float:
    """Peak of this process, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def one_size(count: int) -> None:
    """Fill, then answer: a dashboard for each line `dashboard`, all jobs at `jobs`."""
    with tempfile.TemporaryDirectory(prefix="broadsheet-bench-") as scratch:
        folder = Path(scratch) / "paper"
        lay_out(folder, settings_file("Benchmark", url="http://localhost", languages=["en"], time_zone="UTC"))
        setup(folder)
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        from broadsheet.subscriptions import dashboard, ledger, posting
        from broadsheet.subscriptions.reconciling import reconcile

        logging.disable(logging.WARNING)
        fill(count)
        print("ready", flush=True)
        for line in sys.stdin:
            if line.strip() == "dashboard":
                with CaptureQueriesContext(connection) as queries:
                    begun = time.perf_counter()
                    dashboard.numbers()
                    took = time.perf_counter() - begun
                print(json.dumps({"ms": took * 1000, "queries": len(queries)}), flush=True)
                continue
            before = memory()
            told: dict[str, Any] = {}
            for name, job in (
                ("reconcile", lambda: reconcile(Gateway())),
                ("age_statuses", ledger.age_statuses),
                ("post_due", posting.post_due),
                ("export", lambda: sum(1 for _ in dashboard.exported())),
            ):
                begun = time.perf_counter()
                done = job()
                told[name] = time.perf_counter() - begun
                if name == "reconcile":
                    told |= {"checked": done.checked, "different": done.different}
            told["memory"] = memory() - before
            print(json.dumps(told), flush=True)


def main() -> None:
    """One process a size; dashboards in turn, then the jobs."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--subscribers", default="10000,100000")
    words.add_argument("--runs", type=int, default=9)
    words.add_argument("--size", type=int, default=0, help=argparse.SUPPRESS)
    chosen = words.parse_args()
    if chosen.size:
        one_size(chosen.size)
        return
    sizes = [int(size) for size in chosen.subscribers.split(",")]
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("BROADSHEET", "DJANGO"))}
    children = {
        size: subprocess.Popen(
            [sys.executable, __file__, "--size", str(size)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment,
        )
        for size in sizes
    }  # fmt: skip

    def ask(size: int, word: str) -> dict[str, Any]:
        child = children[size]
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(word + "\n")
        child.stdin.flush()
        answer: dict[str, Any] = json.loads(child.stdout.readline())
        return answer

    for child in children.values():
        assert child.stdout is not None
        child.stdout.readline()
    boards: dict[int, list[dict[str, Any]]] = {size: [] for size in sizes}
    for _ in range(chosen.runs):
        for size in sizes:
            boards[size].append(ask(size, "dashboard"))
    print(
        f"{'subscribers':>12}{'dashboard ms':>14}{'queries':>9}{'reconcile /s':>14}{'different':>11}{'ageing s':>10}{'export s':>10}{'memory MB':>11}"
    )
    for size in sizes:
        jobs = ask(size, "jobs")
        print(
            f"{size:>12}{statistics.median(b['ms'] for b in boards[size]):>14.0f}{boards[size][0]['queries']:>9}"
            f"{jobs['checked'] / jobs['reconcile']:>14.0f}{jobs['different']:>11}{jobs['age_statuses']:>10.2f}"
            f"{jobs['export']:>10.2f}{jobs['memory']:>11.1f}"
        )
    for child in children.values():
        child.communicate("")


if __name__ == "__main__":
    main()
