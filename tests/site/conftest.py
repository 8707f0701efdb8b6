"""The gateway in memory, for the pages that sell."""

from tests.subscriptions.conftest import gateway, price, reader

__all__ = ["gateway", "price", "reader"]
