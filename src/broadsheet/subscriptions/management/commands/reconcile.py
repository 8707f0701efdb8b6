"""`manage reconcile`: compare every subscription with the gateway now."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from broadsheet.subscriptions.gateways import registry
from broadsheet.subscriptions.gateways.protocol import GatewayError
from broadsheet.subscriptions.models import Reconciliation, Subscription
from broadsheet.subscriptions.reconciling import reconcile


class Command(BaseCommand):
    help = "Compares every subscription with the gateway and records what differs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--gateway", default="", help="another gateway than the paper's")
        parser.add_argument("--json", action="store_true", help="one JSON object on stdout")

    def handle(self, *_: Any, **options: Any) -> None:
        try:
            gateway = registry.get(options["gateway"]) if options["gateway"] else registry.default()
        except GatewayError as error:
            raise CommandError(str(error)) from None
        if gateway is None:
            raise CommandError("this paper has no gateway: set gateway in broadsheet.toml")
        total = Subscription.objects.filter(gateway=gateway.name).count()
        with tqdm(total=total, unit=" subscriptions", file=sys.stderr, disable=None) as bar:
            report = reconcile(gateway, progress=lambda done: _at(bar, done))
        self.stdout.write(json.dumps(_facts(report)) if options["json"] else _words(report))
        for line in report.errors:
            self.stderr.write(line)
        if report.errors:
            sys.exit(3 if report.finished_at else 2)


def _at(bar: Any, done: int) -> None:
    bar.n = done
    bar.refresh()


def _facts(report: Reconciliation) -> dict[str, Any]:
    return {
        "gateway": report.gateway,
        "started": report.started_at.isoformat(),
        "finished": report.finished_at.isoformat() if report.finished_at else None,
        "checked": report.checked,
        "lost_events": report.events,
        "different": report.different,
        "differences": report.differences,
        "errors": report.errors,
    }


def _words(report: Reconciliation) -> str:
    lines = [
        f"{report.gateway}: {report.checked} checked, {report.events} lost events found, {report.different} differed"
    ]
    lines += [
        f"  {one['subscription']}: {one['what']} {one['here']} → {one['there']}" for one in report.differences
    ]
    return "\n".join(lines)
