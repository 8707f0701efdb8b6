"""Turns `database_url` into Django's `DATABASES` entry."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from .paper import BadSetting

# WAL lets readers go on while one writes; IMMEDIATE takes the write lock at BEGIN, where busy_timeout still helps.
SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; "
    "PRAGMA temp_store=MEMORY; PRAGMA cache_size=-20000; PRAGMA journal_size_limit=67108864;"
)


def from_url(url: str, folder: Path) -> dict[str, Any]:
    """`sqlite:///relative/or//absolute` or `postgres://user:password@host:port/name?option=value`.

    Raises `BadSetting` for anything else.
    """
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        path = unquote(url.removeprefix("sqlite:///"))
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(folder / path),
            "OPTIONS": {"init_command": SQLITE_PRAGMAS, "transaction_mode": "IMMEDIATE", "timeout": 20},
            "CONN_MAX_AGE": None,
        }
    if parts.scheme in {"postgres", "postgresql"}:
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": unquote(parts.hostname or ""),
            "PORT": str(parts.port or ""),
            "OPTIONS": dict(parse_qsl(parts.query)),
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
        }
    raise BadSetting(
        f"database_url scheme {parts.scheme!r} is not known",
        "database_url",
        "use sqlite:///var/broadsheet.sqlite3 or postgres://user:password@host/name",
    )
