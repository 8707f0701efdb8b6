"""One API request: who asks, what is asked, an answer kept for replay."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass

from aiohttp import web

from broadsheet.sandbox import API_VERSION, lists, routes
from broadsheet.sandbox.account import Account
from broadsheet.sandbox.errors import ApiError, Json
from broadsheet.sandbox.forms import Params, parse

LONGEST_BODY = 1 << 20
LONGEST_KEY = 255


@dataclass
class Api:
    """Stripe's API over one account. Without a `key` any `sk_test_…` is taken."""

    account: Account
    key: str | None
    changed: asyncio.Event

    async def handle(self, request: web.Request) -> web.StreamResponse:
        asked = self.account.store.setting("api", {})
        if slow := float(asked.get("slow", 0)):
            await asyncio.sleep(slow)
        number = f"req_{secrets.token_hex(8)}"
        after = asked.get("when") == "after"
        if not after and (broken := self._misbehave(request, number)):
            return broken
        body = await request.text()
        status, answer, replayed = self.answer(
            request.method, request.path, request.query_string, body, dict(request.headers), number
        )
        self.changed.set()
        if after and (broken := self._misbehave(request, number)):
            return broken
        response = web.Response(text=answer, status=status, content_type="application/json")
        response.headers["Request-Id"] = number
        response.headers["Stripe-Version"] = request.headers.get("Stripe-Version", API_VERSION)
        if key := request.headers.get("Idempotency-Key"):
            response.headers["Idempotency-Key"] = key[:LONGEST_KEY]
        if replayed:
            response.headers["Idempotent-Replayed"] = "true"
        return response

    def _misbehave(self, request: web.Request, number: str) -> web.StreamResponse | None:
        """A 500 or a cut connection, as often as was asked for."""
        asked = self.account.store.setting("api", {})
        for name in ("close", "error"):
            left = int(asked.get(name, 0))
            if left > 0:
                with self.account.store.transaction():
                    self.account.store.set("api", asked | {name: left - 1})
                if name == "close" and request.transport:
                    request.transport.abort()
                error = {"type": "api_error", "message": "An error was asked for."}
                return web.json_response({"error": error}, status=500, headers={"Request-Id": number})
        return None

    def answer(
        self, method: str, path: str, query: str, body: str, headers: dict[str, str], number: str
    ) -> tuple[int, str, bool]:
        """(status, JSON, whether it is a replay); all that is written is committed when this returns."""
        try:
            self._authenticate(headers.get("Authorization", ""))
            tree = parse(query if method in ("GET", "DELETE") and not body else body)
            key = headers.get("Idempotency-Key") if method == "POST" else None
            return self._once(method, path, tree, key, number)
        except ApiError as error:
            return error.status, _encoded(error, number), False

    def _authenticate(self, header: str) -> None:
        scheme, _, value = header.partition(" ")
        if scheme.lower() == "basic":
            try:
                value = base64.b64decode(value).decode().rstrip(":")
            except (binascii.Error, UnicodeDecodeError):
                value = ""
        value = value.strip()
        if not value:
            raise ApiError("You did not provide an API key.", status=401)
        good = (
            hmac.compare_digest(value.encode(), self.key.encode())
            if self.key
            else value.startswith("sk_test_")
        )
        if not good:
            raise ApiError(f"Invalid API Key provided: {value[:8]}****{value[-4:]}", status=401)

    def _once(
        self, method: str, path: str, tree: Json, key: str | None, number: str
    ) -> tuple[int, str, bool]:
        account = self.account
        asked = hashlib.sha256(json.dumps([method, path, tree], sort_keys=True).encode()).hexdigest()
        account.request = {"id": number, "idempotency_key": key}
        if key is not None:
            if not 0 < len(key) <= LONGEST_KEY:
                raise ApiError("The idempotency key must be 1 to 255 characters.", kind="idempotency_error")
            kept = account.store.rows("SELECT request, status, body FROM answers WHERE key = ?", key)
            if kept and kept[0][0] != asked:
                raise ApiError(
                    "Keys for idempotent requests can only be used with the same parameters they were first used with."
                    f" Try using a key other than '{key}' if you meant to execute a different request.",
                    kind="idempotency_error", code="idempotency_error",
                )  # fmt: skip
            if kept:
                return int(kept[0][1]), str(kept[0][2]), True
        with account.transaction():
            try:
                status, text = 200, json.dumps(self._do(method, path, tree), ensure_ascii=False, indent=2)
            except ApiError as error:
                if not error.keep:
                    raise
                status, text = error.status, _encoded(error, number)
            if key is not None:
                account.store.run(
                    "INSERT INTO answers VALUES (?, ?, ?, ?, ?)", key, asked, status, text, account.wall()
                )
        return status, text, False

    def _do(self, method: str, path: str, tree: Json) -> Json:
        if (found := routes.find(method, path)) is None:
            raise ApiError(f"Unrecognized request URL ({method}: {path}).", status=404)
        handler, keys = found
        params = Params(tree)
        expand = params.texts("expand")
        try:
            made = handler(self.account, params, *keys)
        except ApiError as error:
            if error.code == "resource_missing" and any(f"'{key}'" in str(error) for key in keys):
                error.status = 404
            raise
        params.refuse_leftovers()
        return lists.show(self.account, made, expand)


def _encoded(error: ApiError, number: str) -> str:
    return json.dumps({"error": error.body | {"request_log_url": f"sandbox:{number}"}}, ensure_ascii=False)
