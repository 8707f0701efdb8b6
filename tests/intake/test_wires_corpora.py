"""Real feeds, ninjs and NewsML-G2 through the wires: every story that the readers find is in the inbox, once."""

import dataclasses
import json
import os
import shutil
import tarfile
import time
from zoneinfo import ZoneInfo

import pytest
from django.utils.module_loading import import_string

from broadsheet.intake.incoming import IncomingStory
from broadsheet.intake.models import WireItem, WireSource
from broadsheet.intake.readers.protocol import ReaderOptions
from broadsheet.intake.services import READERS
from broadsheet.intake.wires import looking
from broadsheet.intake.wires.content import packed, unpacked
from broadsheet.intake.wires.drafting import make_draft
from broadsheet.newsroom.models import Story
from broadsheet.outward.errors import OutsideError

pytestmark = pytest.mark.django_db


@pytest.fixture
def forever(settings, tmp_path):
    """An inbox that keeps old samples, and one folder that wires may be read from."""
    root = tmp_path / "wires"
    root.mkdir()
    settings.PAPER = dataclasses.replace(settings.PAPER, wire_folders=(str(root),), wire_days=36_500)
    return root


def expected(kind, folder):
    """Ids of the stories that the reader itself finds, file by file."""
    found = set()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        try:
            reader = import_string(READERS[kind])(ReaderOptions())
            items = list(reader.items(str(path), ZoneInfo("UTC")))
        except OutsideError:
            continue
        found |= {item.source_id for item in items if isinstance(item, IncomingStory)}
    return found


@pytest.mark.parametrize(
    ("kind", "where", "ending", "fewest"),
    [("ninjs", "ninjs/examples", ".json", 10), ("newsml", "newsml-g2/examples", ".xml", 5)],
)
def test_samples_of_a_standard_come_in_once(corpora, forever, paper, kind, where, ending, fewest):
    folder = forever / kind
    for path in sorted((corpora / "corpora" / where).rglob(f"*{ending}")):
        target = folder / path.relative_to(corpora / "corpora" / where)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
        os.utime(target, (time.time() - 60,) * 2)
    source = WireSource.objects.create(name="Samples", kind=kind, address=str(folder))
    wanted = expected(kind, folder)

    looking.look(source)
    before = WireItem.objects.count()
    source.refresh_from_db()
    looking.look(source)

    assert len(wanted) >= fewest
    assert set(WireItem.objects.values_list("guid", flat=True)) >= {guid[:500] for guid in wanted}
    assert WireItem.objects.count() == before


def test_every_item_of_real_feeds_survives_being_kept(corpora, forever, paper, agency):
    """Feeds of a validator's suite: what was packed is unpacked with the same words, links and pictures."""
    seen = 0
    with tarfile.open(corpora / "corpora" / "feeds-w3cvalidator" / "testcases.tar.xz") as archive:
        members = [m for m in archive if m.isfile() and m.name.endswith(".xml") and m.size < 200_000][::6]
        for member in members:
            file = archive.extractfile(member)
            assert file is not None
            path = forever / "feed.xml"
            path.write_bytes(file.read())
            try:
                reader = import_string(READERS["feed"])(ReaderOptions(site="https://agency.example/feed"))
                stories = [
                    i for i in reader.items(str(path), ZoneInfo("UTC")) if isinstance(i, IncomingStory)
                ]
            except OutsideError:
                continue
            for story in stories:
                seen += 1
                kept = unpacked(WireItem(content=json.loads(json.dumps(packed(story)))))
                assert kept.body_text == story.body_text, member.name
                assert [p.address for p in kept.pictures] == [p.address for p in story.pictures], member.name
                assert kept.source_url == story.source_url, member.name

    assert seen > 100


def test_real_json_feeds_become_drafts(corpora, forever, paper, agency):
    paths = sorted((corpora / "corpora" / "jsonfeed").rglob("*.json"))
    for number, path in enumerate(paths):
        agency.say(f"/{number}", path.read_bytes(), Content_Type="application/feed+json")
        source = WireSource.objects.create(name=path.name + str(number), address=f"{agency.address}/{number}")
        looking.look(source, allow_private=True)
    items = list(WireItem.objects.select_related("source"))
    for item in items:
        item.content["pictures"], item.content["lead"] = [], None
        make_draft(item, paper.sections["en", "nation"])

    assert len(items) >= 5
    assert Story.objects.count() == len(items)
