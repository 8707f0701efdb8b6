"""Reads one JSON object that nobody vouches for: every value of the kind that is asked for, or a clear word."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any
from urllib.parse import urlsplit

MOST_ITEMS = 20_000


class BadLine(ValueError):
    """What a line lacks; `str()` is for the report."""


class Fields:
    """One JSON object, read with its defaults; a value of the wrong kind raises `BadLine`."""

    def __init__(self, line: Any, zone: tzinfo) -> None:
        if not isinstance(line, Mapping):
            raise BadLine("it is not a JSON object")
        self._line, self._zone = line, zone

    def value(self, name: str) -> Any:
        return self._line.get(name)

    def text(self, name: str) -> str:
        value = self._line.get(name)
        if value is None:
            return ""
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise BadLine(f"{name} is not a text")
        return sound(str(value))

    def items(self, name: str) -> list[Any]:
        value = self._line.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise BadLine(f"{name} is not a list")
        if len(value) > MOST_ITEMS:
            raise BadLine(f"{name} has {len(value)} items, more than {MOST_ITEMS}")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        value = self.items(name)
        if not all(isinstance(item, str) for item in value):
            raise BadLine(f"{name} holds something that is not a text")
        return tuple(tidy for item in value if (tidy := sound(item)).strip())

    def mapping(self, name: str) -> Mapping[str, Any]:
        value = self._line.get(name)
        if isinstance(value, str):
            return {"name": value}
        if value is not None and not isinstance(value, Mapping):
            raise BadLine(f"{name} is not an object")
        return value or {}

    def choice(self, name: str, known: tuple[str, ...], default: str) -> str:
        value = self.text(name).strip() or default
        if value not in known:
            raise BadLine(f"{name} {value[:40]!r} is not one of {', '.join(known)}")
        return value

    def address(self, name: str) -> str:
        value = self.text(name).strip()
        return value if is_web(value) else ""

    def moment(self, name: str) -> datetime | None:
        value = self.text(name).strip()
        if not value:
            return None
        try:
            moment = datetime.fromisoformat(value)
            moment = moment if moment.tzinfo else moment.replace(tzinfo=self._zone)
            moment.astimezone(self._zone)
        except (ValueError, OverflowError):
            raise BadLine(f"{name} {value[:40]!r} is not an RFC 3339 time") from None
        return moment


def sound(text: str) -> str:
    """Text that every database holds: no NUL, no half of a surrogate pair."""
    text = text.replace("\x00", "")
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def is_web(address: str) -> bool:
    try:
        return urlsplit(address).scheme in ("http", "https")
    except ValueError:
        return False


def is_usable(address: str) -> bool:
    """Whether a file may be looked for there: on the web, or by a path relative to the source."""
    try:
        scheme = urlsplit(address).scheme
    except ValueError:
        return False
    return bool(address) and (scheme in ("http", "https") or not (scheme or address.startswith(("/", "\\"))))
