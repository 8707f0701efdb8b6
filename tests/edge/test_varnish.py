"""A stock Varnish before the edge: what is for some readers only stays with them."""

import http.client
import os
import shutil
import subprocess
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest

from broadsheet.conf.paper import load
from broadsheet.paywall import Pass, encode_pass

from .conftest import Answer, Said, free_port

VARNISH = shutil.which("varnishd") or next(
    (path for path in ("/usr/sbin/varnishd", "/usr/local/sbin/varnishd") if os.access(path, os.X_OK)), None
)
pytestmark = pytest.mark.skipif(VARNISH is None, reason="there is no varnishd here")
SECRET = b"Zanzibarquince"


@pytest.fixture
def varnish(paper_edge, paper_origin, tmp_path):
    """Asks the paper's edge through Varnish, with the edge's own name as host."""

    def story(request):
        variant = request.headers["Broadsheet-Edge"].split()[2]
        said = {
            "Cache-Control": "public, max-age=0, s-maxage=60, stale-while-revalidate=60", "Surrogate-Key": "site",
            "Broadsheet-Log": "e1 0", "Broadsheet-Access": "subscribers; story=7", "Broadsheet-Variant": variant,
        }  # fmt: skip
        return Answer(SECRET if variant == "full" else b"Subscribe.", headers=said)

    paper_origin.origin.says["/nation/a/"] = story
    paper_origin.page("/")
    edge, port = paper_edge(), free_port()
    process = subprocess.Popen(
        [str(VARNISH), "-F", "-a", f"127.0.0.1:{port}", "-b", f"127.0.0.1:{edge.port}", "-n", str(tmp_path / "v"), "-s", "malloc,16m"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip

    def get(path, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            connection.request("GET", path, headers={"Host": f"127.0.0.1:{edge.port}", **(headers or {})})
            answer = connection.getresponse()
            return Said(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    end = time.monotonic() + 30
    while time.monotonic() < end:
        with suppress(OSError, http.client.HTTPException):
            if get("/-/health").status == 200:
                break
        assert process.poll() is None
        time.sleep(0.1)
    yield get
    process.terminate()
    process.wait(20)


@pytest.mark.slow
def test_a_subscribers_page_reaches_no_stranger_through_it(varnish, tmp_path):
    held = Pass(7, frozenset({"stories"}), datetime.now(UTC) + timedelta(minutes=10))
    cookie = {"Cookie": f"bs_pass={encode_pass(held, load(tmp_path).reader_keys)}"}

    for _ in range(3):
        assert varnish("/nation/a/", cookie).body == SECRET
        assert varnish("/nation/a/").body == b"Subscribe."
        assert varnish("/nation/a/", {"Cookie": "theme=dark"}).body == b"Subscribe."
    assert varnish("/").body == b"a page"
