"""Writes many new stories at once: Wagtail's `add_child` takes 29 ms a page, and an archive has a hundred thousand.

What `add_child`, `save` and their signals do for one page is done here for all of them together: tree paths are
computed, addresses made unique, both tables of the model filled, references indexed. `stories_created` tells the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.db.models import F
from modelcluster.models import get_all_child_relations
from modelsearch.backends import get_search_backend
from wagtail.models import Page

from . import labels
from .documents import picture_ids, stored_blocks
from .events import stories_created, topics_created
from .models import Author, Section, Story, StoryByline, Topic
from .references import refer
from .rows import insert_rows, reserve_ids
from .services import settle_pictures
from .slugs import slug_for

LONGEST_SLUG = 120
PLAIN_SUFFIXES = 9


@dataclass(frozen=True, slots=True)
class NewStory:
    """An unsaved story with everything but its place: `story.slug` may be empty or taken, its locale is set."""

    story: Story
    section: Section
    authors: Sequence[Author] = ()
    topics: Sequence[Topic] = ()


@transaction.atomic
def create_stories(entries: Sequence[NewStory]) -> None:
    """Write them in the given order; each story has its `pk`, `path` and address afterwards.

    Raises `django.db.IntegrityError` when a page made meanwhile took one of the places: nothing is written then.
    """
    by_section: dict[int, list[NewStory]] = {}
    for entry in entries:
        by_section.setdefault(entry.section.pk, []).append(entry)
    for section in sorted(by_section):
        _place(section, by_section[section])
    stories = [entry.story for entry in entries]
    for story, pk in zip(stories, reserve_ids(Page, len(stories)), strict=True):
        story.id = story.pk = pk
        story._state.adding, story._state.db = False, connection.alias
    insert_rows(Page, stories, with_ids=True)
    insert_rows(Story, stories)
    _file(entries)
    refer(stories)
    settle_pictures(_pictures(stories))
    stories_created.send(Story, entries=entries)


@transaction.atomic
def create_topics(topics: Sequence[Topic]) -> None:
    """Write unsaved topics, which have their slugs; each has its `pk` afterwards.

    Raises `django.db.IntegrityError` when one of them is there already: none is written then.
    """
    for topic, pk in zip(topics, reserve_ids(Topic, len(topics)), strict=True):
        topic.pk = pk
        topic._state.adding, topic._state.db = False, connection.alias
    insert_rows(Topic, topics, with_ids=True)
    get_search_backend().add_bulk(Topic, topics)
    topics_created.send(Topic, topics=topics)


def _pictures(stories: Sequence[Story]) -> set[int]:
    shown = {pk for story in stories if (pk := story.lead_picture_id)}
    blocks = (pair for story in stories for pair in stored_blocks(story))
    return shown | {pk for kind, value in blocks for pk in picture_ids(kind, value) if pk}


def _place(section_id: int, entries: Sequence[NewStory]) -> None:
    """Give each story the next path below its section and an address that no sibling has."""
    parent = Page.objects.select_for_update().get(pk=section_id)
    last = (
        Page.objects.filter(path__startswith=parent.path, depth=parent.depth + 1)
        .order_by("-path")
        .values_list("path", flat=True)
        .first()
    )
    step = Page._str2int(last[-Page.steplen :]) if last else 0
    kind = ContentType.objects.get_for_model(Story)
    taken = _taken_slugs(parent, entries)
    for entry in entries:
        story, step = entry.story, step + 1
        story.slug = _free_slug(story, taken)
        taken.add(story.slug)
        story.path = Page._get_path(parent.path, parent.depth + 1, step)
        story.depth, story.numchild = parent.depth + 1, 0
        story.url_path = f"{parent.url_path}{story.slug}/"
        story.content_type = kind
        story.draft_title = story.title
        story.desk, story.language = entry.section, entry.section.locale.language_code
        story.formats = labels.formats_of(story)
    Page.objects.filter(pk=parent.pk).update(numchild=F("numchild") + len(entries))


def _taken_slugs(parent: Page, entries: Iterable[NewStory]) -> set[str]:
    """Of the addresses that these stories may be given, those that the section's pages have."""
    wanted: set[str] = set()
    for entry in entries:
        base = _base_slug(entry.story)
        wanted.update({base, *(f"{base}-{n}" for n in range(2, PLAIN_SUFFIXES + 1))})
    # Below the parent by path, not by a join; addresses are compared in slices that any database takes.
    children = Page.objects.filter(path__startswith=parent.path, depth=parent.depth + 1)
    found: set[str] = set()
    slugs = sorted(wanted)
    for start in range(0, len(slugs), 500):
        found.update(children.filter(slug__in=slugs[start : start + 500]).values_list("slug", flat=True))
    return found


def _base_slug(story: Story) -> str:
    return slug_for(story.slug or story.title)[:LONGEST_SLUG].strip("-") or "story"


def _free_slug(story: Story, taken: set[str]) -> str:
    base = _base_slug(story)
    for slug in (base, *(f"{base}-{n}" for n in range(2, PLAIN_SUFFIXES + 1))):
        if slug not in taken:
            return slug
    return f"{base}-{story.translation_key.hex[:12]}"


def _file(entries: Sequence[NewStory]) -> None:
    """By-lines and topics; the stories hold their children in memory from here on."""
    lines = {
        entry.story.pk: [
            StoryByline(story=entry.story, author=author, sort_order=order, locale_id=entry.story.locale_id)
            for order, author in enumerate(entry.authors)
        ]
        for entry in entries
    }
    bylines = [line for of_one in lines.values() for line in of_one]
    for line, pk in zip(bylines, reserve_ids(StoryByline, len(bylines)), strict=True):
        line.pk = pk
    insert_rows(StoryByline, bylines, with_ids=True)
    through = Story.topics.through
    insert_rows(
        through,
        [through(story_id=entry.story.pk, topic_id=topic.pk) for entry in entries for topic in entry.topics],
    )
    names = [relation.get_accessor_name() for relation in get_all_child_relations(Story)]
    for entry in entries:
        entry.story._cluster_related_objects = {
            **{name: [] for name in names},
            "bylines": lines[entry.story.pk],
        }
