"""NewsML-G2 as IPTC's schema has it, of everything that the newsroom can hold, and never more than is public."""

import json

from lxml import etree

from broadsheet.newsroom.models import Story

CANARY = "Zanzibarquince"
NS = {"n": "http://iptc.org/std/nar/2006-10-01/", "h": "http://www.w3.org/1999/xhtml"}


def of(client, story, status=200):
    answer = client.get(f"/api/v1/stories/{story.pk}.newsml")
    assert answer.status_code == status
    return etree.fromstring(answer.content)


def test_every_story_is_as_the_schema_has_it(full, client, newsml_schema):
    for story in Story.objects.all():
        newsml_schema.assertValid(of(client, story))
    found = etree.fromstring(client.get("/api/v1/stories.newsml").content)
    newsml_schema.assertValid(found)
    assert (
        len(found.findall(".//n:newsItem/n:itemMeta/n:itemClass[@qcode='ninat:text']", NS))
        == Story.objects.filter(language="en").count()
    )


def test_what_is_said_of_a_story(full, client):
    found = of(client, full.bridge)
    text = found.find(".//n:newsItem", NS)

    def said(path):
        return [e.text for e in text.findall(path, NS)]

    assert said("n:contentMeta/n:headline") == ["Bridge opens early", "City"]
    assert said("n:contentMeta/n:by") == ["Ann Author, Bob Writer"]
    assert said("n:itemMeta/n:service/n:name") == ["Nation"]
    assert text.find("n:contentMeta/n:subject", NS).get("qcode") == "medtop:20000441"
    assert text.find("n:contentMeta/n:genre", NS).get("qcode") == "genre:Analysis"
    assert text.find("n:itemMeta/n:signal", NS).get("qcode") == "sig:correction"
    assert "900 m, not 800 m" in text.findtext("n:itemMeta/n:edNote", namespaces=NS)
    policy = json.loads(text.findtext("n:rightsInfo/n:rightsExpressionData", namespaces=NS))
    assert policy["prohibition"][0]["action"] == "distribute"
    body = text.find(".//n:inlineXML/h:html/h:body", NS)
    assert body.find("h:h2", NS).text == "It holds"
    assert body.find(".//h:figure/h:img", NS).get("src").startswith("http")
    package = found.find(".//n:packageItem", NS)
    named = [part.get("residref") for part in package.findall(".//n:itemRef", NS)]
    assert set(named) == {e.get("guid") for e in found.findall(".//n:newsItem", NS)}
    picture = found.findall(".//n:newsItem", NS)[1]
    assert picture.findtext(".//n:description[@role='drol:caption']", namespaces=NS) == "The bridge at dawn"
    assert picture.find(".//n:remoteContent", NS).get("width") == "640"


def test_a_premium_story_leaves_as_its_preview(full, client):
    story = Story.objects.get(slug="premium")
    for address in (f"/api/v1/stories/{story.pk}.newsml", "/api/v1/stories.newsml"):
        answer = client.get(address).content.decode()
        assert CANARY not in answer
        assert "One." in answer


def test_a_withdrawn_story_is_a_canceled_item_where_it_was(full, client, newsml_schema):
    full.bridge.unpublish()
    found = of(client, full.bridge, status=410)
    newsml_schema.assertValid(found)
    assert found.find(".//n:pubStatus", NS).get("qcode") == "stat:canceled"
    assert b"Bridge" not in etree.tostring(found)
