"""The API comes from memory for everybody without a key, by the parameters that it knows; a key is passed on."""

import time

from broadsheet.edge import rules
from broadsheet.syndication.api.routes import ROUTES

from .conftest import Answer

KEY = {"Authorization": "Bearer bsk_x"}


def test_the_edge_knows_every_parameter():
    documented = {name.encode() for route in ROUTES for name in route.query.model_fields}

    assert documented <= rules.API_QUERY


def test_strangers_share_an_answer_and_partners_get_their_own(paper_edge, paper_origin):
    origin, edge = paper_origin.origin, paper_edge()
    paper_origin.page("/api/v1/stories", b"public", Vary="Authorization, Accept-Encoding", ETag='"a"')

    first = edge.get("/api/v1/stories?limit=5&utm_source=x&id=7")
    again = edge.get("/api/v1/stories?utm_source=y&limit=5", {"Cookie": "bs_session=1"})
    assert (first.cache, again.cache) == ("fwd=miss", "hit")
    assert [path for _, path, _, _ in origin.asked if path.startswith("/api/")] == ["/api/v1/stories?limit=5"]
    assert again.headers["Vary"].startswith("Authorization")
    assert edge.get("/api/v1/stories?limit=5", {"If-None-Match": '"a"'}).status == 304

    origin.says["/api/v1/stories"] = Answer(b"whole", headers={"Cache-Control": "private, no-cache"})
    mine = edge.get("/api/v1/stories?limit=5", KEY)
    assert (mine.body, mine.cache) == (b"whole", "fwd=bypass")
    assert origin.asked[-1][2]["authorization"] == "Bearer bsk_x"
    assert edge.get("/api/v1/stories?limit=5").body == b"public"


def test_a_withdrawal_takes_an_answer_out_at_once(paper_edge, paper_origin):
    paper_origin.page("/api/v1/stories/7", b"public", **{"Surrogate-Key": "site story/7"})
    edge = paper_edge()
    edge.get("/api/v1/stories/7")
    paper_origin.origin.says["/api/v1/stories/7"] = Answer(b"gone", 410)
    paper_origin.tell("story/7", hard=True)

    end = time.monotonic() + 5
    while (said := edge.get("/api/v1/stories/7").status) == 200 and time.monotonic() < end:
        time.sleep(0.02)
    assert said == 410


def test_who_asks_too_often_spoils_nothing_for_others(paper_edge, paper_origin):
    origin, edge = paper_origin.origin, paper_edge()
    origin.says["/api/v1/topics"] = Answer(
        b"slower", 429, {"Cache-Control": "private, no-store", "Retry-After": "9"}
    )
    refused = edge.get("/api/v1/topics")
    assert (refused.status, refused.headers["Retry-After"]) == (429, "9")
    paper_origin.page("/api/v1/topics", b"topics")

    assert edge.get("/api/v1/topics").body == b"topics"
    assert edge.get("/api/v1/topics").cache == "hit"


def test_scripts_may_ask_beforehand(paper_edge, paper_origin):
    origin, edge = paper_origin.origin, paper_edge()
    origin.says["/api/v1/stories"] = Answer(b"", 204, {"Access-Control-Allow-Origin": "*"})

    asked = edge.ask("OPTIONS", "/api/v1/stories", {"Origin": "https://elsewhere.example"})

    assert (asked.status, asked.headers["Access-Control-Allow-Origin"]) == (204, "*")
