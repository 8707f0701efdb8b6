"""The sandbox: the Stripe adapter, talking to the paper's own Stripe-shaped server. No money moves."""

from __future__ import annotations

from .protocol import GatewayError, Setup
from .stripe import StripeGateway


def make(setup: Setup) -> StripeGateway:
    """The entry point. Raises `GatewayError` where no sandbox was ever started."""
    if not setup.settings.get("api_base"):
        raise GatewayError(f"{setup.name}: the sandbox was not started yet; broadsheet serve starts it")
    return StripeGateway(setup)
