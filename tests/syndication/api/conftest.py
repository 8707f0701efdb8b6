"""A paper with stories of every kind of access, and a client that reads JSON."""

import json

import pytest
from django.core.cache import cache
from django.test import Client

from broadsheet.syndication.api import keys
from broadsheet.syndication.api.models import ApiKey

CANARY = "Zanzibarquince"
BODY = [
    ("text", f"<p>Public one.</p><p>Public two.</p><p>{CANARY} three.</p>"),
    ("quote", {"quote": f"{CANARY} quote", "by": ""}),
]


@pytest.fixture(autouse=True)
def _uncounted(db):
    cache.clear()


class Api:
    def __init__(self, secret=""):
        self.client = Client()
        self.headers = {"Authorization": f"Bearer {secret}"} if secret else {}

    def get(self, path, status=200, method="GET", **headers):
        response = self.client.generic(method, f"/api/v1/{path}", headers={**self.headers, **headers})
        assert response.status_code == status, (path, response.status_code, response.content[:300])
        response.json_ = json.loads(response.content) if response.content else None
        return response

    def read(self, path, status=200):
        return self.get(path, status).json_


@pytest.fixture
def api():
    return Api()


def make_key(**facts):
    key = ApiKey(**{"name": "Partner", **facts})
    secret = keys.give(key)
    key.save()
    return secret


@pytest.fixture
def partner(db):
    return Api(make_key(may_read_whole=True, per_minute=600))
