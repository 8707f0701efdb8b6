"""Landing by itself: a reader that yields what the test says stands in for every kind of source."""

import itertools
import json
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone
from wagtail.models import Page, ReferenceIndex

from broadsheet.intake import landing, media, services
from broadsheet.intake.incoming import (
    Broken,
    IncomingAuthor,
    IncomingBlock,
    IncomingMedia,
    IncomingPicture,
    IncomingStory,
    IncomingTerm,
    Skipped,
)
from broadsheet.intake.likeness import likeness
from broadsheet.intake.models import ImportItem
from broadsheet.intake.services import run_import
from broadsheet.newsroom.models import Author, InfoPage, Section, Story, Topic
from broadsheet.outward.errors import UnreadableSource
from broadsheet.press.models import LogRow
from broadsheet.site.searching import Wanted, find
from tests.factories import picture_bytes

pytestmark = pytest.mark.django_db
THEN = datetime(2015, 3, 4, 9, 30, tzinfo=UTC)


class Given:
    """A reader of what it was given."""

    kind = "page"
    source: list = []

    def __init__(self, options):
        self.position = 0

    def size(self, source):
        return 0

    def items(self, source, zone):
        for item in Given.source:
            if isinstance(item, Exception):
                raise item
            yield item


@pytest.fixture
def take(paper, monkeypatch):
    monkeypatch.setitem(services.READERS, "page", f"{__name__}.Given")

    def run(*items, **options):
        Given.source = list(items)
        return run_import("page", ["given"], **options)

    return run


def story(number=1, text="The bridge opened early.", **facts):
    made = {
        "source_id": f"https://old.example/?p={number}",
        "headline": f"Story {number}",
        "body": (IncomingBlock("text", f"<p>{text}</p>"),),
        "published": THEN + timedelta(hours=number),
        "old_urls": (f"https://old.example/2015/story-{number}/",),
        **facts,
    }
    return IncomingStory(**made)


def test_many_land_as_if_each_had_been_added_by_hand(take, client, paper):
    report = take(*(story(n, bylines=("Ann Author",), topics=("Bridges",)) for n in range(230)))
    landed = list(Story.objects.order_by("path"))
    section = paper.sections["en", "nation"]
    section.refresh_from_db()

    assert (report.found, report.created, report.redirects) == (230, 230, 230)
    assert section.numchild == 230
    assert [page.title for page in landed] == [f"Story {n}" for n in range(230)]
    assert Page.find_problems() == ([], [], [], [], [])
    assert [line.author.name for line in landed[7].bylines.all()] == ["Ann Author"]
    assert client.get(landed[7].url).status_code == 200
    assert client.get("/2015/story-7/").headers["Location"].endswith(landed[7].url)
    assert len(find(Wanted("bridge early")).found) == 20
    assert "Story 229" in client.get("/latest/").content.decode()
    assert "Story 229" in client.get("/topic/bridges/").content.decode()
    assert ReferenceIndex.objects.filter(
        object_id=str(landed[7].pk), model_path="bylines.item.author"
    ).exists()
    fresh = Story(title="By hand", locale=section.locale)
    section.add_child(instance=fresh)
    assert fresh.path == landed[-1].path[:-4] + Page._int2str(231).rjust(4, "0")


def test_the_cost_of_a_batch_does_not_grow_with_its_stories(take, django_assert_max_num_queries):
    take(story(0, bylines=("Ann Author",)))
    with django_assert_max_num_queries(60):
        take(*(story(n, bylines=("Ann Author",)) for n in range(1, 100)))


def test_again_changes_nothing_and_a_newer_export_only_what_the_source_changed(take):
    take(*(story(n) for n in range(3)))
    before = list(Story.objects.order_by("pk").values())
    again = take(*(story(n) for n in range(3)))
    assert (again.created, again.updated, again.unchanged) == (0, 0, 3)
    assert list(Story.objects.order_by("pk").values()) == before

    newer = take(story(0), story(1, text="It opened at noon."), story(2), story(3))
    assert (newer.created, newer.updated, newer.unchanged) == (1, 1, 2)
    assert "noon" in str(Story.objects.get(title="Story 1").body.raw_data)


def test_what_an_editor_changed_is_kept_and_said(take):
    take(story(1), story(2))
    page = Story.objects.get(title="Story 1")
    page.title = "A better headline"
    page.save_revision().publish()
    report = take(
        story(1, text="Now at noon.", headline="Story 1, changed at the source"), story(2, standfirst="More.")
    )
    page.refresh_from_db()

    assert page.title == "A better headline"
    assert "noon" in str(page.body.raw_data)
    assert [(kept.item, kept.reason) for kept in report.kept] == [("Story 1, changed at the source", "title")]
    assert report.updated == 2


def test_saving_in_the_newsroom_without_a_change_is_no_change(take):
    take(story(1))
    page = Story.objects.get()
    page.body = json.dumps(
        [{"type": "text", "id": "x", "value": '<p data-block-key="abcde">The bridge opened early.</p>'}]
    )
    page.save_revision().publish()
    report = take(story(1, text="It opened at noon."))

    assert report.kept == []
    assert "noon" in str(Story.objects.get().body.raw_data)


def test_what_an_editor_deleted_does_not_come_back(take):
    take(story(1))
    Story.objects.get().delete()
    report = take(story(1, text="Changed."))

    assert (report.created, report.unchanged) == (0, 1)
    assert not Story.objects.exists()


@pytest.mark.parametrize("status", ["draft", "private", "scheduled"])
def test_what_was_not_public_is_not_public_here(take, client, status):
    moment = timezone.now() + timedelta(days=2) if status == "scheduled" else THEN
    report = take(story(1, "Secret handshake.", status=status, published=moment), story(2))
    assert (report.created, report.errors) == (2, [])
    page = Story.objects.get(title="Story 1")
    assert not page.live
    assert client.get("/nation/story-1/").status_code == 404
    assert client.get("/2015/story-1/").status_code == 404
    assert "Story 1" not in client.get("/latest/").content.decode()
    assert find(Wanted("handshake")).found == []
    if status == "scheduled":
        assert page.go_live_at == moment
        assert page.latest_revision.approved_go_live_at == moment
    if status == "private":
        page.save_revision().publish()
        assert client.get(page.url).status_code != 200


def test_categories_tags_and_log_ins_become_sections_topics_and_authors(take, tmp_path):
    terms = (
        IncomingTerm("section", "Rivers", "rivers", parents=("nature",)),
        IncomingTerm("section", "Nation", "nation"),
        IncomingTerm("topic", "Bridges", "bridges"),
    )
    told = story(1, terms=terms, authors=(IncomingAuthor("Ann Author", "ann", bio="Writes."),))
    other = story(2, terms=(IncomingTerm("section", "Science & Health", "science"),), bylines=("Bo Two",))
    draft = tmp_path / "map.toml"
    rehearsal = take(told, other, dry_run=True, mapping=draft)
    assert not Story.objects.exists()
    assert rehearsal.items[0]["section"] == "nation"
    assert '"ann" = "Ann Author"' in draft.read_text()

    draft.write_text(
        draft.read_text()
        .replace('"bridges" = "Bridges"', '"bridges" = "Crossings"')
        .replace('"ann" = "Ann Author"', '"ann" = "A. Author"')
    )
    report = take(told, other, mapping=draft)
    first, second = Story.objects.order_by("pk")
    assert report.errors == []
    assert first.desk.slug == "nation"
    assert {topic.name for topic in first.topics.all()} == {"Crossings", "Rivers"}
    assert [line.author.name for line in first.bylines.all()] == ["A. Author"]
    assert Author.objects.get(name="A. Author").bio == "Writes."
    assert (second.desk.slug, second.desk.title) == ("science", "Science & Health")
    assert Section.objects.filter(slug="science").count() == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[sections", "it is not TOML"),
        ("[section]\n", "unknown table"),
        ("[sections]\na = 1\n", "holds more than texts"),
        ('[defaults]\naccess = "gold"\n', "unknown access"),
        ('[shortcodes]\ngallery = "run"\n', "can't become"),
    ],
)
def test_a_bad_mapping_is_one_clear_line_and_nothing_lands(take, tmp_path, text, said):
    path = tmp_path / "map.toml"
    path.write_text(text)
    report = take(story(1), mapping=path)

    assert report.exit_code == 2
    assert said in report.errors[0].reason
    assert not Story.objects.exists()


def test_each_item_is_accounted_for(take):
    report = take(
        story(1),
        story(1),
        Skipped("revision 7", "a revision is no story"),
        Broken("item 9", "its date is no date"),
        story(2),
        UnreadableSource("it breaks off", "line 88", "export again"),
    )

    assert report.found == 6
    assert (report.created, report.skipped, report.failed) == (2, 2, 2)
    assert report.exit_code == 3
    assert len(report.errors) == 4


def test_one_story_that_cannot_be_written_does_not_take_its_batch_along(take, monkeypatch):
    real = landing.create_stories

    def picky(entries):
        if any(entry.story.title == "Story 3" for entry in entries):
            raise IntegrityError("no place")
        real(entries)

    monkeypatch.setattr(landing, "create_stories", picky)
    report = take(*(story(n) for n in range(6)))

    assert (report.created, report.failed) == (5, 1)
    assert not Story.objects.filter(title="Story 3").exists()


def test_text_that_a_database_refuses_is_cleaned(take):
    report = take(
        story(
            1,
            headline="Nul \x00 and \ud800 half",
            text="a\x00b",
            standfirst="\x00",
            bylines=("Ann\x00",),
            topics=("\x00x",),
        )
    )

    assert (report.created, report.errors) == (1, [])
    assert Story.objects.get().title == "Nul  and  half"


def test_equal_slugs_get_addresses_of_their_own(take):
    take(*(story(n, slug="same", headline="Same") for n in range(14)))
    slugs = list(Story.objects.values_list("slug", flat=True))

    assert len(set(slugs)) == 14
    assert {"same", "same-2", "same-9"} <= set(slugs)


def test_pages_outside_the_news_become_information_pages(take, client):
    page = story(
        1,
        "Write to us.",
        form="page",
        headline="Contact",
        slug="contact",
        old_urls=("https://old.example/contact-us/",),
    )
    assert take(page).created == 1
    assert "Write to us." in client.get("/contact/").content.decode()
    assert client.get("/contact-us/").headers["Location"].endswith("/contact/")
    assert take(page).unchanged == 1
    assert take(story(1, "Call us.", form="page", headline="Contact", slug="contact")).updated == 1
    assert "Call us." in str(InfoPage.objects.get(slug="contact").body)


def test_pictures_come_once_are_retried_when_missing_and_found_in_a_saved_uploads_folder(
    take, tmp_path, client
):
    uploads = tmp_path / "uploads" / "2015"
    uploads.mkdir(parents=True)
    (uploads / "a.jpg").write_bytes(picture_bytes())
    address = "https://old.example/wp-content/uploads/2015/{}.jpg"
    shown = [
        IncomingBlock("text", "<p>One.</p>"),
        *(IncomingBlock("picture", IncomingPicture(address.format(name))) for name in "ab"),
    ]
    told = story(1, body=tuple(shown), folder=str(tmp_path))
    media = IncomingMedia("att-1", IncomingPicture(address.format("a")), folder=str(tmp_path))
    first = take(media, told)
    assert (first.created, first.media_created, first.media_failed) == (2, 1, 1)
    assert [b["type"] for b in Story.objects.get().body.raw_data] == ["text", "picture", "missing_picture"]
    picture_id = Story.objects.get().body.raw_data[1]["value"]["picture"]
    assert ReferenceIndex.objects.filter(
        to_object_id=str(picture_id), model_path__startswith="body.picture"
    ).exists()

    (uploads / "b.jpg").write_bytes(picture_bytes(colour=(1, 2, 3)))
    second = take(media, told)
    assert (second.updated, second.unchanged, second.media_created) == (1, 1, 1)
    assert [b["type"] for b in Story.objects.get().body.raw_data] == ["text", "picture", "picture"]
    third = take(media, told)
    assert (third.updated, third.unchanged, third.media_created) == (0, 2, 0)


def test_pictures_of_public_stories_are_released_and_those_of_drafts_are_not(take, tmp_path):
    (tmp_path / "a.jpg").write_bytes(picture_bytes())
    (tmp_path / "b.jpg").write_bytes(picture_bytes(colour=(9, 9, 9)))
    body = (IncomingBlock("text", "<p>One.</p>"),)
    take(
        story(1, body=body, lead=IncomingPicture("a.jpg"), folder=str(tmp_path)),
        story(2, body=body, lead=IncomingPicture("b.jpg"), folder=str(tmp_path), status="draft"),
    )

    assert Story.objects.get(title="Story 1").lead_picture.released
    assert not Story.objects.get(title="Story 2").lead_picture.released


@pytest.mark.parametrize(
    "address", ["../secret.jpg", "/etc/passwd", "a/../../secret.jpg", "..\\secret.jpg", "a\x00.jpg"]
)
def test_no_picture_is_read_from_outside_the_sources_folder(take, tmp_path, address):
    (tmp_path / "secret.jpg").write_bytes(picture_bytes())
    inside = tmp_path / "inside"
    inside.mkdir()
    report = take(IncomingMedia("m", IncomingPicture(address), folder=str(inside)))

    assert (report.created, report.failed, report.media_failed) == (0, 1, 1)


def test_a_batch_says_its_purge_and_no_event(take):
    take(story(1, bylines=("Ann Author",)))
    before = LogRow.objects.latest("pk").pk
    take(story(2, bylines=("Ann Author",), published=timezone.now()))
    rows = LogRow.objects.filter(pk__gt=before)
    keys = set(itertools.chain.from_iterable(row.keys for row in rows))

    assert {"missing", "latest/en", f"latest/author/{Author.objects.get().pk}"} <= keys
    assert all(row.event is None for row in rows)


def test_stories_come_in_their_own_language_and_edition(take):
    take(story(1, language="az"), story(2, language="en-GB"), story(3, language="xx"))

    assert [s.language for s in Story.objects.order_by("pk")] == ["az", "en", "en"]
    assert ImportItem.objects.count() == 3
    assert Topic.objects.count() == 0


def test_what_stands_in_a_source_twice_lands_once_however_far_apart(take):
    items = [
        story(1),
        story(1, text="Later, other words."),
        *(story(n) for n in range(2, 130)),
        story(1, text="Last."),
    ]
    first = take(*items)
    again = take(*items)

    assert (first.created, first.updated, first.skipped) == (129, 0, 2)
    assert (again.created, again.updated, again.unchanged, again.skipped) == (0, 0, 129, 2)
    assert "opened early" in str(Story.objects.get(title="Story 1").body.raw_data[0])


def test_ids_that_differ_only_after_what_is_kept_are_two(take):
    long = "https://old.example/" + "k" * 3000
    report = take(story(1, source_id=long + "1"), story(2, source_id=long + "2"))
    again = take(story(1, source_id=long + "1"), story(2, source_id=long + "2"))

    assert (report.created, again.unchanged) == (2, 2)


def test_a_text_that_the_editor_gives_back_otherwise_marked_up_is_no_edit():
    came = '<p><b>a <a href="https://x.example/?a=1&amp;b">b</a></b>  c\nd &amp;</p>'
    saved = (
        '<p data-block-key="k1"><b>a </b><a href="https://x.example/?a=1&amp;b"><b>b</b></a> c d &amp;</p>'
    )

    assert likeness(came) == likeness(saved)
    for other in (
        came.replace(">b<", ">B<"),
        came.replace("b>", "i>"),
        came.replace("a=1", "a=2"),
        came.replace("p>", "h2>"),
    ):
        assert likeness(other) != likeness(came)


@pytest.mark.parametrize("before", ["draft", "private", "scheduled"])
def test_what_is_published_at_the_source_since_goes_live_here(take, client, before):
    moment = timezone.now() + timedelta(days=3)
    take(story(1, status=before, published=moment if before == "scheduled" else THEN))

    report = take(story(1, published=THEN))

    assert (report.updated, report.failed, report.kept) == (1, 0, [])
    landed = Story.objects.get()
    assert landed.live
    assert landed.published_at == THEN
    assert client.get(landed.url).status_code == 200


@pytest.mark.parametrize("after", ["draft", "private"])
def test_what_is_withdrawn_at_the_source_is_withdrawn_here(take, client, after):
    take(story(1))

    report = take(story(1, status=after))

    assert (report.updated, report.failed, report.kept) == (1, 0, [])
    assert client.get(Story.objects.get().url).status_code == 404


def test_a_story_that_has_become_a_page_at_the_source_stays_a_story_and_a_page_a_page(take):
    take(story(1), story(2, form="page"))

    report = take(story(1, form="page", headline="Newer"), story(2, headline="Newer"))
    again = take(story(1, form="page", headline="Newer"), story(2, headline="Newer"))

    assert (report.failed, again.failed, again.updated) == (0, 0, 0)
    assert Story.objects.get().title == "Newer"
    assert InfoPage.objects.count() == 1


def test_what_another_import_brings_in_meanwhile_is_no_failure(take, monkeypatch):
    look = landing.Landing.arrivals

    def then_another_is_quicker(self, stories):
        found = look(self, stories)
        monkeypatch.setattr(landing.Landing, "arrivals", look)
        take(*(story(n) for n in range(3)))
        return found

    monkeypatch.setattr(landing.Landing, "arrivals", then_another_is_quicker)

    report = take(*(story(n) for n in range(5)))

    assert (report.created, report.unchanged, report.failed) == (2, 3, 0)
    assert Story.objects.count() == 5


def test_a_section_that_an_editor_deletes_meanwhile_is_made_again(take, monkeypatch):
    write, calls = landing.create_stories, []

    def deleted_before_the_second_batch(entries):
        calls.append(len(entries))
        if len(calls) == 2:
            Section.objects.get(slug="town").delete()
        write(entries)

    monkeypatch.setattr(landing, "create_stories", deleted_before_the_second_batch)
    monkeypatch.setattr(services, "BATCH", 2)
    monkeypatch.setattr(services, "BATCH_OF_SQLITE", 2)
    town = (IncomingTerm("section", "Town", "town"),)

    report = take(*(story(n, terms=town) for n in range(4)))

    assert (report.created, report.failed) == (4, 0)
    assert {page.get_parent().slug for page in Story.objects.all()} == {"town"}


def test_what_an_archive_leaves_unsaid_does_not_keep_an_editor_from_saving(take):
    embed = {"url": "https://video.example/1", "frame_url": "", "provider": "", "title": "", "kind": "video"}
    body = (
        IncomingBlock("embed", embed),
        IncomingBlock("facts", {"title": "", "text": "<p>Two lanes.</p>"}),
        IncomingBlock("quote", {"quote": "It opened early.", "by": ""}),
        IncomingBlock("table", {"rows": [["a", "b"]], "head": False}),
    )
    take(story(1, body=body))
    page = Story.objects.get()

    for child in page.body:
        child.block.clean(child.value)
    assert page.body[0].value["title"] == "video.example"
    assert page.body[1].block_type == "text"


def test_a_section_that_the_first_run_made_is_no_change_to_the_second(take, django_assert_max_num_queries):
    told = [story(n, terms=(IncomingTerm("section", "Science & Health", "science"),)) for n in range(40)]
    take(*told)
    with django_assert_max_num_queries(12):
        assert take(*told).unchanged == 40


def test_a_story_brings_a_bounded_number_of_pictures_few_of_them_in_memory_at_once(
    take, tmp_path, monkeypatch
):
    held, most = set(), []
    monkeypatch.setattr(landing, "MOST_PICTURES", 20)
    for n in range(25):
        (tmp_path / f"{n}.jpg").write_bytes(picture_bytes(40, 30, colour=(n * 10, 9, 99)))
    read, add = media._read, media.PictureDesk._add

    def reading(path, address):
        held.add(address)
        most.append(len(held))
        return read(path, address)

    def adding(self, wanted, data):
        held.discard(wanted[0].address)
        return add(self, wanted, data)

    monkeypatch.setattr(media, "_read", reading)
    monkeypatch.setattr(media.PictureDesk, "_add", adding)
    body = tuple(IncomingBlock("picture", IncomingPicture(f"{n}.jpg")) for n in range(25))
    report = take(story(1, body=body, folder=str(tmp_path)))

    assert report.media_created == 20
    assert max(most) <= media.FETCHERS
    assert list(report.lost) == ["pictures of a story beyond the first 20"]


def test_a_picture_that_was_missed_is_tried_once_by_an_import(take, tmp_path, monkeypatch):
    tried = []
    beside = media._beside
    monkeypatch.setattr(media, "_beside", lambda path, *a, **k: tried.append(path) or beside(path, *a, **k))
    lead = IncomingPicture("gone.jpg")
    report = take(
        IncomingMedia("m", lead, folder=str(tmp_path)),
        *(story(n, lead=lead, folder=str(tmp_path)) for n in range(3)),
    )

    assert tried == ["gone.jpg"]
    assert report.media_failed == 1


@pytest.mark.parametrize("url", ["http://[bad", "https://video.example:port/1"])
def test_an_embed_at_an_odd_address_does_not_end_an_import(take, url):
    embed = {"url": url, "frame_url": "", "provider": "", "title": "", "kind": "video"}
    report = take(story(1, body=(IncomingBlock("embed", embed),)), story(2))

    assert report.created == 2
