"""What stands at the API's addresses: all that is public, in pages that don't shift, and nothing else."""

import re
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import PageViewRestriction

from broadsheet.newsroom.models import Correction, Story, Topic
from broadsheet.newsroom.services import settle_files
from broadsheet.pictures.services import render
from broadsheet.site.services import index_story
from tests.factories import make_author, make_gallery, make_picture

from .conftest import BODY, CANARY

pytestmark = pytest.mark.django_db
LIMITS = re.compile("broadsheet_cache|SAVEPOINT")


def make_topic(paper, name):
    return Topic.objects.create(name=name, locale=paper.fronts["en"].locale)


def walk(api, path):
    """All items of a list, page by page."""
    found = []
    while path:
        page = api.read(path)
        found += page["items"]
        path = (page["next"] or "").partition("/api/v1/")[2]
    return found


def test_a_story_with_all_that_it_has(paper, api):
    topic = make_topic(paper, "Bridges")
    picture = make_picture(caption="The old bridge")
    render(picture)
    story = paper.story(
        "A bridge opens",
        kicker="Transport",
        standfirst="After nine years.",
        bylines=("Ann Author",),
        topics=(topic,),
        lead_picture=picture,
        source_name="Agency",
        usage_terms="for the newsroom only",
        genre="feature",
    )
    Correction.objects.create(story=story, kind="correction", text="It took eight.")

    found = api.read(f"stories/{story.pk}")

    assert found["url"] == f"http://testserver/nation/{story.slug}/"
    assert (found["headline"], found["kicker"], found["genre"]) == ("A bridge opens", "Transport", "feature")
    assert found["section"] | {"id": 0} == {
        "id": 0,
        "name": "Nation",
        "slug": "nation",
        "url": "http://testserver/nation/",
    }
    assert [a["name"] for a in found["authors"]] == ["Ann Author"]
    assert [t["name"] for t in found["topics"]] == ["Bridges"]
    assert found["picture"]["caption"] == "The old bridge"
    assert [file["width"] for file in found["picture"]["files"]] == sorted(
        f["width"] for f in found["picture"]["files"]
    )
    assert found["source"] == {"name": "Agency", "url": None}
    assert [note["text"] for note in found["corrections"]] == ["It took eight."]
    assert found["is_whole"] is True
    assert found["body_html"].startswith("<p>First paragraph.</p>")
    assert datetime.fromisoformat(found["published"]).utcoffset() == timedelta(hours=4)
    assert "newsroom only" not in str(found)


def test_pages_do_not_shift_and_end(paper, api):
    stories = [paper.story(f"Story {n}", hours_ago=n) for n in range(7)]
    first = api.read("stories?limit=3")
    paper.story("Breaking", hours_ago=0)

    rest = walk(api, first["next"].partition("/api/v1/")[2])

    assert [s["id"] for s in first["items"] + rest] == [s.pk for s in stories]
    assert api.get("stories?limit=3").headers["Link"].endswith('rel="next"')
    assert "Link" not in api.get("stories?limit=100").headers


def test_filters(paper, api):
    topic = make_topic(paper, "Bridges")
    plain = paper.story("Plain", hours_ago=1)
    ann = paper.story("By Ann", bylines=("Ann Author",), hours_ago=30)
    filed = paper.story("Filed", topics=(topic,), genre="opinion", hours_ago=50)
    culture = paper.story("Culture", section="culture", access="subscribers", hours_ago=3)
    azeri = paper.story("Azeri", language="az", hours_ago=2)
    author = make_author(paper.sections["en", "nation"], "Ann Author")
    yesterday = (timezone.now() - timedelta(hours=24)).strftime("%Y-%m-%dT%H:%M:%SZ")

    def ids(query):
        return [story["id"] for story in api.read(f"stories?{query}")["items"]]

    assert ids("") == [plain.pk, culture.pk, ann.pk, filed.pk]
    assert ids("language=az") == ids("section=nation&language=az") == [azeri.pk]
    assert ids(f"section={paper.sections['az', 'nation'].pk}") == [azeri.pk]
    assert ids("section=culture") == ids("access=subscribers") == [culture.pk]
    assert ids("author=ann-author") == ids(f"author={author.pk}") == [ann.pk]
    assert (
        ids("topic=bridges") == ids("genre=opinion") == ids(f"topic={topic.pk}&genre=opinion") == [filed.pk]
    )
    assert ids(f"since={yesterday}") == [plain.pk, culture.pk]
    assert ids(f"until={yesterday}") == [ann.pk, filed.pk]
    assert ids("genre=live") == []
    api.get("stories?section=sport", 404)
    api.get("stories?author=nobody", 404)


def test_a_filter_that_lets_little_through_walks_no_archive(paper, api, monkeypatch):
    monkeypatch.setattr("broadsheet.syndication.api.listing.LOOKS", (1, 3))
    monkeypatch.setattr("broadsheet.syndication.api.listing.FEW", 2)
    kinds = ["free", "metered", "metered", "metered", "metered", "metered", "free", "free", "metered", "free"]
    stories = [
        paper.story(f"S {n}", access=kind, hours_ago=n, genre="opinion", bylines=("Ann Author",))
        for n, kind in enumerate(kinds)
    ]
    free = [story.pk for story, kind in zip(stories, kinds, strict=True) if kind == "free"]

    first = api.read("stories?access=free&limit=3")

    assert [s["id"] for s in first["items"]] == free[:1]
    assert first["next"]
    assert [s["id"] for s in walk(api, "stories?access=free&limit=3")] == free
    assert [s["id"] for s in walk(api, "stories?access=free&limit=1")] == free
    assert [s["id"] for s in walk(api, "stories?genre=opinion&author=ann-author&limit=3")] == [
        s.pk for s in stories
    ]
    assert walk(api, "stories?access=subscribers") == []


def test_what_changed_since(paper, api):
    old = paper.story("Old", hours_ago=48)
    paper.story("Older", hours_ago=72)
    moment = timezone.now().isoformat().replace("+", "%2B")
    story = Story.objects.get(pk=old.pk)
    story.title = "Old, mended"
    story.save_revision().publish()

    changed = api.read(f"stories?updated_since={moment}")["items"]

    assert [story["headline"] for story in changed] == ["Old, mended"]
    assert len(api.read("stories?updated_since=2001-01-01")["items"]) == 2


def test_only_wanted_fields(paper, api):
    paper.story("One")

    assert api.read("stories?fields=headline")["items"][0].keys() == {"id", "headline"}
    assert "body_html" not in api.read("stories")["items"][0]
    assert api.read("stories?fields=body_html")["items"][0]["body_html"]


@pytest.mark.parametrize("access", ["registered", "metered", "subscribers"])
def test_no_premium_sentence_leaves_without_a_key_for_it(paper, api, partner, access):
    picture = make_picture(caption=f"{CANARY} caption")
    render(picture)
    body = [*BODY, ("picture", {"picture": picture.pk, "alt": "", "caption": CANARY})]
    story = paper.story("Premium", access=access, body=body, standfirst="Stand first.")
    settle_files(story)
    picture.refresh_from_db()
    assert picture.released
    index_story(story)
    addresses = [
        "stories", "stories?fields=body_html,headline", f"stories/{story.pk}", "pictures", "search?q=premium",
        f"search?q={CANARY}", f"search?q={CANARY}&order=newest", "search?q=premium&fields=body_html",
    ]  # fmt: skip

    for address in addresses:
        answer = api.get(address)
        said = answer.content.decode().replace(f"q={CANARY}", "")
        assert CANARY not in said, address
        assert CANARY not in str(answer.headers), address
    api.get(f"pictures/{picture.pk}", 404)
    whole = partner.get(f"stories/{story.pk}")
    assert CANARY in whole.json_["body_html"]
    assert whole.headers["Cache-Control"] == "private, no-cache"


def test_a_withdrawn_story_is_gone_and_a_draft_was_never_there(paper, api):
    story, draft = paper.story("Wrong"), paper.story("Draft", live=False)
    Story.objects.get(pk=story.pk).unpublish()
    closed = paper.story("Closed")
    PageViewRestriction.objects.create(page=closed, restriction_type="login")

    assert api.read(f"stories/{story.pk}", 410)["type"].endswith("#gone")
    api.get(f"stories/{closed.pk}", 410)
    api.get(f"stories/{draft.pk}", 404)
    api.get("stories/0", 404)
    api.get(f"stories/{10**30}", 404)
    assert api.read("stories")["items"] == []


def test_search_finds_what_is_public(paper, api):
    for n in range(3):
        index_story(
            paper.story(f"Bridge {n}", body=[("text", "<p>About <b>tolls</b> & ferries.</p><p>More.</p>")])
        )

    found = api.read("search?q=tolls")["items"]

    assert {hit["story"]["headline"] for hit in found} == {"Bridge 0", "Bridge 1", "Bridge 2"}
    assert found[0]["excerpt_html"] == "About <mark>tolls</mark> &amp; ferries. More."
    assert [h["story"].keys() for h in api.read("search?q=tolls&fields=url")["items"]] == [{"id", "url"}] * 3
    assert api.read("search?q=tolls&section=culture")["items"] == []
    assert api.read("search?q=%22%22")["items"] == []


def test_sections_authors_and_topics(paper, api):
    make_topic(paper, "Bridges")
    shy = make_author(
        paper.sections["en", "nation"], "Shy Author", email="shy@paper.example", show_email=False
    )
    PageViewRestriction.objects.create(page=paper.sections["en", "culture"], restriction_type="login")

    assert [s["url"] for s in api.read("sections?language=en")["items"]] == ["http://testserver/nation/"]
    assert len(walk(api, "sections?limit=1")) == 3
    api.get(f"sections/{paper.sections['en', 'culture'].pk}", 404)
    assert api.read(f"authors/{shy.pk}")["email"] is None
    assert [a["id"] for a in walk(api, "authors?limit=1")] == [shy.pk]
    assert api.read("topics")["items"][0]["url"] == "http://testserver/topic/bridges/"
    assert api.read("topics?language=az")["items"] == []


def test_galleries_and_their_pictures(paper, api):
    made = [make_picture(caption=f"Picture {n}") for n in range(3)]
    for picture in made:
        render(picture)
    gallery = make_gallery(paper.sections["en", "nation"], "Old bridges", made)
    settle_files(gallery)
    made[2].refresh_from_db()
    made[2].rights_expire_at = timezone.now() - timedelta(minutes=1)
    made[2].save()

    found = api.read(f"galleries/{gallery.pk}")

    assert [p["caption"] for p in found["pictures"]] == ["Picture 0", "Picture 1"]
    assert api.read("galleries")["items"] == [found]
    keys = api.get("galleries").headers["Surrogate-Key"].split()
    assert {f"gallery/{gallery.pk}", f"picture/{made[0].pk}", "latest/en"} <= set(keys)
    assert {p["id"] for p in walk(api, "pictures?limit=1")} == {p.pk for p in made[:2]}
    api.get(f"pictures/{made[2].pk}", 404)
    gallery.unpublish()
    api.get(f"pictures/{made[0].pk}", 404)
    api.get(f"galleries/{gallery.pk}", 404)


@pytest.mark.parametrize(
    "path",
    [
        "stories?limit=50", "stories?limit=50&section=nation&author=ann-author&topic=bridges",
        "stories?limit=50&fields=body_html", "galleries?limit=50", "authors?limit=50", "topics?limit=50",
        "sections", "pictures?limit=50", "search?q=bridge",
    ],
)  # fmt: skip
def test_queries_do_not_grow(paper, api, path):
    topic = make_topic(paper, "Bridges")

    def more(count):
        for n in range(count):
            picture = make_picture()
            render(picture)
            author = make_author(paper.sections["en", "nation"], f"Author {n}")
            index_story(
                paper.story(
                    "Bridge", bylines=("Ann Author", author.name), topics=(topic,), lead_picture=picture
                )
            )
            settle_files(make_gallery(paper.sections["en", "nation"], "Bridges", [picture]))

    def queries():
        with CaptureQueriesContext(connection) as asked:
            assert api.read(path)["items"]
        # The limit's own count is the same for all, but for the first of a minute.
        return [q["sql"] for q in asked.captured_queries if not LIMITS.search(q["sql"])]

    more(2)
    few = queries()
    more(8)
    many = queries()
    assert len(many) == len(few) <= 17, many
    assert not [sql for sql in many if "COUNT(" in sql or "OFFSET" in sql]
