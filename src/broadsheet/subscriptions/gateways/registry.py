"""Which gateways there are, and the paper's own."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points

from django.conf import settings

from .protocol import Gateway, GatewayError, Setup

GROUP = "broadsheet.gateways"
# Also declared as entry points; a checkout that is not installed has none.
BUILT_IN = {
    "stripe": "broadsheet.subscriptions.gateways.stripe",
    "sandbox": "broadsheet.subscriptions.gateways.sandbox",
    "invoice": "broadsheet.subscriptions.gateways.invoice",
}
Maker = Callable[[Setup], Gateway]


@cache
def get(name: str) -> Gateway:
    """The gateway called `name`, made from the paper's settings. Raises `GatewayError` when nobody offers it."""
    return _maker(name)(Setup(name, settings.BROADSHEET_GATEWAY_SETTINGS.get(name, {})))


def _maker(name: str) -> Maker:
    if name in BUILT_IN:
        built_in: Maker = import_module(BUILT_IN[name]).make
        return built_in
    found = entry_points(group=GROUP, name=name)
    if not found:
        known = ", ".join(sorted({*BUILT_IN, *(entry.name for entry in entry_points(group=GROUP))}))
        raise GatewayError(f"there is no gateway {name!r}; installed: {known}")
    made: Maker = next(iter(found)).load()
    return made


def default() -> Gateway | None:
    """The paper's gateway for new sales; None when it sells nothing."""
    name = settings.PAPER.gateway
    return get(name) if name else None
