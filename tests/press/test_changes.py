"""Each change that readers can see: what it purges, in how few rows, and nothing when it is rolled back."""

import time
from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from wagtail.models import Page

from broadsheet.newsroom.models import Correction, Topic
from broadsheet.newsroom.services import publish_due
from broadsheet.press import services
from broadsheet.press.models import LogRow
from tests.factories import make_author, make_picture

pytestmark = pytest.mark.django_db


class Undone(Exception):
    pass


class Newsroom:
    """A story and everything around it, and the acts of editors, each a method."""

    def __init__(self, paper):
        self.paper, self.section = paper, paper.sections["en", "nation"]
        self.author = make_author(self.section, "Ann Author")
        self.topic = Topic.objects.create(name="Water", locale=self.section.locale)
        self.picture = make_picture()
        self.story = paper.story(
            "Here", bylines=(self.author.slug,), topics=(self.topic,), lead_picture=self.picture
        )
        self.draft = paper.story(
            "Draft", bylines=(self.author.slug,), topics=(self.topic,), live=False, hours_ago=0
        )
        self.other = make_author(self.section, "Bob Author")
        self.story.save_revision().publish()
        services.announce_looks("before")
        services.withdraw_expired()
        self.names = {
            "STORY": self.story.pk, "DRAFT": self.draft.pk, "NATION": self.section.pk, "AUTHOR": self.author.pk,
            "TOPIC": self.topic.pk, "PICTURE": self.picture.pk, "CULTURE": paper.sections["en", "culture"].pk,
            "FRONT": paper.fronts["en"].pk, "OTHER": self.other.pk,
        }  # fmt: skip

    def publish(self):
        self.draft.save_revision().publish()

    def unpublish(self):
        self.story.unpublish()

    def expire(self):
        Page.objects.filter(pk=self.story.pk).update(expire_at=timezone.now() - timedelta(minutes=1))
        publish_due()

    def go_live(self):
        self.draft.go_live_at = timezone.now() + timedelta(seconds=0.3)
        self.draft.save_revision().publish()
        time.sleep(0.4)
        publish_due()

    def slug(self):
        self.story.slug = "there"
        self.story.save_revision().publish()

    def move(self):
        self.story.move(self.paper.sections["en", "culture"], pos="last-child")

    def replace_picture(self):
        self.picture.refresh_from_db()
        self.picture.file = make_picture().file
        self.picture.save()

    def rights_run_out(self):
        type(self.picture).objects.filter(pk=self.picture.pk).update(rights_expire_at=timezone.now())
        services.withdraw_expired()

    def author_(self):
        self.author.role = "Correspondent"
        self.author.save()

    def topic_(self):
        self.topic.description = "About it."
        self.topic.save()

    def front(self):
        front = self.paper.fronts["en"]
        front.refresh_from_db()
        front.containers = "[]"
        front.save_revision(clean=False).publish(skip_permission_checks=True)

    def navigation(self):
        self.section.refresh_from_db()
        self.section.show_in_menus = False
        self.section.save_revision().publish()

    def settings(self):
        services.announce_looks("after")

    def correct(self):
        Correction.objects.create(story=self.story, text="We were wrong.", locale=self.story.locale)


@pytest.fixture
def newsroom(paper):
    return Newsroom(paper)


LISTS = "latest/en latest/section/NATION latest/author/AUTHOR latest/topic/TOPIC"
CHANGES = {
    "publish": (f"card/DRAFT story/DRAFT {LISTS}", "missing"),
    "go_live": (f"card/DRAFT story/DRAFT {LISTS}", "missing"),
    "unpublish": (LISTS, "story/STORY card/STORY picture/PICTURE"),
    "expire": (LISTS, "story/STORY card/STORY picture/PICTURE"),
    "slug": ("card/STORY", "story/STORY missing"),
    "move": (f"card/STORY {LISTS} latest/section/CULTURE", "story/STORY card/STORY missing"),
    "replace_picture": ("picture/PICTURE", ""),
    "rights_run_out": ("", "picture/PICTURE"),
    "author_": ("author/AUTHOR", ""),
    "topic_": ("topic/TOPIC", ""),
    "front": ("front/FRONT", ""),
    "navigation": ("section/NATION chrome/en", ""),
    "settings": ("site", ""),
    "correct": ("story/STORY corrections/en", ""),
}


@pytest.mark.parametrize("act", CHANGES)
def test_a_change_purges_what_shows_it_within_its_transaction(newsroom, act):
    start = LogRow.objects.latest("pk").pk
    rows = []

    with suppress(Undone), transaction.atomic():
        getattr(newsroom, act)()
        # Site maps purge themselves, as their own tests say.
        rows = [row for row in LogRow.objects.filter(pk__gt=start) if "sitemap" not in row.keys]
        raise Undone

    soft, hard = (
        {
            "/".join([*key.split("/")[:-1], str(newsroom.names.get(key.split("/")[-1], key.split("/")[-1]))])
            for key in keys.split()
        }
        for keys in CHANGES[act]
    )
    assert {key for row in rows if not row.is_hard for key in row.keys} == soft
    assert {key for row in rows if row.is_hard for key in row.keys} == hard
    assert len(rows) <= (4 if act == "move" else 3)
    assert not LogRow.objects.filter(pk__gt=start).exists()
