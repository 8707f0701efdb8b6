import json
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from broadsheet.intake.incoming import Broken, IncomingMedia, IncomingStory, Skipped
from broadsheet.intake.markup import blocks_of
from broadsheet.intake.readers.ninjs import NinjsReader
from broadsheet.intake.readers.ninjs.item import Item
from broadsheet.intake.readers.protocol import ReaderOptions
from broadsheet.intake.services import run_import
from broadsheet.intake.wire import squeezed, words_of
from broadsheet.outward.errors import UnreadableSource

ZONE = ZoneInfo("Asia/Baku")
OLD = {
    "uri": "urn:x:1",
    "type": "text",
    "headline": "Bridge opens",
    "body_text": "It opened.\n\nAt last.",
    "body_xhtml": "<p>It <a href='https://x.example/'>opened</a>.</p><p>At last.</p>",
    "byline": "By Ann Author and Bob Writer",
    "located": "Baku",
    "firstcreated": "2022-04-05T12:51:00+04:00",
    "versioncreated": "2022-04-05T13:51:00+04:00",
    "subject": [{"name": "Roads", "code": "subj:1"}],
    "person": [{"name": "Ann Engineer"}],
    "copyrightnotice": "© Wire",
    "usageterms": "Not in X",
    "language": "en",
}
NEW = {
    "uri": "urn:x:1",
    "type": "text",
    "headlines": [{"role": "print", "value": "Bridge"}, {"role": "main", "value": "Bridge opens"}],
    "bodies": [
        {"role": "x", "contentType": "text/plain", "value": "It opened.\n\nAt last."},
        {
            "contentType": "text/html",
            "value": "<p>It <a href='https://x.example/'>opened</a>.</p><p>At last.</p>",
        },
    ],
    "by": "Ann Author and Bob Writer",
    "located": "Baku",
    "firstCreated": "2022-04-05T12:51:00+04:00",
    "versionCreated": "2022-04-05T13:51:00+04:00",
    "subjects": [{"name": "Roads", "uri": "subj:1"}],
    "people": [{"name": "Ann Engineer"}],
    "copyrightNotice": "© Wire",
    "usageTerms": "Not in X",
    "language": "en",
}
PICTURE = {
    "uri": "urn:x:p",
    "type": "picture",
    "description_caption": "The bridge",
    "byline": "Pat",
    "renditions": {
        "small": {"href": "s.jpg", "width": 10, "height": 10, "mimetype": "image/jpeg"},
        "main": {"href": "m.jpg", "width": 100, "height": 100, "mimetype": "image/jpeg"},
        "film": {"href": "f.mp4", "width": 999, "height": 999, "mimetype": "video/mp4"},
    },
}


def read(tmp_path: Path, *items: object, name: str = "x.json", array: bool = False) -> list:
    path = tmp_path / name
    path.write_text(json.dumps(list(items)) if array else "\n".join(json.dumps(i) for i in items))
    return list(NinjsReader(ReaderOptions()).items(str(path), ZONE))


@pytest.mark.parametrize("found", [OLD, NEW])
def test_all_versions_say_the_same(tmp_path, found):
    (story,) = read(tmp_path, found)

    assert story.headline == "Bridge opens"
    assert story.body[0].value.count("<p>") == 2
    assert 'href="https://x.example/"' in story.body[0].value
    assert story.bylines == ("Ann Author", "Bob Writer")
    assert story.dateline == "Baku"
    assert (story.published.isoformat(), story.modified.isoformat()) == (
        "2022-04-05T12:51:00+04:00",
        "2022-04-05T13:51:00+04:00",
    )
    assert [(t.name, t.key) for t in story.terms] == [("Roads", "subj:1"), ("Ann Engineer", "")]
    assert story.usage_terms == "Not in X\n© Wire"


@pytest.mark.parametrize("array", [True, False])
def test_arrays_and_lines_give_every_item(tmp_path, array):
    found = read(tmp_path, OLD, {**OLD, "uri": "urn:x:2"}, PICTURE, array=array)

    assert [type(item) for item in found] == [IncomingStory, IncomingStory, IncomingMedia]


def test_a_folder_gives_every_file_and_names_the_broken_one(tmp_path):
    (tmp_path / "a.json").write_text("{")
    found = read(tmp_path, OLD, name="b.json")
    assert len(found) == 1
    whole = list(NinjsReader(ReaderOptions()).items(str(tmp_path), ZONE))

    assert isinstance(whole[0], Broken)
    assert whole[1].headline == "Bridge opens"


def test_a_picture_comes_in_its_largest_file_with_its_words(tmp_path):
    (media,) = read(tmp_path, PICTURE)

    assert (media.picture.address, media.picture.caption, media.picture.credit) == (
        "m.jpg",
        "The bridge",
        "Pat",
    )


def test_associated_pictures_stand_on_top_or_where_the_body_shows_them(tmp_path):
    (above,) = read(tmp_path, {**OLD, "associations": {"main": PICTURE}})
    body = '<p>It opened.</p><figure><img src="s.jpg"></figure><p>At last.</p>'
    (inside,) = read(tmp_path, {**OLD, "body_xhtml": body, "associations": [{**PICTURE, "name": "main"}]})

    assert above.lead.address == "m.jpg"
    assert inside.lead is None
    assert [b.kind for b in inside.body] == ["text", "picture", "text"]
    assert (inside.body[1].value.address, inside.body[1].value.caption) == ("m.jpg", "The bridge")


def test_an_associated_story_comes_in_too_and_is_referred_to(tmp_path):
    other = {**OLD, "uri": "https://x.example/2", "headline": "The other"}
    found = read(tmp_path, {**OLD, "associations": {"side": other}})

    assert [s.headline for s in found] == ["Bridge opens", "The other"]
    assert found[0].body[-1].value == {
        "id": "https://x.example/2",
        "headline": "The other",
        "url": "https://x.example/2",
    }


def test_an_embargo_that_runs_schedules_the_story(tmp_path):
    later = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    (held,) = read(tmp_path, {**OLD, "embargoed": later})
    (new,) = read(tmp_path, {**OLD, "embargoedUntil": later})
    (over,) = read(tmp_path, {**OLD, "embargoed": "2020-01-01T00:00:00Z"})

    assert (held.status, held.published.isoformat()) == ("scheduled", later)
    assert (new.status, over.status) == ("scheduled", "live")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"pubstatus": "canceled"}, "kill notice"),
        ({"pubStatus": "stat:withheld"}, "withholds"),
        ({"type": "video", "body_text": "", "body_xhtml": ""}, "a video without a text"),
        ({"type": "event"}, "no story"),
        ({"type": "picture", "body_text": "", "body_xhtml": ""}, "without a file"),
    ],
)
def test_what_is_no_story_is_left_out_with_its_reason(tmp_path, change, reason):
    (found,) = read(tmp_path, {**OLD, **change})

    assert isinstance(found, Skipped)
    assert reason in found.reason


def test_a_description_that_only_repeats_the_beginning_is_no_standfirst(tmp_path):
    (same,) = read(tmp_path, {**OLD, "description_text": "It opened."})
    (other,) = read(tmp_path, {**OLD, "description_text": "After ten years."})

    assert (same.standfirst, other.standfirst) == ("", "After ten years.")


def test_hostile_items_are_cleaned_or_named(tmp_path):
    deep: object = "x"
    for _ in range(300):
        deep = [deep]
    (tmp_path / "x.json").write_text(
        "["
        + ",".join(
            [
                json.dumps({**OLD, "body_xhtml": "<p onclick=x>Hi<script>x</script><svg></svg></p>"}),
                json.dumps({**OLD, "uri": "urn:d", "subject": deep}),
                json.dumps({"headline": "no uri"}),
                "3",
                json.dumps(
                    {
                        **OLD,
                        "uri": "urn:w",
                        "headline": {"a": 1},
                        "renditions": 4,
                        "associations": "x",
                        "bodies": [1],
                    }
                ),
                json.dumps(
                    {**PICTURE, "renditions": [{"href": "file:///etc/passwd", "mimetype": "image/png"}]}
                ),
            ]
        )
        + "]"
    )
    found = list(NinjsReader(ReaderOptions()).items(str(tmp_path / "x.json"), ZONE))

    assert "Hi" in found[0].body[0].value
    assert not re.search("onclick|script|svg", found[0].body[0].value)
    assert isinstance(found[1], Broken)
    assert isinstance(found[2], Broken)
    assert found[3].source_id == "urn:w"
    assert isinstance(found[4], Skipped)
    assert isinstance(found[5], Broken)


@pytest.mark.parametrize("text", ["", "[]", "{", '[{"uri":"a","headline":"x"},{"uri"', "\x00\x00"])
def test_what_is_no_ninjs_is_refused_after_what_was_whole(tmp_path, text):
    path = tmp_path / "x.json"
    path.write_text(text)
    found = NinjsReader(ReaderOptions()).items(str(path), ZONE)
    if text.startswith('[{"uri'):
        assert next(found).headline == "x"

    with pytest.raises(UnreadableSource):
        next(found)


def test_a_line_nested_deeply_is_named(tmp_path):
    path = tmp_path / "x.jsonl"
    path.write_text("[" * 100_000 + "\n" + json.dumps(OLD) + "\n")
    found = list(NinjsReader(ReaderOptions()).items(str(path), ZONE))

    assert isinstance(found[0], Broken)
    assert found[1].headline == "Bridge opens"


@pytest.mark.django_db
def test_a_story_of_an_agency_lands_with_its_source(paper, tmp_path):
    path = tmp_path / "x.json"
    path.write_text(json.dumps({**OLD, "copyrightholder": "Wire"}))
    report = run_import("ninjs", [str(path)])

    assert (report.created, report.failed) == (1, 0)
    assert run_import("ninjs", [str(path)]).unchanged == 1


def test_every_agency_example_comes_in_or_says_why(corpora):
    files = sorted((corpora / "corpora/ninjs/examples").rglob("*.json"))
    stories = media = skipped = 0
    assert files
    for path in files:
        for item in NinjsReader(ReaderOptions()).items(str(path), ZONE):
            assert not isinstance(item, Broken), (path, item)
            stories += isinstance(item, IncomingStory)
            media += isinstance(item, IncomingMedia)
            skipped += isinstance(item, Skipped)
            if isinstance(item, IncomingStory):
                _holds_the_whole_text(path, item)

    assert (stories, media) == (23, 9)
    assert skipped == 24


def _holds_the_whole_text(path: Path, story: IncomingStory) -> None:
    """≥ 99 % of the letters of the fullest HTML version, in order, and all of its links."""
    found = json.loads(path.read_text())
    written = [b for b in Item(found).worded("body", "bodies") if b.is_html]
    if not written:
        return
    source = max(written, key=lambda b: len(squeezed(words_of(b.value)))).value
    source = re.sub(r"<(title|h1)\b[^>]*>.*?</\1>", " ", source, flags=re.DOTALL)
    words = " ".join([story.body_text, *(f"{p.caption} {p.credit}" for p in story.pictures)])
    missing = counted(words_of(source)) - counted(words)
    assert missing.total() <= 0.01 * counted(words_of(source)).total(), (path, missing)
    links = set(re.findall(r'<a\b[^>]*href="(https?://[^"]+)"', source))
    kept = json.dumps(story.to_json()["body"])
    assert all(href.replace("&amp;", "&") in kept.replace("&amp;", "&") for href in links), path
    assert blocks_of(source)


def counted(text: str) -> Counter[str]:
    return Counter(re.sub(r"\W+", "", text))
