"""What belongs to one reader is never kept, and nobody deceives the edge about what it keeps."""

import pytest

from .conftest import Answer

SECRET = b"for one reader only"
KEPT = {"Cache-Control": "public, max-age=60, s-maxage=60", "Surrogate-Key": "site"}


@pytest.mark.parametrize(
    "path",
    [
        "/account/", "/account/me", "/newsroom/", "/newsroom/pages/7/edit/preview/", "/documents/1/x.pdf", "/api/v1/",
        "/subscribe/", "/az/subscribe/start/", "/-/demo/",
    ],
)  # fmt: skip
def test_personal_addresses_are_passed_on_whatever_the_origin_says_of_them(paper_edge, paper_origin, path):
    origin, edge = paper_origin.origin, paper_edge()
    origin.says[path] = Answer(SECRET, headers=KEPT)
    mine = edge.get(path, {"Cookie": "bs_session=1"})
    origin.says[path] = Answer(b"for everybody", headers=KEPT)

    assert (mine.body, mine.cache) == (SECRET, "fwd=bypass")
    assert edge.get(path).body == b"for everybody"


@pytest.mark.parametrize(
    "headers",
    [
        {"Set-Cookie": "a=b"},
        {"Cache-Control": "private, s-maxage=60"},
        {"Cache-Control": "no-store, s-maxage=60"},
        {"Cache-Control": "private, no-store"},
        {"Vary": "Cookie"},
        {"Broadsheet-Access": "subscribers; story=7"},
        {"Broadsheet-Access": "subscribers; story=7", "Broadsheet-Variant": "preview"},
    ],
)
def test_a_page_that_is_not_for_all_is_not_kept(paper_edge, paper_origin, headers):
    paper_origin.page("/nation/a/", SECRET, **headers)
    edge = paper_edge()
    edge.get("/nation/a/", {"Cookie": "bs_session=1"})
    paper_origin.page("/nation/a/", b"for everybody")

    assert edge.get("/nation/a/").body == b"for everybody"


def test_who_shows_credentials_gets_an_answer_of_their_own(paper_edge, paper_origin, edge, origin):
    paper_origin.page("/nation/a/", SECRET)
    paper = paper_edge()
    origin.says["/b"] = Answer(SECRET, headers={"Cache-Control": "max-age=60"})

    assert paper.get("/nation/a/", {"Authorization": "Basic eA=="}).cache == "fwd=bypass"
    assert edge.get("/b", {"Authorization": "Basic eA=="}).body == SECRET
    paper_origin.page("/nation/a/", b"for everybody")
    origin.says["/b"] = Answer(b"for everybody")

    assert paper.get("/nation/a/").body == edge.get("/b").body == b"for everybody"


def test_a_cookie_or_a_preference_never_reaches_what_is_kept(paper_edge, paper_origin):
    paper_origin.page("/")
    edge = paper_edge()

    edge.get(
        "/?utm_source=x&before=2&before=3",
        {
            "Cookie": "bs_session=1",
            "Accept-Language": "az",
            "X-Forwarded-Proto": "https",
            "X-Secret": "1",
            "User-Agent": "spy",
        },
    )

    asked = next(headers for _, path, headers, _ in paper_origin.origin.asked if path == "/?before=2")
    assert asked.keys() == {
        "host", "accept-encoding", "user-agent", "x-forwarded-proto", "x-forwarded-host", "broadsheet-edge",
    }  # fmt: skip
    assert (asked["x-forwarded-proto"], asked["user-agent"]) == ("http", "Broadsheet-Edge")


@pytest.mark.parametrize(
    ("first", "status"),
    [
        (b"GET / HTTP/1.1\r\nHost: evil", b"421"),
        (b"GET http://evil/ HTTP/1.1\r\nHost: OWN", b"421"),
        (b"GET http://evil@OWN/ HTTP/1.1\r\nHost: OWN", b"421"),
        (b"GET / HTTP/1.1\r\nHost: OWN, evil", b"421"),
        (b"GET / HTTP/1.1\r\nHost: OWN\r\nHost: OWN", b"400"),
        (b"GET / HTTP/1.1\r\nHost : evil\r\nHost: OWN", b"400"),
        (b"GET / HTTP/1.1\r\nHost: OWN\r\n X-Folded: 1", b"400"),
        (b"TRACE / HTTP/1.1\r\nHost: OWN", b"501"),
        (b"PURGE / HTTP/1.1\r\nHost: OWN", b"501"),
        (b"GET /%2e%2e/newsroom/ HTTP/1.1\r\nHost: OWN", b"400"),
        (b"GET /newsroom%2f HTTP/1.1\r\nHost: OWN", b"400"),
        (b"GET /account;x/me HTTP/1.1\r\nHost: OWN", b"400"),
        (b"GET /%2561ccount/ HTTP/1.1\r\nHost: OWN", b"400"),
        (b"GET /\xc3\xa9 HTTP/1.1\r\nHost: OWN", b"400"),
        (b"GET /%c3%28 HTTP/1.1\r\nHost: OWN", b"400"),
        (b"GET /a%0d%0ab HTTP/1.1\r\nHost: OWN", b"400"),
    ],
)
def test_a_hostile_request_gets_nowhere_and_leaves_nothing_behind(paper_edge_shared, first, status):
    edge, paper_origin = paper_edge_shared
    own = f"127.0.0.1:{edge.port}".encode()
    before = len(paper_origin.origin.asked)

    said = edge.raw(first.replace(b"OWN", own) + b"\r\nConnection: close\r\n\r\n")

    assert said.split(b" ", 2)[1] == status
    assert not [
        asked
        for asked in paper_origin.origin.asked[before:]
        if asked[1] != "/-/log" and not asked[1].startswith("/-/log?")
    ]
    assert edge.get("/").body == b"a page"


@pytest.fixture
def paper_edge_shared(paper_edge, paper_origin):
    paper_origin.page("/")
    return paper_edge(), paper_origin


def test_one_address_written_two_ways_is_one_page(paper_edge, paper_origin):
    paper_origin.page("/nation/a/")
    edge = paper_edge()

    edge.get("/nation/a/")

    assert edge.get("/nation/%61/").cache == "hit"
    own = f"127.0.0.1:{edge.port}".encode()
    assert b"broadsheet-edge; hit" in edge.raw(
        b"GET http://" + own + b"/nation/a/ HTTP/1.1\r\nHost: evil\r\nConnection: close\r\n\r\n"
    )
    assert edge.get("/nation/a/", {"Host": "evil"}).status == 421
