import pytest
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Site

from broadsheet.edge import rules
from broadsheet.site.old import OLD_QUERY

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


def test_a_withdrawn_story_is_not_told_by_its_old_address(client, story):
    story.unpublish()

    assert client.get("/?p=123", follow=True).status_code == 404


def test_pages_without_such_a_query_ask_nothing(client, story, django_assert_max_num_queries):
    client.get("/latest/")
    with django_assert_max_num_queries(0):
        from django.test import RequestFactory

        from broadsheet.site.old import OldAddressMiddleware

        OldAddressMiddleware(lambda request: None)(RequestFactory().get("/latest/?before=x"))


def test_the_edge_keeps_the_same_parameters():
    assert {name.encode() for name in OLD_QUERY} == rules.OLD_QUERY
    assert not rules.OLD_QUERY & rules.NAMED_QUERY
