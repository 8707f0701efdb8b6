"""Webhooks over real HTTP: signed, tried again until they are taken, kept over restarts."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from typing import Any

import aiohttp

from broadsheet.sandbox.account import Account, public

AT_ONCE = 16
TIMEOUT = 20.0
FIRST_WAIT, LONGEST_WAIT = 0.5, 3_600.0


def signature(secret: str, body: str, at: int) -> str:
    """The `Stripe-Signature` header: HMAC-SHA256 over `<time>.<body>`."""
    digest = hmac.new(secret.encode(), f"{at}.{body}".encode(), hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


def wait_after(attempts: int) -> float:
    """Seconds to the next try: doubled each time, at most an hour."""
    return min(FIRST_WAIT * 2 ** min(attempts - 1, 20), LONGEST_WAIT)


class Post:
    """The loop that takes what is waiting to its endpoint."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.wake = asyncio.Event()
        self._flying: set[int] = set()

    async def run(self) -> None:
        timeout = aiohttp.ClientTimeout(total=TIMEOUT)
        connector = aiohttp.TCPConnector(limit=AT_ONCE)
        async with (
            aiohttp.ClientSession(timeout=timeout, connector=connector) as session,
            asyncio.TaskGroup() as tasks,
        ):
            while True:
                self.wake.clear()
                for row in self._waiting():
                    self._flying.add(row[0])
                    tasks.create_task(self._deliver(session, row))
                try:
                    async with asyncio.timeout(self._pause()):
                        await self.wake.wait()
                except TimeoutError:
                    continue

    def _waiting(self) -> list[Any]:
        room = AT_ONCE - len(self._flying)
        rows = self.account.store.rows(
            "SELECT id, event, url, secret, attempts FROM deliveries WHERE state = 'waiting' AND next_at <= ?"
            " ORDER BY next_at, id LIMIT ?",
            time.time(), AT_ONCE * 2,
        )  # fmt: skip
        return [row for row in rows if row[0] not in self._flying][: max(room, 0)]

    def _pause(self) -> float:
        rows = self.account.store.rows(
            "SELECT min(next_at) FROM deliveries WHERE state = 'waiting' AND next_at > ?", time.time()
        )
        soonest = rows[0][0]
        return 5.0 if soonest is None else min(max(soonest - time.time(), 0.01), 5.0)

    async def _deliver(self, session: aiohttp.ClientSession, row: Any) -> None:
        key, event, url, secret, attempts = row
        status, error = None, None
        try:
            text = self.account.store.read("event", event)
            if text is not None:
                status, error = await self._send(session, url, secret, text)
            taken = text is None or (status is not None and 200 <= status < 300)
            self.account.store.run(
                "UPDATE deliveries SET state = ?, attempts = attempts + 1, next_at = ?, status = ?, error = ? WHERE id = ?",
                "done" if taken else "waiting", time.time() + wait_after(attempts + 1), status, error, key,
            )  # fmt: skip
        finally:
            self._flying.discard(key)
            self.wake.set()

    async def _send(
        self, session: aiohttp.ClientSession, url: str, secret: str, text: str
    ) -> tuple[int | None, str | None]:
        body = json.dumps(public(json.loads(text)), indent=2, ensure_ascii=False)
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": signature(secret, body, int(time.time())),
            "User-Agent": "Broadsheet-Sandbox/1.0 (Stripe-shaped)",
        }
        try:
            async with session.post(
                url, data=body.encode(), headers=headers, allow_redirects=False
            ) as answer:
                await answer.read()
                return answer.status, None
        except (aiohttp.ClientError, TimeoutError, OSError) as failure:
            return None, type(failure).__name__
