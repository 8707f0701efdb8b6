"""How the API answers: tags, links, limits, keys, and refusals that programs understand."""

import pytest
from django.utils import timezone

from broadsheet.syndication.api import keys
from broadsheet.syndication.api.models import ApiKey

from .conftest import Api, make_key

pytestmark = pytest.mark.django_db


def test_an_unchanged_answer_is_not_sent_again(paper, api):
    paper.story("One")
    etag = api.get("stories").headers["ETag"]

    again = api.get("stories", 304, **{"If-None-Match": etag})
    assert (again.content, again.headers["ETag"]) == (b"", etag)
    api.get("stories", 304, **{"If-None-Match": f"W/{etag}"})
    paper.story("Two")
    api.get("stories", 200, **{"If-None-Match": etag})


def test_strangers_answers_may_be_kept_and_are_found_again(paper, api):
    story = paper.story("One", bylines=("Ann Author",))

    for path in ("stories", f"stories/{story.pk}"):
        said = api.get(path).headers
        assert said["Cache-Control"].startswith("public")
        assert {f"story/{story.pk}", f"section/{story.desk_id}", "site"} <= set(said["Surrogate-Key"].split())
        assert "Authorization" in said["Vary"]
        assert "Cookie" not in said["Vary"]
        assert "Set-Cookie" not in said
    assert "latest/en" in api.get("stories").headers["Surrogate-Key"].split()
    older = api.get("stories?before=AAZhHVpvqy8AAAAAAAAACQ").headers["Surrogate-Key"].split()
    assert "latest/en" not in older


def test_any_page_may_read_it(paper, api):
    asked = api.get("stories", 204, method="OPTIONS", Origin="https://elsewhere.example")

    assert asked.headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    assert "Authorization" in asked.headers["Access-Control-Allow-Headers"]
    for path, status in (("stories", 200), ("stories/999", 404)):
        assert (
            api.get(path, status, Origin="https://elsewhere.example").headers["Access-Control-Allow-Origin"]
            == "*"
        )


def test_head_is_get_without_its_body(paper, api):
    paper.story("One")
    whole, head = api.get("stories"), api.get("stories", method="HEAD")

    assert head.content == b""
    assert head.headers["ETag"] == whole.headers["ETag"]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_nothing_can_be_changed(paper, api, method):
    refused = api.get("stories", 405, method=method)

    assert refused.headers["Allow"] == "GET, HEAD, OPTIONS"
    assert refused.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("limit=0", "limit"), ("limit=101", "limit"), ("limit=x", "limit"), ("before=x", "before"),
        ("since=yesterday", "since"), ("since=1700000000", "since"), ("until=2026-13-01", "until"),
        ("since=2026-11-25T10:00:00", "since"), ("language=xx", "language"), ("genre=poem", "genre"),
        ("fields=usage_terms", "fields"), ("fields=", "fields"), ("section=a/b", "section"), ("access=secret", "access"),
    ],
)  # fmt: skip
def test_what_cannot_be_understood_is_named(paper, api, query, parameter):
    refused = api.get(f"stories?{query}", 400)

    assert refused.headers["Content-Type"] == "application/problem+json"
    assert [error["parameter"] for error in refused.json_["errors"]] == [parameter]
    assert refused.json_["status"] == 400


@pytest.mark.parametrize(
    "query", ["since=2026-11-25T10:00:00%2B04:00", "since=2026-11-25T10:00:00+04:00", "since=0001-01-01T00:00:00%2B14:00",
              "until=9999-12-31T23:59:59.123456789-14:00", "since=2026-11-25t10:00:00z", "utm_source=x", "limit=5&limit=x"]
)  # fmt: skip
def test_what_can_be_understood_is(paper, api, query):
    api.get(f"stories?{query}")


def test_what_is_no_address_of_the_api_is_refused_as_a_program_expects(paper, api):
    for path in ("nothing", "stories/", "stories/x", "stories/-1", "stories/1/2"):
        assert api.get(path, 404).json_["type"] == "http://testserver/api/v1/#not-found"


def test_limits_are_said_and_held(paper, api, monkeypatch):
    monkeypatch.setattr(keys, "PER_MINUTE", 3)
    for _ in range(3):
        said = api.get("sections").headers
        assert said["RateLimit-Policy"] == '"anonymous";q=3;w=60'
        assert "RateLimit" not in said, "what caches keep must not say what is left to one caller"

    refused = api.get("sections", 429)

    assert 0 < int(refused.headers["Retry-After"]) <= 60
    assert refused.headers["RateLimit"].startswith('"anonymous";r=0;t=')
    assert refused.headers["Cache-Control"] == "private, no-store"
    assert api.client.get("/api/v1/sections", REMOTE_ADDR="192.0.2.9").status_code == 200
    partner = Api(make_key(per_minute=2))
    assert partner.get("sections").headers["RateLimit"].startswith('"key";r=1;t=')


def test_a_line_of_ipv6_addresses_counts_as_one(paper, api, monkeypatch):
    monkeypatch.setattr(keys, "PER_MINUTE", 1)

    answers = [
        api.client.get("/api/v1/sections", REMOTE_ADDR=f"2001:db8:1:2::{n}").status_code for n in (1, 2)
    ]

    assert answers == [200, 429]


def test_keys(paper):
    secret = make_key(name="Agency")
    key = ApiKey.objects.get()
    assert secret not in (key.digest, key.start)
    assert secret.startswith(key.start)
    Api(secret).get("stories")
    key.refresh_from_db()
    assert key.used_on == timezone.now().date()

    ApiKey.objects.update(is_active=False)

    refused = Api(secret).get("stories", 401)
    assert refused.headers["WWW-Authenticate"].startswith("Bearer")
    assert refused.headers["Cache-Control"] == "private, no-store"
    for wrong in ("bsk_x", "", "é"):
        Api(wrong or " ").get("stories", 401)
    assert Api().client.get("/api/v1/stories", headers={"Authorization": "Basic eA=="}).status_code == 401


def test_a_key_without_more_sees_what_strangers_see(paper, api):
    story = paper.story("Premium", access="subscribers")
    plain = Api(make_key())

    assert plain.read(f"stories/{story.pk}") == api.read(f"stories/{story.pk}")
