"""Writes of the site: keeping the search entries true."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils.html import strip_tags
from modelsearch.backends import get_search_backend

from broadsheet.newsroom.bulk import NewStory
from broadsheet.newsroom.documents import stored_blocks
from broadsheet.newsroom.models import Story
from broadsheet.newsroom.selectors import public
from broadsheet.press.preview import public_blocks

from .folding import fold
from .models import SearchEntry


@transaction.atomic
def index_story(story: Story) -> None:
    """Make, renew or drop the entry of one story, by whether readers may know of it."""
    if (
        not public(Story.objects.filter(pk=story.pk)).exists()
        or story.published_at is None
        or story.desk_id is None
    ):
        forget(story.pk)
        return
    fields = _entry_fields(
        story,
        [b.author.name for b in story.bylines.select_related("author")],
        [topic.name for topic in story.topics.all()],
    )
    SearchEntry.objects.update_or_create(story=story, defaults=fields)


def index_new(entries: Sequence[NewStory]) -> None:
    """Entries for stories that were written in bulk, those of the newsroom's own search as well: no query per story.

    In the caller's transaction.
    """
    backend = get_search_backend()
    backend.add_bulk(Story, [entry.story for entry in entries])
    ids = [entry.story.pk for entry in entries]
    seen = set(public(Story.objects.filter(pk__in=ids)).values_list("pk", flat=True))
    made = [
        SearchEntry(
            story=entry.story,
            **_entry_fields(
                entry.story,
                [author.name for author in entry.authors],
                [topic.name for topic in entry.topics],
            ),
        )
        for entry in entries
        if entry.story.pk in seen and entry.story.published_at is not None
    ]
    SearchEntry.objects.bulk_create(made)
    backend.add_bulk(SearchEntry, made)


def _entry_fields(story: Story, authors: Sequence[str], topics: Sequence[str]) -> dict[str, Any]:
    words = public_words(story, authors, topics)
    return {
        "words": words,
        "headline_folded": fold(f"{story.title} {story.kicker}"),
        "words_folded": fold(words),
        "desk_id": story.desk_id,
        "language": story.language,
        "published_at": story.published_at,
    }


def forget(story_id: int) -> None:
    """Drop the entry of a story that readers may not know of any more."""
    SearchEntry.objects.filter(pk=story_id).delete()


def public_words(story: Story, authors: Sequence[str], topics: Sequence[str]) -> str:
    """Every word of the story that any reader may see, as plain text."""
    blocks = stored_blocks(story)
    shown = blocks if story.access == "free" else public_blocks(blocks)
    texts = [strip_tags(v.replace("</p>", " ").replace("</li>", " ")) for kind, v in shown if kind == "text"]
    marked_up = [strip_tags(v.replace("<", " <")) for kind, v in shown if kind == "html"]
    facts = [f"{v.get('title', '')} {strip_tags(v.get('text', ''))}" for kind, v in shown if kind == "facts"]
    return " ".join(
        " ".join([story.standfirst, *texts, *marked_up, *facts, story.dateline, *authors, *topics]).split()
    )


def index_missing(limit: int = 200) -> int:
    """The sweeper: entries for public stories that have none or an outdated one, and none for the others."""
    entry = SearchEntry.objects.filter(pk=OuterRef("pk"))
    missing = public(Story.objects.all()).filter(
        ~Exists(entry.filter(published_at=OuterRef("published_at"), desk_id=OuterRef("desk_id")))
    )[:limit]
    done = 0
    for story in missing:
        index_story(story)
        done += 1
    withdrawn = SearchEntry.objects.filter(Q(story__live=False) | ~Q(desk_id=F("story__desk_id")))[:limit]
    for entry_ in withdrawn.select_related("story"):
        index_story(entry_.story)
        done += 1
    return done
