"""Reads, counted in memory and sent on in batches: story, referring host, access. Nothing about a person."""

from __future__ import annotations

import json
import secrets
from collections import Counter
from functools import lru_cache
from urllib.parse import urlsplit

from .origin import Origin, OriginDown

MOST_KEYS = 20_000
MOST_IN_BATCH = 2_000


@lru_cache(maxsize=4096)
def host_of(referer: bytes) -> str:
    """The host of a `Referer` value, or nothing."""
    try:
        return (urlsplit(referer[:2048].decode("latin-1")).hostname or "")[:100]
    except ValueError:
        return ""


class Reads:
    """Counts since the last batch that the origin took. Batches are numbered: one that arrives twice counts once."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[int, str, str]] = Counter()
        self._name = secrets.token_hex(8)
        self._number = 1
        self._batch: dict[tuple[int, str, str], int] = {}

    def note(self, story: int, referer: bytes | None, access: str) -> None:
        """One more read."""
        if len(self._counts) < MOST_KEYS:
            self._counts[story, host_of(referer) if referer else "", access or "free"] += 1

    async def send(self, origin: Origin) -> None:
        """Hand a batch over; what could not be handed over stays for the next time."""
        if not self._batch:
            self._batch = dict(self._counts.most_common(MOST_IN_BATCH))
            self._counts.subtract(self._batch)
            self._counts = +self._counts
        if not self._batch:
            return
        reads = [{"story": s, "referrer": r, "access": a, "count": n} for (s, r, a), n in self._batch.items()]
        body = json.dumps({"edge": self._name, "batch": self._number, "reads": reads}).encode()
        headers = [
            (b"host", b"localhost"),
            (b"content-type", b"application/json"),
            (b"content-length", b"%d" % len(body)),
        ]
        try:
            answer = await origin.ask(b"POST", b"/-/reads", headers, body=body)
        except OriginDown:
            return
        answer.close()
        if answer.status < 500:
            # Taken, or never to be taken: either way it is not sent again.
            self._batch, self._number = {}, self._number + 1
