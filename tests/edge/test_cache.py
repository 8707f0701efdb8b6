"""The edge as a plain shared cache before any origin: RFC 9110, 9111, 5861, 9211, 9213."""

import gzip
import os
import signal
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from email.utils import formatdate

import brotli
import pytest

from .conftest import Answer

TEXT = b"<p>All the news of the day, and some of yesterday.</p>" * 40
KEPT = {"Cache-Control": "max-age=60", "Content-Type": "text/html; charset=utf-8"}


def test_what_may_be_kept_is_asked_for_once(edge, origin):
    origin.says["/a"] = Answer(TEXT, headers=KEPT)

    first, second = edge.get("/a"), edge.get("/a")

    assert (first.cache, second.cache) == ("fwd=miss", "hit")
    assert first.body == second.body == TEXT
    assert len(origin.asked) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"Cache-Control": "no-store"},
        {"Cache-Control": "private, max-age=60"},
        {"Cache-Control": "max-age=60", "Set-Cookie": "a=b"},
        {"Cache-Control": "max-age=60", "Vary": "*"},
        {"Cache-Control": "max-age=60, no-cache"},
        {"Cache-Control": "max-age=0"},
        {"CDN-Cache-Control": "no-store", "Cache-Control": "max-age=60"},
        {"Expires": formatdate(0, usegmt=True)},
    ],
)
def test_what_may_not_be_kept_is_asked_for_each_time(edge, origin, headers):
    origin.says["/a"] = Answer(TEXT, headers=headers)

    assert [edge.get("/a").cache.split(";")[0] for _ in range(2)] == ["fwd=miss"] * 2
    assert len(origin.asked) == 2


def test_each_coding_is_made_once_and_is_the_same_page(edge, origin):
    origin.says["/a"] = Answer(TEXT, headers=KEPT)
    edge.get("/a")

    zipped, small = (
        edge.get("/a", {"Accept-Encoding": "gzip"}),
        edge.get("/a", {"Accept-Encoding": "gzip, br"}),
    )

    assert gzip.decompress(zipped.body) == TEXT
    assert brotli.decompress(small.body) == TEXT
    assert "Accept-Encoding" in zipped.headers["Vary"]
    assert edge.get("/a", {"Accept-Encoding": "gzip;q=0"}).body == TEXT
    assert len(origin.asked) == 1


def test_conditions_heads_and_ranges_are_answered_from_what_is_kept(edge, origin):
    origin.says["/a"] = Answer(
        TEXT, headers={**KEPT, "ETag": '"v1"', "Last-Modified": formatdate(1_700_000_000, usegmt=True)}
    )
    edge.get("/a")

    assert edge.get("/a", {"If-None-Match": 'W/"v1"'}).status == 304
    assert edge.get("/a", {"If-Modified-Since": formatdate(1_700_000_001, usegmt=True)}).status == 304
    head = edge.ask("HEAD", "/a")
    assert (head.status, head.body, int(head.headers["Content-Length"])) == (200, b"", len(TEXT))
    part = edge.get("/a", {"Range": "bytes=3-6"})
    assert (part.status, part.body, part.headers["Content-Range"]) == (
        206,
        TEXT[3:7],
        f"bytes 3-6/{len(TEXT)}",
    )
    assert edge.get("/a", {"Range": "bytes=999999-"}).status == 416
    assert len(origin.asked) == 1


def test_a_stale_page_is_served_while_it_is_renewed(edge, origin):
    origin.says["/a"] = Answer(b"old", headers={"Cache-Control": "max-age=1, stale-while-revalidate=60"})
    edge.get("/a")
    origin.says["/a"] = Answer(b"new", headers=KEPT)
    time.sleep(1.1)

    stale = edge.get("/a")
    time.sleep(0.3)

    assert (stale.body, stale.cache) == (b"old", "fwd=stale")
    assert edge.get("/a").body == b"new"


def test_a_stale_page_is_served_when_the_origin_errs(edge, origin):
    origin.says["/a"] = Answer(b"good", headers={"Cache-Control": "max-age=1, stale-if-error=60"})
    edge.get("/a")
    origin.says["/a"] = Answer(b"broken", 500)
    time.sleep(1.1)

    assert (edge.get("/a").body, edge.get("/a").cache) == (b"good", "fwd=stale")


def test_a_crowd_is_one_request(edge, origin):
    origin.says["/slow"] = Answer(TEXT, headers=KEPT, wait=0.5)

    with ThreadPoolExecutor(50) as crowd:
        answers = list(crowd.map(lambda _: edge.get("/slow"), range(50)))

    assert {a.body for a in answers} == {TEXT}
    assert len(origin.asked) == 1


def test_two_workers_are_one_request(edges, origin, tmp_path):
    edge = edges(tmp_path, f"http://127.0.0.1:{origin.port}", 0, "--workers", "2")
    origin.says["/slow"] = Answer(TEXT, headers=KEPT, wait=0.5)

    with ThreadPoolExecutor(50) as crowd:
        list(crowd.map(lambda _: edge.get("/slow"), range(50)))

    assert len(origin.asked) == 1


def test_one_addresses_answers_by_language_stay_apart(edge, origin):
    def by_language(request):
        return Answer(
            request.headers["Accept-Language"].encode(), headers={**KEPT, "Vary": "Accept-Language"}
        )

    origin.says["/a"] = by_language

    got = [edge.get("/a", {"Accept-Language": code}).body for code in ("en", "az", "en", "az")]

    assert got == [b"en", b"az", b"en", b"az"]
    assert len(origin.asked) == 2


def test_an_unsafe_request_makes_what_is_kept_stale(edge, origin):
    origin.says["/a"] = Answer(TEXT, headers=KEPT)
    edge.get("/a")

    edge.ask("POST", "/a", body=b"x=1")

    assert edge.get("/a").cache == "fwd=miss"


def test_what_is_kept_outlives_a_kill(edge, origin):
    origin.says["/a"] = Answer(TEXT, headers=KEPT)
    edge.get("/a")

    edge.kill()
    edge.start()

    assert (edge.get("/a").cache, edge.get("/a").body) == ("hit", TEXT)
    assert len(origin.asked) == 1


def test_a_spoilt_file_is_begun_anew(edge, origin):
    origin.says["/a"] = Answer(TEXT, headers=KEPT)
    edge.get("/a")
    edge.kill()
    (edge.folder / "edge" / "edge.lmdb").write_bytes(b"rubbish" * 5000)

    edge.start()

    assert edge.get("/a").body == TEXT


def test_an_upload_goes_through_as_it_comes(edge, origin):
    origin.says["/upload"] = Answer(b"thanks", 201)
    sent = os.urandom(1 << 20)

    def pieces():
        for _ in range(30):
            yield sent

    got = edge.ask("POST", "/upload", body=pieces(), timeout=60)

    assert (got.status, got.cache) == (201, "fwd=bypass")
    assert origin.asked[-1][3] == sent * 30


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET /a HTTP/1.1\r\n\r\n", b"400"),
        (b"GET /a HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", b"400"),
        (b"GET /a HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", b"400"),
        (
            b"POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            b"400",
        ),
        (b"GET /a%2Fb HTTP/1.1\r\nHost: x\r\n\r\n", b"400"),
        (b"GET /a%5Cb HTTP/1.1\r\nHost: x\r\n\r\n", b"400"),
        (b"GET /a%00 HTTP/1.1\r\nHost: x\r\n\r\n", b"400"),
        (b"GET /%25 HTTP/1.1\r\nHost: x\r\n\r\n", b"400"),
        (b"GET /%ff%fe HTTP/1.1\r\nHost: x\r\n\r\n", b"400"),
        (b"GET /a;b=c HTTP/1.1\r\nHost: x\r\n\r\n", b"400"),
        (b"GET /a/../b HTTP/1.1\r\nHost: x\r\n\r\n", b"400"),
        (b"GET /a/%2e%2e/b HTTP/1.1\r\nHost: x\r\n\r\n", b"400"),
        (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", b"414"),
        (b"GET /a HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 40000 + b"\r\n\r\n", b"431"),
        (b"GET /a HTTP/1.1\r\nHost: x\r\n" + b"X: 1\r\n" * 200 + b"\r\n", b"431"),
        (b"NONSENSE\r\n\r\n", b"400"),
    ],
)
def test_what_has_two_readings_is_answered_here(edge, origin, request_, status):
    assert edge.raw(request_, timeout=1).split(b" ", 2)[1] == status
    assert origin.asked == []
    assert edge.get("/-/health").status == 200


def test_nobody_speaks_for_the_edge(edge, origin):
    origin.says["/a"] = Answer(TEXT)
    hostile = {
        "X-Forwarded-Host": "evil", "X-Original-URL": "/admin", "X-Rewrite-URL": "/admin", "X-HTTP-Method-Override": "DELETE",
        "Broadsheet-Edge": "v1", "Broadsheet-Variant": "full", "X_Forwarded_For": "1", "Connection": "X-Secret", "X-Secret": "1",
        "Forwarded": "for=1", "X-Real-IP": "1",
    }  # fmt: skip

    edge.get("/a", hostile)

    assert not {name.lower() for name in hostile} - {"connection"} & set(origin.asked[-1][2])


@pytest.mark.slow
def test_a_client_that_dawdles_is_sent_away(edge):
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", edge.port), timeout=20) as connection:
        connection.sendall(b"GET /a HTTP/1.1\r\nHost: x\r\n")
        connection.recv(1000)

    assert 8 < time.monotonic() - began < 14


def test_told_to_stop_it_finishes_what_it_does(edge, origin):
    origin.says["/slow"] = Answer(TEXT, wait=1.0)
    got = []
    reader = threading.Thread(target=lambda: got.append(edge.get("/slow").body))
    reader.start()
    time.sleep(0.3)

    edge.process.send_signal(signal.SIGTERM)
    reader.join()

    assert got == [TEXT]
    assert edge.process.wait(10) == 0


def test_a_dead_origin_is_a_page_not_a_traceback(edges, tmp_path):
    edge = edges(tmp_path, "http://127.0.0.1:9")

    answer = edge.get("/a")

    assert (answer.status, b"<html" in answer.body, answer.headers["Retry-After"]) == (503, True, "30")


def test_the_access_log_holds_no_person(edges, origin, tmp_path):
    log = tmp_path / "access.log"
    edge = edges(tmp_path, f"http://127.0.0.1:{origin.port}", 0, "--access-log", str(log))

    edge.get("/a?token=secret", {"Cookie": "bs_pass=secret"})
    for path in ("/feeds/private/secret/latest.rss", "/az/subscribe/open/secret/", "/-/enter/secret/secret/"):
        edge.get(path)
    time.sleep(1.5)

    text = log.read_text()
    assert '"path": "/a"' in text
    assert '"path": "/feeds/private/"' in text
    assert "secret" not in text
    assert "127.0.0.1" not in text


def test_a_304_about_another_response_updates_nothing(edge, origin):
    kept = {
        "Cache-Control": "max-age=0, must-revalidate",
        "ETag": '"one"',
        "Content-MD5": "of-the-body",
        "Kind": "first",
    }
    origin.says["/a"] = Answer(TEXT, headers=kept)
    edge.get("/a")

    origin.says["/a"] = Answer(b"", 304, {"ETag": '"two"', "Kind": "second"})
    other = edge.get("/a")
    origin.says["/a"] = Answer(b"", 304, {"ETag": '"one"', "Content-MD5": "of-nothing", "Kind": "third"})
    same = edge.get("/a")

    assert (other.headers["ETag"], other.headers["Kind"], other.body) == ('"one"', "first", TEXT)
    assert (same.headers["Content-MD5"], same.headers["Kind"], same.body) == ("of-the-body", "third", TEXT)
