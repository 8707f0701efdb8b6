"""Writes of the site: keeping the search entries true."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils.html import strip_tags

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
    words = public_words(story)
    SearchEntry.objects.update_or_create(
        story=story,
        defaults={
            "words": words,
            "headline_folded": fold(f"{story.title} {story.kicker}"),
            "words_folded": fold(words),
            "desk_id": story.desk_id,
            "language": story.language,
            "published_at": story.published_at,
        },
    )


def forget(story_id: int) -> None:
    """Drop the entry of a story that readers may not know of any more."""
    SearchEntry.objects.filter(pk=story_id).delete()


def public_words(story: Story) -> str:
    """Every word of the story that any reader may see, as plain text."""
    blocks = stored_blocks(story)
    shown = blocks if story.access == "free" else public_blocks(blocks)
    texts = [strip_tags(v.replace("</p>", " ").replace("</li>", " ")) for kind, v in shown if kind == "text"]
    marked_up = [strip_tags(v.replace("<", " <")) for kind, v in shown if kind == "html"]
    facts = [f"{v.get('title', '')} {strip_tags(v.get('text', ''))}" for kind, v in shown if kind == "facts"]
    names = [b.author.name for b in story.bylines.select_related("author")]
    topics = [topic.name for topic in story.topics.all()]
    return " ".join(
        " ".join([story.standfirst, *texts, *marked_up, *facts, story.dateline, *names, *topics]).split()
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
