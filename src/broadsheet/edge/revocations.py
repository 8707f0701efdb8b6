"""How a revocation stands in the file: reader → moment in unix seconds."""

from __future__ import annotations

import struct
from typing import Any

READER, MOMENT = struct.Struct(">Q"), struct.Struct(">d")


def keep_row(writing: Any, database: Any, told: dict[str, Any]) -> None:
    """Write one row's revocation in the transaction that moves the cursor past it."""
    if "reader" not in told:
        return
    name = READER.pack(told["reader"])
    held = writing.get(name, db=database)
    if held is None or MOMENT.unpack(held)[0] < told["at"]:
        writing.put(name, MOMENT.pack(told["at"]), db=database)
