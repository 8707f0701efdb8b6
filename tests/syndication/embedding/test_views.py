"""A story on other people's pages: found by its address, shown in a frame, and no more of it than the public may see."""

from html.parser import HTMLParser
from urllib.parse import quote

import pytest
from lxml import etree, html
from wagtail.models import PageViewRestriction

from broadsheet.edge import rules
from broadsheet.newsroom.models import Story
from broadsheet.pictures.services import render
from broadsheet.readers.models import User
from tests.factories import make_picture

CANARY = "Zanzibarquince"
BODY = [("text", f"<p>Public one.</p><p>Public two.</p><p>{CANARY} three.</p>")]
pytestmark = pytest.mark.django_db


@pytest.fixture
def story(paper):
    picture = make_picture()
    render(picture)
    return paper.story(
        "A bridge opens", standfirst="After nine years.", bylines=("Ann Author",), lead_picture=picture
    )


def ask(client, story, query="", **headers):
    address = f"http://testserver/nation/{story.slug}/"
    return client.get(f"/oembed?url={quote(address, safe='')}{query}", headers=headers)


def test_a_site_asks_and_gets_a_frame(client, story):
    answer = ask(client, story)
    members = answer.json()

    assert (members["version"], members["type"], members["title"]) == ("1.0", "rich", "A bridge opens")
    assert members["author_name"] == "Ann Author"
    frame = html.fromstring(members["html"])
    assert frame.tag == "iframe"
    assert frame.get("src") == f"http://testserver/embed/{story.pk}/"
    assert (int(frame.get("width")), int(frame.get("height"))) == (members["width"], members["height"])
    assert members["thumbnail_url"].startswith("http://testserver/media/pictures/")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert f"story/{story.pk}" in answer.headers["Surrogate-Key"].split()


def test_it_stays_within_the_room_that_is_given(client, story):
    for query, width, height in (
        ("&maxwidth=300", 300, 380), ("&maxheight=120", 560, 120), ("&maxwidth=99999&maxheight=99999", 560, 200),
        ("&maxwidth=250&maxheight=200", 250, 200),
    ):  # fmt: skip
        members = ask(client, story, query).json()
        assert (members["width"], members["height"]) == (width, height)
        assert members.get("thumbnail_width", 0) <= int(
            query.partition("maxwidth=")[2].partition("&")[0] or 9999
        )
    for wrong in ("&maxwidth=0", "&maxwidth=-1", "&maxwidth=x", "&maxheight=1e3", "&maxwidth=%D9%A3"):
        assert ask(client, story, wrong).status_code == 400


def test_xml_says_the_same(client, story):
    story.title = "A & B <c> ]]> \x01 — 日本"
    story.save()
    answer = ask(client, story, "&format=xml")
    root = etree.fromstring(answer.content)

    assert answer.headers["Content-Type"].startswith("text/xml")
    assert root.tag == "oembed"
    assert {child.tag: child.text for child in root} == {
        k: str(v) for k, v in ask(client, story).json().items()
    }
    assert root.findtext("title") == "A & B <c> ]]> — 日本"


def test_a_story_page_says_where_to_ask(client, story):
    links = {}

    class Links(HTMLParser):
        def handle_starttag(self, tag, attrs):
            said = dict(attrs)
            if tag == "link" and "oembed" in (said.get("type") or ""):
                links[said["type"]] = said["href"]

    Links().feed(client.get(f"/nation/{story.slug}/").content.decode())

    assert links.keys() == {"application/json+oembed", "text/xml+oembed"}
    for href in links.values():
        assert client.get(href.removeprefix("http://testserver")).status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "http://elsewhere.example/nation/SLUG/", "http://testserver.elsewhere.example/nation/SLUG/", "ftp://testserver/nation/SLUG/",
        "http://user@testserver/nation/SLUG/", "http://testserver/culture/SLUG/", "http://testserver/az/nation/SLUG/",
        "http://testserver/nation/", "http://testserver/", "/nation/SLUG/", "", "http://[/", "http://testserver/nation/%00/",
        "http://testserver/nation/SLUG%00/", "javascript:alert(1)",
    ],
)  # fmt: skip
def test_every_other_address_is_unknown(client, story, address):
    answer = client.get(f"/oembed?url={quote(address.replace('SLUG', story.slug), safe='')}")

    assert answer.status_code == 404


def test_formats_and_methods(client, story):
    assert ask(client, story, "&format=yaml").status_code == 501
    assert client.post("/oembed").status_code in (403, 405)
    assert client.get("/oembed").status_code == 404


def test_a_card_can_be_framed_by_anybody_and_knows_nobody(client, story):
    client.force_login(User.objects.create_superuser("chief@paper.example"))
    answer = client.get(f"/embed/{story.pk}/")
    text = answer.content.decode()
    policy = dict(
        part.strip().partition(" ")[::2] for part in answer.headers["Content-Security-Policy"].split(";")
    )

    assert policy["frame-ancestors"] == "*"
    assert policy["script-src"] == "'none'"
    assert "X-Frame-Options" not in answer.headers
    assert not answer.cookies
    assert "Cookie" not in answer.headers.get("Vary", "")
    assert answer.headers["Cache-Control"].startswith("public")
    assert "<script" not in text
    assert "<style" not in text
    for words in (
        "A bridge opens",
        "After nine years.",
        "Ann Author",
        "The Test Gazette",
        f"http://testserver/nation/{story.slug}/",
    ):
        assert words in text
    elsewhere = client.get(f"/nation/{story.slug}/")
    assert "frame-ancestors 'self'" in elsewhere.headers["Content-Security-Policy"]
    assert elsewhere.headers["X-Frame-Options"] == "SAMEORIGIN"


def test_a_card_speaks_its_storys_language(client, paper):
    story = paper.story("Körpü açılır", language="az")

    text = client.get(f"/embed/{story.pk}/").content.decode()

    assert '<html lang="az" dir="ltr">' in text
    assert ask_az(client, story).json()["title"] == "Körpü açılır"


def ask_az(client, story):
    return client.get(f"/oembed?url=http://testserver/az/nation/{story.slug}/")


@pytest.mark.parametrize("access", ["registered", "metered", "subscribers"])
def test_no_premium_sentence_is_shown(client, paper, access):
    story = paper.story("Premium", access=access, body=BODY, standfirst="Stand first.")

    for address in (f"/embed/{story.pk}/", f"/oembed?url=http://testserver/nation/{story.slug}/"):
        answer = client.get(address)
        assert answer.status_code == 200
        assert CANARY not in answer.content.decode() + str(answer.headers)


def test_what_is_withdrawn_restricted_or_a_draft_is_not_there(client, paper):
    story, draft, closed = (
        paper.story("Wrong"),
        paper.story("Secret draft", live=False),
        paper.story("Closed club"),
    )
    Story.objects.get(pk=story.pk).unpublish()
    PageViewRestriction.objects.create(page=closed, restriction_type="login")

    for gone in (story, draft, closed):
        card = client.get(f"/embed/{gone.pk}/")
        assert (card.status_code, ask(client, gone).status_code) == (404, 404)
        assert gone.title not in card.content.decode()
        assert "frame-ancestors *" in card.headers["Content-Security-Policy"]
    assert client.get(f"/embed/{10**30}/").status_code == 404


def test_the_edge_sends_the_parameters_on():
    assert rules.kept_names(b"/oembed") == {b"url", b"format", b"maxwidth", b"maxheight"}
