"""What is asked of gateways in the background: doubtful subscriptions, payments that nobody heard of, the nightly run.

A gateway may be slow or away: its work is done in a thread of its own, so that the worker goes on publishing; it waits
longer after each failure; and nothing is forgotten meanwhile, because what is to be done is read from the database.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import close_old_connections, connection, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from . import doubles, ledger, reconciling, terms
from .gateways import registry
from .gateways.invoice import AHEAD, InvoiceGateway
from .gateways.protocol import Gateway, GatewayAway, GatewayError
from .models import Checkout, Invoice, Reconciliation, Subscription

log = logging.getLogger("broadsheet.sweeping")
FIRST_PAUSE, LONGEST_PAUSE = 20.0, 900.0
AT_ONCE = 50
# A webhook that is not there by then is asked after; a page that is still open after a day is closed.
WAIT_FOR_WEBHOOK = timedelta(minutes=2)
CLOSE_AFTER = timedelta(hours=24)
NIGHT_HOUR = 3
# Another worker's run that has not said anything for so long was killed.
RUN_LIVES = timedelta(hours=6)


class Patience:
    """When to ask again, by what was asked: later after each failure, at once after a success. In this process only."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._waits: dict[str, tuple[float, float]] = {}

    def is_over(self, what: str) -> bool:
        return self._clock() >= self._waits.get(what, (0.0, 0.0))[1]

    def failed(self, what: str) -> None:
        if len(self._waits) > 10_000:
            self._waits.clear()
        pause = min(2 * self._waits.get(what, (FIRST_PAUSE / 2, 0.0))[0], LONGEST_PAUSE)
        self._waits[what] = (pause, self._clock() + pause)

    def succeeded(self, what: str) -> None:
        self._waits.pop(what, None)


patience = Patience()
_busy = threading.Lock()


def ask_gateways() -> None:
    """Sweeper: begin what is due in a thread, unless the last one still runs."""
    if not settings.PAPER.gateway or not _busy.acquire(blocking=False):
        return
    threading.Thread(target=_ask, name="gateways", daemon=True).start()


def _ask() -> None:
    try:
        close_old_connections()
        sweep()
    except Exception:  # a thread has nobody to raise to; the next sweep tries again
        log.exception("asking the gateway failed")
    finally:
        connection.close()
        _busy.release()


def sweep() -> None:
    """Everything that is due now, once."""
    try:
        gateway = registry.default()
    except GatewayError as error:
        if patience.is_over("gateway"):
            log.warning("%s", error)
            patience.failed("gateway")
        return
    if gateway is None or not patience.is_over(gateway.name):
        return
    try:
        fetch_doubtful(gateway)
        recover_checkouts(gateway)
        doubles.settle(gateway)
        if is_night_run_due(gateway.name):
            run = reconciling.reconcile(gateway)
            if run.finished_at is None:
                raise GatewayAway("; ".join(run.errors))
    except GatewayAway as error:
        log.warning("%s: trying again later: %s", gateway.name, error)
        patience.failed(gateway.name)
        return
    patience.succeeded(gateway.name)


def fetch_doubtful(gateway: Gateway) -> int:
    """Look at subscriptions whose reports leave a doubt. Gives their number. Raises `GatewayAway`."""
    rows = Subscription.objects.filter(gateway=gateway.name, needs_fetch=True).order_by("updated_at", "pk")
    looked_at = 0
    for ref in rows.values_list("ref", flat=True)[: AT_ONCE * 4]:
        if looked_at >= AT_ONCE:
            break
        if not patience.is_over(f"{gateway.name} {ref}"):
            continue
        looked_at += 1
        # Whatever it says, the next look at this one comes later: a doubt may outlast a look.
        patience.failed(f"{gateway.name} {ref}")
        try:
            reconciling.look(gateway, ref)
        except GatewayAway:
            raise
        except GatewayError as error:
            log.warning("%s: %s can't be looked at: %s", gateway.name, ref, error)
    return looked_at


def recover_checkouts(gateway: Gateway) -> int:
    """Ask what came of payment pages of which no report came, and close those that are old. Raises `GatewayAway`."""
    now = timezone.now()
    waiting = (
        Checkout.objects.filter(
            gateway=gateway.name, state__in=["open", "pending"], created_at__lt=now - WAIT_FOR_WEBHOOK
        )
        .exclude(ref="")
        .order_by("pk")
    )
    asked = 0
    for checkout in waiting[: AT_ONCE * 4]:
        what = f"{gateway.name} {checkout.ref}"
        if asked >= AT_ONCE:
            break
        if not patience.is_over(what):
            continue
        asked += 1
        patience.failed(what)
        try:
            ledger.record(gateway.name, gateway.checkout(checkout.ref))
            checkout.refresh_from_db()
            if checkout.state == "open" and checkout.created_at < now - CLOSE_AFTER:
                gateway.expire(checkout.ref, f"{checkout.key}:close")
                ledger.record(gateway.name, gateway.checkout(checkout.ref))
        except GatewayAway:
            raise
        except GatewayError as error:
            log.warning("%s: checkout %s: %s", gateway.name, checkout.key, error)
    return asked


def is_night_run_due(gateway: str) -> bool:
    """Whether no run of today is there, it is night (or later) in the paper's zone, and nobody else is at it."""
    now = timezone.localtime()
    if now.hour < NIGHT_HOUR:
        return False
    today = now.replace(hour=NIGHT_HOUR, minute=0, second=0, microsecond=0)
    runs = Reconciliation.objects.filter(gateway=gateway, started_at__gte=today)
    is_done = runs.exclude(finished_at=None).exists()
    is_under_way = runs.filter(
        finished_at=None, errors=[], started_at__gte=timezone.now() - RUN_LIVES
    ).exists()
    return not is_done and not is_under_way


def sweep_transfers(now: datetime | None = None) -> int:
    """Sweeper: what time alone does to subscriptions whose periods we keep ourselves. Gives the number of new events."""
    now = now or timezone.now().replace(microsecond=0)
    return sum(_sweep_periods(gateway, now) for gateway in _own_books().values())


def _own_books() -> dict[str, InvoiceGateway]:
    """Bank transfer, and the paper's gateway where it stands on it."""
    found = {"invoice": InvoiceGateway()}
    try:
        own = registry.default()
    except GatewayError:
        return found
    return {**found, own.name: own} if isinstance(own, InvoiceGateway) else found


def _sweep_periods(gateway: InvoiceGateway, now: datetime) -> int:
    grace = terms.patience().grace
    running = Subscription.objects.filter(gateway=gateway.name, ended_at=None).exclude(started_at=None)
    asked = Invoice.objects.filter(gateway=gateway.name, state="open", subscription=OuterRef("pk"))
    rows = running.filter(
        Q(status__in=["active", "trialing"], period_end__lte=now + AHEAD) & ~Exists(asked)
        | Q(status__in=["active", "trialing"], period_end__lte=now)
        | Q(status="past_due", period_end__lte=now - grace)
        | Q(status="paused", resumes_at__lte=now)
        | Q(cancel_at__lte=now)
    )
    made = 0
    for ref in rows.order_by("pk").values_list("ref", flat=True).iterator(500):
        with transaction.atomic():
            events = gateway.due(ref, now, grace)
            made += ledger.record(gateway.name, events) if events else 0
    return made
