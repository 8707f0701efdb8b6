from __future__ import annotations

import pytest

from broadsheet.readers.models import User
from broadsheet.subscriptions.gateways import registry
from broadsheet.subscriptions.models import GatewayRef, Plan, Price

from .fake_gateway import FakeGateway


@pytest.fixture
def reader() -> User:
    return User.objects.create_user("aysel@reader.example")


@pytest.fixture
def price() -> Price:
    plan = Plan.objects.create(name="Digital", slug="digital", scopes=["stories"])
    price = Price.objects.create(plan=plan, interval="month", currency="EUR", amount=499)
    GatewayRef.objects.create(gateway="test", kind="price", local=str(price.pk), ref="price_1")
    return price


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> FakeGateway:
    """The paper's gateway, in memory."""
    made = FakeGateway()
    monkeypatch.setattr(registry, "get", lambda name: made)
    monkeypatch.setattr(registry, "default", lambda: made)
    return made
