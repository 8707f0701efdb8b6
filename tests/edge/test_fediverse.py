"""The fediverse through the edge: documents are kept and purged like pages, posts pass, WebFinger keeps its question."""

from .conftest import Answer

DOCUMENT = {"Surrogate-Key": "site actor/1"}


def test_documents_are_kept_whoever_asks_and_however_signed(paper_edge, paper_origin):
    edge = paper_edge()
    paper_origin.page("/-/ap/actor/1", b"{}", **DOCUMENT)
    assert edge.get("/-/ap/actor/1").status == 200
    signed = {"Signature": 'keyId="x"', "Accept": "application/activity+json"}
    assert edge.get("/-/ap/actor/1?utm_source=x", signed).cache == "hit"


def test_webfinger_is_kept_by_whom_it_is_asked_for(paper_edge, paper_origin):
    edge = paper_edge()
    for name in (b"ann", b"bob"):
        paper_origin.page(f"/.well-known/webfinger?resource=acct:{name.decode()}@a.example", name)
    for first in (True, False):
        for name in (b"ann", b"bob"):
            got = edge.get(f"/.well-known/webfinger?x=1&resource=acct:{name.decode()}@a.example")
            assert got.body == name
            assert got.cache == ("fwd=miss" if first else "hit")


def test_posts_pass(paper_edge, paper_origin):
    edge = paper_edge()
    origin = paper_origin.origin
    origin.says["/-/ap/inbox"] = Answer(b"", 202, {"Cache-Control": "no-store"})
    headers = {"Content-Type": "application/activity+json", "Signature": "s", "Digest": "d", "Date": "now"}
    for _ in range(2):
        assert edge.ask("POST", "/-/ap/inbox", headers, b'{"a": 1}').status == 202
    asked = [seen for seen in origin.asked if seen[1] == "/-/ap/inbox"]
    assert len(asked) == 2
