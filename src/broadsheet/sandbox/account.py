"""The merchant's account: reading and writing objects inside one transaction, the time it is, and events.

Within a transaction an object is one dictionary however often it is read, so that two steps see each other's changes.
Keys that begin with `_` are the sandbox's own and are never shown.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from broadsheet.sandbox import API_VERSION
from broadsheet.sandbox.errors import ApiError, Json, missing
from broadsheet.sandbox.shapes import shape
from broadsheet.sandbox.store import Store

PREFIXES = {
    "product": "prod_", "price": "price_", "tax_rate": "txr_", "promotion_code": "promo_", "discount": "di_",
    "customer": "cus_", "payment_method": "pm_", "payment_intent": "pi_", "setup_intent": "seti_", "charge": "ch_",
    "refund": "re_", "dispute": "dp_", "subscription": "sub_", "subscription_item": "si_", "invoice": "in_",
    "line_item": "il_", "invoiceitem": "ii_", "invoice_payment": "inpay_", "checkout.session": "cs_test_",
    "billing_portal.session": "bps_", "billing_portal.configuration": "bpc_", "webhook_endpoint": "we_",
    "test_helpers.test_clock": "clock_", "balance_transaction": "txn_", "event": "evt_", "coupon": "",
}  # fmt: skip
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
CLOCKED = ("customer", "subscription", "invoice", "invoiceitem")


def new_id(kind: str, length: int = 24) -> str:
    return PREFIXES[kind] + "".join(secrets.choice(_LETTERS) for _ in range(length))


def public(obj: Json) -> Json:
    """A copy of the object as the outside sees it."""
    return {key: shown(value) for key, value in obj.items() if not key.startswith("_")}


def shown(value: Any) -> Any:
    """A value with every object in it as the outside sees it."""
    if isinstance(value, dict):
        return public(value) if "object" in value else {key: shown(item) for key, item in value.items()}
    if isinstance(value, list):
        return [shown(item) for item in value]
    return value


def changes(old: Json, new: Json) -> Json:
    """The old values of what changed, hashes compared key by key: an event's `previous_attributes`."""
    changed: Json = {}
    for key in old | new:
        before, after = old.get(key), new.get(key)
        if before == after:
            continue
        both = isinstance(before, dict) and isinstance(after, dict)
        changed[key] = changes(before, after) if both else before  # type: ignore[arg-type]  # both says so
    return changed


class Account:
    """All that one sandbox holds. `base_url` is where its hosted pages are reached."""

    def __init__(self, store: Store, base_url: str) -> None:
        self.store = store
        self.base_url = base_url
        self.request: Json = {"id": None, "idempotency_key": None}
        self.due: dict[str, Callable[[Json], int | None]] = {}
        """For each kind that waits for something: when that is, in Unix seconds."""
        self._live: dict[tuple[str, str], Json] = {}
        self._saved: dict[tuple[str, str], str] = {}

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; an `ApiError` that says `keep` commits what came before it."""
        kept: ApiError | None = None
        try:
            with self.store.transaction():
                try:
                    yield
                except ApiError as error:
                    if not error.keep:
                        raise
                    kept = error
        finally:
            self._live.clear()
            self._saved.clear()
        if kept:
            raise kept

    @contextmanager
    def attempt(self, *, undo: bool = False) -> Iterator[None]:
        """A part that leaves nothing behind when it raises (or always: `undo`). Objects must be read anew after it."""
        self.store.run("SAVEPOINT part")
        try:
            yield
        except BaseException:
            undo = True
            raise
        finally:
            if undo:
                self.store.run("ROLLBACK TO part")
                self._live.clear()
                self._saved.clear()
            self.store.run("RELEASE part")

    def find(self, kind: str, key: str | None) -> Json | None:
        if not key:
            return None
        if (kind, key) not in self._live:
            if (text := self.store.read(kind, key)) is None:
                return None
            self._live[kind, key] = json.loads(text)
            self._saved[kind, key] = text
        return self._live[kind, key]

    def get(self, kind: str, key: str, param: str | None = None) -> Json:
        """Raises `ApiError` (`resource_missing`) when there is none, or it was deleted."""
        obj = self.find(kind, key)
        if obj is None or obj.get("deleted"):
            raise missing(kind, key, param)
        return obj

    def where(self, kind: str, *, customer: str | None = None, parent: str | None = None) -> list[Json]:
        """Objects of a kind, oldest first; of one customer or under one parent."""
        query, values = "SELECT id FROM objects WHERE kind = ?", [kind]
        for column, value in (("customer", customer), ("parent", parent)):
            if value is not None:
                query += f" AND {column} = ?"
                values.append(value)
        found = (self.find(kind, row[0]) for row in self.store.rows(f"{query} ORDER BY seq", *values))
        return [obj for obj in found if obj is not None and not obj.get("deleted")]

    def make(self, kind: str, *, event: str | None = None, **values: Any) -> Json:
        """A new object; `created` is now at its customer's clock unless given."""
        values.setdefault("id", new_id(kind))
        if kind not in ("discount", "invoiceitem"):
            values.setdefault("created", self.now(values.get("customer")))
        if kind in CLOCKED and kind != "customer":
            values.setdefault("test_clock", self._clock_of(values.get("customer")))
        obj = shape(kind, **values)
        self._live[kind, obj["id"]] = obj
        self.save(obj)
        if event:
            self.emit(event, obj)
        return obj

    def save(self, obj: Json, event: str | None = None) -> None:
        """Write; `event` is sent with the old values of what changed, when anything did."""
        kind, key = obj["object"], obj["id"]
        text = json.dumps(obj, separators=(",", ":"), ensure_ascii=False)
        before = self._saved.get((kind, key))
        if text == before:
            return
        self.store.write(obj, text)
        self._live[kind, key] = obj
        self._saved[kind, key] = text
        if kind in self.due:
            clock = obj.get("test_clock") or self._clock_of(obj.get("customer")) or ""
            self.store.schedule(kind, key, clock, None if obj.get("deleted") else self.due[kind](obj))
        if event and before is not None:
            previous = changes(public(json.loads(before)), public(obj))
            if previous:
                self.emit(event, obj, previous if event.endswith(".updated") else None)

    def delete(self, obj: Json, event: str | None = None) -> Json:
        """Leave only a tombstone, and answer with it."""
        if event:
            self.emit(event, obj)
        stone = {"id": obj["id"], "object": obj["object"], "deleted": True}
        self.save(stone | {k: obj[k] for k in ("product", "promotion") if k in obj})
        return stone

    def wall(self) -> int:
        """The real time in Unix seconds."""
        return int(time.time())

    def now(self, customer: str | None = None) -> int:
        """The time at a customer's test clock, or the real one."""
        clock = self.find("test_helpers.test_clock", self._clock_of(customer))
        return int(clock["frozen_time"]) if clock and not clock.get("deleted") else self.wall()

    def _clock_of(self, customer: str | None) -> str | None:
        found = self.find("customer", customer)
        return found.get("test_clock") if found else None

    def emit(self, kind: str, obj: Json, previous: Json | None = None) -> None:
        """Record an event and its deliveries, in the same transaction as what it tells."""
        data: Json = {"object": public(obj)}
        if previous is not None:
            data["previous_attributes"] = previous
        clock = obj["frozen_time"] if obj["object"] == "test_helpers.test_clock" else None
        event = shape(
            "event",
            id=new_id("event"),
            api_version=API_VERSION,
            created=clock or self.now(obj["id"] if obj["object"] == "customer" else obj.get("customer")),
            data=data,
            request=dict(self.request),
            type=kind,
            _wall=self.wall(),
        )
        self.store.write(event, json.dumps(event, separators=(",", ":"), ensure_ascii=False))
        for endpoint in self.where("webhook_endpoint"):
            wanted = endpoint["enabled_events"]
            if endpoint["status"] == "enabled" and ("*" in wanted or kind in wanted):
                self.deliver(event, endpoint["url"], endpoint["_secret"])

    def deliver(self, event: Json, url: str, secret: str) -> None:
        """Put an event in the post, with the misbehaviour that was asked for."""
        asked = self.store.setting("webhooks", {})
        state = (
            "dropped"
            if asked.get("drop") is True or event["type"] in (asked.get("drop") or ())
            else "waiting"
        )
        for _ in range(1 + int(asked.get("duplicate", 0))):
            at = time.time() + float(asked.get("delay", 0))
            if window := float(asked.get("shuffle", 0)):
                at += secrets.randbelow(1_000_000) / 1_000_000 * window
            self.store.run(
                "INSERT INTO deliveries (event, type, url, secret, state, next_at) VALUES (?, ?, ?, ?, ?, ?)",
                event["id"], event["type"], url, secret, state, at,
            )  # fmt: skip
