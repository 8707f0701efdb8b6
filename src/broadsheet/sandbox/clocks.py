"""Time: the sweep that does what is due, by the real clock and by test clocks that are told to advance."""

from __future__ import annotations

from broadsheet.sandbox import checkout, invoices, payments, renewals
from broadsheet.sandbox.account import Account
from broadsheet.sandbox.errors import Json, invalid
from broadsheet.sandbox.forms import Params
from broadsheet.sandbox.periods import DAY

KIND = "test_helpers.test_clock"
EVENTS_LIVE = 30 * DAY
ANSWERS_LIVE = DAY
_STEPS = {
    "subscription": renewals.advance,
    "invoice": invoices.advance,
    "payment_intent": payments.settle,
    "checkout.session": checkout.expire_due,
}


def wire(account: Account) -> None:
    """Tell the account when each kind of object is next due."""
    account.due |= {
        "subscription": renewals.due,
        "invoice": invoices.due,
        "payment_intent": lambda intent: intent.get("_settles_at"),
        "checkout.session": lambda session: session["expires_at"] if session["status"] == "open" else None,
    }


def step(account: Account) -> bool:
    """Do one thing that is due, in a transaction of its own; False when there is nothing."""
    with account.transaction():
        for clock in account.where(KIND):
            if clock["status"] == "advancing":
                _advance(account, clock)
                return True
        now = account.wall()
        found = account.store.rows(
            "SELECT kind, id FROM due WHERE clock = '' AND at <= ? ORDER BY at LIMIT 1", now
        )
        if not found:
            return False
        _do(account, *found[0])
        return True


def _do(account: Account, kind: str, key: str) -> None:
    account.request = {"id": None, "idempotency_key": None}
    account.store.run("DELETE FROM due WHERE kind = ? AND id = ?", kind, key)
    if (obj := account.find(kind, key)) is None or obj.get("deleted"):
        return
    _STEPS[kind](account, obj)
    at = account.due[kind](obj)
    clock = (
        obj.get("test_clock") or (account.find("customer", obj.get("customer")) or {}).get("test_clock") or ""
    )
    account.store.schedule(kind, key, clock, at)


def _advance(account: Account, clock: Json) -> None:
    """One step towards the clock's target: the next thing due at its time, or the target itself."""
    target = clock["_target"]
    found = account.store.rows(
        "SELECT kind, id, at FROM due WHERE clock = ? AND at <= ? ORDER BY at, kind LIMIT 1",
        clock["id"],
        target,
    )
    if found:
        kind, key, at = found[0]
        clock["frozen_time"] = max(clock["frozen_time"], at)
        account.save(clock)
        _do(account, kind, key)
        return
    clock |= {"frozen_time": target, "status": "ready", "status_details": {}, "_target": None}
    account.save(clock)
    account.emit(f"{KIND}.ready", clock)


def next_due(account: Account) -> float:
    """Seconds until something is due by the real clock; at most 30."""
    found = account.store.rows("SELECT min(at) FROM due WHERE clock = ''")[0][0]
    return 30.0 if found is None else min(max(found - account.wall(), 0.05), 30.0)


def prune(account: Account) -> None:
    now = account.wall()
    with account.transaction():
        account.store.prune(now - EVENTS_LIVE, now - ANSWERS_LIVE)


def create(account: Account, params: Params) -> Json:
    now = account.wall()
    frozen = params.integer("frozen_time", least=0)
    clock = account.make(
        KIND,
        created=now,
        deletes_after=now + 30 * DAY,
        frozen_time=now if frozen is None else frozen,
        name=params.text("name"),
    )
    account.emit(f"{KIND}.created", clock)
    return clock


def advance(account: Account, params: Params, key: str) -> Json:
    """Answered at once with `advancing`; the sweep does it, and `ready` is an event."""
    clock = account.get(KIND, key)
    if clock["status"] != "ready":
        raise invalid(
            "Test clock advancement underway - cannot perform modifications", code="test_clock_advancing"
        )
    target = params.integer("frozen_time", least=0)
    if target is None or target <= clock["frozen_time"]:
        raise invalid("Test clocks can only be advanced forward.", "frozen_time")
    clock |= {
        "status": "advancing",
        "status_details": {"advancing": {"target_frozen_time": target}},
        "_target": target,
    }
    account.save(clock)
    account.emit(f"{KIND}.advancing", clock)
    return clock


def delete(account: Account, params: Params, key: str) -> Json:
    """The clock goes with its customers, and their subscriptions end."""
    clock = account.get(KIND, key)
    for customer in account.where("customer"):
        if customer["test_clock"] == key:
            for subscription in account.where("subscription", customer=customer["id"]):
                subscription["status"] = "canceled"
                account.save(subscription)
            account.delete(customer)
    account.store.run("DELETE FROM due WHERE clock = ?", key)
    return account.delete(clock, f"{KIND}.deleted")
