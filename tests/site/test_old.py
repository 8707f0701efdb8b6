import pytest
from django.http import HttpResponse
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import PageViewRestriction, Site

from broadsheet.edge import rules
from broadsheet.site.old import OLD_QUERY, OldAddressMiddleware

pytestmark = pytest.mark.django_db


@pytest.fixture
def story(paper):
    story = paper.story("Bridge opens")
    for old in ("/?p=123", "/news.php?id=45&view=story"):
        Redirect.objects.create(
            old_path=Redirect.normalise_path(old), site=Site.objects.get(), redirect_page=story
        )
    return story


@pytest.mark.parametrize(
    "old",
    [
        "/?p=123",
        "/?p=123&utm_source=x",
        "/?fbclid=y&p=123",
        "/news.php?id=45&view=story",
        "/news.php?view=story&id=45",
    ],
)
def test_an_address_in_the_query_leads_to_its_story_for_ever(client, story, old):
    answer = client.get(old)

    assert answer.status_code == 301
    assert answer.headers["Location"].endswith(story.url)


@pytest.mark.parametrize("path", ["/?p=124", "/?p=", "/?p=123x", "/?id=123", "/?p=%00", "/?p=" + "9" * 300])
def test_another_one_is_the_page_that_it_stands_on(client, story, path):
    assert client.get(path).status_code == 200


@pytest.mark.parametrize("old", ["/?p=123", "/2015/bridge/", "/2015/bridge/?utm_source=x"])
def test_the_way_to_a_withdrawn_story_does_not_tell_its_address(client, story, old):
    Redirect.objects.create(old_path="/2015/bridge", site=Site.objects.get(), redirect_page=story)
    assert client.get(old).status_code == 301

    story.unpublish()
    answer = client.get(old)
    assert answer.status_code in (200, 404)
    assert story.slug not in answer.headers.get("Location", "") + answer.content.decode()


def test_a_story_behind_a_closed_section_is_not_told_either(client, story, paper):
    PageViewRestriction.objects.create(
        page=paper.sections["en", "nation"], restriction_type=PageViewRestriction.LOGIN
    )

    assert client.get("/news.php?id=45&view=story").status_code == 404


def test_other_redirects_of_editors_lead_where_they_say(client, paper):
    site = Site.objects.get()
    Redirect.objects.create(
        old_path="/go", site=site, redirect_link="https://other.example/", is_permanent=False
    )
    Redirect.objects.create(old_path="/gone", site=site, redirect_link="")

    assert client.get("/go/?x=1").status_code == 302
    assert client.get("/go/").headers["Location"] == "https://other.example/"
    assert client.get("/gone/").status_code == 404


def test_a_page_that_is_there_asks_nothing(rf, story, django_assert_num_queries):
    with django_assert_num_queries(0):
        OldAddressMiddleware(lambda request: HttpResponse())(rf.get("/latest/?before=x"))


def test_the_edge_keeps_the_same_parameters():
    assert {name.encode() for name in OLD_QUERY} == rules.OLD_QUERY
    assert not rules.OLD_QUERY & rules.NAMED_QUERY
