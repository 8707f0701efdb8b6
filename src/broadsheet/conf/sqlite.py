"""Puts a sound SQLite behind Python's `sqlite3`.

Debian 12's library (3.40.1) can lose commits in WAL mode when two connections reset the log at once
(fixed in 3.51.3, 3.50.7 and 3.44.6: https://sqlite.org/wal.html#walresetbug); the `pysqlite3` wheel carries a
fixed one. Must run before Django imports `sqlite3`.
"""

from __future__ import annotations

import sys

import pysqlite3
import pysqlite3.dbapi2

FIXED_FROM = ((3, 51, 3),)
FIXED_BACKPORTS = {(3, 44): 6, (3, 50): 7}


def install() -> None:
    """Make every later `import sqlite3` get the wheel's library."""
    sys.modules["sqlite3"] = pysqlite3
    sys.modules["sqlite3.dbapi2"] = pysqlite3.dbapi2


def is_wal_safe(version: tuple[int, int, int]) -> bool:
    """Whether this SQLite is free of the WAL-reset bug."""
    backport = FIXED_BACKPORTS.get(version[:2])
    return version >= FIXED_FROM[0] or (backport is not None and version[2] >= backport)
