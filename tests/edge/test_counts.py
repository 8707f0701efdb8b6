"""Reads on their way to the origin: in batches, once each, about nobody; and what the edge says of itself."""

import json
import signal
import time

import pytest

from .conftest import Answer


def batches(origin):
    return [json.loads(body) for _, path, _, body in origin.asked if path == "/-/reads"]


@pytest.mark.slow
def test_a_batch_that_the_origin_may_have_missed_is_the_same_batch_when_it_is_sent_again(
    paper_edge, paper_origin
):
    origin = paper_origin.origin
    paper_origin.page("/nation/a/", **{"Broadsheet-Access": "free; story=7"})
    edge = paper_edge()
    origin.says["/-/reads"] = Answer(b"", 503)
    for _ in range(3):
        edge.get(
            "/nation/a/",
            {"Referer": "https://news.example/secret?reader=secret", "Cookie": "bs_session=secret"},
        )
    end = time.monotonic() + 15
    while not batches(origin) and time.monotonic() < end:
        time.sleep(0.1)
    edge.get("/nation/a/")
    origin.says["/-/reads"] = Answer(b"{}")

    edge.process.send_signal(signal.SIGTERM)
    edge.process.wait(10)

    first, again = batches(origin)[:2]
    assert first == again
    assert first["reads"] == [{"story": 7, "referrer": "news.example", "access": "free", "count": 3}]
    assert "secret" not in json.dumps(batches(origin))
    assert "127.0.0.1" not in json.dumps(batches(origin))


@pytest.mark.slow
def test_an_origin_that_hangs_does_not_stop_the_clock(paper_edge, paper_origin, tmp_path):
    log = tmp_path / "access.log"
    paper_origin.page("/nation/a/", **{"Broadsheet-Access": "free; story=7"})
    edge = paper_edge("--access-log", str(log))
    paper_origin.origin.says["/-/reads"] = Answer(b"{}", wait=15)
    edge.get("/nation/a/")
    end = time.monotonic() + 15
    while not batches(paper_origin.origin) and time.monotonic() < end:
        time.sleep(0.1)

    edge.get("/nation/a/?late=1")
    time.sleep(2.5)

    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert [(line["path"], line["status"], line["cache"]) for line in lines][-1] == ("/nation/a/", 200, "hit")
    assert {tuple(line) for line in lines} == {("at", "method", "path", "status", "cache")}
    assert len(lines) == 2


def test_without_an_origin_and_with_nothing_kept_a_page_in_the_readers_language_says_so(
    edges, paper_edge, paper_origin
):
    paper_origin.page("/")
    edge = paper_edge()
    edge.get("/")
    paper_origin.origin.says["/az/nation/"] = Answer(b"Traceback", 503)

    said = edge.get("/az/nation/")

    assert (said.status, said.headers["Cache-Control"], said.headers["Retry-After"]) == (
        503,
        "no-store",
        "30",
    )
    assert b'lang="az"' in said.body
    assert b"The Test" in said.body
    assert b"Traceback" not in said.body
    assert edge.get("/").status == 200
