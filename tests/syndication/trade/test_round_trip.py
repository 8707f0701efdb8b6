"""What goes out in each form and comes in again into an empty paper: the same stories, field by field, but for what the
form has no place for. The table of `docs/reference/formats.md` is this test's own."""

import json
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from wagtail.documents import get_document_model

from broadsheet.cli.exporting import FORMS
from broadsheet.intake.exporting.services import run_export
from broadsheet.intake.services import run_import
from broadsheet.newsroom.models import Topic
from broadsheet.outward.fetch import Fetched
from broadsheet.pictures.models import Picture
from broadsheet.pictures.services import render
from tests.factories import make_picture
from tests.whole_paper import emptied, whole_paper

DOCS = Path(__file__).resolve().parents[3] / "docs/reference/formats.md"
BEGIN, END = (
    "<!-- round trip: made by tests/syndication/trade/test_round_trip.py -->",
    "<!-- end of round trip -->",
)
# What becomes of a field that a form does not carry as it was; what is not named here must come back the same.
TRADE = {
    "id": "a new one, made of the item's name",
    "old_urls": "only the page's own address",
    "source": "a story of the paper's own names the paper, and its page there",
    "labels": "VIDEO and the like are missing where the player became a link",
    "front_headline": "missing",
    "corrections": "a note to editors; the importer says that it is left behind",
    "lead": "a picture that opens the body goes on top",
    "files of pictures": "the widest rendition that readers have, not the original",
    "documents (block)": "a list of links",
    "embed (block)": "a link in a paragraph",
    "facts (block)": "a sub-heading and its text",
    "gallery (block)": "its pictures, one by one",
    "quote (block)": "a quotation in the text",
    "related (block)": "a link in a paragraph",
    "table (block)": "its source as a paragraph below it",
}
JSONL = {"documents (block)": "a list of links"}
LOSSES: dict[str, dict[str, str]] = {"jsonl": JSONL, "ninjs": TRADE, "newsml": TRADE}
NEVER = "drafts, what is scheduled or private, plain pages"


@pytest.fixture
def rich(paper):
    """The paper with one of everything, and one story for each block that a body may hold."""
    whole = whole_paper(paper)
    picture = make_picture(caption="A caption", description="What it shows", credit="Pat Lens")
    other = make_picture(caption="", description="", credit="")
    file = get_document_model().objects.create(title="Plan", file=ContentFile(b"%PDF-1.4", "plan.pdf"))
    topic = Topic.objects.get(slug="rivers")
    topic.media_topic = "medtop:20000441"
    topic.save()
    blocks = {
        "text": '<h2>One</h2><p>Two <b>bold</b> <i>words</i> and a <a href="https://a.example/">link</a>.</p><ul><li>Three</li></ul>',
        "picture": {"picture": picture.pk, "caption": "Here", "credit": "", "alt": "", "size": "column"},
        "gallery": {
            "gallery": None,
            "pictures": [
                {"picture": picture.pk, "caption": "First", "credit": "", "alt": ""},
                {"picture": other.pk, "caption": "Second", "credit": "Us", "alt": "Two"},
            ],
        },
        "quote": {"quote": "It holds.", "by": "An engineer"},
        "facts": {"title": "The bridge", "text": "<ul><li>Two lanes</li></ul>"},
        "embed": {
            "url": "https://video.example/1",
            "frame_url": "https://video.example/frame/1",
            "provider": "Video",
            "title": "The opening",
            "kind": "video",
            "poster": None,
        },
        "table": {
            "caption": "Cost",
            "source": "City",
            "table": {
                "data": [["Year", "Cost"], ["2024", "5"]],
                "first_row_is_table_header": True,
                "first_col_is_header": False,
            },
        },
        "related": {"story": paper.sections["en", "nation"].get_children().get(slug="first").pk},
        "html": "<dl><dt>Length</dt><dd>900 m</dd></dl>",
        "documents": {"title": "Papers", "documents": [file.pk]},
    }
    for number, (kind, value) in enumerate(blocks.items()):
        paper.story(
            f"Block {kind}",
            slug=f"block-{kind}",
            hours_ago=20 + number,
            body=[("text", "<p>A first paragraph of some words.</p>"), (kind, value)],
        )
    for made in Picture.objects.all():
        render(made)
    return whole


def files_of_the_site() -> dict[str, bytes]:
    base = settings.PAPER.base_url.rstrip("/") + settings.MEDIA_URL
    root = Path(settings.MEDIA_ROOT)
    return {base + str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file()}


def exported(folder: Path) -> dict[str, dict]:
    run_export("jsonl", str(folder / "compared.jsonl"))
    lines = [json.loads(line) for line in (folder / "compared.jsonl").read_text().splitlines()]
    public = [line for line in lines if line["form"] == "story" and line["status"] == "live"]
    return {line["headline"]: line for line in public}


@pytest.fixture
def trip(rich, tmp_path, monkeypatch):
    """Goes the way of one form; returns the stories before and after, by headline."""

    def go(kind: str) -> tuple[dict[str, dict], dict[str, dict]]:
        before = exported(tmp_path)
        suffix = {"jsonl": "jsonl", "ninjs": "jsonl", "newsml": "xml"}[kind]
        (tmp_path / kind).mkdir()
        out = tmp_path / kind / f"paper.{suffix}"
        run_export(kind, str(out), FORMS[kind])
        files = files_of_the_site()
        monkeypatch.setattr(
            "broadsheet.intake.media.fetch",
            lambda url, **_: Fetched(url, "image/webp", "", files[url]),
        )
        emptied()
        report = run_import(kind, [str(out)])
        assert report.failed == report.media_failed == 0
        return before, exported(tmp_path)

    return go


def differing(before: dict[str, dict], after: dict[str, dict]) -> dict[str, list]:
    """By field, and by kind of block, what is not the same: pairs of before and after."""
    found: dict[str, list] = {}
    for headline, one in before.items():
        other = after[headline]
        for key in {*one, *other}:
            if key not in ("body", "body_text", "pictures", "lead") and one.get(key) != other.get(key):
                found.setdefault(key, []).append((one.get(key), other.get(key)))
        files = [[p["address"] for p in line["pictures"]] for line in (one, other)]
        if files[0] != files[1]:
            found.setdefault("files of pictures", []).append((files[0], files[1]))
        if shown(one["lead"], one) != shown(other["lead"], other):
            found.setdefault("lead", []).append((shown(one["lead"], one), shown(other["lead"], other)))
        if headline.startswith("Block "):
            was, is_ = blocks(one), blocks(other)
            if was != is_:
                found.setdefault(f"{headline.split()[1]} (block)", []).append((was, is_))
    return found


def shown(picture: dict | None, line: dict) -> dict | None:
    """A picture as a reader sees it, with the words that fall back to the file's own; its file aside."""
    own = {p["address"]: p for p in line["pictures"]}
    return picture and {k: picture[k] or own[picture["address"]][k] for k in ("alt", "caption", "credit")}


def blocks(line: dict) -> list:
    """The body with pictures as they are shown; two texts in a row are one."""
    made: list = []
    for block in line["body"]:
        kind, value = block["type"], block["value"]
        if kind == "picture":
            value = shown(value, line)
        elif kind == "gallery":
            value = [shown(picture, line) for picture in value]
        if kind == "text" and made and made[-1][0] == "text":
            made[-1][1] += value
        else:
            made.append([kind, value])
    return made


def fields(before: dict[str, dict]) -> list[str]:
    """Everything that is held against each other, in the table's order."""
    line = next(iter(before.values()))
    kinds = sorted(h.split()[1] for h in before if h.startswith("Block "))
    named = [
        key for key in line if key not in ("body", "body_text", "pictures", "lead", "form", "topic_codes")
    ]
    return [*named, "topic_codes", "lead", "files of pictures", *(f"{kind} (block)" for kind in kinds)]


def table(before: dict[str, dict]) -> str:
    """The table of the docs, as what was asserted."""
    rows = ["| | `jsonl` | `ninjs`, `newsml` |", "|---|---|---|"]
    rows += [
        f"| {name.replace('_', ' ')} | {JSONL.get(name, 'same')} | {TRADE.get(name, 'same')} |"
        for name in fields(before)
    ]
    rows.append(f"| {NEVER} | same | not in it |")
    return "\n".join(rows)


@pytest.mark.parametrize("kind", ["jsonl", "ninjs", "newsml"])
def test_it_comes_back_but_for_what_the_form_has_no_place_for(trip, kind):
    before, after = trip(kind)

    assert sorted(before) == sorted(after)
    found = differing(before, after)
    assert {key: pairs for key, pairs in found.items() if key not in LOSSES[kind]} == {}
    assert sorted(set(LOSSES[kind]) - set(found)) == []
    print(f"{BEGIN}\n\n{table(before)}\n\n{END}")  # what to write there
    said = DOCS.read_text().partition(BEGIN)[2].partition(END)[0].strip()
    assert said == table(before)
