from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone
from wagtail.models import Page, PageViewRestriction

from broadsheet.newsroom.models import Correction, InfoPage, Story, Topic
from broadsheet.newsroom.services import refile
from broadsheet.pictures.services import render_pending
from broadsheet.site.chrome import chrome_of
from tests.factories import make_author, make_gallery, make_picture, make_story

pytestmark = pytest.mark.django_db


def text(client, path: str, status: int = 200) -> str:
    page = client.get(path)
    assert page.status_code == status, path
    return page.content.decode()


def test_a_story_shows_headline_labels_byline_and_its_time_with_zone(client, paper, settings):
    from datetime import UTC, datetime

    story = paper.story("Talks go on", bylines=("Vugar Khalilov",), claimed_labels=["PHOTO"])
    type(story).objects.filter(pk=story.pk).update(published_at=datetime(2022, 4, 5, 8, 51, tzinfo=UTC))

    page = text(client, f"/nation/{story.slug}/")

    assert "<h1>Talks go on</h1>" in page
    assert "Vugar Khalilov" in page
    assert '<time datetime="2022-04-05T12:51:00+04:00">5 April 2022 12:51 (UTC+04:00)</time>' in page
    assert 'label--photo">PHOTO<' in page


def test_latest_is_grouped_by_day_and_see_more_is_a_link_that_loses_and_repeats_nothing(client, paper):
    for n in range(65):
        paper.story(f"Numbered {n:03}", hours_ago=n)
    seen: list[str] = []
    path = "/latest/"
    while path:
        page = text(client, path)
        seen += [line.split("<")[0] for line in page.split(">Numbered ")[1:]]
        start = page.find('href="?before=')
        path = "/latest/" + page[start + 6 : page.index('"', start + 6)] if start > 0 else ""

    assert seen == [f"{n:03}" for n in range(65)]


def test_stories_of_the_same_second_are_paged_without_loss(client, paper):
    for n in range(35):
        paper.story(f"Twin {n}")
    Story.objects.update(published_at=timezone.now() - timedelta(hours=1))
    first = text(client, "/latest/")
    start = first.find('href="?before=')
    second = text(client, "/latest/" + first[start + 6 : first.index('"', start + 6)])

    assert first.count(">Twin ") + second.count(">Twin ") == 35


@pytest.mark.parametrize("cursor", ["x", "AAAA", "%00", "ÄÖ", "A" * 5000])
def test_a_cursor_that_was_never_given_out_is_not_found(client, paper, cursor):
    assert client.get(f"/latest/?before={cursor}").status_code == 404


def test_drafts_scheduled_expired_and_private_stories_are_nowhere(client, paper):
    picture = make_picture()
    draft = paper.story("Hidden draft", live=False, bylines=("Ann Author",), lead_picture=picture)
    scheduled = paper.story("Hidden scheduled", live=False)
    scheduled.go_live_at = timezone.now() + timedelta(days=1)
    scheduled.save_revision().publish(skip_permission_checks=True)
    expired = paper.story("Hidden expired", expire_at=timezone.now() - timedelta(minutes=1))
    call_command("publish_scheduled", verbosity=0)
    private = paper.story("Hidden private")
    PageViewRestriction.objects.create(page=Page.objects.get(pk=private.pk), restriction_type="login")
    topic = Topic.objects.create(name="Water", locale=draft.locale)
    draft.topics.set([topic])
    draft.save()

    for path in (
        "/",
        "/latest/",
        "/nation/",
        "/author/ann-author/",
        "/topic/water/",
        "/search/?q=hidden",
        "/search/?q=hidden&order=newest",
        "/corrections/",
    ):
        assert "Hidden" not in text(client, path), path
    for story in (draft, scheduled, expired):
        assert client.get(f"/nation/{story.slug}/").status_code == 404, story.title
    assert "Hidden private" not in client.get(f"/nation/{private.slug}/", follow=True).content.decode()


def test_a_files_address_is_open_only_while_something_public_shows_it(
    client, paper, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        picture = make_picture()
    path = "/media/" + picture.renditions.first().file.name
    assert client.get(path).status_code == 404, "nothing shows it yet"

    story = paper.story("With picture", lead_picture=picture, live=False)
    assert client.get(path).status_code == 404, "a draft shows it"
    story.save_revision().publish(skip_permission_checks=True)
    assert client.get(path).status_code == 200
    assert client.get("/media/" + picture.file.name).status_code == 404, "originals are never public"
    story.refresh_from_db()
    story.unpublish()
    assert client.get(path).status_code == 404


def test_a_picture_whose_rights_are_over_leaves_the_site(client, paper, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        picture = make_picture(caption="Rights run out")
    story = paper.story("With picture", lead_picture=picture, live=False)
    story.save_revision().publish(skip_permission_checks=True)
    path = "/media/" + picture.renditions.first().file.name
    assert "Rights run out" in text(client, f"/nation/{story.slug}/")

    type(picture).objects.filter(pk=picture.pk).update(rights_expire_at=timezone.now() - timedelta(seconds=1))

    assert "Rights run out" not in text(client, f"/nation/{story.slug}/")
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    "path", ["../broadsheet.toml", "pictures/../../x", "originals/a/b.jpg", "pictures//", "%2e%2e/settings"]
)
def test_no_path_leads_out_of_the_media_folder(client, paper, path):
    assert client.get(f"/media/{path}").status_code == 404


def test_the_language_switch_leads_to_the_same_story_where_it_exists(client, paper):
    english = paper.story("Same story")
    azeri = make_story(paper.sections["az", "nation"], "Eyni xəbər", translation_key=english.translation_key)
    alone = paper.story("Alone")

    assert f'href="/az/nation/{azeri.slug}/" hreflang="az"' in text(client, f"/nation/{english.slug}/")
    assert 'href="/az/" hreflang="az"' in text(client, f"/nation/{alone.slug}/")
    assert f'hreflang="en" href="http://testserver/nation/{english.slug}/"' in text(
        client, f"/az/nation/{azeri.slug}/"
    )


def test_other_pages_answer(client, paper):
    story = paper.story("Wrong at first", bylines=("Ann Author",))
    Correction.objects.create(
        story=story, text="It was Tuesday.", made_at=timezone.now(), locale=story.locale
    )
    gallery = make_gallery(
        paper.sections["en", "culture"], "In the harbour", [make_picture() for _ in range(3)]
    )
    paper.fronts["en"].refresh_from_db()
    paper.fronts["en"].add_child(
        instance=InfoPage(title="About", slug="about", body="<p>We are.</p>", locale=story.locale)
    )

    assert "It was Tuesday." in text(client, "/corrections/")
    assert "In the harbour" in text(client, f"/culture/{gallery.slug}/")
    assert "We are." in text(client, "/about/")
    assert "Ann Author" in text(client, "/author/ann-author/")
    assert "Subscribe" in text(client, "/subscribe/")
    text(client, "/az/")
    text(client, "/no/such/", 404)
    text(client, "/author/nobody/", 404)


def test_what_is_not_there_is_said_in_the_papers_dress_and_the_readers_language(client, paper):
    page = text(client, "/az/no/such/", 404)

    assert 'lang="az"' in page
    assert 'class="nameplate"' in page
    assert 'action="/az/search/"' in page
    assert "missing" in client.get("/az/no/such/").headers["Surrogate-Key"].split()


def test_latest_is_marked_as_the_page_where_the_reader_is(client, paper):
    paper.story("Something")

    assert '<a href="/latest/" aria-current="page">' in text(client, "/latest/")
    assert '<a href="/latest/" aria-current="page">' not in text(client, "/")


@pytest.mark.parametrize("path", ["/latest/", "/nation/", "/author/ann-author/"])
def test_the_first_picture_of_a_list_is_not_lazy(client, paper, path):
    picture = make_picture()
    render_pending()
    for n in range(3):
        paper.story(f"Story {n}", lead_picture=picture, bylines=("Ann Author",))

    first, second = text(client, path).split("<main")[1].split("<img ")[1:3]

    assert 'fetchpriority="high"' in first
    assert 'loading="lazy"' in second


def test_a_moved_story_is_found_in_its_new_section_and_its_old_address_leads_there(client, paper):
    story = paper.story("Moving", slug="moving")

    story.move(paper.sections["en", "culture"], pos="last-child")

    assert "Moving" in text(client, "/culture/moving/")
    old = client.get("/nation/moving/")
    assert (old.status_code, old.headers["Location"]) == (301, "/culture/moving/")


def test_refiling_mends_what_the_tree_says(paper):
    story = paper.story("Filed")
    type(story).objects.update(desk=None, language="")

    refile([story])
    story.refresh_from_db()

    assert (story.desk.slug, story.language) == ("nation", "en")


@pytest.mark.parametrize("path", ["/", "/latest/", "/nation/"])
def test_one_language_for_everybody_whatever_the_browser_asks_for(client, paper, path):
    page = client.get(path, headers={"Accept-Language": "az"})

    assert '<html lang="en"' in page.content.decode()
    assert "Accept-Language" not in page.headers.get("Vary", "")


def test_pages_run_no_inline_script_and_ask_nobody_else(client, paper):
    story = paper.story("Clean", lead_picture=make_picture(), bylines=("Ann Author",))
    make_author(paper.sections["en", "nation"], "Ann Author")
    page = client.get(f"/nation/{story.slug}/")
    policy = page.headers["Content-Security-Policy"]

    assert "script-src 'self';" in policy + ";"
    assert "unsafe" not in policy
    assert " style=" not in page.content.decode()
    assert "onclick" not in page.content.decode()


@pytest.mark.parametrize(
    ("language", "direction"), [("en", "ltr"), ("az", "ltr"), ("ru", "ltr"), ("ar", "rtl")]
)
def test_only_arabic_runs_from_right_to_left(paper, language, direction):
    assert chrome_of(paper.fronts["en"], "/", language).direction == direction
