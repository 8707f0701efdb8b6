"""`/latest/stream`, before an origin that only plays a paper."""

import asyncio
import socket
import time
from types import SimpleNamespace

import pytest

from broadsheet.edge import streams
from broadsheet.edge.store import Store
from broadsheet.edge.streams import Streams


def news(number, language="en"):
    return {
        "id": number,
        "path": f"/nation/{number}/",
        "headline": f"Headline {number}.",
        "language": language,
    }


class Stream:
    """One open stream."""

    def __init__(self, edge, path="/latest/stream", **headers):
        lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
        self.socket = socket.create_connection(("127.0.0.1", edge.port), timeout=5)
        self.socket.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{edge.port}\r\n{lines}\r\n".encode())

    def read(self, end):
        text = b""
        while end not in text and (part := self.socket.recv(65536)):
            text += part
        self.socket.close()
        return text


@pytest.fixture
def told(paper_edge, paper_origin):
    """An edge that has heard of five stories, one of them in Azerbaijani, and of purges that are no news."""
    edge = paper_edge()
    for number in range(1, 10, 2):
        paper_origin.tell(f"story/{number}")
        paper_origin.tell("latest/en", event=news(number, "az" if number == 5 else "en"))
    stream = Stream(edge, "/latest/stream?since=1")
    assert b"Headline 9." in stream.read(b"Headline 9.")
    return edge


def test_who_comes_back_is_told_what_it_missed_in_order_and_in_its_language(told):
    text = Stream(told, Last_Event_ID=4).read(b"Headline 9.")

    assert [line for line in text.splitlines() if line.startswith(b"id:")] == [b"id: 8", b"id: 10"]
    assert b"Headline 5." in Stream(told, "/az/latest/stream?since=0").read(b"Headline 5.")
    assert b"id:" not in Stream(told, Last_Event_ID="x' OR 1").read(b"retry: 5000\n\n")


def test_what_came_before_the_last_event_is_not_even_read(tmp_path, monkeypatch):
    store = Store(tmp_path, 8 << 20)
    store.apply("e", 500, [{"id": n, "keys": [], "hard": False, "event": news(n)} for n in range(1, 501)])
    app = SimpleNamespace(store=store, paper=SimpleNamespace(languages=()))
    read = []
    newest = store.newest_rows

    def counted(most):
        for row in newest(most):
            read.append(row["id"])
            yield row

    monkeypatch.setattr(store, "newest_rows", counted)

    missed = Streams(app)._missed("", b"497").decode()

    assert missed.index("id: 498\n") < missed.index("id: 499\n") < missed.index("id: 500\n")
    assert read == [500, 499, 498, 497]
    assert Streams(app)._missed("", b"0").count(b"event: story") == streams.MOST_REPLAYED


def test_a_stream_that_has_nothing_to_tell_is_kept_alive(monkeypatch):
    monkeypatch.setattr(streams, "HEARTBEAT_SECONDS", 0.05)
    written = []

    class Client:
        transport = SimpleNamespace(write=written.append)

    async def beat():
        open_ = Streams(SimpleNamespace())
        open_._waiting[Client()] = ("", None)
        beating = asyncio.create_task(open_.beat())
        await asyncio.sleep(0.2)
        beating.cancel()

    asyncio.run(beat())

    assert set(written) == {b":\n\n"}
    assert len(written) >= 2


def test_a_stream_is_nobodys_to_keep(told):
    began = time.monotonic()
    text = Stream(told).read(b"retry: 5000\n\n")

    assert b"cache-control: no-store" in text
    assert told.ask("POST", "/latest/stream", body=b"").status == 405
    assert told.get("/xx/latest/stream").status == 404
    assert time.monotonic() - began < 5
