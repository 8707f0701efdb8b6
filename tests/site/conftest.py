"""The gateway in memory, for the pages that sell."""

import pytest
from django.core.cache import cache

from tests.subscriptions.conftest import gateway, price, reader

__all__ = ["gateway", "price", "reader"]


@pytest.fixture(autouse=True)
def _nobody_tried_before() -> None:
    """Rate limits are counted in the cache, which outlives a test."""
    cache.clear()
