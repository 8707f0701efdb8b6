import pytest
from wagtail.contrib.redirects.models import Redirect

from broadsheet.intake.services import run_import
from broadsheet.newsroom.models import Story
from tests.factories import picture_bytes

pytestmark = pytest.mark.django_db
TEXT = "Morning Post\n\nBridge opens early [PHOTO]\n\n5 April 2022 12:51 (UTC+04:00)\n\nBy Ann Author\n\n{}\n\nIt carries two lanes and a path for bicycles, and it cost less than planned.\n"
FIRST = "The new bridge over the river opened a month early on Tuesday, the city said."


@pytest.fixture
def source(tmp_path, paper):
    path = tmp_path / "bridge.txt"
    path.write_text(TEXT.format(FIRST))
    return path


def test_a_page_becomes_a_public_story(client, source):
    report = run_import("page", [str(source)])
    story = Story.objects.get()
    page = client.get(f"/nation/{story.slug}/").content.decode()

    assert (report.created, report.failed, report.exit_code) == (1, 0, 0)
    assert "<h1>Bridge opens early</h1>" in page
    assert 'label--photo">PHOTO<' in page
    assert "Ann Author" in page
    assert "5 April 2022 12:51 (UTC+04:00)" in page
    assert FIRST in page
    assert "bridge" in client.get("/search/?q=bicycles").content.decode().lower()


def test_importing_again_changes_nothing(source):
    run_import("page", [str(source)])
    before = Story.objects.values().get()
    report = run_import("page", [str(source)])

    assert (report.created, report.updated, report.unchanged) == (0, 0, 1)
    assert Story.objects.values().get() == before


def test_what_changed_at_the_source_is_updated_and_what_an_editor_changed_is_kept(source, tmp_path):
    url = "Source: https://post.example/bridge\n\n"
    source.write_text(url + TEXT.format(FIRST))
    run_import("page", [str(source)])
    story = Story.objects.get()
    story.title = "Our own headline"
    story.save()
    source.write_text(
        url + TEXT.format("Entirely new first paragraph about the bridge, as the source now has it.")
    )

    report = run_import("page", [str(source)])

    story.refresh_from_db()
    assert report.updated == 1
    assert story.title == "Our own headline"
    assert "Entirely new first paragraph" in str(story.body.raw_data[0]["value"])


def test_an_old_address_leads_to_the_story(client, source):
    source.write_text("Source: https://post.example/news/2022/bridge.html\n\n" + TEXT.format(FIRST))
    report = run_import("page", [str(source)])

    assert report.redirects == 1
    answer = client.get("/news/2022/bridge.html")
    assert (
        answer.status_code,
        answer.headers["Location"].endswith(f"/nation/{Story.objects.get().slug}/"),
    ) == (301, True)


def test_a_dry_run_tells_everything_and_changes_nothing(source):
    report = run_import("page", [str(source)], dry_run=True).to_json()

    assert report["created"] == 1
    assert report["items"][0]["headline"] == "Bridge opens early"
    assert report["items"][0]["published"] == "2022-04-05T12:51:00+04:00"
    assert Story.objects.count() == 0
    assert Redirect.objects.count() == 0


def test_one_bad_source_does_not_keep_the_others_out(source, tmp_path):
    empty = tmp_path / "empty.html"
    empty.write_text("")
    report = run_import("page", [str(empty), str(source), str(tmp_path), str(tmp_path / "absent")])

    assert (report.created, report.failed, report.exit_code) == (1, 3, 3)
    assert all("\n" not in trouble.reason for trouble in report.errors)


def test_nothing_readable_at_all_is_another_code(tmp_path, paper):
    assert run_import("page", [str(tmp_path / "absent")]).exit_code == 2


def test_an_unknown_section_is_named(source):
    report = run_import("page", [str(source)], section="nope")

    assert report.exit_code == 2
    assert "use one of: nation, culture" in report.errors[0].reason


def test_pictures_come_along_from_beside_the_page_and_bad_ones_are_marked(tmp_path, paper, client):
    paragraphs = "".join(
        f"<p>Paragraph {n} tells more about the bridge, its two lanes, and the people who built it.</p>"
        for n in range(6)
    )
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "good.jpg").write_bytes(picture_bytes())
    (tmp_path / "files" / "bad.jpg").write_bytes(b"not a picture")
    (tmp_path / "page.html").write_text(
        f'<html><head><title>Bridge opens</title></head><body><article><h1>Bridge opens</h1>{paragraphs}<figure><img src="files/good.jpg" alt="Bridge"><figcaption>At dawn</figcaption></figure>{paragraphs}'
        f'<img src="files/bad.jpg" alt="x">{paragraphs}<img src="../../../../etc/passwd.jpg" alt="y">{paragraphs}</article></body></html>'
    )
    report = run_import("page", [str(tmp_path / "page.html")])
    kinds = [block["type"] for block in Story.objects.get().body.raw_data]

    assert (report.created, report.media_created) == (1, 1)
    assert report.media_failed >= 1
    assert "picture" in kinds
    assert "missing_picture" in kinds
