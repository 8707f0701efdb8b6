"""The control API under `/_sandbox/`, for this machine only: misbehaviour on demand, and a look behind the counter."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from aiohttp import web

from broadsheet.sandbox import payments
from broadsheet.sandbox.account import Account
from broadsheet.sandbox.errors import ApiError, Json

DEFAULTS: dict[str, Json] = {
    "webhooks": {"duplicate": 0, "shuffle": 0, "delay": 0, "drop": False},
    "api": {"slow": 0, "error": 0, "close": 0, "when": "before"},
    "payments": {
        "fail_next": 0,
        "code": "card_declined",
        "decline_code": "generic_decline",
        "settle_after": 3,
    },
    "clocks": {"new_customers": ""},
    "dunning": {"days": [3, 5, 7], "then": "cancel"},
}
TABLES = ("objects", "due", "deliveries", "answers", "settings")
MOST_LISTED = 1_000


class Control:
    """JSON in, JSON out."""

    def __init__(self, account: Account, changed: Callable[[], None]) -> None:
        self.account = account
        self.changed = changed

    def add_to(self, app: web.Application) -> None:
        app.router.add_get("/_sandbox/settings", self._loopback(self.settings))
        app.router.add_post("/_sandbox/settings", self._loopback(self.change))
        app.router.add_get("/_sandbox/deliveries", self._loopback(self.deliveries))
        app.router.add_post("/_sandbox/deliveries/flush", self._loopback(self.flush))
        app.router.add_post("/_sandbox/deliveries/redeliver", self._loopback(self.redeliver))
        app.router.add_post("/_sandbox/disputes", self._loopback(self.open_dispute))
        app.router.add_post("/_sandbox/disputes/{key}/close", self._loopback(self.close_dispute))
        app.router.add_post("/_sandbox/reset", self._loopback(self.reset))

    def _loopback(self, act: Callable[[Json, web.Request], Any]) -> Callable[[web.Request], Any]:
        async def handle(request: web.Request) -> web.Response:
            if request.remote not in ("127.0.0.1", "::1"):
                return web.json_response({"error": "for this machine only"}, status=403)
            if request.method == "POST" and request.headers.get("Sec-Fetch-Site", "none") != "none":
                return web.json_response({"error": "not for web pages"}, status=403)
            try:
                body = await request.json() if request.can_read_body else {}
                if not isinstance(body, dict):
                    raise ValueError("a JSON object is needed")  # noqa: TRY004  # answered like any other bad value
                with self.account.transaction():
                    answer = act(body, request)
            except (json.JSONDecodeError, ValueError, TypeError) as error:
                return web.json_response({"error": str(error)}, status=400)
            except ApiError as error:
                return web.json_response({"error": error.body}, status=error.status)
            self.changed()
            return web.json_response(answer)

        return handle

    def settings(self, body: Json, request: web.Request) -> Json:
        return {name: default | self.account.store.setting(name, {}) for name, default in DEFAULTS.items()}

    def change(self, body: Json, request: web.Request) -> Json:
        """Each group that is named is changed in the keys that are named."""
        for name, values in body.items():
            if name not in DEFAULTS or not isinstance(values, dict):
                raise ValueError(f"unknown group: {name}")
            known = DEFAULTS[name]
            if strange := set(values) - set(known):
                raise ValueError(f"unknown setting: {name}.{min(strange)}")
            for key, value in values.items():
                number = isinstance(known[key], int) and not isinstance(known[key], bool)
                if number and (
                    isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 100_000
                ):
                    raise ValueError(f"{name}.{key} is a number between 0 and 100000")
            self.account.store.set(name, known | self.account.store.setting(name, {}) | values)
        return self.settings({}, request)

    def deliveries(self, body: Json, request: web.Request) -> Json:
        """Newest first; `?state=waiting|done|dropped`, `?event=evt_…`."""
        query, values = (
            "SELECT id, event, type, url, state, attempts, next_at, status, error FROM deliveries WHERE 1",
            [],
        )
        for name in ("state", "event", "type"):
            if value := request.query.get(name):
                query += f" AND {name} = ?"
                values.append(value)
        rows = self.account.store.rows(f"{query} ORDER BY id DESC LIMIT {MOST_LISTED}", *values)
        names = ("id", "event", "type", "url", "state", "attempts", "next_at", "status", "error")
        return {"deliveries": [dict(zip(names, row, strict=True)) for row in rows]}

    def flush(self, body: Json, request: web.Request) -> Json:
        """Send now what waits; with `dropped`, what was dropped too."""
        states = ("waiting", "dropped") if body.get("dropped") else ("waiting", "waiting")
        done = self.account.store.run(
            "UPDATE deliveries SET state = 'waiting', next_at = ? WHERE state IN (?, ?)", time.time(), *states
        )
        return {"flushed": done}

    def redeliver(self, body: Json, request: web.Request) -> Json:
        """An event (`event`), or with `all` everything, again."""
        now = time.time()
        if body.get("all"):
            done = self.account.store.run("UPDATE deliveries SET state = 'waiting', next_at = ?", now)
        else:
            done = self.account.store.run(
                "UPDATE deliveries SET state = 'waiting', next_at = ? WHERE event = ?",
                now,
                str(body.get("event")),
            )
        return {"redelivered": done}

    def open_dispute(self, body: Json, request: web.Request) -> Json:
        """Of a `charge` or a `payment_intent`, with a `reason`."""
        key = body.get("charge")
        if key is None:
            key = self.account.get("payment_intent", str(body.get("payment_intent")))["latest_charge"]
        charge = self.account.get("charge", str(key))
        if charge["disputed"]:
            raise ValueError("the charge is disputed already")
        return payments.open_dispute(
            self.account, charge, str(body.get("reason", "fraudulent")), inquiry=bool(body.get("inquiry"))
        )

    def close_dispute(self, body: Json, request: web.Request) -> Json:
        if body.get("status") not in ("won", "lost"):
            raise ValueError("status is won or lost")
        dispute = self.account.get("dispute", request.match_info["key"])
        return payments.close_dispute(self.account, dispute, won=body["status"] == "won")

    def reset(self, body: Json, request: web.Request) -> Json:
        """Forget everything but webhook endpoints; with `settings`, only the misbehaviour."""
        if body.get("settings"):
            self.account.store.run("DELETE FROM settings")
            return {"reset": "settings"}
        for table in TABLES:
            keep = " WHERE kind != 'webhook_endpoint'" if table == "objects" else ""
            self.account.store.run(f"DELETE FROM {table}{keep}")  # noqa: S608  # our own table names
        return {"reset": "everything"}
