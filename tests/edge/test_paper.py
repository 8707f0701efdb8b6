"""A whole paper behind its edge: `serve`, asked over HTTP as readers do."""

import gzip
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from uuid import uuid4

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

        name = f"broadsheet_edge_{uuid4().hex}"
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
        end = time.monotonic() + 180
        while time.monotonic() < end:
            with suppress(OSError, http.client.HTTPException):
                if self.get("/-/ready").status == 200:
                    return
            time.sleep(0.1)
        os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait(30)
        raise AssertionError("the paper never answered")

    def _run(self, *words):
        result = subprocess.run([sys.executable, "-m", "broadsheet", *words], env=self.environment, capture_output=True, text=True, timeout=300, check=False)  # fmt: skip
        assert result.returncode == 0, result.stderr
        return result.stdout

    def newsroom(self, *acts):
        code = NEWSROOM.replace("SECRET", SECRET).replace("ACTS", repr(json.dumps(acts)))
        self._run("manage", "--dir", str(self.folder), "shell", "-c", code)

    def get(self, path, headers=None, host=None, method="GET"):
        # Longer than the edge waits for its origin: what hangs is then an answer that says so.
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
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
        return self.holding("stories", seconds=seconds)

    def holding(self, *scopes, seconds=600, reader=7):
        held = Pass(reader, frozenset(scopes), datetime.now(UTC) + timedelta(seconds=seconds))
        return {"Cookie": f"bs_pass={encode_pass(held, load(self.folder).reader_keys)}"}

    def tell(self, code):
        """Run `code` in the origin's place; the moment after it, in unix seconds."""
        told = self._run(
            "manage",
            "--dir",
            str(self.folder),
            "shell",
            "-c",
            f"{code}\nimport time; print('at', time.time())",
        )
        return float(told.rpartition("at ")[2])

    def number(self, slug):
        """The id of a story."""
        code = (
            f"from broadsheet.newsroom.models import Story; print('id', Story.objects.get(slug='{slug}').pk)"
        )
        return int(self._run("manage", "--dir", str(self.folder), "shell", "-c", code).rpartition("id ")[2])


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


def test_the_icon_that_browsers_ask_for_by_name_comes_from_memory_and_is_kept(paper):
    paper.get("/favicon.ico")
    again = paper.get("/favicon.ico")

    assert (again.status, again.cache, again.body[:4]) == (200, "hit", b"\x00\x00\x01\x00")
    assert again.headers["Cache-Control"] == "public, max-age=604800"


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


@pytest.mark.slow
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


REVOKE = """
from django.utils import timezone
from broadsheet.press.services import revoke_passes
revoke_passes({reader}, timezone.now())
"""
GROUP = """
from django.utils import timezone
from broadsheet.subscriptions.models import Group, Plan
plan, _ = Plan.objects.get_or_create(name="Digital", slug="digital", defaults={"scopes": ["stories"]})
group, _ = Group.objects.get_or_create(name="Library", defaults={"plan": plan, "starts_at": timezone.now()})
group.networks = "NETWORKS"
group.save()
"""


def test_a_revoked_pass_is_refused_by_every_worker_and_after_a_restart(paper):
    path = "/nation/subscribers-2/"
    held = paper.holding("stories", reader=31)
    assert SECRET.encode() in paper.get(path, held).body

    with ThreadPoolExecutor() as pool:
        committed = pool.submit(paper.tell, REVOKE.format(reader=31))
        assert until(lambda: all(SECRET.encode() not in paper.get(path, held).body for _ in range(12)), 60)
        late = time.time() - committed.result()
    print(f"refused by every worker {late:.2f} s after the commit")
    assert late < 5
    assert SECRET.encode() in paper.get(path, paper.holding("stories", reader=32)).body
    later = paper.holding("stories", reader=31, seconds=845)
    assert SECRET.encode() in paper.get(path, later).body, "one that was given afterwards"

    for pid in paper.pid_of("edge"):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    refused = []

    def answered():
        with suppress(OSError, http.client.HTTPException):
            refused.append(SECRET.encode() not in paper.get(path, held).body)
        return len(refused) > 6

    assert until(answered, 30)
    assert all(refused)


def test_a_network_reads_along_from_its_addresses_alone_and_while_the_origin_is_away(paper):
    path = "/nation/subscribers-3/"

    def reads(address):
        said = paper.get(path, {"X-Forwarded-For": address})
        assert said.headers["Cache-Control"] == "private, no-cache"
        return SECRET.encode() in said.body

    paper.tell(GROUP.replace("NETWORKS", "192.0.2.0/24\\n2001:db8::/48"))
    assert until(lambda: all(reads("192.0.2.9") for _ in range(6)))
    assert reads("2001:db8::9")
    assert not any(map(reads, ("192.0.3.9", "2001:db8:1::9", "127.0.0.1", "nonsense")))
    said = paper.get(path, {"X-Forwarded-For": "192.0.2.9"}).headers.get_all("Set-Cookie")
    assert [value.partition(";")[0] for value in said] == ["bs_wall=network"]
    origin = paper.pid_of("origin")
    for pid in origin:
        os.kill(pid, signal.SIGSTOP)
    try:
        assert reads("192.0.2.9")
        assert not reads("192.0.3.9")
    finally:
        for pid in origin:
            os.kill(pid, signal.SIGCONT)

    paper.tell(GROUP.replace("NETWORKS", ""))
    assert until(lambda: not any(reads("192.0.2.9") for _ in range(6)))


def test_no_state_without_right_gets_a_premium_sentence_in_any_channel(paper):
    gift, other = paper.number("subscribers-4"), paper.number("metered-4")
    paper.tell(REVOKE.format(reader=41) + GROUP.replace("NETWORKS", "192.0.2.0/24"))
    revoked = paper.holding("stories", reader=41)
    assert until(lambda: SECRET.encode() not in paper.get("/nation/subscribers-4/", revoked).body)
    assert until(
        lambda: SECRET.encode() in paper.get("/nation/subscribers-4/", {"X-Forwarded-For": "192.0.2.9"}).body
    )
    spent = "bs_meter=forged"

    def state(*scopes, **facts):
        held = paper.holding(*scopes, **facts)["Cookie"]
        return {"Cookie": f"{held}; {spent}"}

    given = {"subscribers-4": {"subscribers-4"}, "metered-4": {"metered-4"}}
    registered = {"registered-4"}
    states = [
        ({"Cookie": spent}, "", set()),
        ({"Cookie": f"bs_pass=forged; {spent}"}, "", set()),
        ({"Cookie": revoked["Cookie"] + f"; {spent}"}, "", set()),
        (state("stories", seconds=-90_000), "", set()),
        (state("stories", seconds=100_000), "", set()),
        (state(), "", registered),
        (state("epaper"), "tier", registered),
        (state("past_due"), "", registered),
        (state("epaper", "past_due"), "tier", registered),
        (state("devices"), "devices", registered),
        (state("devices", "past_due"), "devices", registered),
        (state(f"story:{other}", "devices"), "devices", registered | given["metered-4"]),
        (state(f"story:{gift}"), "", registered | given["subscribers-4"]),
        (state(f"story:{gift}", reader=0), "", given["subscribers-4"]),
        (state(f"story:{other}", "epaper", reader=0), "", given["metered-4"]),
        (state(f"story:{gift}", reader=0, seconds=-1000), "", set()),
        ({"Cookie": spent, "X-Forwarded-For": "192.0.3.9"}, "", set()),
        (state("stories", "past_due"), "", {*registered, *given}),
        ({"Cookie": spent, "X-Forwarded-For": "192.0.2.9"}, "", {*registered, *given}),
    ]
    slugs = ("subscribers-4", "metered-4", "registered-4")
    channels = [
        "/",
        "/latest/",
        "/nation/",
        f"/search/?q={SECRET}",
        "/account/me",
        "/-/rights",
        "/-/log?after=0",
        "/documents/1/x.pdf",
    ]
    tricks = [
        {},
        {"Accept-Encoding": "gzip"},
        {"Range": "bytes=0-"},
        {"Sec-Purpose": "prefetch"},
        {"Authorization": "Basic eDp5"},
        {"If-None-Match": "*"},
    ]
    warm = paper.subscriber()
    for slug in slugs:
        paper.get(f"/nation/{slug}/", {**warm, "Accept-Encoding": "gzip"})
    leaks, tries = [], 0
    for headers, why, right in states:
        for path in [*(f"/nation/{slug}/" for slug in slugs), *channels]:
            slug = path.strip("/").rpartition("/")[2]
            for trick in tricks:
                tries += 1
                said = paper.get(path, {**headers, **trick})
                body = gzip.decompress(said.body) if said.headers["Content-Encoding"] == "gzip" else said.body
                if re.search(SECRET.encode() + rb" \w+-\d", body) and slug not in right:
                    leaks.append((path, headers, trick))
                if slug in right and trick == {}:
                    assert SECRET.encode() in body, (path, headers)
                if path.startswith("/nation/") and slug:
                    assert "public" not in said.headers["Cache-Control"] or slug == "nation", path
            told = " ".join(paper.get(path, headers).headers.get_all("Set-Cookie") or [])
            if slug in slugs and slug not in right and why:
                assert f"bs_wall={why};" in told
    assert tries > 1000
    assert leaks == []


def test_metrics_are_for_this_machine_and_say_what_happened(paper):
    text = paper.get("/-/metrics").body.decode()

    assert 'broadsheet_edge_requests_total{outcome="hit"}' in text
    assert "broadsheet_edge_log_following 1" in text
    assert paper.get("/-/metrics", {"X-Forwarded-For": "192.0.2.1"}).status == 404


@pytest.mark.parametrize("kind", ["rss", "atom", "json"])
def test_a_feed_is_kept_asked_by_its_tag_or_date_and_purged(paper, kind):
    path, slug = f"/feeds/latest.{kind}", f"feed-{kind}"
    paper.newsroom({"do": "publish", "slug": slug, "access": "subscribers"})
    assert until(lambda: slug.encode() in paper.get(path).body)
    # Whoever asks, and with whatever: it is the one feed, and nothing of it is premium.
    first = paper.get(f"{path}?utm_source=x", paper.subscriber())
    assert (first.status, first.cache) == (200, "hit")
    assert SECRET.encode() + b" feed" not in first.body
    assert 'rel="self"' in first.headers["Link"]
    assert "Set-Cookie" not in first.headers

    for condition in (
        {"If-None-Match": first.headers["ETag"]},
        {"If-Modified-Since": first.headers["Last-Modified"]},
    ):
        again = paper.get(path, condition)
        assert (again.status, again.body) == (304, b"")

    paper.newsroom({"do": "unpublish", "slug": slug})
    assert until(lambda: slug.encode() not in paper.get(path, {"If-None-Match": first.headers["ETag"]}).body)
    assert paper.get(path, {"If-None-Match": first.headers["ETag"]}).status == 200


def test_a_private_feed_is_whole_and_nobody_keeps_it(paper):
    token = paper._run(
        "manage",
        "--dir",
        str(paper.folder),
        "shell",
        "-c",
        "from broadsheet.readers.models import User; from broadsheet.syndication.feeds import private\n"
        "reader = User.objects.create_superuser('feeds@paper.example')\n"
        "print('token', private.make(reader, 'Phone'))",
    ).rpartition("token ")[2]
    path = f"/feeds/private/{token.strip()}/nation/feed.rss"

    for _ in range(2):
        said = paper.get(path)
        assert (said.status, said.cache) == (200, "fwd=bypass")
        assert SECRET.encode() + b" subscribers-0" in said.body
        assert said.headers["Cache-Control"] == "private, no-cache"
    again = paper.get(path, {"If-None-Match": said.headers["ETag"]})
    assert (again.status, again.body) == (304, b"")
    assert SECRET.encode() + b" subscribers-0" not in paper.get("/nation/feed.rss").body
    assert paper.get(path.replace("/private/", "/private/x")).status == 404
