"""Every feed of the demo, of imported archives and of a paper of odd strings is valid, and real programs read it."""

import json
import shutil
import sqlite3
import subprocess

import feedparser
import pytest
from jsonschema import Draft4Validator
from referencing import Registry
from referencing.jsonschema import DRAFT4

from broadsheet.intake.services import run_import
from broadsheet.newsroom.models import Author, Section, Topic
from broadsheet.newsroom.selectors import author_named, section_named, topic_named
from broadsheet.site.services import index_missing
from tests.factories import make_paper, make_picture
from tests.syndication.feeds import rules
from tests.syndication.papers import set_demo

KINDS = ("rss", "atom", "json")


def lists(languages):
    """The paths of every list's feeds, without suffix."""
    for language in languages:
        yield f"{'' if language == 'en' else f'/{language}'}/feeds/latest"
    for model, named in ((Section, section_named), (Author, author_named), (Topic, topic_named)):
        for row in model.objects.select_related("locale"):
            yield f"{named(row, row.locale.language_code).path}feed"


def pages(client, path, kind, most=3):
    """The feed and what follows it."""
    address, count = f"{path}.{kind}", 0
    while address and count < most:
        answer = client.get(address.removeprefix("http://testserver"))
        assert answer.status_code == 200, address
        yield answer.content
        if kind == "json":
            address = json.loads(answer.content).get("next_url", "")
        else:
            links = feedparser.parse(answer.content).feed.get("links", [])
            address = next((link.href for link in links if link.rel == "next"), "")
        count += 1


@pytest.fixture
def schema(corpora):
    """JSON Feed 1.1, which refers to 1."""
    folder = corpora / "corpora/jsonfeed/schemas/json"
    first, later = (json.loads((folder / name).read_text()) for name in ("feed-1.json", "feed.json"))
    return Draft4Validator(later, registry=Registry().with_resource("feed-1", DRAFT4.create_resource(first)))


def check(client, schema, languages=("en",), advice=frozenset()):
    """Every list's feeds hold to the rules, but for `advice`, and programs find the same stories in all three."""
    count = 0
    for path in lists(languages):
        found = {}
        for kind in KINDS:
            ids = []
            for body in pages(client, path, kind):
                if kind == "json":
                    feed = json.loads(body)
                    assert [error.message for error in schema.iter_errors(feed)] == [], path
                    ids += [item["id"] for item in feed["items"]]
                else:
                    assert set(rules.check(body)) <= set(advice), path
                    read = feedparser.parse(body)
                    assert not read.bozo, (path, read.get("bozo_exception"))
                    assert all(e.published_parsed and e.link and e.id for e in read.entries)
                    ids += [entry.id for entry in read.entries]
                count += 1
            found[kind] = ids
        assert found["rss"] == found["atom"] == found["json"], path
    return count


def test_the_demo_paper(client, db, tmp_path, schema):
    set_demo(tmp_path)
    assert check(client, schema, ("en", "az", "ru", "ar")) > 250


@pytest.mark.parametrize(
    ("kind", "source"),
    [
        ("wxr", "wxr-wordpress/themeunittestdata.wordpress.xml"),
        ("ghost", "ghost/export"),
    ],
)
def test_archives(client, db, corpora, schema, kind, source):
    make_paper(("en",))
    path = corpora / "corpora" / source
    files = sorted(p for p in path.rglob("*.json")) if path.is_dir() else [path]
    report = run_import(kind, [str(file) for file in files])
    assert report.created > 5
    # What stands in strangers' headlines is theirs: validators advise against markup in titles.
    assert check(client, schema, advice={"ContainsHTML"}) > 3


def test_odd_strings(client, db, corpora, schema):
    paper = make_paper(("en",))
    strings = [
        string.replace("\x00", "") or "x"
        for string in json.loads((corpora / "corpora/naughty-strings/blns.json").read_text())
    ]
    picture = make_picture(caption="x")
    for start in range(0, len(strings) - 8, 8):
        title, stand, text, html, name, by, terms, source = strings[start : start + 8]
        topic, _ = Topic.objects.get_or_create(
            slug=f"t-{start}", locale=paper.fronts["en"].locale, defaults={"name": name[:100] or "x"}
        )
        story = paper.story(
            title[:255].strip() or "x",
            standfirst=stand,
            body=[("text", f"<p>{text}</p>"), ("html", html), ("quote", {"quote": text, "by": by})],
            topics=(topic,),
            lead_picture=picture,
            lead_caption=by[:200],
            usage_terms=terms,
            source_name=source[:100],
        )
        assert story.pk
    assert check(client, schema, advice={"ContainsHTML"}) > 100


def test_an_odd_search_is_valid(client, paper, schema):
    paper.story("A <b>&amp; ]]> \u202e story")
    index_missing()
    for asked in (
        "story",
        "]]>",
        "<b>",
        "\u202e",
        "a&b=c#d",
        "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
    ):
        for kind in KINDS:
            answer = client.get(f"/search/feed.{kind}", {"q": asked})
            assert answer.status_code == 200
            if kind == "json":
                assert list(schema.iter_errors(json.loads(answer.content))) == []
            else:
                assert rules.errors(answer.content) == []


@pytest.mark.skipif(shutil.which("newsboat") is None, reason="newsboat is not on this machine")
@pytest.mark.parametrize("path", ["feeds/latest.rss", "nation/feed.atom"])
def test_newsboat_reads_it(transactional_db, live_server, tmp_path, path):
    paper = make_paper(("en",))
    headline = "Bakı – “it’s” 5 < 6 & more"
    paper.story(headline, body=[("text", "<p>Whole <b>text</b>.</p>")], bylines=("Ann Author",))
    paper.story("Premium", access="subscribers")
    (tmp_path / "urls").write_text(f"{live_server.url}/{path}\n")
    (tmp_path / "config").write_text("")
    files = ["-u", tmp_path / "urls", "-c", tmp_path / "cache.db", "-C", tmp_path / "config"]
    env = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
    subprocess.run(["newsboat", *map(str, files), "-x", "reload"], check=True, timeout=60, env=env)
    with sqlite3.connect(tmp_path / "cache.db") as cache:
        items = dict(cache.execute("SELECT title, author || ' ' || content FROM rss_item").fetchall())
    assert set(items) == {headline, "Premium"}
    assert items[headline].startswith("Ann Author ")
    assert "Whole <b>text</b>." in items[headline]
