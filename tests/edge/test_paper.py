"""A whole paper behind its edge: `serve`, asked over HTTP as readers do."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest

from broadsheet.conf.paper import load
from broadsheet.paywall import Pass, encode_pass

from .conftest import Said, free_port

SECRET = "Zanzibarquince"
NEWSROOM = """
import json
from broadsheet.newsroom.models import Section, Story, FrontPage
front = FrontPage.objects.get()
section = Section.objects.filter(slug="nation").first()
if section is None:
    section = Section(title="Nation", slug="nation", show_in_menus=True, locale=front.locale)
    front.add_child(instance=section)
for act in json.loads(ACTS):
    do, slug = act["do"], act["slug"]
    if do == "publish":
        body = [{"type": "text", "value": "<p>Public one.</p><p>Public two.</p><p>SECRET " + slug + ".</p>"}]
        section.refresh_from_db()
        story = Story(title=act.get("title", slug), slug=slug, locale=front.locale, access=act["access"], body=json.dumps(body))
        section.add_child(instance=story)
    elif do == "edit":
        story = Story.objects.get(slug=slug)
        story.title = act["title"]
        story.access = act.get("access", story.access)
        story.save_revision().publish()
    else:
        Story.objects.get(slug=slug).unpublish()
"""


# One paper, so one process runs all of these.
pytestmark = pytest.mark.xdist_group("a paper behind its edge")


def _environment():
    """What the paper's processes get: nothing of the test runner's, but a database like the one that it tests on."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("BROADSHEET_D", "DJANGO"))}
    kept |= {"BROADSHEET_EDGE_WORKERS": "2", "BROADSHEET_EDGE_CACHE_BYTES": str(64 << 20)}
    url = os.environ.get("BROADSHEET_TEST_DATABASE_URL")
    if url:
        import psycopg

        name = f"broadsheet_edge_{os.getpid()}"
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        kept["BROADSHEET_DATABASE_URL"] = f"{url.rpartition('/')[0]}/{name}"
    return kept


class Paper:
    """The running paper."""

    def __init__(self, folder):
        self.folder, self.port, self.environment = folder, free_port(), _environment()
        self._run("init", str(folder), "--url", f"http://127.0.0.1:{self.port}")
        self.newsroom(
            *(
                {"do": "publish", "slug": f"{access}-{n}", "access": access}
                for access in ("free", "metered", "subscribers", "registered")
                for n in range(5)
            )
        )
        self.process = subprocess.Popen(
            [sys.executable, "-m", "broadsheet", "serve", "--dir", str(folder), "--bind", f"127.0.0.1:{self.port}"],
            env=self.environment,
            start_new_session=True, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        end = time.monotonic() + 60
        while time.monotonic() < end:
            with suppress(OSError, http.client.HTTPException):
                if self.get("/-/ready").status == 200:
                    return
            time.sleep(0.1)
        os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait(30)
        raise AssertionError("the paper never answered")

    def _run(self, *words):
        result = subprocess.run([sys.executable, "-m", "broadsheet", *words], env=self.environment, capture_output=True, text=True, timeout=120, check=False)  # fmt: skip
        assert result.returncode == 0, result.stderr
        return result.stdout

    def newsroom(self, *acts):
        code = NEWSROOM.replace("SECRET", SECRET).replace("ACTS", repr(json.dumps(acts)))
        self._run("manage", "--dir", str(self.folder), "shell", "-c", code)

    def get(self, path, headers=None, host=None, method="GET"):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            named = {"Host": host} if host else {}
            connection.request(method, path, headers={**named, **(headers or {})})
            answer = connection.getresponse()
            return Said(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def pid_of(self, name):
        found = subprocess.run(["pgrep", "-f", f"broadsheet {name} .*{self.folder}"], capture_output=True, text=True, check=False)  # fmt: skip
        return [int(pid) for pid in found.stdout.split()]

    def subscriber(self, seconds=600):
        held = Pass(7, frozenset({"stories"}), datetime.now(UTC) + timedelta(seconds=seconds))
        return {"Cookie": f"bs_pass={encode_pass(held, load(self.folder).reader_keys)}"}


@pytest.fixture(scope="module")
def paper(tmp_path_factory):
    made = Paper(tmp_path_factory.mktemp("paper") / "paper")
    yield made
    os.killpg(made.process.pid, signal.SIGTERM)
    made.process.wait(30)


def until(condition, seconds=10.0):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return False


def test_pages_come_from_memory_and_nobody_beyond_reuses_them_unasked(paper):
    for path in ("/", "/latest/", "/nation/", "/nation/free-0/"):
        paper.get(path)
        again = paper.get(path, {"Cookie": "theme=dark; other=1"})
        assert (again.status, again.cache) == (200, "hit"), path
        assert again.headers["Cache-Control"] == "public, no-cache"
        assert not {"Surrogate-Key", "Broadsheet-Access", "Broadsheet-Log", "Set-Cookie"} & set(again.headers)


def test_a_stranger_never_gets_what_a_subscriber_does(paper):
    path = "/nation/subscribers-0/"

    for _ in range(2):
        assert SECRET.encode() in paper.get(path, paper.subscriber()).body
        stranger = paper.get(path)
        assert SECRET.encode() not in stranger.body
        assert stranger.headers["Cache-Control"] == "private, no-cache"
    assert paper.get(path).cache == "hit"


def test_three_metered_stories_are_open_and_what_is_left_is_said(paper):
    cookies, opened, left = {}, [], []
    for slug in ("metered-0", "metered-1", "metered-0", "metered-2", "metered-3"):
        said = paper.get(f"/nation/{slug}/", {"Cookie": "; ".join(f"{k}={v}" for k, v in cookies.items())})
        for value in said.headers.get_all("Set-Cookie") or []:
            name, _, rest = value.partition("=")
            cookies[name] = rest.partition(";")[0]
        opened.append(SECRET.encode() in said.body)
        left.append(cookies["bs_left"])

    assert opened == [True, True, True, True, False]
    assert left == ["2", "1", "1", "0", "0"]
    assert SECRET.encode() not in paper.get("/nation/metered-4/", {"Cookie": "bs_meter=forged"}).body
    assert "Set-Cookie" not in paper.get("/nation/metered-4/", {"Sec-Purpose": "prefetch"}).headers


def test_unknown_hosts_and_parameters_reach_nobody(paper):
    assert paper.get("/", host="evil.example").status == 421
    paper.get("/nation/free-1/")
    assert paper.get("/nation/free-1/?utm_source=x&fbclid=y").cache == "hit"
    assert paper.get("/-/log?after=0").status == 404


def test_an_edit_shows_soon_and_a_withdrawal_at_once(paper):
    path = "/nation/free-2/"
    paper.get(path)
    paper.newsroom({"do": "edit", "slug": "free-2", "title": "Another headline"})
    assert until(lambda: b"Another headline" in paper.get(path).body)

    paper.newsroom({"do": "unpublish", "slug": "free-2"})

    assert until(lambda: paper.get(path).status == 404)
    assert until(lambda: b"Another headline" not in paper.get("/latest/").body)


def test_a_story_that_becomes_premium_is_open_to_nobody_who_had_it(paper):
    path = "/nation/free-3/"
    assert SECRET.encode() in paper.get(path).body

    paper.newsroom({"do": "edit", "slug": "free-3", "title": "free-3", "access": "subscribers"})

    assert until(lambda: SECRET.encode() not in paper.get(path).body)
    assert SECRET.encode() in paper.get(path, paper.subscriber()).body
    paper.newsroom({"do": "edit", "slug": "free-3", "title": "free-3", "access": "free"})
    assert until(lambda: SECRET.encode() in paper.get(path).body)


def test_a_stream_tells_of_what_goes_live_and_of_what_was_missed(paper):
    def stream(rest, headers=""):
        made = socket.create_connection(("127.0.0.1", paper.port), timeout=15)
        made.sendall(
            f"GET /latest/stream{rest} HTTP/1.1\r\nHost: 127.0.0.1:{paper.port}\r\n{headers}\r\n".encode()
        )
        return made

    def read(made, end):
        text = b""
        while end not in text:
            text += made.recv(65536)
        return text.decode()

    live = stream("")
    assert "text/event-stream" in read(live, b"retry: 5000\n\n")
    paper.newsroom({"do": "publish", "slug": "breaking", "access": "subscribers", "title": "Breaking"})
    told = read(live, b"\n\n")
    event = json.loads(told.partition("data: ")[2].partition("\n")[0])
    number = int(told.partition("id: ")[2].partition("\n")[0])

    assert (event["path"], event["headline"]) == ("/nation/breaking/", "Breaking")
    assert SECRET not in told
    for again in (stream(f"?since={number - 1}"), stream("", f"Last-Event-ID: {number - 1}\r\n")):
        assert '"Breaking"' in read(again, b'"Breaking"')
        again.close()
    live.close()


def test_the_newsroom_and_accounts_pass_through_unkept(paper):
    login = paper.get("/account/login/")
    assert (login.status, login.cache) == (200, "fwd=bypass")
    assert "no-store" in paper.get("/account/me").headers["Cache-Control"]
    assert paper.get("/account/me").cache == "fwd=bypass"


def test_reads_reach_the_newsroom(paper):
    for _ in range(7):
        paper.get("/nation/free-4/", {"Referer": "https://news.example/x?y=secret"})

    def counted():
        code = "from broadsheet.audience.models import ReadCount; print('reads', [(c.referrer, c.access, c.reads) for c in ReadCount.objects.filter(story__slug='free-4')])"
        return "('news.example', 'free', 7)" in paper._run(
            "manage", "--dir", str(paper.folder), "shell", "-c", code
        )

    assert until(counted, 30)


def test_without_an_origin_readers_are_served_and_a_run_out_pass_still_counts(paper):
    path = "/nation/subscribers-1/"
    paper.get(path, paper.subscriber())
    paper.get("/nation/free-0/")
    expired = paper.subscriber(seconds=-400)
    assert SECRET.encode() not in paper.get(path, expired).body
    origin = paper.pid_of("origin")
    for pid in origin:
        os.kill(pid, signal.SIGSTOP)
    try:
        assert paper.get("/nation/free-0/").status == 200
        assert SECRET.encode() in paper.get(path, expired).body
        assert SECRET.encode() not in paper.get(path, paper.subscriber(seconds=-90_000)).body
    finally:
        for pid in origin:
            os.kill(pid, signal.SIGCONT)


def test_metrics_are_for_this_machine_and_say_what_happened(paper):
    text = paper.get("/-/metrics").body.decode()

    assert 'broadsheet_edge_requests_total{outcome="hit"}' in text
    assert "broadsheet_edge_log_following 1" in text
    assert paper.get("/-/metrics", {"X-Forwarded-For": "192.0.2.1"}).status == 404
