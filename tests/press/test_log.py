"""What each change writes into the invalidation log, through the roads that editors and tasks take."""

import time
from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page, PageViewRestriction

from broadsheet.newsroom.models import Author, Correction, Section, Topic
from broadsheet.newsroom.services import publish_due
from broadsheet.pictures import services as pictures
from broadsheet.press import log, services
from broadsheet.press.models import LogRow, LogState
from tests.factories import make_author, make_gallery, make_picture

pytestmark = pytest.mark.django_db


def make_topic(paper):
    return Topic.objects.create(name="Water", locale=paper.fronts["en"].locale)


class Since:
    """The rows that were written since it was made; those of site maps, which have tests of their own, left out."""

    def __init__(self):
        self.start = LogRow.objects.order_by("-pk").values_list("pk", flat=True).first() or 0

    def rows(self):
        return [row for row in LogRow.objects.filter(pk__gt=self.start) if "sitemap" not in row.keys]

    @property
    def soft(self):
        return {key for row in self.rows() if not row.is_hard for key in row.keys}

    @property
    def hard(self):
        return {key for row in self.rows() if row.is_hard for key in row.keys}

    @property
    def events(self):
        return [row.event for row in self.rows() if row.event]


def test_a_story_that_goes_live_renews_its_lists_and_is_news(paper):
    author, topic = make_author(paper.sections["en", "nation"], "Ann Author"), make_topic(paper)
    since = Since()

    story = paper.story("Breaking", bylines=(author.slug,), topics=(topic,), hours_ago=0)

    desk = paper.sections["en", "nation"].pk
    assert since.soft >= {
        "latest/en", f"latest/section/{desk}", f"latest/author/{author.pk}", f"latest/topic/{topic.pk}", f"card/{story.pk}",
    }  # fmt: skip
    assert since.hard == {"missing"}
    assert [(e["path"], e["headline"], e["language"]) for e in since.events] == [
        (f"/nation/{story.slug}/", "Breaking", "en")
    ]


def test_a_draft_and_a_schedule_are_nobodys_business(paper):
    story = paper.story("Draft", live=False)
    since = Since()

    story.title = "Draft, again"
    story.save_revision()
    story.go_live_at = timezone.now() + timedelta(hours=1)
    story.save_revision().publish()

    assert since.rows() == []


def test_a_scheduled_story_is_news_when_it_goes_live(paper):
    story = paper.story("Later", live=False)
    story.go_live_at = timezone.now() + timedelta(seconds=0.5)
    story.save_revision().publish()
    since = Since()
    assert since.rows() == []

    time.sleep(0.6)
    publish_due()

    assert "latest/en" in since.soft
    assert [e["id"] for e in since.events] == [story.pk]


def test_what_is_imported_with_an_old_date_is_no_news(paper):
    since = Since()

    paper.story("From the archive", hours_ago=400)

    assert since.events == []


def test_an_edit_of_the_body_touches_its_own_page_only(paper):
    story = paper.story("Edited")
    since = Since()

    story.body = '[{"type": "text", "value": "<p>Other.</p>"}]'
    story.save_revision().publish()

    assert since.soft == {f"story/{story.pk}"}
    assert since.hard == set()


def test_an_edit_of_the_headline_touches_every_card(paper):
    story = paper.story("Edited")
    since = Since()

    story.title = "Edited better"
    story.save_revision().publish()

    assert since.soft == {f"story/{story.pk}", f"card/{story.pk}"}


@pytest.mark.parametrize("act", ["unpublish", "delete", "expire"])
def test_what_is_withdrawn_is_purged_hard(paper, act):
    story = paper.story("Withdrawn")
    since = Since()

    if act == "unpublish":
        story.unpublish()
    elif act == "delete":
        Page.objects.get(pk=story.pk).delete()
    else:
        Page.objects.filter(pk=story.pk).update(expire_at=timezone.now() - timedelta(minutes=1))
        publish_due()

    assert since.hard >= {f"story/{story.pk}", f"card/{story.pk}"}
    assert "latest/en" in since.soft
    assert since.events == []


def test_another_access_is_purged_hard(paper):
    story = paper.story("Premium now", access="free")
    since = Since()

    story.access = "subscribers"
    story.save_revision().publish()

    assert since.hard >= {f"story/{story.pk}", f"card/{story.pk}"}


def test_a_move_and_a_new_slug_end_the_old_address(paper):
    story = paper.story("Moving")
    since = Since()
    story.slug = "moved"
    story.save_revision().publish()
    assert since.hard == {f"story/{story.pk}", "missing"}

    since = Since()
    story.move(paper.sections["en", "culture"], pos="last-child")

    assert since.hard == {f"story/{story.pk}", f"card/{story.pk}", "missing"}
    assert since.soft >= {f"latest/section/{paper.sections['en', slug].pk}" for slug in ("nation", "culture")}


def test_a_section_that_is_renamed_moved_or_closed(paper):
    section = Section.objects.get(pk=paper.sections["en", "nation"].pk)
    since = Since()
    section.title = "The Nation"
    section.save_revision().publish()
    assert since.soft == {f"section/{section.pk}", "chrome/en"}

    since = Since()
    section.slug = "country"
    section.save_revision().publish()
    assert since.hard == {f"section/{section.pk}", "missing"}

    since = Since()
    PageViewRestriction.objects.create(page=section, restriction_type=PageViewRestriction.LOGIN)
    assert f"section/{section.pk}" in since.hard

    since = Since()
    section.unpublish()
    assert f"section/{section.pk}" in since.hard


def test_the_front_page_and_its_masthead(paper):
    front = paper.fronts["en"]
    front.refresh_from_db()
    since = Since()
    front.containers = "[]"
    front.save_revision(clean=False).publish(skip_permission_checks=True)
    assert since.soft == {f"front/{front.pk}"}

    since = Since()
    front.appeal_text = "Subscribe, please."
    front.save_revision(clean=False).publish(skip_permission_checks=True)
    assert since.soft == {f"front/{front.pk}", "chrome/en"}


def test_authors_topics_corrections_and_redirects(paper):
    author, topic, story = (
        make_author(paper.sections["en", "nation"], "Ann Author"),
        make_topic(paper),
        paper.story(),
    )
    since = Since()
    author.role = "Correspondent"
    author.save()
    topic.description = "About it."
    topic.save()
    Correction.objects.create(story=story, text="We were wrong.", locale=story.locale)
    assert since.soft == {f"author/{author.pk}", f"topic/{topic.pk}", "corrections/en", f"story/{story.pk}"}

    since = Since()
    Redirect.objects.create(old_path="/old", redirect_link="/new")
    Author.objects.filter(pk=author.pk).get().delete()
    Topic.objects.get(pk=topic.pk).delete()
    assert since.hard == {"missing", f"author/{author.pk}", f"topic/{topic.pk}"}


def test_a_picture_changed_rendered_and_withdrawn(paper):
    picture = make_picture()
    story = paper.story("Pictured", lead_picture=picture)
    story.save_revision().publish()
    since = Since()
    picture.refresh_from_db()
    picture.credit = "Somebody else"
    picture.save()
    assert since.soft == {f"picture/{picture.pk}"}

    since = Since()
    pictures.render(picture)
    assert f"picture/{picture.pk}" in since.soft

    since = Since()
    story.unpublish()
    assert f"picture/{picture.pk}" in since.hard


def test_a_picture_whose_rights_run_out_is_withdrawn_by_the_worker(paper):
    picture = make_picture()
    services.withdraw_expired()
    type(picture).objects.filter(pk=picture.pk).update(
        rights_expire_at=timezone.now() + timedelta(milliseconds=1)
    )
    since = Since()

    services.withdraw_expired()
    services.withdraw_expired()

    assert [row.keys for row in since.rows()] == [[f"picture/{picture.pk}"]]
    assert since.hard


def test_a_gallery_purges_the_stories_that_hold_it(paper, client):
    gallery = make_gallery(paper.sections["en", "nation"], "Pictures", [make_picture()])
    story = paper.story("Holds it", lead_gallery=gallery, access="free")

    keys = client.get(f"/nation/{story.slug}/").headers["Surrogate-Key"].split()
    since = Since()
    gallery.standfirst = "Other words."
    gallery.save_revision().publish()

    assert f"gallery/{gallery.pk}" in keys
    assert f"gallery/{gallery.pk}" in since.soft


def test_what_is_rolled_back_was_never_purged(paper):
    since = Since()

    with suppress(ZeroDivisionError), transaction.atomic():
        paper.story("Never was")
        _ = 1 / 0

    assert since.rows() == []


def test_an_edge_reads_on_from_its_cursor_and_flushes_when_it_can_not(paper):
    epoch, position = log.head()
    log.write(["story/1"])
    log.write(["story/2"], is_hard=True)

    told = log.read(position, epoch)
    assert [(row["keys"], row["hard"]) for row in told.rows] == [(["story/1"], False), (["story/2"], True)]
    assert (told.position, told.flush) == (position + 2, False)
    assert log.read(told.position, epoch).rows == ()

    assert log.read(position, "another").flush
    assert log.read(told.position + 5, epoch).flush
    LogRow.objects.update(made_at=timezone.now() - timedelta(days=30))
    log.prune()
    assert LogRow.objects.count() == 1
    assert log.head() == (epoch, told.position)
    assert log.read(0, epoch).flush
    log.new_epoch()
    assert LogState.objects.get().epoch != epoch


def test_another_look_renews_everything_once(db):
    log.head()
    assert services.announce_looks("one")
    since = Since()

    assert not services.announce_looks("one")
    assert services.announce_looks("two")
    assert since.soft == {"site"}
