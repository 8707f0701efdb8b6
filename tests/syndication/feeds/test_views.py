"""Each list has its feeds in three formats, at addresses of each language, in pages, with the keys of what they show."""

import json
from datetime import timedelta

import feedparser
import pytest
from django.utils import timezone
from lxml import etree

from broadsheet.newsroom.models import Topic
from broadsheet.pictures.services import render_pending
from broadsheet.site.services import index_missing
from tests.factories import make_picture

KINDS = ("rss", "atom", "json")
TYPES = {"rss": "application/rss+xml", "atom": "application/atom+xml", "json": "application/feed+json"}
CANARY = "Zanzibarquince"


def titles(answer):
    """The titles of any of the three kinds."""
    if "json" in answer.headers["Content-Type"]:
        return [item["title"] for item in json.loads(answer.content)["items"]]
    return [entry.title for entry in feedparser.parse(answer.content).entries]


def next_of(answer):
    """Where it goes on."""
    if "json" in answer.headers["Content-Type"]:
        return json.loads(answer.content).get("next_url", "")
    links = feedparser.parse(answer.content).feed.links
    return next((link.href for link in links if link.rel == "next"), "")


@pytest.fixture
def filed(paper):
    topic = Topic.objects.create(name="Bridges", slug="bridges", locale=paper.fronts["en"].locale)
    paper.story("In nation", bylines=("Ann Author",), topics=(topic,), hours_ago=3)
    paper.story("In culture", section="culture", hours_ago=2)
    paper.story("Azərbaycanca", language="az", hours_ago=1)
    return paper


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("/feeds/latest", ["In culture", "In nation"]),
        ("/nation/feed", ["In nation"]),
        ("/author/ann-author/feed", ["In nation"]),
        ("/topic/bridges/feed", ["In nation"]),
        ("/az/feeds/latest", ["Azərbaycanca"]),
        ("/az/nation/feed", ["Azərbaycanca"]),
        ("/az/culture/feed", []),
    ],
)
def test_every_list_has_its_feeds(client, filed, address, expected, kind):
    answer = client.get(f"{address}.{kind}")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == f"{TYPES[kind]}; charset=utf-8"
    assert titles(answer) == expected


@pytest.mark.parametrize("kind", KINDS)
def test_a_search_is_a_feed(client, filed, kind):
    index_missing()
    answer = client.get(f"/search/feed.{kind}?q=culture&order=x&other=1")
    assert titles(answer) == ["In culture"]
    assert f"/search/feed.{kind}?q=culture" in answer.content.decode()
    assert "other=1" not in answer.content.decode()


@pytest.mark.parametrize(
    "address",
    [
        "/nothing/feed.rss",
        "/author/nobody/feed.atom",
        "/topic/nothing/feed.json",
        "/search/feed.rss",
        "/search/feed.rss?q=",
        "/feeds/latest.xml",
        "/feeds/latest.rss?before=forged",
    ],
)
def test_what_is_no_feed_is_not_found(client, filed, address):
    assert client.get(address).status_code == 404


def test_a_closed_section_has_no_feed(client, filed):
    filed.sections["en", "culture"].unpublish()
    assert client.get("/culture/feed.rss").status_code == 404
    assert titles(client.get("/feeds/latest.rss")) == ["In nation"]


@pytest.mark.parametrize("kind", KINDS)
def test_pages_follow_each_other_to_the_end(client, paper, kind):
    for number in range(45):
        paper.story(f"Story {number:02}", hours_ago=number)
    found, address = [], f"/feeds/latest.{kind}"
    pages = 0
    while address:
        answer = client.get(address.removeprefix("http://testserver"))
        found += titles(answer)
        address = next_of(answer)
        pages += 1
    assert found == [f"Story {number:02}" for number in range(45)]
    assert pages == 3


def test_queries_do_not_grow_with_the_stories(client, paper, django_assert_num_queries):
    def add(count):
        for number in range(count):
            body = [
                ("text", '<p>One <a linktype="page" id="3">two</a>.</p>'),
                ("facts", {"title": "", "text": "<p>x</p>"}),
            ]
            paper.story(f"S {number}", bylines=("Ann Author",), body=body, lead_picture=make_picture())

    add(1)
    # The first learns where the front page is.
    client.get("/feeds/latest.rss")
    with django_assert_num_queries(10):
        client.get("/feeds/latest.rss")
    add(15)
    with django_assert_num_queries(10):
        client.get("/feeds/latest.rss")


@pytest.mark.parametrize("kind", KINDS)
def test_only_free_stories_are_whole(client, paper, kind):
    body = [
        ("text", f"<p>Public one.</p><p>Public two.</p><p>{CANARY} three.</p>"),
        ("quote", {"quote": CANARY, "by": ""}),
    ]
    for access in ("registered", "metered", "subscribers"):
        paper.story(access, access=access, body=body)
    paper.story("Draft", live=False, body=[("text", f"<p>{CANARY}</p>")])
    answer = client.get(f"/feeds/latest.{kind}")
    assert CANARY not in answer.content.decode()
    assert CANARY not in str(answer.headers)
    assert "Public one." in answer.content.decode()
    assert "Read the whole story on our site" in answer.content.decode()
    paper.story("free", access="free", body=body)
    assert answer.content.decode().count(CANARY) == 0
    assert client.get(f"/feeds/latest.{kind}").content.decode().count(CANARY) >= 2


def test_an_identity_outlives_the_address(client, paper):
    story = paper.story("Moved")
    before = feedparser.parse(client.get("/feeds/latest.rss").content).entries[0]
    story.slug, story.title = "elsewhere", "Renamed"
    story.save()
    after = feedparser.parse(client.get("/feeds/latest.rss").content).entries[0]
    assert before.id == after.id
    assert before.link != after.link
    assert not after.guidislink


def test_an_update_moves_the_modification_and_not_the_publication(client, paper):
    story = paper.story("Updated", hours_ago=5)
    story.updated_at = timezone.now() - timedelta(hours=1)
    story.save()
    for kind in ("rss", "atom"):
        entry = feedparser.parse(client.get(f"/feeds/latest.{kind}").content).entries[0]
        assert entry.updated_parsed[:5] == story.updated_at.utctimetuple()[:5]
        assert entry.published_parsed[:5] == story.published_at.utctimetuple()[:5]


def test_a_picture_is_an_enclosure_with_its_length(client, paper, settings):
    picture = make_picture(caption="A bridge", credit="Ann / Gazette")
    paper.story("Seen", lead_picture=picture)
    render_pending()
    entry = feedparser.parse(client.get("/feeds/latest.rss").content).entries[0]
    (file,) = entry.enclosures
    assert file.type == "image/jpeg"
    assert file.href.startswith("http://testserver/media/pictures/")
    path = f"{settings.MEDIA_ROOT}{file.href.removeprefix('http://testserver/media')}"
    with open(path, "rb") as stored:
        assert len(stored.read()) == int(file.length)
    assert entry.media_content[0]["medium"] == "image"
    assert entry.media_credit[0]["content"] == "Ann / Gazette"
    item = json.loads(client.get("/feeds/latest.json").content)["items"][0]
    assert item["attachments"][0]["size_in_bytes"] == int(file.length)


def test_a_feed_has_the_keys_of_what_it_shows(client, paper):
    story = paper.story("Shown", bylines=("Ann Author",))
    first = client.get("/nation/feed.atom")
    section = paper.sections["en", "nation"]
    keys = set(first.headers["Surrogate-Key"].split())
    assert {f"story/{story.pk}", f"latest/section/{section.pk}", f"section/{section.pk}", "feeds"} <= keys
    assert "s-maxage" in first.headers["Cache-Control"]
    assert first.headers["Last-Modified"]
    assert 'rel="hub"' in first.headers["Link"]
    assert '<http://testserver/nation/feed.atom>; rel="self"' in first.headers["Link"]


def test_a_withdrawn_story_leaves_every_feed(client, paper):
    story = paper.story("Withdrawn", bylines=("Ann Author",))
    story.unpublish()
    for address in (
        "/feeds/latest.rss",
        "/nation/feed.json",
        "/author/ann-author/feed.atom",
        "/search/feed.rss?q=Withdrawn",
    ):
        assert titles(client.get(address)) == []


def test_languages_and_rights_are_said(client, paper):
    paper.story("Agency", source_name="AFP", source_url="https://afp.example/x", usage_terms="No archive.")
    rss = etree.fromstring(client.get("/feeds/latest.rss").content)
    assert rss.findtext("channel/language") == "en"
    assert rss.findtext("channel/copyright").startswith("© 20")
    assert rss.findtext("channel/item/{http://purl.org/dc/elements/1.1/}rights") == "No archive."
    atom = etree.fromstring(client.get("/az/feeds/latest.atom").content)
    assert atom.get("{http://www.w3.org/XML/1998/namespace}lang") == "az"
    item = json.loads(client.get("/feeds/latest.json").content)["items"][0]
    assert item["external_url"] == "https://afp.example/x"
