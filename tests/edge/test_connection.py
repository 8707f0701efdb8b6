"""What a client may do to a connection, and what it may not."""

import asyncio
import socket
import time

import pytest

from broadsheet.edge import connection
from broadsheet.edge.connection import Body

from .conftest import Answer


def received(reader, end):
    text = b""
    while end not in text and (part := reader.recv(65536)):
        text += part
    return text


def test_who_asks_first_is_told_to_go_on_and_sends_its_body(edge, origin):
    origin.says["/form"] = Answer(b"thanks", 201)
    with socket.create_connection(("127.0.0.1", edge.port), timeout=5) as client:
        client.sendall(b"POST /form HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")
        assert received(client, b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(b"a=b&c")
        assert received(client, b"thanks").startswith(b"HTTP/1.1 201 ")

    assert origin.asked[-1][3] == b"a=b&c"
    assert "expect" not in origin.asked[-1][2]


def test_who_asks_behind_another_request_is_told_after_that_ones_answer(edge, origin):
    origin.says["/slow"] = Answer(b"first answer", wait=0.5)
    origin.says["/form"] = Answer(b"thanks", 201)
    with socket.create_connection(("127.0.0.1", edge.port), timeout=5) as client:
        client.sendall(
            b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n"
            b"POST /form HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n"
        )
        told = received(client, b"100 Continue\r\n\r\n")
        client.sendall(b"a=b")
        told += received(client, b"thanks")

    assert told.index(b"first answer") < told.index(b"100 Continue") < told.index(b"thanks")


def test_who_asks_and_is_refused_is_not_told_to_go_on(paper_edge):
    edge = paper_edge()

    told = edge.raw(b"POST /a HTTP/1.1\r\nHost: evil\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n")

    assert told.startswith(b"HTTP/1.1 421 ")
    assert b"100 Continue" not in told


def test_a_chunked_body_arrives_whole_and_its_trailer_says_nothing(edge, origin):
    origin.says["/form"] = Answer(b"thanks", 201, wait=0.1)

    edge.raw(
        b"POST /form HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
        b"3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\nAuthorization: me\r\nCookie: bs_session=1\r\nHost: evil\r\n\r\n"
    )

    _, _, headers, body = origin.asked[-1]
    assert body == b"abcdefg"
    assert (headers["host"], {"authorization", "cookie", "connection"} & headers.keys()) == (
        "x",
        {"connection"} & headers.keys(),
    )


def test_a_field_that_must_stand_alone_stands_alone(edge, origin):
    for name in (b"Host", b"Content-Length", b"Authorization", b"Content-Type"):
        twice = name + b": 1\r\n" + name + b": 1\r\n"
        rest = b"" if name == b"Host" else b"Host: x\r\n"
        assert edge.raw(b"POST /a HTTP/1.1\r\n" + rest + twice + b"\r\n").startswith(b"HTTP/1.1 400 "), name

    assert origin.asked == []


def test_a_client_that_drips_its_body_is_sent_away(monkeypatch):
    monkeypatch.setattr(connection, "BODY_SECONDS", 0.3)
    monkeypatch.setattr(connection, "LEAST_BYTES_A_SECOND", 100)

    async def read(bytes_each):
        class Client:
            loop = asyncio.get_running_loop()

            def resume(self):
                pass

            pause = resume

        body, came = Body(Client()), 0

        async def drip():
            for _ in range(12):
                await asyncio.sleep(0.1)
                body.feed(b"x" * bytes_each)
            body.finish()

        dripping = asyncio.create_task(drip())
        try:
            async for part in body:
                came += len(part)
        finally:
            dripping.cancel()
        return came

    assert asyncio.run(read(20)) == 240
    began = time.monotonic()
    with pytest.raises(TimeoutError):
        asyncio.run(read(1))
    assert time.monotonic() - began < 1
