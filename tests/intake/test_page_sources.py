"""Folders, sitemaps and lists of pages: each page an item, fetched with manners, not twice."""

import gzip
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from broadsheet.intake.incoming import Broken, IncomingStory, Skipped
from broadsheet.intake.models import ImportItem
from broadsheet.intake.readers.page import PageReader, sources, visits
from broadsheet.intake.readers.protocol import ReaderOptions
from broadsheet.intake.services import run_import
from broadsheet.outward.errors import UnreadableSource

ZONE = ZoneInfo("Asia/Baku")
SITEMAPS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
PAGE = """<html><head><title>{0} bridge opens</title></head><body><article><h1>{0} bridge opens</h1>
<p>The {0} bridge over the river opens on Monday, the city council said in a statement of its own.</p>
<p>Trams will follow in the spring, when the rails have been laid and tried for a month.</p></article></body></html>"""


class _Site(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        host = f"http://127.0.0.1:{self.server.server_port}"
        body, status, headers = b"", 200, {"Content-Type": "text/html"}
        if self.path == "/robots.txt":
            body = b"User-agent: *\nDisallow: /private\n"
        elif self.path == "/sitemap_index.xml":
            body = f"<sitemapindex {SITEMAPS}><sitemap><loc>{host}/posts.xml.gz</loc></sitemap><sitemap><loc>{host}/none.xml</loc></sitemap></sitemapindex>".encode()
        elif self.path == "/posts.xml.gz":
            urls = "".join(
                f"<url><loc>{host}/{name}</loc><lastmod>2020-01-01</lastmod></url>"
                for name in ("first", "private/x", "moved")
            )
            body = gzip.compress(f"<urlset {SITEMAPS}>{urls}<url><loc>ftp://x</loc></url></urlset>".encode())
        elif self.path == "/moved":
            status, headers = 301, {"Location": "/second"}
        elif self.path in ("/first", "/second"):
            body = PAGE.format(self.path[1:].title()).encode()
        else:
            status = 404
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def site(monkeypatch) -> Iterator[tuple[str, list[str]]]:
    monkeypatch.setattr(visits, "PAUSE_SECONDS", 0.0)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Site)
    server.asked = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", server.asked
    server.shutdown()
    server.server_close()


def read(source, **options):
    return list(PageReader(ReaderOptions(allow_private=True, **options)).items(str(source), ZONE))


@pytest.mark.django_db
def test_an_index_of_sitemaps_gives_every_page_or_its_reason(site):
    host, asked = site
    found = read(f"{host}/sitemap_index.xml")

    stories = [item for item in found if isinstance(item, IncomingStory)]
    assert [story.headline for story in stories] == ["First bridge opens", "Second bridge opens"]
    assert stories[1].old_urls == (f"{host}/second", f"{host}/moved")
    broken = {item.item: item.reason for item in found if isinstance(item, Broken)}
    assert "robots.txt" in broken[f"{host}/private/x"]
    assert "404" in broken[f"{host}/none.xml"]
    assert "ftp://x" in broken
    assert "/private/x" not in asked


@pytest.mark.django_db
def test_a_run_that_broke_off_goes_on_where_it_stopped(site):
    host, asked = site
    ImportItem.objects.create(kind="page", source_id=f"{host}/first", digest="x")
    found = read(f"{host}/sitemap_index.xml")

    assert "/first" not in asked
    assert [item.item for item in found if isinstance(item, Skipped)] == [f"{host}/first"]


@pytest.mark.django_db
def test_a_listed_page_is_looked_at_again_after_a_day(site, tmp_path):
    host, _ = site
    ImportItem.objects.create(kind="page", source_id=f"{host}/first", digest="x")
    (tmp_path / "urls.txt").write_text(f"\ufeff# my pages\n{host}/first\n\n{host}/second\r\n")
    soon = read(tmp_path / "urls.txt")
    ImportItem.objects.update(imported_at=timezone.now() - timedelta(days=2))
    later = read(tmp_path / "urls.txt")

    assert [type(item) for item in soon] == [Skipped, IncomingStory]
    assert [type(item) for item in later] == [IncomingStory, IncomingStory]


@pytest.mark.django_db
def test_a_host_that_does_not_answer_is_left_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(visits, "PAUSE_SECONDS", 0.0)
    (tmp_path / "list.txt").write_text("".join(f"http://127.0.0.1:9/{n}\n" for n in range(8)))
    found = read(tmp_path / "list.txt")

    assert len(found) == 8
    assert "asked no more" in found[-1].reason
    assert "reached" in found[0].reason


def test_pages_of_one_host_are_asked_for_slowly(monkeypatch):
    slept = []
    monkeypatch.setattr(visits.time, "sleep", slept.append)
    monkeypatch.setattr(visits, "crawl_delay", lambda *_, **__: 7.0)
    manners = visits.Manners()
    for page in ("https://a.example/1", "https://b.example/1", "https://a.example/2"):
        manners.wait(page)
        manners.went(page, "the server answered 429" if "b." in page else "")
    manners.wait("https://b.example/2")
    manners.wait("https://b.example/3")

    assert slept[0] == slept[1] == 0
    assert 6 < slept[2] <= 7
    assert 13 < slept[4] <= 14


@pytest.mark.django_db
def test_a_folder_gives_its_pages_in_order(tmp_path):
    for name in (
        "b/two.html",
        "a/one.htm",
        "b/two_files/frame.html",
        ".hidden/x.html",
        "a/index.html",
        "robots.txt",
        "a/picture.jpg",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(PAGE.format(path.stem.title()))
    (tmp_path / "a/zempty.html").write_text("")
    (tmp_path / "loop").symlink_to(tmp_path)
    found = read(tmp_path, site="https://old.example/")

    assert [type(item) for item in found] == [Skipped, IncomingStory, IncomingStory, Broken, IncomingStory]
    stories = [item for item in found if isinstance(item, IncomingStory)]
    assert [story.old_urls for story in stories] == [
        ("https://old.example/a/",),
        ("https://old.example/a/one.htm",),
        ("https://old.example/b/two.html",),
    ]
    reader = PageReader(ReaderOptions())
    list(reader.items(str(tmp_path), ZONE))
    assert reader.position <= reader.size(str(tmp_path))


@pytest.mark.django_db
def test_a_sitemap_on_disk_and_its_dangers(tmp_path, monkeypatch):
    path = tmp_path / "sitemap.xml"
    path.write_text(f'<!DOCTYPE x [<!ENTITY a "b">]><urlset {SITEMAPS}><url><loc>&a;</loc></url></urlset>')
    with pytest.raises(UnreadableSource, match="entities"):
        read(path)
    path.write_text(f"<urlset {SITEMAPS}><url><loc>file:///etc/passwd</loc></url></urlset>")
    assert [type(item) for item in read(path)] == [Broken]

    monkeypatch.setattr(sources, "MOST_SITEMAP_BYTES", 1_000_000)
    bomb = tmp_path / "bomb.xml.gz"
    bomb.write_bytes(gzip.compress(f"<urlset {SITEMAPS}>".encode() + b" " * 5_000_000))
    with pytest.raises(UnreadableSource, match="unpacked"):
        read(bomb)
    torn = tmp_path / "torn.xml.gz"
    torn.write_bytes(gzip.compress(f"<urlset {SITEMAPS}>".encode() * 9000)[:-20])
    with pytest.raises(UnreadableSource):
        read(torn)


@pytest.mark.django_db
def test_no_more_pages_than_the_bound(tmp_path, monkeypatch):
    monkeypatch.setattr(sources, "MOST_PAGES", 3)
    for number in range(5):
        (tmp_path / f"{number}.html").write_text(PAGE.format(f"Nr {number}"))
    found = []
    with pytest.raises(UnreadableSource, match="more than 3"):
        found.extend(read(tmp_path))
    reader = PageReader(ReaderOptions()).items(str(tmp_path), ZONE)

    assert [next(reader).headline for _ in range(3)][-1] == "Nr 2 bridge opens"


def test_a_page_alone_is_one_story(tmp_path):
    (tmp_path / "one.html").write_text(PAGE.format("One"))

    assert [story.headline for story in read(tmp_path / "one.html")] == ["One bridge opens"]


def test_a_folder_without_pages_is_said_to_be_one(tmp_path, paper):
    (tmp_path / "notes.pdf").write_bytes(b"%PDF")
    report = run_import("page", [str(tmp_path)])

    assert report.exit_code == 2
    assert "no file in it ends in" in report.errors[0].reason
