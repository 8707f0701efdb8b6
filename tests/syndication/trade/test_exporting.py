"""The owner's export in trade formats: everything public, whole, valid, in a file or a folder."""

import json
import re

from lxml import etree

from broadsheet.cli.exporting import FORMS
from broadsheet.intake.exporting.services import run_export
from broadsheet.newsroom.models import Gallery, Story
from broadsheet.pictures.models import Picture
from broadsheet.pictures.services import render
from tests.whole_paper import whole_paper


def test_ninjs_holds_what_is_public_as_the_schema_has_it(paper, tmp_path, ninjs_schema):
    whole_paper(paper)
    for picture in Picture.objects.all():
        render(picture)
    run_export("ninjs", str(tmp_path / "paper.jsonl"), FORMS["ninjs"])
    (tmp_path / "each").mkdir()
    run_export("ninjs", str(tmp_path / "each"), FORMS["ninjs"])
    found = [json.loads(line) for line in (tmp_path / "paper.jsonl").read_text().splitlines()]
    bridge = next(item for item in found if item["title"] == "Bridge opens early")
    body = bridge["bodies"][0]["value"]

    assert [e.message for schema in ninjs_schema.values() for i in found for e in schema.iter_errors(i)] == []
    assert sorted(item["title"] for item in found) == [
        "Bridge opens early",
        "Körpü açıldı",
        "The bridge in pictures",
        "The first story",
    ]
    assert len(list((tmp_path / "each").glob("*.json"))) == len(found)
    assert re.search(r'<a href="https?://[^/]+/nation/first/">', body)
    assert "It holds." in body
    assert "900 m" in body
    assert bridge["representationType"] == "full"
    pictures = [part for part in bridge["associations"] if part["type"] == "picture"]
    assert all(part["renditions"][0]["href"].startswith("http") for part in pictures)
    assert bridge["associations"][0]["name"] == "lead"


def test_newsml_is_one_valid_message_or_one_for_each_story(full, tmp_path, newsml_schema):
    run_export("newsml", str(tmp_path / "paper.xml"), FORMS["newsml"])
    (tmp_path / "each").mkdir()
    run_export("newsml", str(tmp_path / "each"), FORMS["newsml"])
    whole = etree.parse(tmp_path / "paper.xml")
    files = sorted((tmp_path / "each").glob("*.xml"))

    newsml_schema.assertValid(whole)
    for file in files:
        newsml_schema.assertValid(etree.parse(file))
    assert len(files) == Story.objects.count() + Gallery.objects.count()
    texts = whole.findall(".//{*}newsItem/{*}itemMeta/{*}itemClass[@qcode='ninat:text']")
    assert len(texts) == len(files)
    assert "Zanzibarquince" in (tmp_path / "paper.xml").read_text()


def test_more_stories_cost_no_more_queries(paper, tmp_path, django_assert_max_num_queries):
    for number in range(30):
        paper.story(f"Story {number}", bylines=(f"Author {number}",))
    for kind in ("ninjs", "newsml"):
        with django_assert_max_num_queries(24):
            run_export(kind, str(tmp_path / kind), FORMS[kind])
