"""An edge that is told to stop: what it has begun it ends, and it leaves without a word."""

import asyncio
import http.client
import signal
import socket
import threading
import time

import pytest

from broadsheet.edge.app import App
from broadsheet.edge.settings import Settings

from .conftest import Answer


def stopped(edge, seconds=15):
    """The edge's exit code and what it wrote to stderr."""
    code = edge.process.wait(seconds)
    return code, edge.process.stderr.read().decode()


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_request_in_hand_is_finished_and_nobody_else_is_let_in(edge_of, origin, workers):
    edge = edge_of(workers)
    origin.says["/slow"] = Answer(b"x" * 5_000, wait=1.5)
    connection = http.client.HTTPConnection("127.0.0.1", edge.port, timeout=10)
    connection.request("GET", "/slow")
    time.sleep(0.3)

    edge.process.send_signal(signal.SIGTERM)
    time.sleep(0.5)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", edge.port), timeout=2).recv(1)

    assert connection.getresponse().read() == b"x" * 5_000
    assert stopped(edge) == (0, "")


def test_an_answer_is_read_to_its_end(edge, origin):
    large = b"y" * (6 << 20)
    origin.says["/large"] = Answer(large, headers={"Cache-Control": "max-age=60"}, wait=0.5)
    with socket.create_connection(("127.0.0.1", edge.port), timeout=10) as reader:
        reader.sendall(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
        time.sleep(0.2)
        edge.process.send_signal(signal.SIGTERM)
        time.sleep(1.5)
        came = 0
        while part := reader.recv(1 << 20):
            came += len(part)

    assert came > len(large)
    assert stopped(edge) == (0, "")


@pytest.mark.parametrize("is_there", [True, False])
def test_a_papers_edge_leaves_without_a_trace(paper_edge, paper_origin, is_there):
    paper_origin.wait = 2.0
    paper_origin.page("/")
    edge = paper_edge()
    edge.get("/")
    if not is_there:
        paper_origin.origin.says["/-/log"] = Answer(b"", 503)
    time.sleep(0.3)

    edge.process.send_signal(signal.SIGTERM)

    assert stopped(edge) == (0, "")


def test_a_page_that_is_being_renewed_is_no_reason_to_stay(paper_edge, paper_origin):
    paper_origin.page("/", **{"Cache-Control": "public, s-maxage=1, stale-while-revalidate=60"})
    edge = paper_edge("--workers", "2")
    # A worker that does not follow the log yet keeps nothing: each must have met it.
    hits = 0
    while hits < 8:
        hits = hits + 1 if "; hit" in edge.get("/").headers["Cache-Status"] else 0
    paper_origin.origin.says["/"] = Answer(b"late", wait=20)
    time.sleep(1.2)
    edge.get("/")

    began = time.monotonic()
    edge.process.send_signal(signal.SIGTERM)

    assert stopped(edge) == (0, "")
    assert time.monotonic() - began < 5


def test_nothing_runs_on_when_the_file_is_closed(tmp_path):
    async def drained():
        app = App(Settings("http://127.0.0.1:9", tmp_path, "127.0.0.1", 0), asyncio.get_running_loop())
        app.spawn(app.tick())
        app.spawn(app.streams.beat())
        app.loop.create_task(asyncio.sleep(60))
        await asyncio.sleep(0)
        await app.drain(0.1)
        return asyncio.all_tasks() - {asyncio.current_task()}

    assert asyncio.run(drained()) == set()


def test_event_streams_end(paper_edge, paper_origin):
    edge, ended = paper_edge(), threading.Event()
    with socket.create_connection(("127.0.0.1", edge.port), timeout=10) as stream:
        stream.sendall(f"GET /latest/stream HTTP/1.1\r\nHost: 127.0.0.1:{edge.port}\r\n\r\n".encode())
        assert b"retry:" in stream.recv(65536)
        edge.process.send_signal(signal.SIGTERM)
        if stream.recv(65536) == b"":
            ended.set()

    assert ended.is_set()
    assert stopped(edge) == (0, "")


@pytest.fixture
def edge_of(edges, origin, tmp_path):
    return lambda workers: edges(tmp_path, f"http://127.0.0.1:{origin.port}", 0, "--workers", workers)
