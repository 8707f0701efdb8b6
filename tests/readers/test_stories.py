"""Saved stories, the reading history, newsletters."""

import pytest
from django.test import Client

from broadsheet.readers import newsletters, stories
from broadsheet.readers.models import ReadStory, SavedStory, User

pytestmark = pytest.mark.django_db
OURS = {"HTTP_SEC_FETCH_SITE": "same-origin"}


def person():
    return User.objects.get(email="reader@paper.example")


def test_a_story_is_saved_from_its_page_without_script_and_removed(paper, enter):
    story = paper.story("Keep me")
    client = enter()

    saved = client.post("/account/save", {"story": story.pk}, follow=True, **OURS)

    assert "Keep me" in saved.text
    assert f'href="/nation/{story.slug}/"' in saved.text
    client.post("/account/saved/remove/", {"story": story.pk})
    assert "Keep me" not in client.get("/account/saved/").text


def test_a_stranger_logs_in_and_is_back_at_the_story(client, paper):
    story = paper.story()

    answer = client.post("/account/save", {"story": story.pk}, **OURS)

    assert answer.headers["Location"] == f"/account/login/?next=/nation/{story.slug}/"


@pytest.mark.parametrize(
    "headers", [{"HTTP_SEC_FETCH_SITE": "cross-site"}, {"HTTP_ORIGIN": "https://evil.example"}, {}]
)
def test_another_site_cannot_save_or_write_history_but_a_person_may_confirm(paper, enter, headers):
    story = paper.story("Keep me")
    client = enter()
    stories.keep_history(person(), wanted=True)

    page = client.post("/account/save", {"story": story.pk}, **headers)
    client.post("/account/read", {"story": story.pk}, **headers)

    assert "Save this story?" in page.text
    assert not SavedStory.objects.exists()
    assert not ReadStory.objects.exists()
    client.post("/account/saved/add/", {"story": story.pk})
    assert SavedStory.objects.count() == 1


def test_what_is_not_public_cannot_be_saved_and_what_went_shows_no_way_there(paper, enter):
    draft = paper.story("Secret plan", live=False)
    gone = paper.story("Was here")
    client = enter()
    assert client.post("/account/save", {"story": draft.pk}, **OURS).status_code == 404
    client.post("/account/save", {"story": gone.pk}, **OURS)
    gone.refresh_from_db()
    gone.unpublish()

    page = client.get("/account/saved/").text

    assert "Secret plan" not in page
    assert "Was here" in page
    assert f"/nation/{gone.slug}/" not in page


@pytest.mark.parametrize("number", ["", "x", "-1", "٣", "9" * 30, "1 OR 1"])
def test_a_broken_number_is_no_story(paper, enter, number):
    assert enter().post("/account/save", {"story": number}, **OURS).status_code == 404


def test_nothing_is_remembered_unless_asked_and_all_is_forgotten_on_request(paper, enter):
    story = paper.story("Read me")
    client = enter()
    client.post("/account/read", {"story": story.pk}, **OURS)
    assert not ReadStory.objects.exists()

    client.post("/account/history/change/", {"act": "on"})
    assert client.cookies["bs_history"].value == "1"
    client.post("/account/read", {"story": story.pk}, **OURS)
    client.post("/account/read", {"story": story.pk}, **OURS)
    assert "Read me" in client.get("/account/history/").text
    assert ReadStory.objects.count() == 1

    client.post("/account/history/change/", {"act": "off"})
    assert not ReadStory.objects.exists()
    assert client.cookies["bs_history"].value == ""


def test_the_history_is_bounded(paper, reader, monkeypatch):
    monkeypatch.setattr(stories, "MOST_READ", 3)
    stories.keep_history(reader, wanted=True)
    for _ in range(5):
        stories.remember(reader, paper.story().pk)

    assert len(stories.history(reader)) == 3


@pytest.fixture
def daily(monkeypatch):
    monkeypatch.setattr(newsletters, "_kinds", {})
    newsletters.register_kind(newsletters.Kind("daily", "The day"))


def test_newsletters_are_off_until_chosen(paper, enter, daily):
    client = enter()
    assert list(newsletters.subscribers("daily")) == []

    client.post("/account/newsletters/", {"kind": ["daily", "unknown"]})

    assert [user.email for user in newsletters.subscribers("daily")] == ["reader@paper.example"]
    assert "checked" in client.get("/account/").text


def test_one_click_in_the_mail_ends_it_and_looking_does_not(paper, enter, daily):
    enter().post("/account/newsletters/", {"kind": ["daily"]})
    path = newsletters.unsubscribe_path(person(), "daily")
    stranger = Client(enforce_csrf_checks=True)

    stranger.get(path)
    assert newsletters.subscribers("daily").count() == 1
    stranger.post(path, {"List-Unsubscribe": "One-Click"})
    assert newsletters.subscribers("daily").count() == 0
    assert stranger.post(path[:-2] + "x/").status_code == 404
