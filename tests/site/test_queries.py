import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from broadsheet.newsroom.models import Topic
from broadsheet.site.services import index_missing
from tests.factories import Paper, make_gallery, make_picture

pytestmark = pytest.mark.django_db
PICTURE_COUNT = 6


def fill(paper: Paper, count: int) -> str:
    pictures = [make_picture() for _ in range(PICTURE_COUNT)]
    section = paper.sections["en", "nation"]
    topic = Topic.objects.create(name="Water", locale=section.locale)
    gallery = make_gallery(section, "Gallery", pictures)
    related = paper.story("Related", hours_ago=900)
    body = [
        ("text", f'<p>One <a linktype="page" id="{related.pk}">link</a>.</p><p>Two.</p>'),
        ("picture", {"picture": pictures[1].pk}),
        ("gallery", {"gallery": gallery.pk, "pictures": []}),
        ("related", {"story": related.pk}),
        ("text", "<p>Three.</p>"),
    ]
    for n in range(count):
        paper.story(
            f"Filler {n}",
            hours_ago=n + 2,
            bylines=("Ann Author", "Bob Author"),
            lead_picture=pictures[n % PICTURE_COUNT],
        )
    paper.story(
        "The story",
        slug="the-story",
        body=body,
        bylines=("Ann Author",),
        topics=(topic,),
        lead_picture=pictures[0],
    )
    front = paper.fronts["en"]
    front.refresh_from_db()
    box = {
        "title": "",
        "layout": "grid",
        "slots": 6,
        "cards": [],
        "refill_section": section.pk,
        "refill_topic": "",
        "refill_genre": "",
        "refill": True,
    }
    front.containers = [{"type": "container", "value": {**box, "title": f"Box {n}"}} for n in range(8)]
    front.save_revision().publish(skip_permission_checks=True)
    index_missing(500)
    return "/nation/the-story/"


def count(client, path: str) -> int:
    client.get(path)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get(path).status_code == 200
    return len(queries)


BOUNDS = {
    "/nation/the-story/": 13,
    "/": 25,
    "/nation/": 10,
    "/latest/": 10,
    "/author/ann-author/": 10,
    "/topic/water/": 10,
}


def test_query_counts_stay_within_their_bounds_and_do_not_grow_with_the_archive(client, paper):
    fill(paper, 30)
    few = {path: count(client, path) for path in BOUNDS}
    for n in range(60):
        paper.story(f"Older {n}", hours_ago=n + 50, bylines=("Ann Author",))
    many = {path: count(client, path) for path in BOUNDS}

    assert few == many
    assert {path: n for path, n in many.items() if n > BOUNDS[path]} == {}
