import json
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import Page

from broadsheet.intake.exporting.services import run_export
from broadsheet.intake.incoming import Broken, IncomingStory
from broadsheet.intake.lines import lines_of
from broadsheet.intake.readers.jsonl import JsonlReader, key_of, line_of, story_of
from broadsheet.intake.readers.protocol import ReaderOptions
from broadsheet.intake.services import run_import
from tests.factories import make_picture
from tests.whole_paper import emptied, whole_paper

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
    return whole_paper(paper)


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


def test_an_empty_paper_takes_everything_in_and_gives_the_same_bytes_back(full, tmp_path):
    before, lines = exported(tmp_path)
    emptied()
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
