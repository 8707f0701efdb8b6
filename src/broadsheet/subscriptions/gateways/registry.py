"""Which gateways there are, and the paper's own."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib.metadata import entry_points

from django.conf import settings

from .protocol import Gateway, GatewayError, Setup

GROUP = "broadsheet.gateways"
Maker = Callable[[Setup], Gateway]


@cache
def get(name: str) -> Gateway:
    """The gateway called `name`, made from the paper's settings. Raises `GatewayError` when nobody offers it."""
    found = entry_points(group=GROUP, name=name)
    if not found:
        known = ", ".join(sorted(entry.name for entry in entry_points(group=GROUP))) or "none"
        raise GatewayError(f"there is no gateway {name!r}; installed: {known}")
    make: Maker = next(iter(found)).load()
    return make(Setup(name, settings.BROADSHEET_GATEWAY_SETTINGS.get(name, {})))


def default() -> Gateway | None:
    """The paper's gateway for new sales; None when it sells nothing."""
    name = settings.PAPER.gateway
    return get(name) if name else None
