"""Each change of a story that the public can see is heard by every channel, once, in order."""

import pytest
from wagtail.models import PageViewRestriction

from broadsheet.newsroom.models import Correction, Story
from broadsheet.syndication import following
from broadsheet.syndication.models import StoryEvent, Unfolding


def kinds(story=None):
    events = StoryEvent.objects.filter(**({"story": story.pk} if story else {})).order_by("pk")
    return [event.kind for event in events]


def test_the_life_of_a_story(paper):
    story = paper.story("A bridge opens", live=False)
    assert kinds(story) == []
    story.save_revision().publish()
    story = Story.objects.get(pk=story.pk)
    story.title = "A bridge opens late"
    story.save_revision()
    assert kinds(story) == ["published"], "a draft is nobody's business"
    story.save_revision().publish()
    Correction.objects.create(story=story, kind="correction", text="It opened on Tuesday.")
    Story.objects.get(pk=story.pk).unpublish()
    found = kinds(story)
    assert found[0] == "published"
    assert found[-1] == "unpublished"
    assert {"updated", "corrected"} <= set(found)


def test_a_correction_is_news_once(paper):
    story = paper.story("A bridge opens")
    note = Correction.objects.create(story=story, kind="correction", text="On Tuesday.")
    Story.objects.get(pk=story.pk).save_revision().publish()
    note.refresh_from_db()
    note.text = "On Wednesday."
    note.save()
    assert kinds(story).count("corrected") == 2


def test_a_deleted_story_leaves_its_address(paper):
    story = paper.story("Gone tomorrow")
    pk = story.pk
    Story.objects.get(pk=pk).delete()
    last = StoryEvent.objects.order_by("pk").last()
    assert (last.story, last.kind, last.language) == (pk, "unpublished", "en")
    assert last.path.startswith("/nation/")


def test_a_closed_section_withdraws_all_that_stands_in_it(paper):
    inside = [paper.story(f"Story {n}") for n in range(5)]
    outside = paper.story("Elsewhere", section="culture")
    StoryEvent.objects.all().delete()
    closed = PageViewRestriction.objects.create(page=paper.sections["en", "nation"], restriction_type="login")
    for _ in range(5):
        following.unfold(most=2)
    assert not Unfolding.objects.exists()
    assert sorted(StoryEvent.objects.values_list("story", "kind")) == sorted(
        (s.pk, "unpublished") for s in inside
    )
    closed.delete()
    for _ in range(5):
        following.unfold(most=2)
    assert kinds(inside[0]) == ["unpublished", "published"]
    assert kinds(outside) == []


@pytest.mark.parametrize("act", ["unpublish", "delete"])
def test_of_a_story_that_was_closed_nobody_hears(paper, act):
    story = paper.story("For those who know")
    PageViewRestriction.objects.create(page=story, restriction_type="login")
    StoryEvent.objects.all().delete()
    getattr(Story.objects.get(pk=story.pk), act)()
    assert kinds() == []


def test_one_broken_channel_keeps_no_other_from_reading(paper, monkeypatch):
    heard.clear()
    monkeypatch.setattr(
        following, "FOLLOWERS", {"broken": f"{__name__}.broken", "sound": f"{__name__}.sound"}
    )
    following.hand_on()
    paper.story("First")
    following.hand_on()
    assert heard
    assert (
        following.Follower.objects.get(name="broken").position
        < following.Follower.objects.get(name="sound").position
    )


def test_each_channel_reads_on_from_where_it_was(paper):
    heard: list[str] = []

    def handler(events):
        heard.extend(event.kind for event in events)

    assert following.read_on("one", handler) == 0
    paper.story("First")
    following.read_on("one", handler)
    first = len(heard)
    assert first
    assert following.read_on("one", handler) == 0
    paper.story("Second")
    with pytest.raises(RuntimeError):
        following.read_on("one", broken)
    assert following.read_on("one", handler) == first
    assert len(heard) == 2 * first, "what a handler failed on comes again"


heard: list[str] = []


def sound(events):
    heard.extend(event.kind for event in events)


def broken(events):
    raise RuntimeError
