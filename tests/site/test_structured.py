"""Pages say in schema.org's words and in Open Graph's what they are, and nothing that the reader may not have."""

import html as html_module
import json

import pytest
from django.utils import timezone

from broadsheet.intake.services import run_import
from broadsheet.newsroom.models import Author, Correction, InfoPage, ShareCard, Story, Topic
from broadsheet.pictures.models import Picture
from broadsheet.pictures.services import render
from tests.factories import make_gallery, make_picture
from tests.site.structured import Vocabulary, open_graph, things_of, wrong

pytestmark = pytest.mark.django_db
NEWS = {
    "NewsArticle",
    "AnalysisNewsArticle",
    "OpinionNewsArticle",
    "BackgroundNewsArticle",
    "LiveBlogPosting",
}


@pytest.fixture
def vocabulary(corpora):
    return Vocabulary(corpora / "corpora" / "schemaorg-news" / "schemaorg-current-https-30.0.jsonld.xz")


def read(client, path):
    page = client.get(path)
    assert page.status_code == 200, path
    return page.content.decode()


def one(things, kind):
    return next(thing for thing in things if thing["@type"] == kind)


@pytest.fixture
def full(paper):
    """A paper in which there is something to say of everything."""
    section = paper.sections["en", "nation"]
    picture, topic = make_picture(caption="A card"), Topic.objects.create(name="Water", locale=section.locale)
    facts = {"lead_picture": picture, "bylines": ("Ann Author",), "topics": (topic,), "standfirst": "Stand."}
    for genre in ("news", "analysis", "opinion", "explainer", "live"):
        paper.story(f"The {genre} <&> story", slug=genre, genre=genre, access="subscribers", **facts)
    first = Story.objects.get(slug="news")
    paper.story("Bir", slug="bir", language="az", translation_key=first.translation_key)
    paper.story("Nobody's", slug="nobody")
    Author.objects.update(photo=picture, bio="Ann <b>writes</b>.", role="Reporter", beat="Rivers")
    make_gallery(section, "Pictures", [picture, make_picture()], slug="pictures")
    for each in Picture.objects.all():
        render(each)
    Picture.objects.update(released=True)
    front = paper.fronts["en"]
    front.refresh_from_db()
    front.follow = json.dumps(
        [
            {
                "type": "account",
                "value": {"service": "X", "handle": "@gazette", "url": "https://x.example/gazette"},
            }
        ]
    )
    front.save()
    for states in ("publishingPrinciples", "ethicsPolicy"):
        front.refresh_from_db()
        front.add_child(
            instance=InfoPage(title=states, slug=states.lower(), states=states, locale=front.locale)
        )
    return paper


PATHS = (
    *("/", "/nation/", "/topic/water/", "/author/ann-author/", "/nation/pictures/", "/az/nation/bir/"),
    *("/nation/news/", "/nation/analysis/", "/nation/opinion/", "/nation/explainer/", "/nation/live/"),
)


@pytest.mark.parametrize("path", PATHS)
def test_a_page_has_all_that_google_asks_for_and_recommends(client, full, path):
    things = things_of(read(client, path), f"http://testserver{path}")
    errors, warnings = wrong(things)
    assert errors == []
    assert [w for w in warnings if "/bir/" not in path] == []


def test_every_word_is_schema_orgs(client, full, vocabulary):
    for path in PATHS:
        assert vocabulary.unknown(things_of(read(client, path), path)) == [], path


def test_the_paper_says_where_it_lays_down_how_it_works(client, full):
    things = things_of(read(client, "/"), "/")
    paper = one(things, "NewsMediaOrganization")
    assert paper["publishingPrinciples"] == "http://testserver/publishingprinciples/"
    assert paper["ethicsPolicy"] == "http://testserver/ethicspolicy/"
    assert paper["correctionsPolicy"] == "http://testserver/corrections/"
    search = one(things, "WebSite")["potentialAction"]
    assert search["target"]["urlTemplate"] == "http://testserver/search/?q={search_term_string}"


def test_a_premium_story_is_marked_and_none_of_its_hidden_words_are_told(client, full):
    story = Story.objects.get(slug="news")
    story.body = json.dumps([{"type": "text", "value": "<p>One.</p><p>Two.</p><p>Zanzibarquince.</p>"}])
    story.save()
    page = read(client, "/nation/news/")
    article = one(things_of(page, "/"), "NewsArticle")
    assert "Zanzibarquince" not in page
    assert article["isAccessibleForFree"] is False
    assert article["hasPart"]["cssSelector"] == ".story__body"
    assert 'class="story__body"' in page
    assert "wordCount" not in article


def test_dates_pictures_and_the_way_there(client, full):
    story = Story.objects.get(slug="news")
    things = things_of(read(client, "/nation/news/"), "/")
    article = one(things, "NewsArticle")
    assert article["datePublished"].endswith("+04:00")
    assert [(i["width"], i["height"]) for i in article["image"]] == [(640, 427), (1200, 630)]
    assert all(
        client.get(i["url"].removeprefix("http://testserver")).status_code == 200 for i in article["image"]
    )
    trail = one(things, "BreadcrumbList")["itemListElement"]
    assert [step["name"] for step in trail] == ["The Test Gazette", "Nation", "The news <&> story"]
    Correction.objects.create(story=story, kind="correction", text="It was Tuesday.")
    article = one(things_of(read(client, "/nation/news/"), "/"), "NewsArticle")
    assert article["correction"][0]["text"] == "It was Tuesday."
    assert article["dateModified"] > article["datePublished"]


def test_open_graph_is_complete(client, full):
    said = open_graph(read(client, "/nation/news/"), "/")
    told = {name: [html_module.unescape(v) for v in values] for name, values in said.items()}
    assert told["og:locale"] == ["en_US"]
    assert told["og:locale:alternate"] == ["az_AZ"]
    assert told["og:image:alt"] == ["A test card"]
    assert told["article:section"] == ["Nation"]
    assert told["article:tag"] == ["Water"]
    assert told["article:author"] == ["http://testserver/author/ann-author/"]
    assert told["twitter:card"] == ["summary_large_image"]
    assert told["twitter:site"] == ["@gazette"]
    assert {*("og:title", "og:description", "og:type", "og:url", "og:site_name")} <= set(told)
    assert {*("article:published_time", "article:modified_time")} <= set(told)
    assert open_graph(read(client, "/nation/nobody/"), "/")["twitter:card"] == ["summary"]


def test_the_share_card_stands_for_the_story_once_it_is_made(client, full):
    story = Story.objects.get(slug="news")
    ShareCard.objects.update_or_create(story=story, defaults={"digest": "abc", "file": "cards/x.jpg"})
    page = read(client, "/nation/news/")
    said = open_graph(page, "/")
    assert said["og:image"] == [f"http://testserver/share/{story.pk}-abc.jpg"]
    assert html_module.unescape(said["og:image:alt"][0]) == "The news <&> story"
    images = one(things_of(page, "/"), "NewsArticle")["image"]
    assert images[-1]["url"] == said["og:image"][0]


def test_a_page_knows_its_own_address_and_those_of_its_translations(client, full):
    page = read(client, "/nation/news/")
    assert '<link rel="canonical" href="http://testserver/nation/news/">' in page
    for code, path in (("en", "/nation/news/"), ("az", "/az/nation/bir/"), ("x-default", "/nation/news/")):
        assert f'<link rel="alternate" hreflang="{code}" href="http://testserver{path}">' in page
    assert "max-image-preview:large" in page
    assert '<link rel="license" type="application/rsl+xml" href="http://testserver/license.xml">' in page


def test_further_down_a_list_is_a_page_of_its_own(client, paper):
    for n in range(25):
        paper.story(f"S {n}", hours_ago=n + 1)
    page = client.get("/nation/")
    older = str(page.context["listing"].older)
    further = read(client, f"/nation/?before={older}&utm=1")
    assert f'<link rel="canonical" href="http://testserver/nation/?before={older}">' in further
    assert 'hreflang="en" href' not in further.split("</head>")[0]


def test_what_is_not_for_searchers_says_so(client, full):
    assert 'content="noindex, follow"' in read(client, "/search/?q=x")
    assert "max-image-preview" not in read(client, "/search/?q=x")


def test_an_imported_archive_has_no_error(client, paper, vocabulary, corpora):
    source = corpora / "corpora" / "wxr-wordpress" / "themeunittestdata.wordpress.xml"
    run_import("wxr", [str(source)], section="nation")
    for picture in Picture.objects.all():
        render(picture)
    stories = Story.objects.filter(live=True)
    assert stories.count() > 20
    for story in stories:
        path = f"/nation/{story.slug}/"
        things = things_of(read(client, path), f"http://testserver{path}")
        assert wrong(things)[0] == [], path
        assert vocabulary.unknown(things) == [], path
        assert timezone.is_aware(story.published_at)
