from __future__ import annotations

import pytest

from broadsheet.readers.models import User
from broadsheet.subscriptions.models import GatewayRef, Plan, Price


@pytest.fixture
def reader() -> User:
    return User.objects.create_user("aysel@reader.example")


@pytest.fixture
def price() -> Price:
    plan = Plan.objects.create(name="Digital", slug="digital", scopes=["stories"])
    price = Price.objects.create(plan=plan, interval="month", currency="EUR", amount=499)
    GatewayRef.objects.create(gateway="test", kind="price", local=str(price.pk), ref="price_1")
    return price
