"""What other apps tell the script on each page, beside who is reading."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest

Teller = Callable[[HttpRequest], Mapping[str, Any]]
_tellers: list[Teller] = []


def register(teller: Teller) -> None:
    """Add what `teller` says to `/account/me`."""
    _tellers.append(teller)


def gathered(request: HttpRequest) -> dict[str, Any]:
    """Everything that apps tell about this request."""
    told: dict[str, Any] = {}
    for teller in _tellers:
        told |= teller(request)
    return told
