"""What the origin tells an edge, and refuses to anybody else."""

import json
import time

import pytest
from django.conf import settings

from broadsheet.newsroom.models import Topic
from broadsheet.paywall import Access
from broadsheet.paywall.asking import HEADER, Asking, sign
from broadsheet.press import log
from tests.factories import make_author

pytestmark = pytest.mark.django_db
SECRET = "Zanzibarquince"
BODY = [("text", f"<p>Public one.</p><p>Public two.</p><p>{SECRET} three.</p>")]


@pytest.fixture
def edge(client):
    """Asks as an edge does."""

    def ask(target, variant="", method="GET", visitor="192.0.2.9", **extra):
        value = sign(settings.BROADSHEET_EDGE_KEYS[0], method, target, Asking(variant, visitor), time.time())
        return client.generic(method, target, headers={HEADER: value}, **extra)

    return ask


@pytest.mark.parametrize("access", [a for a in Access if a is not Access.FREE])
def test_an_edge_gets_the_variant_that_it_asks_for_and_is_told_so(edge, paper, access):
    story = paper.story("Premium", access=access, body=BODY)
    target = f"/nation/{story.slug}/"

    full, preview = edge(target, "full"), edge(target, "preview")

    assert SECRET in full.content.decode()
    assert SECRET not in preview.content.decode()
    for answer, variant in ((full, "full"), (preview, "preview")):
        assert answer.headers["Broadsheet-Variant"] == variant
        assert answer.headers["Broadsheet-Access"] == f"{access}; story={story.pk}"
        assert "s-maxage" in answer.headers["Cache-Control"]
        assert "bs_meter" not in answer.cookies
        epoch, position = log.head()
        assert answer.headers["Broadsheet-Log"] == f"{epoch} {position}"


@pytest.mark.parametrize("header", ["", "v1", "v1 1 full - abc", f"v1 NOW full - {'0' * 64}", "full"])
def test_nobody_else_gets_a_variant_by_asking(client, paper, header):
    story = paper.story("Premium", access="subscribers", body=BODY)
    header = header.replace("NOW", str(int(time.time())))

    answer = client.get(f"/nation/{story.slug}/", headers={HEADER: header, "Broadsheet-Variant": "full"})

    assert SECRET not in answer.content.decode()
    assert "Broadsheet-Log" not in answer.headers


def test_a_position_is_read_before_the_page_is_made(edge, paper, monkeypatch):
    from broadsheet.site.views import front

    before = log.head()[1]
    filled = front.filled_containers

    def slow(*args):
        log.write(["latest/en"])
        return filled(*args)

    monkeypatch.setattr(front, "filled_containers", slow)

    assert int(edge("/").headers["Broadsheet-Log"].split()[1]) == before


def test_the_log_is_for_edges_alone(client, edge, paper):
    paper.story("News", hours_ago=0)
    epoch, position = log.head()

    assert client.get("/-/log?after=0").status_code == 404
    told = edge(f"/-/log?after={position - 1}&epoch={epoch}&wait=0").json()
    assert (told["epoch"], told["position"], told["flush"], len(told["rows"])) == (epoch, position, False, 1)
    assert edge("/-/log?after=x").status_code == 400


def test_reads_are_added_once_and_from_edges_alone(client, edge, paper):
    from broadsheet.audience.services import reads_of

    story = paper.story()
    batch = {
        "edge": "e1", "batch": 1,
        "reads": [
            {"story": story.pk, "referrer": "news.example", "access": "free", "count": 3},
            {"story": 987654, "referrer": "", "access": "free", "count": 3},
        ],
    }  # fmt: skip

    def post(told):
        return edge("/-/reads", method="POST", data=json.dumps(told), content_type="application/json")

    assert client.post("/-/reads", batch, content_type="application/json").status_code == 404
    assert post(batch).json() == {"added": 3}
    assert post(batch).json() == {"added": 0}
    assert post({**batch, "batch": 2}).json() == {"added": 3}
    assert reads_of(story.pk) == 6
    for bad in ({}, {"edge": "e", "batch": 3, "reads": [{}]}, {"edge": "e", "batch": 3, "reads": [{"story": 1, "count": -1, "referrer": "", "access": ""}]}, []):  # fmt: skip
        assert post(bad).status_code == 400


def test_an_address_and_a_scheme_are_believed_from_an_edge_only(edge, client, paper, settings):
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "tests.press.test_edge.Echo"]

    told = edge("/nation/", visitor="192.0.2.9", HTTP_X_FORWARDED_PROTO="https")
    assert told.headers["Seen"] == "192.0.2.9 https"
    told = client.get("/nation/", headers={"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.1"})
    assert told.headers["Seen"] == "127.0.0.1 http"


class Echo:
    """Says what the request looked like inside."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        response.headers["Seen"] = f"{request.META['REMOTE_ADDR']} {request.scheme}"
        return response


PUBLIC = [
    "/",
    "/latest/",
    "/nation/",
    "/author/ann-author/",
    "/topic/water/",
    "/search/?q=x",
    "/corrections/",
]


@pytest.mark.parametrize("path", PUBLIC)
def test_every_public_page_may_be_kept_and_can_be_found_again(edge, paper, path):
    section = paper.sections["en", "nation"]
    make_author(section, "Ann Author")
    Topic.objects.create(name="Water", locale=section.locale)

    answer = edge(path)

    assert answer.status_code == 200
    assert "stale-if-error=172800" in answer.headers["Cache-Control"]
    assert {"site", "chrome/en"} <= set(answer.headers["Surrogate-Key"].split())
    assert "Cookie" not in answer.headers.get("Vary", "")
    assert not answer.cookies


def test_what_is_not_there_is_kept_for_seconds_and_a_file_not_at_all(edge, paper):
    assert "s-maxage=10," in edge("/nation/nothing/").headers["Cache-Control"]
    assert set(edge("/nation/nothing/").headers["Surrogate-Key"].split()) == {"chrome/en", "missing", "site"}
    assert edge("/media/originals/x.jpg").headers["Cache-Control"] == "private, no-store"


def test_the_offer_is_one_readers_own(edge, paper):
    assert "private, no-store" in edge("/subscribe/").headers["Cache-Control"]


def test_a_page_carries_the_keys_of_all_that_it_shows(edge, paper):
    story, other = paper.story("One", access="free"), paper.story("Two")

    keys = set(edge(f"/nation/{story.slug}/").headers["Surrogate-Key"].split())

    assert {f"story/{story.pk}", f"card/{other.pk}", f"section/{paper.sections['en', 'nation'].pk}"} <= keys
    assert not any(key.startswith("latest/") for key in keys)
    assert f"card/{story.pk}" in edge("/").headers["Surrogate-Key"].split()
