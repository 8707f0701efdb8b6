"""Writes of the site: keeping the search entries true."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import unescape

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from modelsearch.backends import get_search_backend

from broadsheet.newsroom.bulk import NewStory
from broadsheet.newsroom.documents import stored_blocks
from broadsheet.newsroom.models import Story
from broadsheet.newsroom.rows import insert_rows
from broadsheet.newsroom.selectors import public
from broadsheet.press.preview import public_blocks

from . import fulltext
from .folding import fold
from .fulltext import place_of
from .models import SearchEntry

# Stored text is clean HTML: a bracket that is no tag's is escaped. Django's `strip_tags` costs ten times this.
MARKUP = re.compile(r"""<(?:[^<>"']|"[^"<]*"|'[^'<]*')*+>""")
BREAK = re.compile(
    r"(?=</?(?:p|h[1-6]|li|ul|ol|br|div|tr|t[dh]|blockquote|pre|d[tdl]|table|caption|fig\w+|summary)\b)"
)


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
    authors = [line.author.name for line in story.bylines.select_related("author")]
    _write([(story, _words(story, authors, [topic.name for topic in story.topics.all()]))])


def index_new(entries: Sequence[NewStory]) -> None:
    """Entries for stories that were written in bulk, those of the newsroom's own search as well: no query per story.

    In the caller's transaction.
    """
    get_search_backend().add_bulk(Story, [entry.story for entry in entries])
    ids = [entry.story.pk for entry in entries]
    seen = set(public(Story.objects.filter(pk__in=ids)).values_list("pk", flat=True))
    _write(
        [
            (e.story, _words(e.story, [a.name for a in e.authors], [t.name for t in e.topics]))
            for e in entries
            if e.story.pk in seen and e.story.published_at is not None
        ]
    )


def _write(found: Sequence[tuple[Story, str]]) -> None:
    """Entries and their words, in place of those that are there."""
    ids = [story.pk for story, _ in found]
    SearchEntry.objects.filter(pk__in=ids).delete()
    moments = {story.pk: story.published_at for story, _ in found if story.published_at is not None}
    wanted = {pk: place_of(moment, pk) for pk, moment in moments.items()}
    taken = set(SearchEntry.objects.filter(place__in=wanted.values()).values_list("place", flat=True))
    for pk, place in wanted.items():
        while place in taken:
            place += 1
        taken.add(place)
        wanted[pk] = place
    insert_rows(
        SearchEntry,
        [
            SearchEntry(
                story=story,
                place=wanted[story.pk],
                desk_id=story.desk_id,
                language=story.language,
                published_at=moments[story.pk],
            )
            for story, _ in found
        ],
    )
    fulltext.put(
        fulltext.Row(
            wanted[story.pk],
            fold(f"{story.title} {story.kicker}"),
            fold(words),
            (f"lang{story.language}", f"desk{story.desk_id}"),
        )
        for story, words in found
    )


def forget(story_id: int) -> None:
    """Drop the entry of a story that readers may not know of any more."""
    SearchEntry.objects.filter(pk=story_id).delete()


def public_text(story: Story) -> str:
    """The running text of the story that any reader may see, as printed. No query."""
    blocks = stored_blocks(story)
    shown = blocks if story.access == "free" else public_blocks(blocks)
    texts = [BREAK.sub(" ", value) for kind, value in shown if kind in ("text", "html")]
    texts = [MARKUP.sub("", text) for text in texts]
    facts = [
        f"{v.get('title', '')} {MARKUP.sub('', v.get('text', ''))}" for kind, v in shown if kind == "facts"
    ]
    return unescape(" ".join(" ".join([story.standfirst, *texts, *facts]).split()))


def _words(story: Story, authors: Sequence[str], topics: Sequence[str]) -> str:
    return " ".join([public_text(story), story.dateline, *authors, *topics])


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
