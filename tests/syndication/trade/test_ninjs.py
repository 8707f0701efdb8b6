"""ninjs as IPTC's schemas have it, of everything that the newsroom can hold, and never more than is public."""

import json

from broadsheet.newsroom.models import Story
from broadsheet.syndication.api import keys
from broadsheet.syndication.models import ApiKey

CANARY = "Zanzibarquince"


def of(client, story, status=200):
    answer = client.get(f"/api/v1/stories/{story.pk}.ninjs")
    assert answer.status_code == status
    return json.loads(answer.content)


def test_every_story_is_as_the_schemas_have_it(full, client, ninjs_schema):
    for story in Story.objects.all():
        found = of(client, story)
        for version, schema in ninjs_schema.items():
            assert [(version, error.message) for error in schema.iter_errors(found)] == []


def test_a_list_is_a_composite_of_the_same_items(full, client, ninjs_schema):
    found = json.loads(client.get("/api/v1/stories.ninjs").content)
    assert found["type"] == "composite"
    assert len(found["associations"]) == Story.objects.filter(language="en").count()
    for schema in ninjs_schema.values():
        assert [error.message for error in schema.iter_errors(found)] == []
    bridge = next(a for a in found["associations"] if a.get("title") == "Bridge opens early")
    assert {**of(client, full.bridge), "name": f"story-{full.bridge.pk}"} == bridge


def test_what_is_said_of_a_story(full, client):
    found = of(client, full.bridge)
    assert found["uri"].endswith(f"/api/v1/stories/{full.bridge.pk}")
    assert found["headlines"][1] == {"role": "kicker", "contentType": "text/plain", "value": "City"}
    assert found["descriptions"][0]["value"] == "A month early."
    assert (found["by"], found["located"], found["pubStatus"]) == ("Ann Author, Bob Writer", "Baku", "usable")
    assert found["genres"][0]["uri"].endswith("/genre/Analysis")
    subjects = {part["name"]: part for part in found["subjects"]}
    assert subjects["Rivers"]["uri"] == "http://cv.iptc.org/newscodes/mediatopic/20000441"
    assert subjects["Nation"]["rel"] == "section"
    assert "It is 900 m, not 800 m." in found["edNote"]
    assert found["copyrightNotice"].startswith("© ")
    policy = json.loads(found["rightsInfo"]["encodedRights"])
    assert policy["prohibition"][0]["action"] == "distribute"
    lead = found["associations"][0]
    assert (lead["name"], lead["type"], lead["by"]) == ("lead", "picture", "Pat Lens")
    assert {d["role"]: d["value"] for d in lead["descriptions"]} == {
        "caption": "The bridge at dawn",
        "alt": "What 3 shows",
    }
    widest = lead["renditions"][0]
    assert (widest["width"], widest["height"], widest["contentType"]) == (640, 427, "image/webp")


def test_a_premium_story_leaves_as_its_preview(full, client):
    story = Story.objects.get(slug="premium")
    for address in (f"/api/v1/stories/{story.pk}.ninjs", "/api/v1/stories.ninjs"):
        assert CANARY not in client.get(address).content.decode()
    found = of(client, story)
    assert found["representationType"] == "partial"
    assert "One." in found["bodies"][0]["value"]


def test_a_withdrawn_story_is_a_canceled_item_where_it_was(full, client, ninjs_schema):
    before = of(client, full.bridge)
    full.bridge.unpublish()
    found = of(client, full.bridge, status=410)
    assert (found["pubStatus"], found["uri"]) == ("canceled", before["uri"])
    assert int(found["version"]) > int(before["version"])
    assert "Bridge" not in json.dumps(found)
    assert [e.message for s in ninjs_schema.values() for e in s.iter_errors(found)] == []
    full.bridge.refresh_from_db()
    full.bridge.save_revision().publish()
    again = of(client, full.bridge)
    assert int(again["version"]) > int(found["version"])


def test_what_was_never_public_is_not_there(paper, client):
    draft = paper.story("Secret plan", live=False)
    assert client.get(f"/api/v1/stories/{draft.pk}.ninjs").status_code == 404
    assert client.get("/api/v1/stories/99999999.newsml").status_code == 404


def test_a_query_narrows_the_list(full, client):
    def headlines(query):
        return {
            a["title"]
            for a in json.loads(client.get(f"/api/v1/stories.ninjs?{query}").content).get("associations", [])
        }

    assert headlines("topic=rivers") == {"Bridge opens early"}
    assert headlines("author=bob-writer") == {"Bridge opens early"}
    assert headlines("language=az") == {"Körpü açıldı"}
    assert headlines("section=culture") == set()
    assert "The first story" not in headlines(
        "since=" + full.bridge.published_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    )
    for wrong, status in (
        ("section=nowhere", 404),
        ("since=yesterday", 400),
        ("before=x", 400),
        ("language=xx", 400),
    ):
        assert client.get(f"/api/v1/stories.ninjs?{wrong}").status_code == status


def test_pages_follow_by_their_links(paper, client):
    made = {paper.story(hours_ago=n + 1).pk for n in range(5)}
    address, seen = "/api/v1/stories.ninjs?limit=2", []
    while address:
        answer = client.get(address)
        seen += [a["uri"] for a in json.loads(answer.content)["associations"]]
        link = answer.headers.get("Link", "")
        address = (
            link.split("testserver")[-1].split(">")[0].replace("http://127.0.0.1:8000", "").lstrip("<")
            if link
            else ""
        )
    assert len(seen) == len(set(seen)) == len(made)


def test_a_list_costs_what_one_costs(full, client, django_assert_max_num_queries):
    with django_assert_max_num_queries(20):
        client.get("/api/v1/stories.ninjs")


def test_a_key_that_may_opens_the_whole_story(full, client):
    key = ApiKey(name="Archive", may_read_whole=True)
    secret = keys.give(key)
    key.save()
    story = Story.objects.get(slug="premium")
    for address in (f"/api/v1/stories/{story.pk}.ninjs", "/api/v1/stories.newsml"):
        answer = client.get(address, headers={"Authorization": f"Bearer {secret}"})
        assert CANARY in answer.content.decode()
        assert answer.headers["Cache-Control"] == "private, no-cache"


def test_caches_find_what_they_keep(full, client):
    for address in (f"/api/v1/stories/{full.bridge.pk}.ninjs", "/api/v1/stories.newsml"):
        answer = client.get(address)
        keys = set(answer.headers["Surrogate-Key"].split())
        assert {f"story/{full.bridge.pk}", f"section/{full.bridge.desk_id}"} <= keys
        assert answer.headers["Cache-Control"].startswith("public")
        again = client.get(address, headers={"If-None-Match": answer.headers["ETag"]})
        assert again.status_code == 304
