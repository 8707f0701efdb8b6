"""What the origin says of people, not of pages: whose passes it took back, and which networks read along.

Kept in the file, so that neither a restart nor an origin that is away brings a right back. Rows of the log add to it; the
whole is asked for at a start and whenever rows may have been missed.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from broadsheet.paywall.networks import Networks
from broadsheet.paywall.revoking import Revoked

from .revocations import MOMENT, READER
from .store import Store

_FLOOR, _NETWORKS = b"floor", b"networks"


class Rights:
    """One worker's copy. `listeners` are called when any right may be less than it was."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.listeners: list[Callable[[], None]] = []
        self.seen = store.last_row()
        self._reload()

    def _reload(self) -> None:
        revoked, networks = Revoked(), Networks()
        with self.store.env.begin(db=self.store.rights) as reading:
            for name, value in reading.cursor():
                if name == _NETWORKS:
                    networks = Networks(json.loads(value))
                elif name == _FLOOR:
                    revoked.floor = MOMENT.unpack(value)[0]
                elif len(name) == READER.size:
                    revoked.moments[READER.unpack(name)[0]] = MOMENT.unpack(value)[0]
        self.revoked, self.networks = revoked, networks

    def on_row(self, number: int, row: dict[str, Any]) -> None:
        """Take in one row of the log, or what another worker has asked for."""
        told, is_gap = row.get("rights") or {}, number > self.seen + 1
        self.seen = number
        if is_gap or "kept" in told:
            # Rows that were dropped before we saw them may have taken anything back: the file remembers it.
            self._reload()
        elif "reader" in told:
            self.revoked.note(told["reader"], told["at"])
        else:
            return
        for listener in self.listeners:
            listener()

    def keep(self, told: dict[str, Any]) -> None:
        """Write down what the origin says stands, for every worker. Raises `ValueError`, `KeyError` for another form."""
        networks = json.dumps([[str(cidr), [str(s) for s in scopes]] for cidr, scopes in told["networks"]])
        revoked = [(int(reader), float(at)) for reader, at in told["revoked"]]
        self.revoked.merge(revoked)
        gone = self.revoked.tidy(time.time())
        with self.store.env.begin(write=True, db=self.store.rights) as writing:
            for reader, _ in revoked:
                if (at := self.revoked.moments.get(reader)) is not None:
                    writing.put(READER.pack(reader), MOMENT.pack(at))
            for reader in gone:
                writing.delete(READER.pack(reader))
            writing.put(_FLOOR, MOMENT.pack(self.revoked.floor))
            writing.put(_NETWORKS, networks.encode())
        self.store.tell({"rights": {"kept": True}})
