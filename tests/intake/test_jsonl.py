import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import jsonschema
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page, PageViewRestriction

from broadsheet.intake.exporting.services import run_export
from broadsheet.intake.incoming import Broken, IncomingStory
from broadsheet.intake.lines import lines_of
from broadsheet.intake.models import ImportItem, ImportPicture
from broadsheet.intake.readers.jsonl import JsonlReader, key_of, line_of, story_of
from broadsheet.intake.readers.ninjs import NinjsReader
from broadsheet.intake.readers.protocol import ReaderOptions
from broadsheet.intake.services import run_import
from broadsheet.newsroom.models import Author, Correction, InfoPage, Section, Topic
from broadsheet.pictures.models import Picture
from broadsheet.pictures.services import render
from tests.factories import make_gallery, make_picture

ZONE = ZoneInfo("Asia/Baku")
LEAST = {"id": "a:en", "headline": "Bridge opens", "body": [{"type": "text", "value": "<p>It opened.</p>"}]}


def items(path: Path) -> list:
    return list(JsonlReader(ReaderOptions()).items(str(path), ZONE))


def told(**fields) -> IncomingStory:
    return story_of({**LEAST, **fields}, folder="", zone=ZONE)


def broken(path: Path, data: bytes) -> list:
    path.write_bytes(data)
    return items(path)


@pytest.fixture
def full(paper):
    """A paper with one of everything that a body and a story may hold."""
    english, baku = paper.sections["en", "nation"], paper.sections["az", "nation"]
    pictures = [make_picture(caption=f"Caption {n}", description="") for n in range(4)]
    gallery = make_gallery(english, "The bridge in pictures", pictures[:3], standfirst="Three views")
    topics = [Topic.objects.create(name=name, locale=english.locale) for name in ("Rivers", "Bridges")]
    first = paper.story("The first story", slug="first", hours_ago=9)
    body = [
        (
            "text",
            f'<p data-block-key="x1">See <a linktype="page" id="{first.pk}">the first</a> &amp; more.</p>',
        ),
        ("picture", {"picture": pictures[0].pk, "caption": "Here", "credit": "", "alt": "", "size": "wide"}),
        ("gallery", {"gallery": gallery.pk, "pictures": []}),
        (
            "gallery",
            {"gallery": None, "pictures": [{"picture": pictures[3].pk, "caption": "", "credit": "Us"}]},
        ),
        ("quote", {"quote": "It holds.", "by": "An engineer"}),
        ("facts", {"title": "The bridge", "text": "<ul><li>Two lanes</li></ul>"}),
        (
            "embed",
            {
                "url": "https://video.example/1",
                "frame_url": "https://video.example/frame/1",
                "provider": "Video",
                "title": "The opening",
                "kind": "video",
                "poster": pictures[1].pk,
            },
        ),
        (
            "table",
            {
                "caption": "Cost",
                "source": "City",
                "table": {
                    "data": [["Year", "Cost"], ["2024", None]],
                    "first_row_is_table_header": True,
                    "first_col_is_header": True,
                    "table_header_choice": "both",
                },
            },
        ),
        ("related", {"story": first.pk}),
        ("html", "<dl><dt>Length</dt><dd>900 m</dd></dl>"),
        ("missing_picture", {"address": "https://old.example/x.jpg", "caption": "Gone", "reason": "404"}),
    ]
    rich = paper.story(
        "Bridge opens early",
        slug="bridge",
        body=body,
        bylines=("Ann Author", "Bob Writer"),
        topics=tuple(topics),
        hours_ago=5,
        access="subscribers",
        kicker="Traffic",
        standfirst="A month early.",
        dateline="Baku",
        genre="analysis",
        lead_picture=pictures[2],
        lead_caption="On top",
        updated_at=timezone.now() - timedelta(hours=2),
        source_name="Wire",
        source_url="https://wire.example/1",
        front_headline="Early!",
        seo_title="Bridge",
    )
    Correction.objects.create(story=rich, kind="correction", text="It is 900 m.", locale=rich.locale)
    Redirect.objects.create(old_path="/2022/bridge", redirect_page=rich)
    Redirect.objects.create(old_path="/2021/bridge?p=1", redirect_page=rich)
    twin = paper.story("Körpü açıldı", slug="korpu", language="az", hours_ago=5)
    twin.translation_key = rich.translation_key
    twin.published_at = rich.published_at
    twin.save()
    private = paper.story("Only for us", slug="private", hours_ago=3)
    PageViewRestriction.objects.create(page=private, restriction_type="login")
    draft = paper.story("Old words", slug="draft", live=False)
    draft.title = "New words"
    draft.save_revision()
    scheduled = paper.story("Tomorrow's", slug="tomorrow", live=False)
    scheduled.go_live_at = timezone.now() + timedelta(days=1)
    scheduled.save_revision().publish(skip_permission_checks=True)
    front = paper.fronts["en"]
    front.refresh_from_db()
    front.add_child(
        instance=InfoPage(title="About", slug="about", body="<p>Who we are.</p>", locale=front.locale)
    )
    assert baku.locale != english.locale
    return paper


def exported(folder: Path, name: str = "paper.jsonl") -> tuple[bytes, list[dict]]:
    to = folder / name
    run_export("jsonl", str(to))
    data = to.read_bytes()
    return data, [json.loads(line) for line in data.splitlines()]


def test_everything_of_the_paper_is_in_the_export(full, tmp_path):
    _, lines = exported(tmp_path)
    by_slug = {line["slug"]: line for line in lines}
    bridge = by_slug["bridge"]

    assert len(lines) == Page.objects.filter(depth__gte=4).count() + 1
    assert bridge["url"] == "http://testserver/nation/bridge/" or bridge["url"].endswith("/nation/bridge/")
    assert [url.split("/", 3)[3] for url in bridge["old_urls"]] == ["2021/bridge?p=1", "2022/bridge"]
    assert (bridge["kicker"], bridge["access"], bridge["status"]) == ("Traffic", "subscribers", "live")
    assert (bridge["section"], bridge["topics"]) == ("nation", ["Bridges", "Rivers"])
    assert bridge["bylines"] == ["Ann Author", "Bob Writer"]
    assert bridge["labels"] == ["UPDATED", "ANALYSIS", "PHOTO", "VIDEO"]
    assert bridge["corrections"][0]["text"] == "It is 900 m."
    assert datetime.fromisoformat(bridge["published"]).utcoffset() is not None
    assert by_slug["private"]["status"] == "private"
    assert (by_slug["draft"]["status"], by_slug["draft"]["headline"]) == ("draft", "New words")
    assert by_slug["tomorrow"]["status"] == "scheduled"
    assert datetime.fromisoformat(by_slug["tomorrow"]["published"]) > datetime.now(UTC)
    assert by_slug["about"]["form"] == "page"
    assert by_slug["korpu"]["id"].split(":")[0] == bridge["id"].split(":")[0]
    assert by_slug["korpu"]["id"] != bridge["id"]


def test_a_body_leaves_with_every_block_and_its_links(full, tmp_path):
    _, lines = exported(tmp_path)
    body = next(line for line in lines if line["slug"] == "bridge")["body"]
    values = {block["type"]: block["value"] for block in body}

    assert [block["type"] for block in body] == [
        *("text", "picture", "gallery", "gallery", "quote", "facts", "embed", "table", "related", "html"),
        "missing_picture",
    ]
    assert values["text"] == '<p>See <a href="/nation/first/">the first</a> &amp; more.</p>'
    assert (values["picture"]["caption"], values["picture"]["size"]) == ("Here", "wide")
    assert len(body[2]["value"]) == 3
    assert (values["table"]["head"], values["table"]["row_heads"]) == (True, True)
    assert values["table"]["rows"] == [["Year", "Cost"], ["2024", ""]]
    assert key_of(values["related"]["id"])
    assert (tmp_path / values["embed"]["poster"]["address"]).is_file()


def test_stories_leave_oldest_first_and_the_same_paper_gives_the_same_bytes(full, tmp_path):
    first, lines = exported(tmp_path)
    second, _ = exported(tmp_path, "again.jsonl")
    live = [line for line in lines if line["status"] == "live" and line["form"] == "story"]

    assert first == second
    assert [(line["published"], line["id"]) for line in live] == sorted(
        (line["published"], line["id"]) for line in live
    )


def test_what_is_read_is_what_was_written(full, tmp_path):
    _, lines = exported(tmp_path)
    read = items(tmp_path / "paper.jsonl")

    assert len(read) == len(lines)
    for story, line in zip(read, lines, strict=True):
        assert not story.lost
        again = json.loads(line_of(story))
        assert again.pop("old_urls") == [*line.pop("old_urls"), line["url"]]
        assert again == line


def test_an_export_is_the_owners_alone_and_its_pictures_stand_beside_it(full, tmp_path):
    _, lines = exported(tmp_path)
    addresses = {picture["address"] for line in lines for picture in line["pictures"]}

    assert (tmp_path / "paper.jsonl").stat().st_mode & 0o777 == 0o600
    assert addresses
    assert all((tmp_path / address).is_file() for address in addresses)
    assert all((tmp_path / address).stat().st_mode & 0o777 == 0o600 for address in addresses)
    assert not list(tmp_path.rglob("*.part"))


def test_a_broken_off_export_leaves_the_old_file(full, tmp_path, monkeypatch):
    to = tmp_path / "paper.jsonl"
    to.write_text("the old one")
    monkeypatch.setattr("broadsheet.intake.exporting.order.BATCH", 1)

    def kill(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("broadsheet.intake.exporting.stories._Maker.quote", kill)
    with pytest.raises(KeyboardInterrupt):
        run_export("jsonl", str(to))

    assert to.read_text() == "the old one"
    assert not list(tmp_path.glob(".*.part"))


def test_more_stories_cost_no_more_queries(full, tmp_path):
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            run_export("jsonl", str(tmp_path / "paper.jsonl"))
        return len(asked)

    few = queries()
    for number in range(30):
        full.story(
            f"More {number}",
            bylines=(f"Author {number}",),
            body=[("picture", {"picture": make_picture().pk})],
        )

    assert queries() == few


def test_small_pages_of_the_walk_give_the_same_export(full, tmp_path, monkeypatch):
    whole, _ = exported(tmp_path)
    for name, size in (("WALK", 1), ("BATCH", 2)):
        monkeypatch.setattr(f"broadsheet.intake.exporting.order.{name}", size)

    assert exported(tmp_path, "again.jsonl")[0] == whole


def test_a_line_of_another_program_needs_little():
    story = told(body=None, body_text="One & two.\n\nThree.", published="2022-04-05T12:51:00")

    assert story.body[0].value == "<p>One &amp; two.</p><p>Three.</p>"
    assert story.published == datetime(2022, 4, 5, 12, 51, tzinfo=ZONE)
    assert (story.access, story.status, story.form) == ("free", "live", "story")


def test_where_a_story_was_public_leads_to_it():
    assert told(url="https://old.example/a").old_urls == ("https://old.example/a",)
    assert told(url="https://w.example/a", source={"name": "W", "url": "https://w.example/a"}).old_urls == ()


def test_hostile_values_are_cleaned_and_named():
    story = told(
        url="javascript:alert(1)",
        headline="A\x00B \ud800",
        body=[
            {
                "type": "text",
                "value": '<p onclick="x()">Hi<script>alert(1)</script><a href="javascript:x">y</a></p>',
            },
            {"type": "html", "value": "<svg onload=x><p>Kept</p></svg>"},
            {"type": "picture", "value": {"address": "file:///etc/passwd"}},
            {"type": "picture", "value": {"address": "/etc/passwd"}},
            {"type": "embed", "value": {"url": "javascript:alert(1)"}},
            {"type": "documents", "value": {"files": [{"title": "x", "address": "data:text/html,x"}]}},
        ],
    )
    text = json.dumps(story.to_json()["body"])

    assert story.headline == "AB ?"
    assert story.url == ""
    assert "Hi" in text
    assert "Kept" in text
    assert not any(bad in text for bad in ("script", "onclick", "svg", "passwd", "javascript"))
    assert len(story.lost) == 4


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{", "not JSON"),
        (b"[]", "not a JSON object"),
        (b'{"id":"a"}', "no headline"),
        (b'{"headline":"a"}', "neither id nor url"),
        (b'{"id":"a","headline":"b","status":"secret"}', "not one of"),
        (b'{"id":"a","headline":"b","published":"yesterday"}', "RFC 3339"),
        (b'{"id":"a","headline":"b","published":"0001-01-01T00:00:00+14:00"}', "RFC 3339"),
        (b'{"id":"a","headline":"b","body":[{"type":"applet","value":""}]}', "unknown type"),
        (b'{"id":"a","headline":"b","body":{"a":1}}', "not a list"),
        (b'{"id":"a","headline":["b"]}', "not a text"),
        (b'{"id":NaN,"headline":"b"}', "no number"),
        (b'{"id":"a","headline":"b\xff"}', "not UTF-8"),
        (b"[" * 200_000, "nested"),
        (b'{"id":' + b"9" * 5000 + b"}", "digits"),
    ],
)
def test_a_bad_line_is_named_and_the_next_one_lands(tmp_path, line, reason):
    found = broken(tmp_path / "x.jsonl", line + b"\n" + json.dumps(LEAST).encode() + b"\n")

    assert isinstance(found[0], Broken)
    assert reason in found[0].reason
    assert found[0].item == "x.jsonl line 1"
    assert found[1].headline == "Bridge opens"


def test_a_line_without_end_is_passed_over_in_pieces(tmp_path):
    path = tmp_path / "x.jsonl"
    path.write_bytes(b'"' + b"x" * 3_000_000 + b"\n" + b"{}\n")
    found = list(lines_of(path, most=1_000_000))

    assert [line.trouble != "" for line in found] == [True, False]
    assert found[-1].end == path.stat().st_size


def emptied(paper) -> None:
    """As if the paper had just been founded."""
    PageViewRestriction.objects.all().delete()
    for page in Page.objects.filter(depth__gte=4).order_by("-depth"):
        page.specific.delete()
    for model in (Section, InfoPage):
        for page in model.objects.all():
            page.delete()
    for model in (Topic, Author, Picture, Redirect, ImportItem, ImportPicture):
        model.objects.all().delete()


def test_an_empty_paper_takes_everything_in_and_gives_the_same_bytes_back(full, tmp_path):
    before, lines = exported(tmp_path)
    emptied(full)
    report = run_import("jsonl", [str(tmp_path / "paper.jsonl")])
    after, again = exported(tmp_path, "again.jsonl")

    assert (report.created, report.failed, report.media_failed) == (len(lines), 0, 0)
    assert [line["id"] for line in again] == [line["id"] for line in lines]
    for one, other in zip(lines, again, strict=True):
        assert other == one
    assert after == before
    second = run_import("jsonl", [str(tmp_path / "paper.jsonl")])
    assert (second.created, second.updated, second.unchanged) == (0, 0, len(lines))


def test_a_dry_run_of_an_export_tells_the_same_stories(full, tmp_path):
    _, lines = exported(tmp_path)
    report = run_import("jsonl", [str(tmp_path / "paper.jsonl")], dry_run=True).to_json()

    assert [item["id"] for item in report["items"]] == [line["id"] for line in lines]


def test_ninjs_holds_what_is_public_as_the_schema_has_it(full, tmp_path, corpora):
    for picture in Picture.objects.all():
        render(picture)
    run_export("ninjs", str(tmp_path / "paper.jsonl"))
    (tmp_path / "each").mkdir()
    run_export("ninjs", str(tmp_path / "each"))
    found = [json.loads(line) for line in (tmp_path / "paper.jsonl").read_text().splitlines()]
    schema = json.loads((corpora / "corpora/ninjs/specification/ninjs-schema_3.1.json").read_text())
    checked = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
    bridge = next(item for item in found if item["title"] == "Bridge opens early")
    body = bridge["bodies"][0]["value"]

    assert [error.message for item in found for error in checked.iter_errors(item)] == []
    assert sorted(item["title"] for item in found) == [
        "Bridge opens early",
        "Körpü açıldı",
        "The bridge in pictures",
        "The first story",
    ]
    assert len(list((tmp_path / "each").glob("*.json"))) == len(found)
    assert re.search(r'<a href="https?://[^/]+/nation/first/">', body)
    assert all(part["renditions"][0]["href"].startswith("http") for part in bridge["associations"])
    assert bridge["associations"][0]["name"] == "lead"


def test_ninjs_comes_back_as_the_same_story(full, tmp_path):
    run_export("ninjs", str(tmp_path / "paper.jsonl"))
    stories = list(NinjsReader(ReaderOptions()).items(str(tmp_path / "paper.jsonl"), ZONE))
    bridge = next(story for story in stories if story.headline == "Bridge opens early")

    assert len(stories) == 4
    assert bridge.bylines == ("Ann Author", "Bob Writer")
    assert bridge.standfirst == "A month early."
    assert "It holds." in bridge.body_text
    assert "900 m" in bridge.body_text
